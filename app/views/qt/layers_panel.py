"""The layers panel: what is drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QGridLayout

from app.views.base import PanelState
from app.views.qt.widgets import NARROW, panel

COLUMNS = 2


class LayersPanel:
    """One box a layer; a layer that the state does not list is not shown."""

    def __init__(self, change: Callable[[str, object], None]) -> None:
        self._change = change
        self._boxes: dict[str, QCheckBox] = {}
        self.widget, column = panel(NARROW)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(3)
        column.addLayout(self._grid)
        column.addStretch(1)

    def show(self, state: PanelState) -> None:
        """Show a state without telling it back."""
        listed = {field for field, _, _ in state.layers}
        for field, box in self._boxes.items():
            box.setVisible(field in listed)
        for field, words, visible in state.layers:
            box = self._boxes.get(field) or self._add(field, words)
            with QSignalBlocker(box):
                box.setChecked(visible)

    def _add(self, field: str, words: str) -> QCheckBox:
        box = QCheckBox(words)
        box.toggled.connect(lambda on: self._change(f"layers.{field}", on))
        self._grid.addWidget(box, *divmod(len(self._boxes), COLUMNS))
        self._boxes[field] = box
        return box
