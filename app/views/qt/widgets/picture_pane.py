"""A widget that paints a `Picture` and lets its pins be moved by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views.interface.events import Array
from app.views.interface.picture import Bitmap, Item, Picture, Words
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA, Theme

# pixels within which a pin is grabbed, diameter of a pin in a hand, opacity of what is out of date
REACH, HELD, FAINT = 14.0, 18.0, 0.45
# pixels that an arrow key moves a pin, alone and with Shift
STEP, FINE = 8.0, 1.0
# pixels by which a pin may be off the place that keys lead it to, because a token holds it
SNAPPED = 7.0
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# called with the pin, chart coordinates, and whether it is released
Moved = Callable[[str, tuple[float, float], bool], None]


class PicturePane(QWidget):
    """Paints the last picture; ``moved`` is called while a pin moves.

    Arrow keys move the chosen pin, Shift by less; Enter chooses the other one.
    """

    def __init__(self, theme: Theme, moved: Moved) -> None:
        super().__init__()
        self._theme, self._moved = theme, moved
        self.picture: Picture | None = None
        self._stale = False
        self._held, self._at = "", QPointF()
        # the pin that keys move, and where they have led it, which may be within reach of a token
        self.chosen = "A"
        self._going: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 40)

    def show_picture(self, picture: Picture | None, stale: bool, theme: Theme) -> None:
        """Paint a picture; a stale one is faint."""
        self.picture, self._stale, self._theme = picture, stale, theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        painter.fillRect(self.rect(), QColor(self._theme.background))
        if self.picture is not None:
            painter.setOpacity(FAINT if self._stale and not self._held else 1.0)
            self._paint(painter, self.picture)
        if self._held:
            painter.setOpacity(1.0)
            painter.setPen(QPen(QColor(self._theme.text), 2.0))
            painter.setBrush(QColor(self._theme.pin(self._held)))
            painter.drawEllipse(self._at, HELD / 2, HELD / 2)
        if self.hasFocus():
            self._paint_focus(painter)
        painter.end()

    def _paint_focus(self, painter: QPainter) -> None:
        """Frame the picture, and ring the pin that the arrow keys move."""
        painter.setOpacity(1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.accent), 2.0))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        at = self._place()
        painter.setPen(QPen(QColor(self._theme.text), 2.0))
        if at is not None and not self._held:
            painter.drawEllipse(at, HELD / 2 + 3, HELD / 2 + 3)

    def _paint(self, painter: QPainter, picture: Picture) -> None:
        left, top, right, bottom = picture.box
        painter.save()
        painter.setClipRect(QRectF(left, top, right - left, bottom - top))
        for item in picture.items:
            paint(painter, item)
        painter.restore()

    # --- dragging -----------------------------------------------------------------------------
    def _pin_at(self, at: QPointF) -> str:
        """Return the pin near a pixel, "" for none."""
        pins = self.picture.pins if self.picture is not None else ()
        near = [(float(np.hypot(at.x() - x, at.y() - y)), name) for name, (x, y) in pins]
        least = min(near, default=(REACH, ""))
        return least[1] if least[0] < REACH else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held, self._at = self._pin_at(event.position()), event.position()
            self.chosen, self._going = self._held or self.chosen, None
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._held:
            self._move(at, False)
        else:
            shape = (
                Qt.CursorShape.OpenHandCursor if self._pin_at(at) else Qt.CursorShape.ArrowCursor
            )
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._move(event.position(), True)

    # --- keys ---------------------------------------------------------------------------------
    def _place(self) -> QPointF | None:
        """Return the pixel of the chosen pin."""
        pins = dict(self.picture.pins) if self.picture is not None else {}
        return QPointF(*pins[self.chosen]) if self.chosen in pins else None

    def _begin(self) -> QPointF | None:
        """Return where the next key moves the pin from: where keys led it, unless it went elsewhere."""
        place, going = self._place(), self._going
        if going is None or place is None:
            return place
        apart = float(np.hypot(going.x() - place.x(), going.y() - place.y()))
        return going if self._stale or apart < SNAPPED else place

    def keyPressEvent(self, event: QKeyEvent) -> None:
        start = self._begin()
        key = Qt.Key(event.key())
        if key in ENTER:
            self.chosen = "B" if self.chosen == "A" else "A"
            self._going = None
            self.update()
        elif key in ARROWS and start is not None:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            dx, dy = (part * (FINE if fine else STEP) for part in ARROWS[key])
            self._held, self._going = self.chosen, start + QPointF(dx, dy)
            self._move(self._going, False)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._held and self._going is not None and not event.isAutoRepeat():
            self._move(self._going, True)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._held and self._going is not None:
            self._move(self._going, True)
        self._going = None
        super().focusOutEvent(event)

    def _move(self, at: QPointF, done: bool) -> None:
        name, self._at = self._held, at
        if done:
            self._held = ""
        self.update()
        if self.picture is not None:
            self._moved(name, self.picture.xy((at.x(), at.y())), done)


def paint(painter: QPainter, item: Item) -> None:
    """Paint one item of a picture."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match item:
        case Line():
            cap = Qt.PenCapStyle.RoundCap if item.capped else Qt.PenCapStyle.FlatCap
            painter.setPen(QPen(colour(item.colour), item.width, Qt.PenStyle.SolidLine, cap,
                                Qt.PenJoinStyle.RoundJoin))  # fmt: skip
            for line in item.lines:
                painter.drawPolyline(_polygon(line))
        case Area():
            painter.setBrush(colour(item.colour))
            painter.drawPolygon(_polygon(item.outline))
        case Disc():
            painter.setBrush(colour(item.colour))
            painter.drawEllipse(QPointF(*item.centre), item.radius, item.radius)
        case Bitmap():
            _bitmap(painter, item)
        case Words():
            _words(painter, item)


def colour(value: RGBA) -> QColor:
    """Return four numbers in [0, 1] as a colour."""
    return QColor.fromRgbF(*(float(part) for part in value))


def _polygon(line: Array) -> QPolygonF:
    return QPolygonF([QPointF(float(x), float(y)) for x, y in line])


def _bitmap(painter: QPainter, item: Bitmap) -> None:
    rows, columns = item.pixels.shape[:2]
    made = QImage(
        item.pixels.tobytes(),
        columns,
        rows,
        4 * columns,
        QImage.Format.Format_RGBA8888_Premultiplied,
    )
    left, top, right, bottom = item.box
    before = painter.opacity()
    painter.setOpacity(before * item.opacity)
    painter.drawImage(QRectF(left, top, right - left, bottom - top), made)
    painter.setOpacity(before)


def _words(painter: QPainter, item: Words) -> None:
    """Paint a line of text with its halo, aligned by the height of its capitals."""
    font = QFont(painter.font())
    font.setPixelSize(max(round(item.size), 1))
    font.setBold(item.bold)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(item.text)
    base = (1.0 - item.anchor[1]) * metrics.capHeight()
    painter.save()
    painter.translate(*item.at)
    if item.upright:
        painter.rotate(-90.0)
    path = QPainterPath()
    path.addText(-item.anchor[0] * width, base, font, item.text)
    if item.halo[3] > 0:
        pen = QPen(colour(item.halo), 2 * item.rim)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
    painter.fillPath(path, colour(item.colour))
    painter.restore()
