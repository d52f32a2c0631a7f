"""The panels of the controller's parts, one line each, built when first visible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.model.package_panels import names, title_of
from app.model.panel_titles import (
    ATLAS,
    COMPARE,
    CONSOLE,
    DATA,
    DESCENTS,
    DISTANCES,
    DISTRIBUTIONS,
    FLOW,
    HEADS,
    LESSON,
    LOG,
    MATRIX,
    NORMALS,
    PICTURE,
    POINTS,
    ROWS,
    STEERING,
    TOKEN_PATH,
    TOPOLOGY,
    WHY,
)
from app.views.interface.events import Handler, PanelShown
from app.views.interface.theme import Theme
from app.views.qt.widgets.widgets import WIDE, scrolling

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Panel(Protocol):
    """The interface of panels."""

    widget: QWidget

    def show(self, state: Any) -> None:
        """Show a state, or None, without emitting events."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""


@dataclass(frozen=True)
class PanelSpec:
    """``make(emit, theme)`` builds it; ``beside``: the panel with which it shares a place as tabs.

    ``height``: initial height; ``top``: it is placed above the others of its area; ``scrolls``: as a
    whole, if the window is too low.
    """

    title: str
    area: Qt.DockWidgetArea
    make: Callable[[Handler, Theme], Panel]
    shown: bool = False
    beside: str = ""
    height: int = 0
    top: bool = False
    scrolls: bool = True


def _distributions(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.distributions_panel import DistributionsPanel

    return DistributionsPanel(emit, theme)


def _flow(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.flow_panel import FlowPanel

    return FlowPanel(emit, theme)


def _rows(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.rows_panel import RowsPanel

    return RowsPanel(emit, theme)


def _token_path(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.token_path_panel import TokenPathPanel

    return TokenPathPanel(emit, theme)


def _matrix(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.matrix_panel import MatrixPanel

    return MatrixPanel(emit, theme)


def _atlas(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.atlas_panel import AtlasPanel

    return AtlasPanel(emit, theme)


def _compare(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.compare_panel import ComparePanel

    return ComparePanel(emit, theme)


def _why(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.why_panel import WhyPanel

    return WhyPanel(emit, theme)


def _steering(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.steering_panel import SteeringPanel

    return SteeringPanel(emit, theme)


def _photograph(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.photograph_panel import PhotographPanel

    return PhotographPanel(emit, theme)


def _normals(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.normals_panel import NormalsPanel

    return NormalsPanel(emit, theme)


def _topology(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.topology_panel import TopologyPanel

    return TopologyPanel(emit, theme)


def _lesson(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.lesson_panel import LessonPanel

    return LessonPanel(emit, theme)


def _heads(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.heads_panel import HeadsPanel

    return HeadsPanel(emit, theme)


def _points(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.points_panel import PointsPanel

    return PointsPanel(emit, theme)


def _distances(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.distances_panel import DistancesPanel

    return DistancesPanel(emit, theme)


def _descents(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.descents_panel import DescentsPanel

    return DescentsPanel(emit, theme)


def _data(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.data_panel import DataPanel

    return DataPanel(emit, theme)


def _console(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.console_panel import ConsolePanel

    return ConsolePanel(emit)


def _of_package(emit: Handler, theme: Theme) -> Panel:
    from app.views.qt.panels.package_panel import PackagePanel

    return PackagePanel(theme)


PANELS: tuple[PanelSpec, ...] = (
    PanelSpec(DISTRIBUTIONS, RIGHT, _distributions, shown=True),
    PanelSpec(FLOW, RIGHT, _flow, shown=True, beside=DISTRIBUTIONS),
    PanelSpec(POINTS, RIGHT, _points, shown=True, beside=DISTRIBUTIONS),
    PanelSpec(DATA, RIGHT, _data, beside=DISTRIBUTIONS),
    PanelSpec(DISTANCES, RIGHT, _distances, beside=DISTRIBUTIONS),
    PanelSpec(DESCENTS, RIGHT, _descents, beside=DISTRIBUTIONS),
    PanelSpec(ROWS, BOTTOM, _rows, beside=LOG, height=280),
    PanelSpec(TOKEN_PATH, BOTTOM, _token_path, beside=LOG, height=340),
    PanelSpec(MATRIX, BOTTOM, _matrix, beside=LOG, height=340),
    PanelSpec(WHY, RIGHT, _why, beside=DISTRIBUTIONS),
    PanelSpec(STEERING, RIGHT, _steering, beside=DISTRIBUTIONS),
    PanelSpec(ATLAS, BOTTOM, _atlas, beside=LOG, height=340),
    PanelSpec(COMPARE, BOTTOM, _compare, beside=LOG, height=340),
    PanelSpec(PICTURE, BOTTOM, _photograph, beside=LOG, height=340),
    PanelSpec(NORMALS, BOTTOM, _normals, beside=LOG, height=340),
    PanelSpec(TOPOLOGY, RIGHT, _topology, beside=DISTRIBUTIONS),
    PanelSpec(LESSON, RIGHT, _lesson, height=490, top=True, scrolls=False),
    PanelSpec(HEADS, RIGHT, _heads, beside=DISTRIBUTIONS),
    PanelSpec(CONSOLE, BOTTOM, _console, beside=LOG, height=240, scrolls=False),
    *(PanelSpec(title_of(name), RIGHT, _of_package, beside=DISTRIBUTIONS) for name in names()),
)


class PanelDock:
    """The dock of one panel, which builds the panel when first visible and keeps its state."""

    def __init__(self, spec: PanelSpec, frame: QMainWindow, emit: Handler, theme: Theme) -> None:
        self.spec = spec
        self.panel: Panel | None = None
        self._emit, self._theme = emit, theme
        self._state: object = None
        self._seen = self._furnished = False
        self.dock = QDockWidget(spec.title, frame)
        self.dock.setObjectName(spec.title)
        blank = QWidget()
        blank.setMinimumWidth(WIDE)
        self._area = scrolling(blank, spec.title)
        self.dock.setWidget(self._area)
        self.dock.visibilityChanged.connect(self._turn)

    def show(self, state: object) -> None:
        """Show ``state`` now, or when the panel becomes visible."""
        self._state = state
        if self._seen and self.panel is not None:
            self.panel.show(state)

    def set_theme(self, theme: Theme) -> None:
        """Set the theme, now or when the panel is built."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def _turn(self, seen: bool) -> None:
        if seen == self._seen:
            return
        self._seen = seen
        if seen and self._furnished:
            self._fill()
        self._emit(PanelShown(self.spec.title, seen))

    def prepare(self) -> None:
        """Build the panel ahead of showing it, once that is allowed."""
        if self._furnished and self.panel is None:
            self._build()

    def _build(self) -> None:
        self.panel = self.spec.make(self._emit, self._theme)
        if self.spec.scrolls:
            self._area.setWidget(self.panel.widget)
        else:
            self.dock.setWidget(self.panel.widget)
            self._area.deleteLater()

    def furnish(self) -> None:
        """Allow building of visible panels, after the window has been drawn."""
        self._furnished = True
        if self._seen:
            self._fill()

    def _fill(self) -> None:
        self.prepare()
        assert self.panel is not None
        self.panel.show(self._state)
