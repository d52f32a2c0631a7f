"""A plot of the zeros of a field as lines over time, with their births and deaths."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from app.views.interface.flow import FlowState, Life
from app.views.interface.theme import DARK, Theme
from app.views.qt.widgets import plots

HEIGHT, LANE = 70, 6  # pixels without lines, and per line
HINT = (
    "Zeros over time: red for index > 0, blue for index < 0. They appear and vanish in pairs "
    "(●, joined) or across the boundary (▏); × was lost between two steps."
)
SYMBOLS = {"pair": "o", "edge": "|", "lost": "x"}


class LivesPlot:
    """One line for each zero; lines of a pair are joined where they meet."""

    def __init__(self) -> None:
        self.plot = plots.plot("Births and deaths of zeros over time")
        self.plot.setToolTip(HINT)
        self.plot.setLabel("left", "zeros")
        self.plot.getAxis("left").setWidth(62)
        self.plot.getAxis("left").setTicks([])
        self.plot.invertY(True)
        self._joints = self.plot.plot(connect="finite")
        self._lines = {sign: self.plot.plot(connect="finite") for sign in (1, -1)}
        self._ends = pg.ScatterPlotItem()
        self.plot.addItem(self._ends)
        self.set_theme(DARK)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours, from the next state on."""
        self._theme = theme
        plots.paint(self.plot, theme)
        self._joints.setPen(pg.mkPen(theme.muted, width=1))
        for sign, line in self._lines.items():
            style = Qt.PenStyle.SolidLine if sign > 0 else Qt.PenStyle.DashLine
            line.setPen(pg.mkPen(theme.index(sign), width=2, style=style))

    def show(self, state: FlowState) -> None:
        """Set the lives; without any the plot is hidden."""
        lives = state.lives
        self.plot.setVisible(bool(lives))
        self.plot.setAccessibleDescription(f"{len(lives)} zeros of the field have been seen.")
        if not lives:
            return
        for sign, line in self._lines.items():
            rows = [(life, k) for k, life in enumerate(lives) if life.index * sign > 0]
            line.setData(*_joined([(life.times, (k, k)) for life, k in rows]))
        self._joints.setData(*_joined(_pairs(lives)))
        self._ends.setData(self._spots(lives))
        self.plot.setFixedHeight(HEIGHT + LANE * len(lives))
        self.plot.setYRange(-1, len(lives), padding=0)

    def _spots(self, lives: tuple[Life, ...]) -> list[dict[str, object]]:
        return [
            {
                "pos": (time, k),
                "symbol": SYMBOLS[cause],
                "size": 6,
                "brush": self._theme.index(life.index),
                "pen": pg.mkPen(self._theme.index(life.index), width=1.5),
            }
            for k, life in enumerate(lives)
            for time, cause in zip(life.times, life.causes, strict=True)
            if cause in SYMBOLS
        ]


def _pairs(lives: tuple[Life, ...]) -> list[tuple[tuple[float, float], tuple[int, int]]]:
    """Return the joins of paired lines, once each."""
    return [
        ((time, time), (k, partner))
        for k, life in enumerate(lives)
        for time, partner in zip(life.times, life.partners, strict=True)
        if partner > k
    ]


def _joined(
    pieces: list[tuple[tuple[float, float], tuple[int, int]]],
) -> tuple[np.ndarray, np.ndarray]:
    """Return pieces from (x₀, y₀) to (x₁, y₁) as one line with gaps, as x and y."""
    gap = float("nan")
    x = [value for xs, _ in pieces for value in (*xs, gap)]
    y = [value for _, ys in pieces for value in (*ys, gap)]
    return np.array(x, float), np.array(y, float)
