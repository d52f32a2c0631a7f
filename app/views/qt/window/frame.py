"""The main window frame, which passes on Qt events: closing, drops, pointer, threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QChildEvent, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QNativeGestureEvent,
)
from PySide6.QtWidgets import QDialog, QMainWindow, QTabBar, QWidget

from app.process.unhandled import reported
from app.views.qt.window.keyboard import OwnKeys, open_first_menu

# at the first start, if the screen has room for it and for a title bar
SIZE, TITLE = QSize(1400, 860), 40
# whether the keyboard focus moves forward
ENTERING = {Qt.FocusReason.TabFocusReason: True, Qt.FocusReason.BacktabFocusReason: False}
# reasons for which the focus is away for a while
RETURNING = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)


class MainFrame(QMainWindow):
    """A main window that closes only if ``may_close`` allows it, and accepts dropped files.

    ``step``: focuses the next widget, or the previous one, for Tab.
    """

    closing = Signal()
    dropped = Signal(list)

    def __init__(self, may_close: Callable[[], bool], step: Callable[[bool], bool]) -> None:
        super().__init__()
        self._may_close, self._step = may_close, step
        self.setAcceptDrops(True)
        OwnKeys(self)
        room = self.screen().availableSize()
        self.resize(SIZE.boundedTo(QSize(room.width(), room.height() - TITLE)))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

    def vanish(self) -> None:
        """Close with all open pages and questions, without asking."""
        for dialog in self.findChildren(QDialog):
            dialog.hide()  # closing a question would answer it
        self._may_close = lambda: True
        self.closing.disconnect()
        self.close()

    def childEvent(self, event: QChildEvent) -> None:
        """Name the tabs of panels, which Qt makes by itself."""
        super().childEvent(event)
        child = event.child() if event.polished() else None
        if isinstance(child, QTabBar):
            child.setAccessibleName("Panels")

    def focusNextPrevChild(self, forward: bool) -> bool:
        return self._step(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F10 and not event.modifiers():
            open_first_menu(self)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        urls = event.mimeData().urls()
        self.dropped.emit([url.toLocalFile() for url in urls if url.isLocalFile()])


class Leaving(QObject):
    """Reports when the pointer leaves a widget, which the canvas's toolkit does not."""

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__(widget)
        self._call = call
        widget.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._call()
        return False


class Hands(Protocol):
    """The interface of the canvas for event filters."""

    def walk(self, forward: bool, entering: bool = False) -> bool:
        """Select the next movable object; False past the last one."""

    def arrive(self) -> None:
        """End a move by the keyboard where it has come to."""

    def held_by_keys(self) -> str:
        """Return the name of the selected object while the keyboard holds it, or ""."""

    def leave(self) -> None:
        """Note that the keyboard focus is elsewhere."""

    def point_away(self) -> None:
        """Note that the pointer is outside the widget."""

    def pinch(self, pixel: tuple[float, float], growth: float) -> None:
        """Zoom at a pixel of the widget."""

    def magnify(self, scale: float) -> None:
        """Scale the drawing."""

    ask: Callable[[tuple[float, float], str, Callable[[str], None]], None]

    def holds(self) -> bool:
        """Whether a drag or a hand-drawn line is under way."""


class Pinching(QObject):
    """Reports pinch gestures on a touch pad: position and factor."""

    def __init__(
        self, widget: QWidget, pinch: Callable[[tuple[float, float], float], None]
    ) -> None:
        super().__init__(widget)
        self._pinch = pinch
        widget.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QNativeGestureEvent):
            return False
        if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            at = event.position()
            self._pinch((at.x(), at.y()), event.value())
        return True


class Walking(QObject):
    """Lets Tab cycle through the objects of a widget before moving to the next widget.

    The selection stays while a menu is open or another window is in front.
    """

    def __init__(self, widget: QWidget, canvas: Hands) -> None:
        super().__init__(widget)
        self._canvas = canvas
        widget.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            tab, back = Qt.Key.Key_Tab, Qt.Key.Key_Backtab
            return event.key() in (tab, back) and self._canvas.walk(event.key() == tab, False)
        if isinstance(event, QFocusEvent):
            if event.lostFocus():
                (self._canvas.arrive if event.reason() in RETURNING else self._canvas.leave)()
            elif event.gotFocus() and event.reason() in ENTERING:
                self._canvas.walk(ENTERING[event.reason()], True)
        return False


class Mail(QObject):
    """Carries calls to the GUI thread: a signal between threads is queued by Qt."""

    call = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.call.connect(lambda function: function(), Qt.ConnectionType.QueuedConnection)


def repeat(frame: QWidget, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
    """Call ``call`` regularly on the GUI thread; the returned function stops it."""
    timer = QTimer(frame)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: call())
    timer.start(milliseconds)

    running = [timer]

    def stop() -> None:
        # stopping twice does nothing
        while running:
            timer = running.pop()
            timer.stop()
            timer.deleteLater()

    return stop
