"""A grid of the outcomes without a bar; the likelier an outcome, the brighter its square."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.views.interface.theme import Theme
from app.views.qt.style.text import as_hint

# pixels from square to square, and of a square's side; minimum opacity
STEP, SIDE, FAINTEST = 9, 8, 0.12


class OutcomeGrid(QWidget):
    """Squares in the order of the outcomes, row by row.

    ``name`` returns the tooltip of the i-th outcome, which appears when the user points at it.
    """

    def __init__(self, name: Callable[[int], str]) -> None:
        super().__init__()
        self._name = name
        self._worth: NDArray[np.floating] = np.zeros(0)
        self._colour, self._chosen = QColor("gray"), -1
        self._pointed: QPoint | None = None  # position of the pointer while it is on a square
        self.setMouseTracking(True)
        self.setAccessibleName("Outcomes without a bar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Draw squares in the accent colour of ``theme``."""
        self._colour = QColor(theme.accent)
        self.update()

    def show_outcomes(self, p: NDArray[np.floating], chosen: int) -> None:
        """Show probabilities (k,), and a frame round outcome ``chosen`` unless it is −1."""
        self.setAccessibleDescription(f"{len(p)} outcomes, at most {p.max(initial=0.0):.2g} each")
        grown = len(p) != len(self._worth)
        self._worth, self._chosen = np.sqrt(p / max(float(p.max(initial=0.0)), 1e-30)), chosen
        if grown:
            self._fit()
        self.update()
        if self._pointed is not None and self.underMouse():
            self._tell(self._pointed, self.mapToGlobal(self._pointed))

    def place(self, i: int) -> QRect:
        """Return the square of outcome ``i``, in pixels of the widget."""
        row, column = divmod(i, self._columns())
        return QRect(column * STEP, row * STEP, SIDE, SIDE)

    def at(self, point: QPoint) -> int:
        """Return the index of the outcome at a point of the widget, or −1."""
        column, row = point.x() // STEP, point.y() // STEP
        i = row * self._columns() + column
        return i if 0 <= column < self._columns() and 0 <= i < len(self._worth) else -1

    def sizeHint(self) -> QSize:
        return QSize(30 * STEP, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._tell(event.position().toPoint(), event.globalPosition().toPoint())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for i, worth in enumerate(self._worth):
                colour = QColor(self._colour)
                colour.setAlphaF(FAINTEST + (1.0 - FAINTEST) * float(worth))
                painter.fillRect(self.place(i), colour)
            if self._chosen >= 0:
                painter.setPen(self.palette().text().color())
                painter.drawRect(self.place(self._chosen).adjusted(-1, -1, 0, 0))

    def _tell(self, point: QPoint, there: QPoint) -> None:
        i = self.at(point)
        self._pointed = point if i >= 0 else None
        if i < 0:
            QToolTip.hideText()
        else:
            QToolTip.showText(there, as_hint(self._name(i)), self, self.place(i))

    def _columns(self) -> int:
        return max(self.width() // STEP, 1)

    def _fit(self) -> None:
        """Set the height that all rows need."""
        self.setFixedHeight(STEP * -(-len(self._worth) // self._columns()))
