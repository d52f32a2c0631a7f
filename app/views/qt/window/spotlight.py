"""A ring around the pointer for an audience, with optional darkening around it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

RING, LIT = 26, 170  # radii in pixels
EVERY_MS = 25
VEIL = 165  # of 255


class Spotlight(QWidget):
    """An overlay of ``parent`` that passes all clicks through."""

    def __init__(self, parent: QWidget, colour: str) -> None:
        super().__init__(parent)
        self._below = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.dims = False
        self._colour = QColor(colour)
        self._at = QPoint(-1000, -1000)
        # the canvas consumes pointer moves
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.follow)
        self._clock.start(EVERY_MS)
        self.follow()

    def dim(self) -> None:
        """Switch the darkening around the pointer on or off."""
        self.dims = not self.dims
        self.update()

    def follow(self) -> None:
        """Move to the pointer."""
        self.setGeometry(self._below.rect())
        self.raise_()
        at = self.mapFromGlobal(QCursor.pos())
        if at == self._at:
            return
        before, self._at = self._at, at
        if self.dims:
            self.update()
        else:
            self.update(_around(before))
            self.update(_around(at))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.dims:
            dark = QPainterPath()
            dark.addRect(self.rect())
            dark.addEllipse(QPointF(self._at), LIT, LIT)
            painter.fillPath(dark, QColor(0, 0, 0, VEIL))
        glow = QColor(self._colour)
        glow.setAlpha(46)
        painter.setBrush(glow)
        painter.setPen(QPen(self._colour, 2.5))
        painter.drawEllipse(QPointF(self._at), RING, RING)


def _around(at: QPoint) -> QRect:
    reach = RING + 4
    return QRect(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
