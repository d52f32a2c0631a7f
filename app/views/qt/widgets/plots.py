"""Plots in the theme's colours.

Importing this loads pyqtgraph, which takes as long as the rest of the window, so panels with plots are
imported when first visible.
"""

from __future__ import annotations

from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

from app.views.interface.theme import Theme

pg.setConfigOptions(antialias=True)
# modifiers that leave a key what it is: + has Shift on some keyboards
PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
SIDES = ("left", "bottom", "top")  # that have axes, the top one hidden at first


class Click(Protocol):
    """A click on a plot."""

    def button(self) -> Qt.MouseButton: ...
    def scenePos(self) -> QPointF: ...
    def modifiers(self) -> Qt.KeyboardModifier: ...


class _Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis over which the wheel scrolls the panel, which pyqtgraph would keep to itself."""

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        event.ignore()


def plot(name: str, kind: type[pg.PlotWidget] = pg.PlotWidget) -> pg.PlotWidget:
    """Return a plot of some class that is only looked at; ``name`` is what a screen reader says."""
    axes = {side: _Axis(side) for side in SIDES}
    made = kind(enableMenu=False, axisItems=axes)
    made.setAccessibleName(name)
    made.setAccessibleDescription("Nothing is drawn yet.")
    only_seen(made)
    made.hideButtons()
    made.setMouseEnabled(False, False)
    made.hideAxis("top")
    for side in SIDES:
        made.getAxis(side).enableAutoSIPrefix(False)
    return made


def only_seen(view: pg.GraphicsView) -> None:
    """Exclude a widget without keyboard interaction from the Tab order."""
    for part in (view, view.viewport()):
        part.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def paint(plot: pg.PlotWidget, theme: Theme) -> None:
    """Apply the theme to background and axes."""
    plot.setBackground(theme.panel)
    for side in SIDES:
        plot.getAxis(side).setPen(theme.border)
        plot.getAxis(side).setTextPen(theme.muted)
