"""Two plots of a fit: its density over the histogram of its sample, and quantiles against quantiles."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views.interface.data import FitPlots
from app.views.interface.theme import Theme
from app.views.qt.widgets import plots

HEIGHT = 150
# width of bars of counts, and more counts than this are a line
BAR, MOST_BARS = 0.7, 60
DENSITY = "Histogram of the sample, and the density of the fitted law"
QQ = "Quantiles of the sample against those of the fitted law, with a pointwise 95 % band"


class FitPlotsWidget(QWidget):
    """Both plots, one above the other."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.density, self.qq = plots.plot(DENSITY), plots.plot(QQ)
        for plot, hint in ((self.density, DENSITY), (self.qq, QQ)):
            plot.setToolTip(hint)
            plot.setFixedHeight(HEIGHT)
            column.addWidget(plot)
        self.qq.setLabel("bottom", "quantile of the law")
        self.qq.setLabel("left", "of the sample")
        self._theme: Theme | None = None
        self._shown: FitPlots | None = None

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for plot in (self.density, self.qq):
            plots.paint(plot, theme)
        self.show_plots(self._shown)

    def show_plots(self, shown: FitPlots | None) -> None:
        """Show the plots of a fit; None hides them."""
        self._shown = shown
        self.setVisible(shown is not None)
        if shown is None or self._theme is None:
            return
        self.density.clear()
        self._show_sample(shown, self._theme)
        self.qq.setVisible(len(shown.theoretical) > 0)
        if len(shown.theoretical):
            self._show_quantiles(shown, self._theme)
        self.density.setAccessibleDescription(_said(shown))

    def _show_sample(self, shown: FitPlots, theme: Theme) -> None:
        brush, pen = pg.mkBrush(theme.border), pg.mkPen(theme.muted, width=1)
        line = pg.mkPen(theme.geodesic, width=2)
        if len(shown.edges):
            steps = pg.PlotDataItem(
                shown.edges, shown.heights, stepMode="center", fillLevel=0, brush=brush, pen=pen
            )
            self.density.addItem(steps)
            self.density.plot(shown.x, shown.p, pen=line)
        else:
            bars = pg.BarGraphItem(x=shown.x, height=shown.heights, width=BAR, brush=brush, pen=pen)
            self.density.addItem(bars)
            dots = None if len(shown.x) > MOST_BARS else "o"
            self.density.plot(
                shown.x, shown.p, pen=line if dots is None else None, symbol=dots, symbolSize=6,
                symbolBrush=theme.geodesic, symbolPen=None,
            )  # fmt: skip
        ticks = [list(enumerate(shown.labels))] if shown.labels else None
        self.density.getAxis("bottom").setTicks(ticks)
        self.density.setLabel("left", "density" if len(shown.edges) else "share")

    def _show_quantiles(self, shown: FitPlots, theme: Theme) -> None:
        self.qq.clear()
        t = shown.theoretical
        ends = np.array([t[0], t[-1]])
        edge = pg.mkPen(theme.muted, width=1)
        low, high = (pg.PlotDataItem(t, side, pen=edge) for side in (shown.low, shown.high))
        band = pg.FillBetweenItem(low, high, brush=pg.mkBrush(theme.border))
        for item in (band, low, high):
            self.qq.addItem(item)
        self.qq.plot(ends, ends, pen=pg.mkPen(theme.geodesic, width=1.5))
        self.qq.plot(
            t, shown.observed, pen=None, symbol="o", symbolSize=5,
            symbolBrush=theme.text, symbolPen=None,
        )  # fmt: skip


def _said(shown: FitPlots) -> str:
    """Say where the fitted law is highest, and how many quantiles lie in the band."""
    top = int(np.argmax(shown.p))
    said = f"The fitted law is highest at {shown.x[top]:.3g}."
    if not len(shown.theoretical):
        return said
    inside = (shown.low <= shown.observed) & (shown.observed <= shown.high)
    return f"{said} {int(inside.sum())} of {len(inside)} quantiles lie in the band."
