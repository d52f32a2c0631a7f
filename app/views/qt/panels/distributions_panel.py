"""The distributions at A, at B and at the moving point: bars over tokens, or curves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainterPath
from PySide6.QtWidgets import QSizePolicy

from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.views import Distributions
from app.views.qt.style.text import make_rich, title_axis
from app.views.qt.widgets.plots import paint, plot
from app.views.qt.widgets.widgets import WIDE, label, look, panel

# more outcomes than this are drawn as a curve, since bars would be hairlines
MOST_BARS = 40
# heights in pixels: minimum of the plot, of a word, of the area below the plot
LOWEST, WORD, AXIS = 150, 14, 52
# maximum widths in pixels of a word beside its bars and of a name in the legend
LABEL, NAME = 110, 240
# opacity of rows that do not belong to the scene
FAINT = 0.25
# the model's own row of a token, if different: a tick across each bar
OWN, TICK = "▏the model’s own row", 9
NONE_STATED = "A metric or a potential alone does not define distributions: there are none to draw."


class DistributionsPanel:
    """A plot in which only changed rows are redrawn."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._shown: Distributions | None = None
        self.widget, column = panel(WIDE)
        self.plot = plot("Distributions at A, B and the moving point")
        # as high as there is room, without making the panel scroll
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setMinimumHeight(LOWEST)
        self.plot.getPlotItem().getViewBox().setDefaultPadding(0.02)
        self.legend = make_rich(label("", wrap=True))
        self._note = label("", "quiet", wrap=True)
        column.addWidget(self.legend)
        column.addWidget(self._note)
        column.addWidget(self.plot, 1)
        self.bars: list[pg.BarGraphItem] = []
        self.curves: list[pg.PlotDataItem] = []
        self.ticks: list[pg.ScatterPlotItem] = []
        self._layout: tuple[tuple[str, ...], tuple[str, ...], str] | None = None
        self._top = 0.0  # end of the axis, which never shrinks while a point moves from A to B
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        paint(self.plot, theme)
        self._layout = None
        self.show(self._shown)

    def show(self, distributions: Distributions | None) -> None:
        """Replace everything; None clears."""
        layout = None
        if distributions is not None:
            layout = (distributions.labels, distributions.names, distributions.title)
        if layout != self._layout:
            self._make(distributions)
            self._layout, self._shown = layout, None
        before, self._shown = self._shown, distributions
        remarks = (distributions.few, distributions.note) if distributions is not None else ()
        self._note.setText(" · ".join(filter(None, remarks)))
        self._note.setVisible(any(remarks))
        self._grey(distributions is not None and distributions.stale)
        stated = distributions is not None and len(distributions.x) > 1
        self.plot.setVisible(stated)
        if distributions is None or not stated:
            self.legend.setText("" if distributions is None else NONE_STATED)
            return
        self._show_own(distributions)
        changed = [i for i in range(len(distributions.rows)) if _differs(before, distributions, i)]
        for i in changed:
            self._set_row(i, distributions)
        if any(i < len(distributions.rows) - 1 for i in changed):
            self._top = 0.0
        self._scale(distributions)

    def _show_own(self, d: Distributions) -> None:
        """Mark the model's own row on the bars where it differs."""
        own = (*d.own, *(None,) * len(self.ticks))
        for tick, row in zip(self.ticks, own, strict=False):
            tick.setVisible(row is not None)
            if row is not None:
                tick.setData(x=row, y=tick.getData()[1])
        names = [self._shorten(name, NAME) for name in d.names]
        colours = (self._theme.pin_a, self._theme.pin_b, self._theme.moving)
        other = any(row is not None for row in d.own) and bool(self.ticks)
        self.legend.setText(_legend(names, colours) + (f" &nbsp; {escape(OWN)}" if other else ""))

    def _grey(self, stale: bool) -> None:
        """Fade outdated rows."""
        look(self.legend, "stale" if stale else "")
        for item in (*self.bars, *self.curves, *self.ticks):
            item.setOpacity(FAINT if stale else 1.0)

    def _scale(self, d: Distributions) -> None:
        own = [float(np.max(row)) for row in d.own if row is not None and self.ticks]
        top = max(float(np.max(d.rows)), *own, 0.0) * 1.06
        if top <= self._top:
            return
        self._top = top
        if self.bars:
            self.plot.setXRange(0.0, top, padding=0)
        else:
            self.plot.setYRange(0.0, top, padding=0)
            self.plot.setXRange(float(d.x[0]), float(d.x[-1]), padding=0)

    def _make(self, d: Distributions | None) -> None:
        self.plot.clear()
        self.legend.clear()
        self.bars, self.curves, self.ticks = [], [], []
        if d is None:
            return
        colours = (self._theme.pin_a, self._theme.pin_b, self._theme.moving)
        # above the plot, so that it never covers the drawing
        self.legend.setToolTip("\n".join(d.names))
        axis = self.plot.getAxis("left")
        as_bars = bool(d.labels) and len(d.labels) <= MOST_BARS
        # the panel scrolls if words would overlap
        self.plot.setMinimumHeight(max(LOWEST, WORD * len(d.labels) + AXIS) if as_bars else LOWEST)
        self.plot.invertY(as_bars)
        shown = [self._shorten(label, LABEL) for label in d.labels]
        axis.setTicks([list(enumerate(shown))] if as_bars else None)
        cut = (whole for whole, seen in zip(d.labels, shown, strict=True) if whole != seen)
        axis.setToolTip("\n".join(cut) if as_bars else "")
        axis.setStyle(tickLength=0)
        self.plot.showAxis("left", as_bars)
        title_axis(self.plot, "bottom", "Probability" if as_bars else d.title)
        if as_bars:
            self._make_bars(d, colours)
        else:
            self._make_curves(d, colours)

    def _shorten(self, text: str, width: int) -> str:
        """Shorten a text with an ellipsis to the available room."""
        letters: QFontMetrics = self.plot.fontMetrics()
        return letters.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _make_bars(self, d: Distributions, colours: tuple[str, ...]) -> None:
        count, share = len(d.labels), 0.8 / len(d.names)
        for i, colour in enumerate(colours[: len(d.names)]):
            place = np.arange(count) - 0.4 + share * (i + 0.5)
            bar = pg.BarGraphItem(
                x0=0, y=place, height=share * 0.92, width=d.rows[i], brush=colour, pen=None
            )
            self.plot.addItem(bar)
            self.bars.append(bar)
        for i, colour in enumerate(colours[: len(d.names)]):
            place = np.arange(count) - 0.4 + share * (i + 0.5)
            tick = pg.ScatterPlotItem(
                x=np.zeros(count), y=place, symbol=_tick(), size=TICK, brush=colour,
                pen=pg.mkPen(self._theme.text, width=1),
            )  # fmt: skip
            tick.hide()
            self.plot.addItem(tick)
            self.ticks.append(tick)
        self.plot.setYRange(-0.6, count - 0.4, padding=0)

    def _make_curves(self, d: Distributions, colours: tuple[str, ...]) -> None:
        for colour in colours[: len(d.names)]:
            fill = QColor(colour)
            fill.setAlpha(40)
            curve = self.plot.plot(pen=pg.mkPen(colour, width=2), fillLevel=0.0, brush=fill)
            self.curves.append(curve)

    def _set_row(self, i: int, d: Distributions) -> None:
        if self.bars:
            self.bars[i].setOpts(width=d.rows[i])
        elif i < len(self.curves):
            self.curves[i].setData(d.x, d.rows[i])


def _tick() -> QPainterPath:
    """Return the tick symbol: a narrow upright box."""
    path = QPainterPath()
    path.addRect(-0.12, -0.5, 0.24, 1.0)
    return path


def _differs(before: Distributions | None, after: Distributions, row: int) -> bool:
    """Whether a row or its support differs."""
    if before is None or not np.array_equal(before.x, after.x):
        return True
    return not np.array_equal(before.rows[row], after.rows[row])


def _legend(names: Sequence[str], colours: tuple[str, ...]) -> str:
    """Return coloured squares and names, as rich text."""
    parts = (
        f'<span style="color:{colour}">■</span>&nbsp;{escape(name).replace(" ", "&nbsp;")}'
        for name, colour in zip(names, colours, strict=False)
    )
    return " &nbsp; ".join(parts)
