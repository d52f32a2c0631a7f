"""The distributions at A, B and the moving point: bars over tokens, stems at counts, or curves."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QCursor, QFontMetrics, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout

from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.views import Distributions
from app.views.qt.style.text import as_hint, make_rich, title_axis
from app.views.qt.widgets import plots_in_words
from app.views.qt.widgets.outcome_grid import OutcomeGrid
from app.views.qt.widgets.plots import paint, plot
from app.views.qt.widgets.token_picker import token_picker
from app.views.qt.widgets.widgets import WIDE, label, look, panel

# more outcomes than this are drawn as a curve, since bars would be hairlines
MOST_BARS = 40
# heights in pixels: minimum of the plot, of a word, of the area of the axis
LOWEST, WORD, AXIS = 84, 14, 34
# maximum widths in pixels of a word beside its bars and of a name in the legend
LABEL, NAME = 110, 240
# width in pixels of a stem, and how many counts are drawn before stems let others shine through
STEM, MOST_STEMS, THIN = 3, 60, 110
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
        column.addWidget(self.legend)  # above the plot, which it would cover
        self.found = token_picker("Outcome", "All outcomes, also those without a bar.")
        self.found.activated.connect(lambda i: self._show_others())
        self.words = label("", wrap=True)
        column.addWidget(self.found)
        column.addWidget(self.words)
        # in a column of its own, which counts for the plot's least height where others wrap
        inner = QVBoxLayout()
        inner.addWidget(self.plot)
        column.addLayout(inner, 1)
        column.addWidget(self._note)  # below, so that a low panel shows the plot
        self.others = label("", "quiet")
        self.grid = OutcomeGrid(lambda i: self.named(int(self._without[i])))
        column.addWidget(self.others)
        column.addWidget(self.grid)
        self._without = np.zeros(0, np.intp)  # the outcomes that have no bar
        self._names: tuple[str, ...] = ()
        self._pointed: QPointF | None = None  # where on the bars the pointer is
        self.plot.scene().sigMouseMoved.connect(self._point)
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
        self.grid.set_theme(theme)
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
        self._show_others()
        stated = distributions is not None and len(distributions.x) > 1
        self.plot.setVisible(stated)
        if distributions is None or not stated:
            self.legend.setText("" if distributions is None else NONE_STATED)
            return
        self._show_own(distributions)
        self.plot.setAccessibleDescription(plots_in_words.of_distributions(distributions))
        changed = [i for i in range(len(distributions.rows)) if _differs(before, distributions, i)]
        for i in changed:
            self._set_row(i, distributions)
        if any(i < len(distributions.rows) - 1 for i in changed):
            self._top = 0.0
        self._scale(distributions)
        # a tip has the numbers of what is shown now, also while the moving point plays
        if self._pointed is not None and self.plot.underMouse():
            self._point(self._pointed)

    def _show_others(self) -> None:
        """Show the outcomes without a bar, and what is known of the one that is looked for."""
        every = self._shown.every if self._shown is not None else None
        count = len(every.names) if every is not None else 0
        more = every is not None and len(every.shown) < count
        for widget in (self.found, self.others, self.grid):
            widget.setVisible(more)
        if every is None or not more:
            self.words.hide()
            return
        if every.names != self._names:
            self._names = every.names
            with QSignalBlocker(self.found):
                self.found.clear()
                self.found.addItems(list(every.names))
                self.found.setCurrentIndex(-1)
            self.found.setPlaceholderText(f"Find one of all {count} …")
        self._without = np.setdiff1d(np.arange(count), every.shown)
        chosen = self.found.currentIndex()
        self.words.setVisible(chosen >= 0)
        if chosen >= 0:
            self.words.setText(self.named(chosen))
        p = every.rows[:, self._without]
        self.others.setText(f"The other {len(self._without)}, at most {p.max():.2g} each:")
        place = np.flatnonzero(self._without == chosen)
        self.grid.show_outcomes(p.max(axis=0), int(place[0]) if len(place) else -1)

    def named(self, i: int) -> str:
        """Return an outcome's position, word and probabilities, the model's own where it is another."""
        d = self._shown
        if d is None or d.every is None:
            return ""
        lines = [d.every.names[i]]
        own = (*d.every.own, *(None,) * len(d.names))
        for name, row, other in zip(d.names, d.every.rows, own, strict=False):
            differs = other is not None and f"{other[i]:.3g}" != f"{row[i]:.3g}"
            beside = f"   the model’s own {other[i]:.3g}" if other is not None and differs else ""
            lines.append(f"{name.partition(' · ')[0]}: {row[i]:.3g}{beside}")
        return "\n".join(lines)

    def _point(self, place: QPointF) -> None:
        """Name the outcome whose bars, or whose word, the pointer is on."""
        self._pointed, d = None, self._shown
        if d is None or d.every is None or not self.bars:
            return
        view = self.plot.getViewBox()
        row = round(view.mapSceneToView(place).y())
        if not 0 <= row < len(d.labels) or place.y() > view.sceneBoundingRect().bottom():
            QToolTip.hideText()
            return
        self._pointed = place
        # a tip stays while the pointer is on the same bars
        top, low = (view.mapViewToScene(QPointF(0.0, row + half)).y() for half in (-0.5, 0.5))
        area = QRect(0, round(top), self.plot.width(), max(round(low - top), 1))
        tip = as_hint(self.named(int(d.every.shown[row])))
        QToolTip.showText(QCursor.pos(), tip, self.plot, area)

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
        axis = "<i>p</i>&nbsp;at" if self.bars else ""
        parts = (axis, _legend(names, colours), escape(OWN) if other else "")
        self.legend.setText(" &nbsp; ".join(filter(None, parts)))

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
            beside = 0.5 if d.counts else 0.0
            self.plot.setXRange(float(d.x[0]) - beside, float(d.x[-1]) + beside, padding=0)

    def _make(self, d: Distributions | None) -> None:
        self.plot.clear()
        self.legend.clear()
        self.bars, self.curves, self.ticks = [], [], []
        if d is None:
            return
        colours = (self._theme.pin_a, self._theme.pin_b, self._theme.moving)
        axis = self.plot.getAxis("left")
        as_bars = bool(d.labels) and len(d.labels) <= MOST_BARS
        words = ("p: probability",) if as_bars else ()
        self.legend.setToolTip("\n".join((*words, *d.names)))
        # the panel scrolls if words would overlap
        self.plot.setMinimumHeight(max(LOWEST, WORD * len(d.labels) + AXIS) if as_bars else LOWEST)
        self.plot.invertY(as_bars)
        shown = [self._shorten(label, LABEL) for label in d.labels]
        axis.setTicks([list(enumerate(shown))] if as_bars else None)
        axis.setStyle(tickLength=0)
        self.plot.showAxis("left", as_bars)
        title_axis(self.plot, "bottom", d.title)
        # above bars, of which a low panel shows the upper end first; the legend has its title
        self.plot.showAxis("top", as_bars)
        self.plot.showAxis("bottom", not as_bars)
        if as_bars:
            self._make_bars(d, colours)
        elif d.counts:
            self._make_stems(d, colours)
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

    def _make_stems(self, d: Distributions, colours: tuple[str, ...]) -> None:
        for colour in map(QColor, colours[: len(d.names)]):
            colour.setAlpha(255 if len(d.x) <= MOST_STEMS else THIN)
            pen = pg.mkPen(colour, width=STEM)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            self.curves.append(self.plot.plot(pen=pen, connect="pairs"))

    def _set_row(self, i: int, d: Distributions) -> None:
        if self.bars:
            self.bars[i].setOpts(width=d.rows[i])
        elif i < len(self.curves):
            self.curves[i].setData(*(d.stems(i) if d.counts else (d.x, d.rows[i])))


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
