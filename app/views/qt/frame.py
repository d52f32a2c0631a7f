"""The window's frame: what Qt tells it (closing, drops, pointers, threads), passed on as calls."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QWidget


class Frame(QMainWindow):
    """A main window that asks before it closes and takes files that are dropped on it."""

    closing = Signal()
    dropped = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.may_close: Callable[[], bool] = lambda: True
        self.setAcceptDrops(True)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.closing.emit()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        urls = event.mimeData().urls()
        self.dropped.emit([url.toLocalFile() for url in urls if url.isLocalFile()])


class Leaving(QObject):
    """Says when the pointer leaves a widget: the canvas's toolkit does not tell it."""

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__(widget)
        self._call = call
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._call()
        return False


class Mail(QObject):
    """Carries calls to the GUI thread: a signal between threads is queued by Qt."""

    call = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.call.connect(lambda function: function(), Qt.ConnectionType.QueuedConnection)
