"""The heads panel: all heads of a file side by side; a click selects one."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout

from app.views.interface.choices import Choice
from app.views.interface.events import Handler, SceneEdited
from app.views.interface.heads import HeadsState, Place
from app.views.interface.theme import Theme
from app.views.qt.widgets.head_grid import HeadGrid
from app.views.qt.widgets.widgets import WIDE, fill, label, panel, picker

NUMBERS = (Choice("entropy", "Median entropy"), Choice("condition", "Condition number of g"))
NONE = "Only attention has heads: choose the family of a head, or open a file of heads."
LINES = 3  # maximum lines about one head


class HeadsPanel:
    """A grid of heads for a `HeadsState`; a selection emits `SceneEdited`."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self.state: HeadsState | None = None
        self.widget, column = panel(WIDE)
        self.title = label("", "heading", wrap=True)
        column.addWidget(self.title)
        self.number = picker(
            "Quantity of the bars", "The quantity shown by the bar below each head."
        )
        fill(self.number, NUMBERS, "entropy")
        self.by_number = QCheckBox("Sort")
        self.by_number.setToolTip("Sort heads by this quantity, smallest first.")
        row = QHBoxLayout()
        row.addWidget(self.number, 1)
        row.addWidget(self.by_number)
        column.addLayout(row)
        self.words = label("", "quiet", wrap=True)
        self.words.setMinimumHeight(LINES * self.words.fontMetrics().lineSpacing())
        column.addWidget(self.words)
        self.grid = HeadGrid(self._choose, self._point, theme)
        column.addWidget(self.grid)
        column.addWidget(label(_WHAT, "quiet", wrap=True))
        column.addStretch(1)
        self.number.activated.connect(lambda i: self._show())
        self.by_number.toggled.connect(lambda on: self._show())

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.grid.set_theme(theme)

    def show(self, state: HeadsState | None) -> None:
        """Show the heads computed so far; None: there are none."""
        self.state = state
        self._show()

    def _show(self) -> None:
        state = self.state
        self.title.setText(f"{state.name}: {state.words}" if state else NONE)
        self.grid.show_heads(state, self.number.currentData(), self.by_number.isChecked())
        self._point(None)

    def _point(self, place: Place | None) -> None:
        """Show the numbers of the head under the pointer, or of the current one."""
        state = self.state
        cell = state.cells.get(place or state.current) if state else None
        self.words.setText(cell.words if cell else "")

    def _choose(self, place: Place) -> None:
        layer, head = place
        changes = (("family.layer", layer), ("family.head", head), ("family.tokens", ""))
        self._emit(SceneEdited(changes))


_WHAT = (
    "Each picture shows the entropy of attention over the plane through three tokens of that "
    "head: dark where one key takes all attention, bright where attention is even."
)
