"""Where the panels are: the initial layout; in a narrow window, tabs at the edges bring them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolBar,
    QToolButton,
)

from app.model.panel_titles import DISTRIBUTIONS, FAMILY, LAYERS, LESSON, LOG, MEASURES
from app.views.qt.panels.registry import BOTTOM, LEFT, RIGHT, PanelDock, heighten
from app.views.qt.widgets.report_exceptions import told

LOG_HEIGHT = 120
AREAS = {FAMILY: LEFT, LAYERS: LEFT, DISTRIBUTIONS: RIGHT, MEASURES: RIGHT, LOG: BOTTOM}
WIDTHS = {LEFT: 277, RIGHT: 335}
# the window is narrow, or low, below these sizes in pixels
NARROW, LOW = 1100, 800
BARS = {
    LEFT: ("Left panels", Qt.ToolBarArea.LeftToolBarArea),
    RIGHT: ("Right panels", Qt.ToolBarArea.RightToolBarArea),
}


class Arrangement(QObject):
    """Places the docks of a window, and collapses those at its sides while it is narrow.

    A lesson stays in sight.  Layouts are saved and restored as of a wide window.
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
        self._wide: QByteArray | None = None  # the layout to return to, while narrow
        self._is_stacked = False  # the measures are a tab, to give a lesson room
        self.tabs = {title: _Tab(title) for title in docks}
        self._bars = {area: self._bar(*words) for area, words in BARS.items()}
        for title, dock in docks.items():
            self.tabs[title].clicked.connect(partial(self._toggle, dock))
            dock.visibilityChanged.connect(lambda _, title=title: self._mark(title))
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
        was_narrow = self.is_narrow
        self._widen()
        self._is_stacked = False
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
        if was_narrow:
            self._collapse()

    def _put(self, title: str, area: Qt.DockWidgetArea, shown: bool) -> None:
        dock = self._docks[title]
        dock.setFloating(False)
        self._frame.addDockWidget(area, dock)
        dock.setVisible(shown)

    @property
    def state(self) -> QByteArray:
        """The layout of the wide window, for saving."""
        return self._frame.saveState() if self._wide is None else self._wide

    def restore(self, state: QByteArray) -> None:
        """Restore a saved layout."""
        if self._wide is None:
            self._frame.restoreState(state)
        else:
            self._wide = state

    def give_room(self, title: str, whole: int) -> None:
        """Give a panel that came to the front its height, of that of the canvas."""
        if title == LESSON and self._frame.height() < LOW and not self.is_narrow:
            measures, beside = self._docks[MEASURES], self._docks[DISTRIBUTIONS]
            if not (measures.isHidden() or beside.isHidden() or self._is_stacked):
                self._is_stacked = True
                self._frame.tabifyDockWidget(beside, measures)
                beside.raise_()
        heighten(self._frame, self._docks[title], self._slots[title].spec.height, whole)

    def _unstack(self) -> None:
        if self._is_stacked:
            self._is_stacked = False
            self._put(MEASURES, RIGHT, not self._docks[MEASURES].isHidden())

    # --- as the window's size asks -------------------------------------------------------------
    @property
    def is_narrow(self) -> bool:
        """Whether the panels at the sides are collapsed."""
        return self._wide is not None

    @told
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            QTimer.singleShot(0, self, self._adapt)  # a layout must not change within a layout
        return False

    def _adapt(self) -> None:
        if self._is_presenting() or not self._frame.isVisible():
            return
        if (self._frame.width() < NARROW) != self.is_narrow:
            self._widen() if self.is_narrow else self._collapse()
        if self._frame.height() >= LOW or self._docks[LESSON].isHidden():
            self._unstack()

    def _collapse(self) -> None:
        """Hide the panels at both sides behind tabs."""
        self._wide = self._frame.saveState()
        for area, bar in self._bars.items():
            bar.clear()
            for title, dock in self._docks.items():
                if self._frame.dockWidgetArea(dock) == area and not dock.isFloating():
                    action = bar.addWidget(self.tabs[title])
                    action.setVisible(not dock.isHidden())
                    self.tabs[title].action = action
                    dock.setVisible(title == LESSON and not dock.isHidden())
            bar.show()

    def _widen(self) -> None:
        """Return to the layout of the wide window; what was opened meanwhile stays open."""
        if self._wide is None:
            return
        state, self._wide = self._wide, None
        opened = [dock for dock in self._docks.values() if not dock.isHidden()]
        for bar in self._bars.values():
            bar.hide()
        self._frame.restoreState(state)
        for dock in opened:
            dock.show()

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
        if self.is_narrow and is_open and tab.action is not None:
            tab.action.setVisible(True)


class _Tab(QToolButton):
    """A button with its text turned by a right angle; ``action``: its place in a bar, if any."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.action: QAction | None = None
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
