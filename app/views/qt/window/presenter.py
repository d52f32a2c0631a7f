"""Presentation mode: full screen, large type, canvas and lesson; a clicker changes steps."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QMainWindow,
    QMenu,
    QToolBar,
    QWidget,
)

from app.process.unhandled import reported
from app.views.qt.style.style import POINTS
from app.views.qt.window.spotlight import Spotlight

TYPE = 15  # points
KEYS = {
    Qt.Key.Key_PageDown: "lesson_next",
    Qt.Key.Key_Right: "lesson_next",
    Qt.Key.Key_PageUp: "lesson_back",
    Qt.Key.Key_Left: "lesson_back",
}
USUAL = (  # features of a panel
    QDockWidget.DockWidgetFeature.DockWidgetClosable
    | QDockWidget.DockWidgetFeature.DockWidgetMovable
    | QDockWidget.DockWidgetFeature.DockWidgetFloatable
)
LEAVE, DIM = Qt.Key.Key_Escape, Qt.Key.Key_S


class Presenter(QObject):
    """Switches one window to presentation mode and back.

    ``invoke`` runs a command by name; ``enlarge`` sets the type size in points, None for the default;
    ``colour``: of the pointer's ring; ``arrange`` places the panels for presenting, or as before.
    """

    def __init__(
        self,
        frame: QMainWindow,
        invoke: Callable[[str], None],
        enlarge: Callable[[int | None], None],
        colour: Callable[[], str],
        arrange: Callable[[bool], None],
    ) -> None:
        super().__init__(frame)
        self._frame, self._invoke, self._enlarge, self._colour = frame, invoke, enlarge, colour
        self._arrange = arrange
        self._before: tuple[Qt.WindowState, list[QWidget]] | None = None
        self._passes = False  # the pressed key belongs to another widget
        self.spotlight: Spotlight | None = None
        self._magnify: Callable[[float], None] = lambda scale: None
        self._holds: Callable[[], bool] = lambda: False
        self.size = 1.0  # of letters and lines outside presentation mode, 1 by default

    def serve(self, magnify: Callable[[float], None], holds: Callable[[], bool]) -> None:
        """Set the canvas's functions: ``magnify`` scales it; ``holds``: whether a gesture is under
        way.
        """
        self._magnify, self._holds = magnify, holds
        self.set_size(self.size)

    def set_size(self, size: float) -> None:
        """Scale letters and lines, in presentation mode not before it ends."""
        changed, self.size = size != self.size, size
        if not self.is_on:
            self._magnify(size)
            if changed:
                self._enlarge(None)

    @property
    def is_on(self) -> bool:
        """Whether presentation mode is on."""
        return self._before is not None

    def toggle(self) -> None:
        """Start or end presentation mode."""
        self.leave() if self.is_on else self.enter()

    def enter(self) -> None:
        """Hide everything except the canvas and a visible lesson."""
        frame = self._frame
        # shortcuts of a hidden menu bar do not work
        menus = [action.menu() for action in frame.menuBar().actions()]
        frame.addActions([a for menu in menus if isinstance(menu, QMenu) for a in menu.actions()])
        docks = frame.findChildren(QDockWidget)
        around = [frame.menuBar(), frame.statusBar(), *frame.findChildren(QToolBar)]
        hidden = [w for w in around if w.isVisible()]
        self._before = (frame.windowState(), hidden)
        self._arrange(True)
        for widget in hidden:
            widget.hide()
        for dock in docks:
            dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._enlarge(TYPE)
        self._magnify(TYPE / POINTS)
        frame.showFullScreen()
        self.spotlight = Spotlight(frame, self._colour())
        self.spotlight.show()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def leave(self) -> None:
        """Restore the window as it was before presenting; without effect outside it."""
        if self._before is None:
            return
        (window_state, hidden), self._before = self._before, None
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        if self.spotlight is not None:
            self.spotlight.hide()
            self.spotlight.deleteLater()
            self.spotlight = None
        self._enlarge(None)
        self._magnify(self.size)
        for widget in hidden:
            widget.show()
        self._frame.setWindowState(window_state)
        for dock in self._frame.findChildren(QDockWidget):
            dock.setFeatures(USUAL)
        self._arrange(False)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle keys of a clicker before pins and sliders do."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        assert isinstance(event, QKeyEvent)
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if event.type() == QEvent.Type.ShortcutOverride:
            # precedes the press event, which propagates through widgets and may end a gesture
            self._passes = self._is_busy()
        if not plain or self._passes or event.key() not in (*KEYS, LEAVE, DIM):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif isinstance(watched, QWidget):
            self._obey(event.key())
        else:
            return False
        return True

    def _is_busy(self) -> bool:
        """Whether keys belong to a gesture, a menu or a dialog."""
        in_dialog = isinstance(QApplication.activeWindow(), QDialog)
        return self._holds() or in_dialog or QApplication.activePopupWidget() is not None

    def _obey(self, key: int) -> None:
        if key == LEAVE:
            self.leave()
        elif key == DIM and self.spotlight is not None:
            self.spotlight.dim()
        elif key in KEYS:
            self._invoke(KEYS[Qt.Key(key)])
