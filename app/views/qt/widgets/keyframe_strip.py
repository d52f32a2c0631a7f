"""The keyframe strip: seconds, keyframes as diamonds, and the current time."""

from __future__ import annotations

from itertools import count, takewhile

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.timeline import KeyframeMoved, TimeChosen, TimelineState
from app.views.qt.widgets.speech import describe

HEIGHT, EDGE = 34, 9
HALF = 5.5  # of a diamond, in pixels
NEAR = 6.0  # distance in pixels within which the pointer selects a keyframe
STEP = 0.1  # seconds per press of an arrow key
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)
TICK = 52  # minimum pixels between two numbers
FIRST = "Choose a time, change the scene and press K again"


class Strip(QWidget):
    """Draws a timeline's state; emits chosen times and dragged keyframes."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        super().__init__()
        self._emit, self._theme = emit, theme
        self._state = TimelineState()
        self._held: float | None = None  # the keyframe under the pressed pointer, by its time
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Time and keyframes")
        self.setToolTip(
            "Click or drag: set the time · Drag a diamond, or press Shift and an arrow key: move its "
            "keyframe"
        )

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def show_state(self, state: TimelineState) -> None:
        """Draw another state."""
        self._state = state
        on = ", on a keyframe" if state.time in state.keys else ""
        count = f"{len(state.keys)} keyframe{'' if len(state.keys) == 1 else 's'}"
        words = f"{state.time:.2f} of {state.duration:g} s, {count}{on}"
        describe(self, words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Set the colours."""
        self._theme = theme
        self.update()

    # --- places ---------------------------------------------------------------------------------
    def x_of(self, time: float) -> float:
        """Return the pixel position of a time from the left."""
        return EDGE + (self.width() - 2 * EDGE) * time / (self._state.duration or 1.0)

    def _time(self, x: float) -> float:
        share = (x - EDGE) / max(self.width() - 2 * EDGE, 1)
        return min(max(share, 0.0), 1.0) * self._state.duration

    def _key_at(self, x: float) -> float | None:
        near = [key for key in self._state.keys if abs(self.x_of(key) - x) <= NEAR]
        return min(near, key=lambda key: abs(self.x_of(key) - x), default=None)

    # --- hands ----------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        self._held = self._key_at(x)
        self._emit(TimeChosen(self._time(x) if self._held is None else self._held))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        over = self._key_at(x)
        pressed = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if not pressed:
            shape = Qt.CursorShape.ArrowCursor if over is None else Qt.CursorShape.SizeHorCursor
            self.setCursor(shape)
        elif self._held is None:
            self._emit(TimeChosen(self._time(x) if over is None else over))
        elif abs(self.x_of(self._held) - x) >= 1.0:
            self._move(x, done=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None and event.button() == Qt.MouseButton.LeftButton:
            self._move(self.x_of(self._held), done=True)
            self._held = None

    def _move(self, x: float, done: bool) -> None:
        """Move the dragged keyframe within its limits."""
        held = self._held
        assert held is not None
        to = held if done else self._time(x)
        self._emit(KeyframeMoved(held, to, done))
        self._held = self._state.time
        QToolTip.showText(self.mapToGlobal(QPointF(x, -HEIGHT).toPoint()), f"{self._held:.2f} s")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now, keys = self._state.time, self._state.keys
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}
        shifted = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if shifted and now in keys and event.key() in steps:
            to = min(max(now + steps[Qt.Key(event.key())], 0.0), self._state.duration)
            self._emit(KeyframeMoved(now, to, done=True))
            return
        match Qt.Key(event.key()):
            case Qt.Key.Key_Left:
                self._emit(TimeChosen(max(now - STEP, 0.0)))
            case Qt.Key.Key_Right:
                self._emit(TimeChosen(min(now + STEP, self._state.duration)))
            case Qt.Key.Key_PageUp:
                self._emit(TimeChosen(max((k for k in keys if k < now), default=0.0)))
            case Qt.Key.Key_PageDown:
                later = (k for k in keys if k > now)
                self._emit(TimeChosen(min(later, default=self._state.duration)))
            case _:
                super().keyPressEvent(event)

    # --- the picture ----------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_seconds(painter)
            self._paint_time(painter)
            for key in self._state.keys:
                self._paint_key(painter, key)

    def _paint_seconds(self, painter: QPainter) -> None:
        state, theme = self._state, self._theme
        middle = HEIGHT - 11.0
        painter.setPen(QPen(QColor(theme.border), 2))
        painter.drawLine(QPointF(EDGE, middle), QPointF(self.width() - EDGE, middle))
        painter.setPen(QColor(theme.muted))
        small = painter.font()
        small.setPointSizeF(8.0)
        painter.setFont(small)
        if len(state.keys) == 1:
            room = self.rect().adjusted(0, 0, 0, -18)
            words = painter.fontMetrics().elidedText(
                FIRST, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
            return
        fits = [s for s in STEPS if self.x_of(s) - EDGE >= TICK]
        step = fits[0] if fits else STEPS[-1]
        for second in takewhile(lambda t: t <= state.duration + 1e-9, count(0.0, step)):
            x = self.x_of(second)
            painter.drawLine(QPointF(x, middle - 3), QPointF(x, middle))
            painter.drawText(QPointF(x - 8 if second else x - 3, 11.0), f"{second:g}")

    def _paint_time(self, painter: QPainter) -> None:
        x = self.x_of(self._state.time)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.drawLine(QPointF(x, 3), QPointF(x, HEIGHT - 2))

    def _paint_key(self, painter: QPainter, key: float) -> None:
        x, y = self.x_of(key), HEIGHT - 11.0
        corners = [QPointF(x + dx * HALF, y + dy * HALF) for dx, dy in
                   ((0, -1), (1, 0), (0, 1), (-1, 0))]  # fmt: skip
        chosen = key == self._state.time
        painter.setBrush(QColor(self._theme.accent if chosen else self._theme.text))
        focus = self._theme.text if chosen and self.hasFocus() else self._theme.panel
        painter.setPen(QPen(QColor(focus), 1.5))
        painter.drawPolygon(QPolygonF(corners))
