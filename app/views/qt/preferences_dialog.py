"""The preferences: what is chosen holds at once, but for the engine, which the next start takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QVBoxLayout,
    QWidget,
)

from app.model.preferences import ENGINES, THEMES, Preferences
from app.views.base import Choice
from app.views.qt.style import GAP
from app.views.qt.widgets import caption, fill, form, label, picker

WORDS = {
    "auto": "The best there is",
    "gpu": "Graphics card (WGSL)",
    "reference": "NumPy, float64",
    "system": "As the system",
    "dark": "Dark",
    "light": "Light",
}


class PreferencesDialog(QDialog):
    """Does not block the window; ``change`` hears of each choice."""

    def __init__(
        self, parent: QWidget, now: Preferences, change: Callable[[Preferences], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self.setMinimumWidth(400)
        self._change = change
        self.engine = self._picker(
            "Engine", "What computes geodesics and maps", ENGINES, now.engine
        )
        self.theme = self._picker("Theme", "Colours of window and canvas", THEMES, now.theme)
        self.autosave = QCheckBox("Keep unsaved work, and offer it after a crash")
        self.autosave.setChecked(now.autosave)
        self.autosave.toggled.connect(self._tell)
        rows = form()
        rows.addRow(caption("Engine"), self.engine)
        rows.addRow("", label("Another engine is used from the next start.", "quiet"))
        rows.addRow(caption("Theme"), self.theme)
        rows.addRow(caption("Autosave"), self.autosave)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addLayout(rows)
        column.addWidget(buttons)

    def _picker(self, name: str, hint: str, known: tuple[str, ...], value: str) -> QComboBox:
        box = picker(name, hint)
        fill(box, [Choice(each, WORDS[each]) for each in known], value)
        box.activated.connect(self._tell)
        return box

    def _tell(self) -> None:
        self._change(
            Preferences(
                self.engine.currentData(), self.theme.currentData(), self.autosave.isChecked()
            )
        )
