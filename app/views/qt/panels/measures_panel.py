"""The measures panel: numbers of the path, with warnings; a click on a name explains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy

from app.views.interface.views import Measure
from app.views.qt.style.text import hint, on_button
from app.views.qt.widgets.side_tips import SideTips
from app.views.qt.widgets.widgets import WIDE, label, look, panel
from app.views.text.mathematics import powers

BETWEEN = 14  # pixels between a name and its value


class MeasuresPanel:
    """Two columns, names and values; warnings are marked and coloured, outdated measures greyed.
    A value with a word that is wider than its column has a line of its own below its name.

    ``explain`` receives the section on the mathematics of a measure whose name was clicked.
    """

    def __init__(self, explain: Callable[[str], None]) -> None:
        self._explain = explain
        self._shown: Sequence[Measure] = ()
        self.widget, self._column = panel(WIDE)
        self._tips = SideTips(self.widget)
        self._grid = QGridLayout()
        # names and values touch: between them there would be no tooltip
        self._grid.setSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._column.addLayout(self._grid)
        self._column.addStretch(1)
        self.rows: list[tuple[QPushButton, QLabel]] = []

    def show(self, measures: Sequence[Measure]) -> None:
        """Replace all rows."""
        self._shown = measures
        while len(self.rows) < len(measures):
            self._add()
        for i, (name, value) in enumerate(self.rows):
            shown = i < len(measures)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                _set(name, value, measures[i])
        self._arrange(len(measures))

    def _arrange(self, count: int) -> None:
        """Give each value a place in which no number is cut at the least width of the panel."""
        edges = self._column.contentsMargins()
        named = max((name.sizeHint().width() for name, _ in self.rows[:count]), default=0)
        room = self.widget.minimumWidth() - edges.left() - edges.right() - BETWEEN - named
        for row, (_, value) in enumerate(self.rows[:count]):
            place = (2 * row + 1, 0, 1, 2) if _widest(value) > room else (2 * row, 1, 1, 1)
            if self._grid.getItemPosition(self._grid.indexOf(value)) != place:
                self._grid.removeWidget(value)
                self._grid.addWidget(value, *place)

    def _add(self) -> None:
        name, value = QPushButton(), label("")
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setWordWrap(True)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setContentsMargins(BETWEEN, 1, 0, 1)
        row = len(self.rows)
        look(name, "quiet")
        name.setCursor(Qt.CursorShape.PointingHandCursor)
        name.clicked.connect(lambda: self._explain(self._shown[row].section))
        name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.MinimumExpanding)
        self._grid.addWidget(name, 2 * row, 0)
        self._grid.addWidget(value, 2 * row, 1)
        for each in (name, value):
            each.installEventFilter(self._tips)
        self.rows.append((name, value))


def _widest(value: QLabel) -> int:
    """Return the width of the widest word of a label in pixels."""
    metrics = value.fontMetrics()
    return max((metrics.horizontalAdvance(word) for word in value.text().split()), default=0)


def _set(name: QPushButton, value: QLabel, measure: Measure) -> None:
    value_words = powers(measure.value).replace("± ", "±\u00a0")
    text = value_words if measure.ok or measure.stale else f"⚠ {value_words}"
    shown = (name.text(), value.text(), name.objectName() == "stale")
    if shown == (on_button(measure.name), text, measure.stale):
        return
    name.setText(on_button(measure.name))
    value.setText(text)
    look(name, "stale" if measure.stale else "quiet")
    look(value, "stale" if measure.stale else "" if measure.ok else "warning")
    hint(name, f"{measure.hint}\nClick for the mathematics.")
    hint(value, measure.hint)
    stale = ", being computed again" if measure.stale else ""
    value.setAccessibleName(f"{measure.name}: {text}{stale}")
