"""The layers panel: visibility and opacity of layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QGridLayout

from app.views.interface.choices import Answer
from app.views.interface.panel_state import PanelState
from app.views.qt.widgets.context_menu import offer
from app.views.qt.widgets.widgets import NARROW, panel

COLUMNS = 2
SHARES = (1.0, 0.75, 0.5, 0.25, 0.1, 0.0)
HINT = "Right-click to change the opacity; keyframes can fade it."


class LayersPanel:
    """One check box per layer of the state, by its field."""

    def __init__(self, change: Callable[[str, object], None]) -> None:
        self._change = change
        self.boxes: dict[str, QCheckBox] = {}
        self._opacity: dict[str, float] = {}
        self._placed: list[str] = []
        self.widget, column = panel(NARROW)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(3)
        column.addLayout(self._grid)
        column.addStretch(1)

    def show(self, state: PanelState) -> None:
        """Show a state without emitting events."""
        listed = [layer.field for layer in state.layers]
        for field, box in self.boxes.items():
            box.setVisible(field in listed)
        for layer in state.layers:
            box = self.boxes.get(layer.field) or self._add(layer.field, layer.opacity is not None)
            self._opacity[layer.field] = share = 1.0 if layer.opacity is None else layer.opacity
            box.setText(layer.words if share == 1.0 else f"{layer.words} ◐")
            box.setAccessibleName(
                layer.words if share == 1.0 else f"{layer.words}, {share:.0%} opaque"
            )
            fades = "" if layer.opacity is None else f"<br>{share:.0%} opaque. {HINT}"
            # rich text, which wraps
            box.setToolTip(f"<qt>{layer.hint}{fades}</qt>")
            with QSignalBlocker(box):
                box.setChecked(layer.visible)
        if listed != self._placed:
            self._place(listed)

    def _place(self, fields: list[str]) -> None:
        """Put the boxes in rows, without gaps for those that are hidden."""
        self._placed = fields
        for box in self.boxes.values():
            self._grid.removeWidget(box)
        for i, field in enumerate(fields):
            self._grid.addWidget(self.boxes[field], *divmod(i, COLUMNS))

    def _add(self, field: str, fades: bool) -> QCheckBox:
        box = QCheckBox()
        if fades:
            offer(box, lambda pixel: self.shares(field))
        box.toggled.connect(lambda on: self._change(f"layers.{field}", on))
        box.setParent(self.widget)
        self.boxes[field] = box
        return box

    def shares(self, field: str) -> list[Answer | None]:
        """Return the opacity menu of a layer."""
        return [
            (
                f"{'✓ ' if share == self._opacity[field] else ''}{share:.0%} opaque",
                partial(self._change, f"opacity.{field}", share),
            )
            for share in SHARES
        ]
