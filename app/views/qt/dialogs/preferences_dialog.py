"""The preferences dialog; changes apply at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QVBoxLayout,
    QWidget,
)

from app.model.preferences import (
    DIGITS,
    FINAL_STEPS,
    LIVE_STEPS,
    SIZES,
    THEMES,
    UNITS,
    Preferences,
)
from app.views.interface.choices import Choice
from app.views.qt.style.style import GAP
from app.views.qt.widgets.widgets import fill, form, label, picker
from compute.engine.opening import ENGINES

WORDS = {
    "auto": "Automatic: the graphics card if there is one",
    "gpu": "Graphics card (WGSL)",
    "reference": "NumPy, float64",
    "system": "As the system",
    "dark": "Dark",
    "light": "Light",
    "nats": "Nats (natural logarithm)",
    "bits": "Bits (logarithm to base 2)",
    **{str(size): f"{size} %" for size in SIZES},
}
# field of the preferences, name, meaning, choices
ROWS: tuple[tuple[str, str, str, tuple[object, ...]], ...] = (
    (
        "engine",
        "Compute with",
        "The graphics card is fast, in single precision; NumPy is slower, in double precision.",
        ENGINES,
    ),
    ("adapter", "Graphics card", "For machines that have more than one.", ()),
    (
        "live_steps",
        "Steps while dragging",
        "Steps of a path from A to B while a pin moves. Fewer follow the hand better.",
        LIVE_STEPS,
    ),
    (
        "final_steps",
        "Steps at rest",
        "Steps of the path once nothing moves. More make it more exact: see its drift in Measures.",
        FINAL_STEPS,
    ),
    ("digits", "Digits", "Significant digits of lengths, energies and divergences.", DIGITS),
    ("unit", "Unit of information", "For KL divergences. Lengths are always in √nat.", UNITS),
    ("theme", "Theme", "Colours of window and canvas.", THEMES),
    ("size", "Size", "Of letters everywhere, and of lines and pins on the canvas.", SIZES),
)
AUTOMATIC = Choice("", "Automatic")


class PreferencesDialog(QDialog):
    """Does not block the window; ``change`` receives each choice; ``adapters``: the available ones."""

    def __init__(
        self,
        parent: QWidget,
        now: Preferences,
        adapters: Sequence[str],
        change: Callable[[Preferences], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self.setMinimumWidth(560)
        self._change = change
        rows = form()
        self.boxes: dict[str, QComboBox] = {}
        for field, name, hint, known in ROWS:
            choices = [Choice(str(each), WORDS.get(str(each), str(each))) for each in known]
            listed = (
                [AUTOMATIC, *(Choice(a, a) for a in adapters)] if field == "adapter" else choices
            )
            self.boxes[field] = self._picker(name, hint, listed, str(getattr(now, field)))
            both = QVBoxLayout()
            both.setSpacing(2)
            both.addWidget(self.boxes[field])
            both.addWidget(label(hint, "quiet", wrap=True))
            rows.addRow(label(name), both)
        self.autosave = QCheckBox("Back up unsaved work and offer it after a crash")
        self.autosave.setChecked(now.autosave)
        self.autosave.toggled.connect(self._tell)
        rows.addRow(label("Autosave"), self.autosave)
        buttons = QDialogButtonBox()
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addLayout(rows)
        column.addWidget(buttons)
        # once the window’s style is theirs, or they have icons
        buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)

    def _picker(self, name: str, hint: str, choices: Sequence[Choice], value: str) -> QComboBox:
        box = picker(name, hint)
        if value not in [choice.value for choice in choices]:
            choices = [*choices, Choice(value, f"{value} (not available now)")]
        fill(box, choices, value)
        box.activated.connect(self._tell)
        return box

    def _tell(self) -> None:
        usual = vars(Preferences())
        chosen = {field: type(usual[field])(box.currentData()) for field, box in self.boxes.items()}
        self._change(Preferences(**chosen, autosave=self.autosave.isChecked()))
