"""Where the panels are: in a large window, in a narrow or low one, and while presenting."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QMainWindow, QTabBar

from app.model.panel_titles import DISTRIBUTIONS, FAMILY, LAYERS, LESSON, LOG, MEASURES
from app.process.unhandled import reported
from app.views.qt.panels.registry import BOTTOM, LEFT, RIGHT, PanelDock
from app.views.qt.window.edge_tabs import BARS, EdgeTabs
from app.views.qt.window.panel_sizes import PanelSizes

AREAS = {FAMILY: LEFT, LAYERS: LEFT, DISTRIBUTIONS: RIGHT, MEASURES: RIGHT, LOG: BOTTOM}
WIDTHS = {LEFT: 277, RIGHT: 335, BOTTOM: 335}
HEIGHTS = {FAMILY: 560, LAYERS: 190, DISTRIBUTIONS: 440, MEASURES: 270, LOG: 120}
# width and height in pixels below which a window is narrow, or low
NARROW, LOW = 1100, 800
# share of the screen's width for the lesson while presenting
SHARE = 0.34
LARGE, SMALL, FLAT, PRESENTING = "large", "narrow", "low", "presenting"
HELD_MS = 50  # until a panel that the pointer holds is looked at again


class Arrangement(QObject):
    """Places the docks of a window, in one of four forms.

    In a large window they are where the user puts them.  In a narrow one those at its sides collapse
    to tabs at the edges, except a lesson; in a low one with a lesson, the measures become a tab; while
    presenting, a lesson alone is beside the canvas.  What is saved is the layout of the large window.
    """

    def __init__(
        self, frame: QMainWindow, docks: Mapping[str, QDockWidget], slots: Mapping[str, PanelDock]
    ) -> None:
        super().__init__(frame)
        self._frame, self._docks, self._slots = frame, docks, slots
        # moves that Qt animates would end after the sizes are known, and draw the canvas each time
        frame.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks)
        self._form = LARGE
        self._large: QByteArray | None = None  # the layout to return to from another form
        self._noted: dict[str, bool] = {}  # panels raised or lowered in another form
        # by the title of a panel that was raised: what was in front, None if it was closed
        self._before: dict[str, QDockWidget | None] = {}
        self._presents = False
        self._sizes = PanelSizes(frame, docks, LESSON)
        self._tabs = EdgeTabs(frame, docks)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.adapt)
        for title, dock in docks.items():
            self.tabs[title].clicked.connect(partial(self._toggle, dock))
            dock.visibilityChanged.connect(partial(self._seen, title))
            dock.dockLocationChanged.connect(lambda _: self._adapt_soon())
            dock.topLevelChanged.connect(lambda _: self._adapt_soon())
        frame.installEventFilter(self)

    @property
    def tabs(self) -> Mapping[str, QAbstractButton]:
        """The tabs of the panels, which are shown while the window is narrow."""
        return self._tabs.by_title

    # --- as the program is delivered -----------------------------------------------------------
    def reset(self) -> None:
        """Restore the initial layout, with the log hidden."""
        # Qt leaves a bar of tabs behind if a layout is restored and changed at once
        self._form, self._large, self._noted = LARGE, None, {}
        self._tabs.hide()
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
        self._sizes.set(self._usual())
        self._adapt_soon()

    def _usual(self) -> dict[str, QSize]:
        """Return the initial sizes of the panels."""
        heights = {t: slot.spec.height for t, slot in self._slots.items() if slot.spec.height}
        areas = AREAS | {title: slot.spec.area for title, slot in self._slots.items()}
        return {
            title: QSize(WIDTHS[areas[title]], height)
            for title, height in (heights | HEIGHTS).items()
        }

    def _put(self, title: str, area: Qt.DockWidgetArea, shown: bool) -> None:
        dock = self._docks[title]
        dock.setFloating(False)
        self._frame.addDockWidget(area, dock)
        dock.setVisible(shown)

    @property
    def state(self) -> tuple[QByteArray, str]:
        """The layout of the large window and the sizes of its panels, for saving."""
        return self._placed(), self._sizes.text

    def _placed(self) -> QByteArray:
        return self._frame.saveState() if self._large is None else self._large

    def restore(self, state: QByteArray, sizes: str) -> None:
        """Restore a saved layout."""
        if self._large is None:
            self._frame.restoreState(state)
        else:
            self._large = state
        self._sizes.read(sizes)
        self._adapt_soon()

    # --- what happens --------------------------------------------------------------------------
    def present(self, on: bool) -> None:
        """Start or end presenting."""
        self._presents = on
        self.adapt()

    def raise_panel(self, title: str) -> None:
        """Open a panel and bring it to the front, also in the large window."""
        dock = self._docks[title]
        if dock.isHidden() or dock.visibleRegion().isEmpty():
            beside = self._frame.tabifiedDockWidgets(dock)
            in_front = (other for other in beside if not other.visibleRegion().isEmpty())
            self._before[title] = None if dock.isHidden() else next(in_front, dock)
        self._noted[title] = True
        dock.show()
        dock.raise_()

    def lower_panel(self, title: str) -> None:
        """Bring to the front what was there before a panel was raised; close it if it was closed."""
        front = self._before.pop(title, None)
        if front is not None:
            front.raise_()
            return
        self._noted[title] = False
        self._docks[title].hide()

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            QTimer.singleShot(0, self, self._lift)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._adapt_soon()
        elif event.type() == QEvent.Type.LayoutRequest:  # a panel needs more room, or less
            self._soon.start()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._sizes.press()
        elif event.type() == QEvent.Type.MouseButtonRelease and self._form != PRESENTING:
            QTimer.singleShot(0, self, self._sizes.release)
        return False

    def _lift(self) -> None:
        """Show floating panels again: a saved layout shows them before the window, which they belong to
        and stay above only if it is there.
        """
        for dock in self._docks.values():
            if dock.isFloating() and not dock.isHidden():
                dock.hide()
                dock.show()

    def _seen(self, title: str, _: bool) -> None:
        if self._form == SMALL:
            self._tabs.mark(title, not self._docks[title].isHidden())
        self._adapt_soon()

    def _adapt_soon(self) -> None:
        self._sizes.forget()
        self._soon.start()  # a layout must not change within a layout

    # --- the forms -----------------------------------------------------------------------------
    def adapt(self) -> None:
        """Arrange the panels for the window's size, if they are not yet."""
        if not self._frame.isVisible():
            return
        if self._is_held():
            self._soon.start(HELD_MS)
            return
        self._soon.stop()
        form = self._wanted()
        if form != self._form:
            self._sizes.forget()
            self._enlarge()
            self._form = form
            if form != LARGE:
                self._large = self._frame.saveState()
                {SMALL: self._collapse, FLAT: self._stack, PRESENTING: self._clear}[form]()
        if form != PRESENTING:
            self._sizes.apply()
        self._sizes.settle()
        self._show_bars()

    def _show_bars(self) -> None:
        """Show one bar of tabs below each place with several panels, and hide the others, which Qt
        leaves behind after changes of the layout.
        """
        bars = self._frame.findChildren(QTabBar, "", Qt.FindChildOption.FindDirectChildrenOnly)
        live = {self._place(bar): bar for bar in bars}
        for bar in bars:
            is_live = live[self._place(bar)] is bar and bool(self._place(bar))
            # Qt keeps bars without panels outside the window, and would show one again
            if bar.isHidden() == is_live and self._frame.rect().intersects(bar.geometry()):
                bar.setVisible(is_live)

    def _place(self, bar: QTabBar) -> str:
        """Return the title of the panel that a bar lies below and belongs to; "" if there is none."""
        titles = sorted(bar.tabText(i) for i in range(bar.count()))
        for title in titles:
            dock, at = self._docks[title], self._docks[title].geometry().bottomLeft()
            group = (d for d in (dock, *self._frame.tabifiedDockWidgets(dock)) if not d.isHidden())
            is_below = bar.x() == at.x() and 0 <= bar.y() - at.y() <= 2
            if is_below and sorted(d.objectName() for d in group) == titles:
                return title
        return ""

    def _is_held(self) -> bool:
        """Whether the pointer may hold a panel, for which Qt keeps a gap."""
        return bool(QApplication.mouseButtons() & Qt.MouseButton.LeftButton)

    def _wanted(self) -> str:
        if self._presents:
            return PRESENTING
        if self._frame.width() < NARROW:
            return SMALL
        is_low = self._frame.height() < LOW and not self._docks[LESSON].isHidden()
        return FLAT if is_low else LARGE

    def _enlarge(self) -> None:
        """Return to the layout of the large window; what was opened meanwhile stays open, what floats
        floats.
        """
        form, self._form = self._form, LARGE
        state, self._large = self._large, None
        noted, self._noted = self._noted, {}
        if state is None:
            return
        shown = {title: not dock.isHidden() for title, dock in self._docks.items()}
        if form == SMALL:  # the others are behind tabs
            shown = {title: True for title, is_open in shown.items() if is_open} | noted
        elif form == PRESENTING:
            shown = noted
        floating = {dock: dock.isFloating() for dock in self._docks.values()}
        places = {dock: dock.geometry() for dock, floats in floating.items() if floats}
        self._tabs.hide()
        self._frame.restoreState(state)
        self._sizes.settle()
        for dock, floats in floating.items():
            dock.setFloating(floats)
        for dock, place in places.items():
            dock.setGeometry(place)
        for title, is_open in shown.items():
            self._docks[title].setVisible(is_open)

    def _stack(self) -> None:
        """Put the measures behind the distributions."""
        measures, beside = self._docks[MEASURES], self._docks[DISTRIBUTIONS]
        if not (measures.isHidden() or beside.isHidden()):
            self._frame.tabifyDockWidget(beside, measures)
            beside.raise_()

    def _collapse(self) -> None:
        """Hide the panels at both sides behind tabs."""
        docks = sorted(self._docks.values(), key=lambda dock: dock.objectName() != LESSON)
        area = self._frame.dockWidgetArea
        beside = [dock for dock in docks if area(dock) in BARS and not dock.isFloating()]
        self._tabs.show(beside)
        for dock in beside:
            dock.setVisible(dock.objectName() == LESSON and not dock.isHidden())

    def _clear(self) -> None:
        """Hide all panels except a lesson, and give that its share of the screen."""
        for title, dock in self._docks.items():
            if title != LESSON:
                dock.hide()
        width = int(SHARE * self._frame.screen().size().width())
        if not self._docks[LESSON].isHidden():
            self._frame.resizeDocks([self._docks[LESSON]], [width], Qt.Orientation.Horizontal)

    def _toggle(self, dock: QDockWidget) -> None:
        """Show one panel of a side beside the lesson, or hide it."""
        area, comes = self._frame.dockWidgetArea(dock), dock.isHidden()
        for title, other in self._docks.items():
            if other is dock or (title != LESSON and self._frame.dockWidgetArea(other) == area):
                other.hide()
        if comes:
            dock.show()
            dock.raise_()
