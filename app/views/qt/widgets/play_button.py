"""The play button; its sign is painted, so that no type size can cut it off."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPolygonF
from PySide6.QtWidgets import QToolButton

SHARE = 0.36  # height of the symbol relative to the button


class PlayButton(QToolButton):
    """Shows a triangle at rest and two bars while playing."""

    def __init__(self) -> None:
        super().__init__()
        self._playing = False

    @property
    def is_playing(self) -> bool:
        """Whether the bars are shown."""
        return self._playing

    def set_playing(self, playing: bool) -> None:
        """Show the bars, or the triangle."""
        if playing != self._playing:
            self._playing = playing
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(QPalette.ColorRole.ButtonText))
            half = SHARE * self.height() / 2
            middle = QRectF(self.rect()).center()
            (_paint_bars if self._playing else _paint_triangle)(painter, middle, half)


def _paint_bars(painter: QPainter, middle: QPointF, half: float) -> None:
    for left in (-0.8, 0.25):
        painter.drawRect(QRectF(middle.x() + left * half, middle.y() - half, 0.55 * half, 2 * half))


def _paint_triangle(painter: QPainter, middle: QPointF, half: float) -> None:
    corners = ((-0.7, -1.0), (1.0, 0.0), (-0.7, 1.0))
    painter.drawPolygon(QPolygonF([middle + QPointF(half * x, half * y) for x, y in corners]))
