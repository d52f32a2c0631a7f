"""Where the panels are: at first, in a narrow window, and in a low one with a lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolBar,
    QToolButton,
    QWidgetAction,
)

from app.model.panel_titles import DISTRIBUTIONS, FAMILY, LAYERS, LESSON, LOG, MEASURES
from app.views.qt.panels.registry import BOTTOM, LEFT, RIGHT, PanelDock, heighten
from app.views.qt.widgets.report_exceptions import told

LOG_HEIGHT = 120
AREAS = {FAMILY: LEFT, LAYERS: LEFT, DISTRIBUTIONS: RIGHT, MEASURES: RIGHT, LOG: BOTTOM}
WIDTHS = {LEFT: 277, RIGHT: 335}
# width and height in pixels below which a window is narrow, or low
NARROW, LOW = 1100, 800
BARS = {
    LEFT: ("Left panels", Qt.ToolBarArea.LeftToolBarArea),
    RIGHT: ("Right panels", Qt.ToolBarArea.RightToolBarArea),
}


class Arrangement(QObject):
    """Places the docks of a window.

    In a narrow window those at its sides collapse to tabs at the edges, except a lesson; in a low one
    with a lesson, the measures become a tab.  Layouts are saved and restored as of a large window.
    """

    def __init__(
        self,
        frame: QMainWindow,
        docks: Mapping[str, QDockWidget],
        slots: Mapping[str, PanelDock],
        is_presenting: Callable[[], bool],
    ) -> None:
        super().__init__(frame)
        self._frame, self._docks, self._slots = frame, docks, slots
        self._is_presenting = is_presenting
        self._large: QByteArray | None = None  # the layout to return to
        self._form = "large"  # or "narrow", "low"
        self.tabs = {title: _Tab(title) for title in docks}
        self._actions = {title: QWidgetAction(frame) for title in docks}
        for title, action in self._actions.items():
            action.setDefaultWidget(self.tabs[title])
        self._bars = {area: self._bar(*words) for area, words in BARS.items()}
        for title, dock in docks.items():
            self.tabs[title].clicked.connect(partial(self._toggle, dock))
            dock.visibilityChanged.connect(lambda _, title=title: self._mark(title))
        docks[LESSON].visibilityChanged.connect(self._adapt_soon)
        frame.installEventFilter(self)

    def _bar(self, name: str, area: Qt.ToolBarArea) -> QToolBar:
        bar = QToolBar(name, self._frame)
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._frame.addToolBar(area, bar)
        bar.hide()
        return bar

    # --- as the program is delivered -----------------------------------------------------------
    def reset(self) -> None:
        """Restore the initial layout, with the log hidden."""
        self._enlarge()
        for title, slot in self._slots.items():
            if slot.spec.top:
                self._put(title, slot.spec.area, slot.spec.shown)
        for title, area in AREAS.items():
            self._put(title, area, shown=title != LOG)
        for title, slot in self._slots.items():
            if not slot.spec.top and title not in AREAS:
                self._put(title, slot.spec.area, slot.spec.shown)
            if slot.spec.beside:
                self._frame.tabifyDockWidget(self._docks[slot.spec.beside], slot.dock)
        self._docks[DISTRIBUTIONS].raise_()
        docks = [self._docks[title] for title in (FAMILY, LAYERS, DISTRIBUTIONS, MEASURES)]
        widths = [WIDTHS[area] for area in (LEFT, LEFT, RIGHT, RIGHT)]
        self._frame.resizeDocks(docks, widths, Qt.Orientation.Horizontal)
        self._frame.resizeDocks(docks, [560, 190, 440, 270], Qt.Orientation.Vertical)
        self._frame.resizeDocks([self._docks[LOG]], [LOG_HEIGHT], Qt.Orientation.Vertical)
        for slot in self._slots.values():
            if slot.spec.height:
                self._frame.resizeDocks([slot.dock], [slot.spec.height], Qt.Orientation.Vertical)
        self._adapt_soon()

    def _put(self, title: str, area: Qt.DockWidgetArea, shown: bool) -> None:
        dock = self._docks[title]
        dock.setFloating(False)
        self._frame.addDockWidget(area, dock)
        dock.setVisible(shown)

    @property
    def state(self) -> QByteArray:
        """The layout of the large window, for saving."""
        return self._frame.saveState() if self._large is None else self._large

    def restore(self, state: QByteArray) -> None:
        """Restore a saved layout."""
        if self._large is None:
            self._frame.restoreState(state)
        else:
            self._large = state

    def give_room(self, title: str, whole: int) -> None:
        """Give a panel that came to the front its height, of that of the canvas."""
        self.adapt()
        heighten(self._frame, self._docks[title], self._slots[title].spec.height, whole)

    # --- as the window's size asks -------------------------------------------------------------
    @told
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._adapt_soon()
        return False

    def _adapt_soon(self) -> None:
        QTimer.singleShot(0, self, self.adapt)  # a layout must not change within a layout

    def adapt(self) -> None:
        """Arrange the panels for the window's size, if they are not yet."""
        form, frame = "large", self._frame
        if self._is_presenting() or not frame.isVisible():
            return
        if frame.width() < NARROW:
            form = "narrow"
        elif frame.height() < LOW and not self._docks[LESSON].isHidden():
            form = "low"
        if form == self._form:
            return
        # saved once: what is restored in a small window has other sizes
        state = self.state
        self._enlarge()
        self._form = form
        if form != "large":
            self._large = state
            self._collapse() if form == "narrow" else self._stack()

    def _enlarge(self) -> None:
        """Return to the layout of the large window; what was opened meanwhile stays open."""
        form, self._form = self._form, "large"
        if self._large is None:
            return
        state, self._large = self._large, None
        is_closed = form == "low" and self._docks[LESSON].isHidden()
        opened = [dock for dock in self._docks.values() if not dock.isHidden()]
        for bar in self._bars.values():
            bar.hide()
        self._frame.restoreState(state)
        for dock in opened:
            dock.show()
        if is_closed:
            self._docks[LESSON].hide()

    def _stack(self) -> None:
        """Put the measures behind the distributions."""
        measures, beside = self._docks[MEASURES], self._docks[DISTRIBUTIONS]
        if not (measures.isHidden() or beside.isHidden()):
            self._frame.tabifyDockWidget(beside, measures)
            beside.raise_()

    def _collapse(self) -> None:
        """Hide the panels at both sides behind tabs."""
        for area, bar in self._bars.items():
            bar.clear()
            for title, dock in sorted(self._docks.items(), key=lambda it: it[0] != LESSON):
                if self._frame.dockWidgetArea(dock) == area and not dock.isFloating():
                    bar.addAction(self._actions[title])
                    self._actions[title].setVisible(not dock.isHidden())
                    dock.setVisible(title == LESSON and not dock.isHidden())
            bar.show()

    def _toggle(self, dock: QDockWidget) -> None:
        """Show one panel of a side beside the lesson, or hide it."""
        area, comes = self._frame.dockWidgetArea(dock), dock.isHidden()
        for title, other in self._docks.items():
            if other is dock or (title != LESSON and self._frame.dockWidgetArea(other) == area):
                other.hide()
        if comes:
            dock.show()
            dock.raise_()
            width = WIDTHS.get(area, WIDTHS[RIGHT])
            self._frame.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def _mark(self, title: str) -> None:
        """Show on a panel's tab whether the panel is open."""
        tab, is_open = self.tabs[title], not self._docks[title].isHidden()
        tab.setChecked(is_open)
        if self._form == "narrow" and is_open:
            self._actions[title].setVisible(True)


class _Tab(QToolButton):
    """A button with its text turned by a right angle."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setToolTip(f"Show or hide the panel {title}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return super().sizeHint().transposed()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionToolButton()
        self.initStyleOption(option)
        painter.rotate(-90)
        painter.translate(-self.height(), 0)
        option.rect = QRect(0, 0, self.height(), self.width())
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
