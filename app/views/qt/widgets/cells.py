"""A picture of cells under the pointer and the arrow keys, and the colours of Viridis as bytes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

Place = tuple[int, int]
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
TABBED = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Cells(QWidget):
    """Keeps which cell is pointed at, by mouse or keys; ``name`` is what a screen reader says.

    Subclasses say which place is under a point and which lies beside the one pointed at, and what
    becomes of a place that is looked at or taken, by a click or Enter.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.pointed: Place | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def place_at(self, at: QPoint) -> Place | None:
        """Return the place under a point, or None."""
        raise NotImplementedError

    def beside(self, step: tuple[int, int]) -> Place | None:
        """Return the place that an arrow key leads to; None if there are no cells."""
        raise NotImplementedError

    def looked_at(self, place: Place | None) -> None:
        """Follow another place under the pointer or the keys."""
        raise NotImplementedError

    def taken(self, place: Place) -> None:
        """Follow a click on a place, or Enter."""
        raise NotImplementedError

    def fit(self) -> None:
        """Arrange the cells in a new width."""
        raise NotImplementedError

    def _look(self, place: Place | None) -> None:
        if place != self.pointed:
            self.pointed = place
            self.looked_at(place)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a ring while the keyboard is here, over what subclasses draw."""
        if self.hasFocus():
            with QPainter(self) as painter:
                painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Point at a cell, so that it is said and Enter takes it."""
        super().focusInEvent(event)
        if self.pointed is None and event.reason() in TABBED:
            self._look(self.beside((0, 0)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look(self.place_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self._look(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._look(place)
            self.taken(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        place = self.beside(step) if step is not None else None
        if place is not None:
            self._look(place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed is not None:
            self.taken(self.pointed)
        elif step is None:
            super().keyPressEvent(event)


@lru_cache(maxsize=1)
def viridis() -> np.ndarray:
    """Return Viridis (256, 3) as bytes."""
    table: np.ndarray = pg.colormap.get("viridis").getLookupTable(0.0, 1.0, 256)[:, :3]
    return table.astype(np.uint8)
