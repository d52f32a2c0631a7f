"""The keyboard in the window: the order of Tab and F6, and keys that the focused widget needs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTextEdit,
    QToolBar,
    QToolButton,
    QWidget,
)

from app.model.panel_titles import COMPARE, DATA, DESCENTS, DISTANCES, HEADS, LESSON
from app.process.unhandled import reported

SPACE, HOME, END = Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End
BUTTONS = (QPushButton, QToolButton)
LISTS, TEXTS = (QComboBox, QAbstractItemView), (QTextEdit, QPlainTextEdit)
# the keys that widgets use, which are also shortcuts
OWN: tuple[tuple[tuple[type[QWidget], ...], tuple[Qt.Key, ...]], ...] = (
    ((QAbstractButton, *LISTS), (SPACE,)),
    ((QAbstractSlider, QTabBar, *LISTS, *TEXTS), (HOME, END)),
)
SHIFT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
# commands after which the keyboard is in a panel
ENTERED = {
    "lessons": LESSON,
    "browse_heads": HEADS,
    "show_comparison": COMPARE,
    "show_data": DATA,
    "show_descents": DESCENTS,
    "show_distances": DISTANCES,
}
FORWARD, BACK = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason


def is_own(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the focused widget uses a key for itself, which a shortcut would take from it."""
    if event.matches(QKeySequence.StandardKey.Copy):
        return _has_selection(widget)
    held = event.modifiers() & ~SHIFT
    if held == CONTROL:  # to the first or last line
        return isinstance(widget, (QAbstractItemView, *TEXTS)) and event.key() in (HOME, END)
    if held:
        return False
    if isinstance(widget, LISTS) and event.text().strip().isprintable() and event.text().strip():
        return True  # it searches the list
    return any(isinstance(widget, kinds) and event.key() in keys for kinds, keys in OWN)


def _has_selection(widget: QWidget | None) -> bool:
    """Whether text is selected that can be copied."""
    if isinstance(widget, TEXTS):
        return widget.textCursor().hasSelection()
    return isinstance(widget, QLabel) and widget.hasSelectedText()


class OwnKeys(QObject):
    """Keeps shortcuts of the window from keys that the focused widget uses."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(watched, QWidget):
            return False
        assert isinstance(event, QKeyEvent)
        if is_own(watched.focusWidget(), event):
            event.accept()
            return True
        return False


class Regions:
    """The parts of a window as the keyboard visits them: toolbar, left panels, centre, other panels.

    ``centre``: the canvas and what belongs to it, from top to bottom.
    """

    def __init__(self, frame: QMainWindow, centre: Sequence[QWidget]) -> None:
        self._frame, self._centre = frame, centre
        # a part that was entered while it had no control, and what had the focus then
        self._awaited: tuple[QWidget, QWidget | None] | None = None

    def step(self, forward: bool) -> bool:
        """Focus the next widget; False if there is none.  Past the last comes the first."""
        stops = [stop for stops in self._stops() for stop in stops]
        at = QApplication.focusWidget()
        if at in stops:
            to = stops.index(at) + (1 if forward else -1)
        else:
            to = 0 if forward else -1
        return bool(stops) and _focus(stops[to % len(stops)], FORWARD if forward else BACK)

    def jump(self, forward: bool) -> None:
        """Focus the next part of the window, at the widget that had the focus there last."""
        parts, at = self._stops(), QApplication.focusWidget()
        places = [i for i, stops in enumerate(parts) if at in stops]
        step = 1 if forward else -1
        to = places[0] + step if places else 0 if forward else -1
        if parts:
            stops = parts[to % len(parts)]
            last = [stop for stop in stops if stop in self._last()]
            _focus((last or stops)[0], FORWARD)

    def enter(self, part: QWidget) -> None:
        """Focus the first control of a part; a button, which may open a dialog, only if it must.

        A part without any is entered once it is filled.
        """
        stops = [widget for widget in _within(part) if _is_stop(widget)]
        controls = [widget for widget in stops if not isinstance(widget, QScrollArea)]
        fields = [widget for widget in controls if not isinstance(widget, BUTTONS)]
        self._awaited = None if stops else (part, QApplication.focusWidget())
        if stops:
            _focus((fields or controls or stops)[0], FORWARD)

    def filled(self, part: QWidget) -> None:
        """Enter a part that had no control before, unless the user has gone elsewhere."""
        if self._awaited == (part, QApplication.focusWidget()):
            self.enter(part)

    def _last(self) -> set[QWidget | None]:
        """Return the widgets that had the focus last, each in its part."""
        return {region.focusWidget() for region in self._regions()}

    def _stops(self) -> list[list[QWidget]]:
        """Return the widgets that can have the focus now, by parts, without empty parts."""
        found = ([w for w in _within(region) if _is_stop(w)] for region in self._regions())
        return [stops for stops in found if stops]

    def _regions(self) -> list[QWidget]:
        """Return the visible parts in the order of reading; floating panels are last."""
        frame = self._frame
        beside = [*frame.findChildren(QDockWidget), *frame.findChildren(QTabBar)]
        beside = [w for w in beside if w.isVisible() and not w.visibleRegion().isEmpty()]
        own = [w for w in beside if isinstance(w, QDockWidget) or w.parent() is frame]
        parts = [*frame.findChildren(QToolBar), *own, *self._centre, frame.statusBar()]
        return sorted((w for w in parts if w.isVisible()), key=self._place)

    def _place(self, part: QWidget) -> tuple[int, int, int]:
        """Return a sort key: side of the centre, then from top to bottom."""
        middle = self._centre[0]
        at, left = part.mapTo(self._frame, QPoint()), middle.mapTo(self._frame, QPoint())
        if isinstance(part, QDockWidget) and part.isFloating():
            side = 6
        elif isinstance(part, QToolBar) or part is self._frame.statusBar():
            side = 0 if isinstance(part, QToolBar) else 5
        elif part in self._centre:
            side = 2
        elif at.x() + part.width() <= left.x():
            side = 1
        else:
            side = 3 if at.x() >= left.x() + middle.width() else 4
        return side, at.y(), at.x()


def _within(region: QWidget) -> list[QWidget]:
    return [region, *region.findChildren(QWidget)]


def _is_stop(widget: QWidget) -> bool:
    """Whether Tab stops at a widget: a panel only if it scrolls, an area in a panel never."""
    if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
        return False
    if not (widget.isVisible() and widget.isEnabled()):
        return False
    if isinstance(widget, QScrollArea):
        return widget.verticalScrollBar().maximum() > 0 and not _is_inner(widget)
    return not (isinstance(widget, QTabBar) and widget.count() == 0)


def _is_inner(area: QScrollArea) -> bool:
    """Whether a scrolled area lies in another one; its controls scroll it."""
    above = area.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above is not None


def _focus(widget: QWidget, reason: Qt.FocusReason) -> bool:
    widget.activateWindow()
    widget.setFocus(reason)
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()
    return True


def open_first_menu(frame: QMainWindow) -> None:
    """Open the first menu, as F10 does elsewhere."""
    bar = frame.menuBar()
    if bar.isVisible() and bar.actions():
        bar.setActiveAction(bar.actions()[0])
