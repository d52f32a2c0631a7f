"""The topology panel: persistence diagram and barcode of the map shown."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from app.views.interface.choices import Choice
from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.topology import Array, PairChosen, TopologyAsked, TopologyState
from app.views.qt.style.style import fixed
from app.views.qt.style.text import make_rich, title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import WIDE, Slider, caption, fill, form, label, panel, picker

DIAGRAM_HEIGHT, LEAST_HEIGHT, MOST_HEIGHT, ROW = 180, 80, 300, 7
# lines reserved for the description of the chosen pair, so that nothing jumps
STORY = 5
LEVELS = (Choice("sub", "Below: {f ≤ c}, c rising"), Choice("super", "Above: {f ≥ c}, c falling"))
# the slider's ends, as powers of ten of the share of the map's range
SLIDER, LEAST, MOST = 100, -3.0, -0.3
SYMBOLS = ("o", "s")  # components and loops
# position of persistent features beyond the map's range, relative to it
BEYOND = 0.12


class TopologyPanel:
    """Points and bars of pairs; clicks emit events, and the selection is in the state."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self.state: TopologyState | None = None
        self.widget, column = panel(WIDE)
        rows = form()
        self.levels = picker(
            "Level sets",
            "Sublevel sets: wells, and loops around hills. Superlevel sets: hills, and loops "
            "around wells.",
        )
        self.levels.activated.connect(lambda i: self._ask())
        rows.addRow(caption("Sets"), self.levels)
        rows.addRow(caption("Threshold"), self._make_slider())
        column.addLayout(rows)
        self._words = label("", "quiet", wrap=True)
        column.addWidget(self._words)
        column.addLayout(self._make_stepper())
        self._legend = make_rich(label("", wrap=True))
        column.addWidget(self._legend)
        self.diagram = self._make_plot("Persistence diagram: death over birth", DIAGRAM_HEIGHT)
        self.points = pg.ScatterPlotItem(size=10, hoverable=True, hoverSize=14, tip=self._tip)
        self.points.sigClicked.connect(lambda _, points, __: self._choose(points[0].data()))
        self._lines = [pg.PlotDataItem(), pg.PlotDataItem()]  # birth = death, and ∞
        for item in (*self._lines, self.points):
            self.diagram.addItem(item)
        self.bars = self._make_plot("Barcode: from birth to death", LEAST_HEIGHT)
        self.bars.hideAxis("left")
        self.bars.invertY(True)
        self.bars.scene().sigMouseClicked.connect(self._click_bar)
        column.addWidget(self.diagram)
        column.addWidget(self.bars)
        column.addStretch(1)
        self.set_theme(theme)

    def _make_slider(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.slider = Slider()
        self.slider.setRange(0, SLIDER)
        self.slider.setAccessibleName("Persistence threshold")
        self.slider.setToolTip(
            "Persistence threshold: classes whose persistence |death − birth| is less than this "
            "share of the map’s range are hidden."
        )
        self.slider.valueChanged.connect(lambda _: self._ask())
        self._readout = label("", "quiet")
        fixed(self._readout, 62)
        row.addWidget(self.slider, 1)
        row.addWidget(self._readout)
        return row

    def _make_stepper(self) -> QHBoxLayout:
        """Return the description of the selected pair, with buttons for previous and next."""
        row = QHBoxLayout()
        for text, name, step in (("◂", "Previous class", -1), ("▸", "Next class", 1)):
            button = QToolButton()
            button.setText(text)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, step=step: self._step(step))
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.story = label("", wrap=True)
        self.story.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.story.setFixedHeight(STORY * self.story.fontMetrics().lineSpacing())
        row.addWidget(self.story, 1)
        return row

    def _make_plot(self, name: str, height: int) -> pg.PlotWidget:
        plot = plots.plot(name)
        plot.setToolTip(name)
        plot.setFixedHeight(height)
        return plot

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for plot in (self.diagram, self.bars):
            plots.paint(plot, theme)
        for line, style in zip(self._lines, ("SolidLine", "DashLine"), strict=True):
            line.setPen(pg.mkPen(theme.muted, style=getattr(Qt.PenStyle, style)))
        signs = zip(("●", "■"), ("components (H₀)", "loops (H₁)"), (0, 1), strict=True)
        self._legend.setText(
            " &nbsp; ".join(
                f'<span style="color:{theme.homology(k)}">{sign}</span>&nbsp;{words}'
                for sign, words, k in signs
            )
            + " &nbsp; <span>- - essential</span>"
        )
        self.show(self.state)

    def show(self, state: TopologyState | None) -> None:
        """Show a state without emitting events; None is like a state without pairs."""
        self.state = state
        if state is None:
            return
        fill(self.levels, LEVELS, "super" if state.superlevel else "sub")
        with QSignalBlocker(self.slider):
            self.slider.setValue(_tick(state.share))
        self._readout.setText(f"{100 * state.share:.2g} %")
        describe(self.slider, f"{100 * state.share:.2g} % of the map’s range")
        self.story.setText(state.story or "Choose a point, a bar, or a mark on the map.")
        self._words.setText(state.words)
        drawn = len(state.birth) > 0
        self.diagram.setVisible(drawn)
        self.bars.setVisible(drawn)
        if drawn:
            ends = _ends(state)
            for plot in (self.diagram, self.bars):
                plot.setAccessibleDescription(plots_in_words.of_pairs(state))
            self._show_diagram(state, ends)
            self._show_bars(state, ends)

    def _show_diagram(self, state: TopologyState, ends: Array) -> None:
        low, high = state.low, state.high
        beyond = _beyond(state)
        self._lines[0].setData([low, high], [low, high])
        self._lines[1].setData([low, high], [beyond, beyond])
        pens = [
            pg.mkPen(self._theme.text if i == state.chosen else self._theme.panel, width=w)
            for i, w in enumerate(np.where(np.arange(len(ends)) == state.chosen, 2.4, 0.8))
        ]
        self.points.setData(
            x=state.birth, y=ends, pen=pens, data=list(range(len(ends))),
            brush=[pg.mkBrush(self._theme.homology(int(k))) for k in state.dimension],
            symbol=[SYMBOLS[int(k)] for k in state.dimension],
            size=np.where(np.arange(len(ends)) == state.chosen, 14, 10),
        )  # fmt: skip
        pad = 0.04 * (high - low)
        self.diagram.setXRange(low - pad, high + pad, padding=0)
        self.diagram.setYRange(min(low, beyond) - pad, max(high, beyond) + pad, padding=0)
        title_axis(self.diagram, "bottom", f"birth: {state.label}")
        self.diagram.setLabel("left", "death")

    def _show_bars(self, state: TopologyState, ends: Array) -> None:
        self.bars.clear()
        for row, i in enumerate(_order(state)):
            pen = pg.mkPen(
                self._theme.homology(int(state.dimension[i])),
                width=5 if i == state.chosen else 3,
                style=Qt.PenStyle.SolidLine if state.dimension[i] == 0 else Qt.PenStyle.DashLine,
            )
            self.bars.plot([state.birth[i], ends[i]], [row, row], pen=pen)
        count = len(ends)
        self.bars.setFixedHeight(int(np.clip(40 + ROW * count, LEAST_HEIGHT, MOST_HEIGHT)))
        self.bars.setYRange(-1, count, padding=0)
        low, high = sorted((_beyond(state), state.low if not state.superlevel else state.high))
        self.bars.setXRange(low, high, padding=0.02)

    # --- what is chosen -----------------------------------------------------------------------
    def _ask(self) -> None:
        share = 10.0 ** (LEAST + (MOST - LEAST) * self.slider.value() / SLIDER)
        self._emit(TopologyAsked(self.levels.currentData() == "super", share))

    def _choose(self, number: int) -> None:
        self._emit(PairChosen(int(number)))

    def _step(self, way: int) -> None:
        state = self.state
        if state is None or not len(state.birth):
            return
        order = list(_order(state))
        at = order.index(state.chosen) + way if state.chosen in order else min(way, 0)
        self._choose(order[at % len(order)])

    def _click_bar(self, event: plots.Click) -> None:
        state, box = self.state, self.bars.getPlotItem().getViewBox()
        if state is None or not box.sceneBoundingRect().contains(event.scenePos()):
            return
        row = round(box.mapSceneToView(event.scenePos()).y())
        order = _order(state)
        if 0 <= row < len(order):
            self._choose(order[row])

    def _tip(self, x: float, y: float, data: int) -> str:
        state = self.state
        assert state is not None
        name = ("connected component (H₀)", "loop (H₁)")[int(state.dimension[data])]
        end = state.death[data]
        ends = f"dies at {end:.4g}" if np.isfinite(end) else "essential class"
        return f"{name}: born at {x:.4g}, {ends}".replace("-", "−")


def _tick(share: float) -> int:
    return round(float(SLIDER * (np.log10(share) - LEAST) / (MOST - LEAST)))


def _beyond(state: TopologyState) -> float:
    """Return the position of infinite deaths in the plots."""
    away = BEYOND * (state.high - state.low)
    return state.low - away if state.superlevel else state.high + away


def _ends(state: TopologyState) -> Array:
    """Return deaths, with infinite ones at their drawn position."""
    return np.where(np.isfinite(state.death), state.death, _beyond(state))


def _order(state: TopologyState) -> np.ndarray:
    """Return the order of the pairs in the barcode: components, then loops, by birth."""
    rising = -state.birth if state.superlevel else state.birth
    return np.lexsort((rising, state.dimension))
