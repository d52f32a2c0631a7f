"""The token path panel: a token's rows over layers or heads on two axes, with turning angles."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF

from app.views.interface.choices import Choice
from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.token_path import TokenPathChosen, TokenPathState
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots
from app.views.qt.widgets.widgets import WIDE, caption, fill, form, label, panel, picker

MAP_HEIGHT, TURNS_HEIGHT = 250, 110
HINT = (
    "Each dot is the token’s attention in one layer or head, as a point 2√p on the sphere of "
    "distributions, projected on the two axes of largest variance. Dashed: the geodesic from "
    "the first to the last."
)
TURN_HINT = "Angle by which the path turns at each row: 0° is straight on, 180° is straight back."
OVERS = (Choice("layers", "layers of the head"), Choice("heads", "heads of the layer"))


class TokenPathPanel:
    """Two pickers, the drawing, the turning angles, and a description of the dot under the pointer."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: TokenPathState | None = None
        self.widget, column = panel(WIDE)
        rows = form()
        self.token = picker("Token", "The token whose attention is shown")
        self.over = picker("Over", "Follow the token from layer to layer, or from head to head")
        for words, box in (("Token", self.token), ("Over", self.over)):
            rows.addRow(caption(words), box)
            box.activated.connect(self._choose)
        column.addLayout(rows)
        self.words = label("", wrap=True)
        column.addWidget(self.words)
        self.map = _plot("Path of the token's attention", HINT, MAP_HEIGHT)
        self.turns = _plot("Turn at each row", TURN_HINT, TURNS_HEIGHT)
        self.map.setAspectLocked(True)
        self.map.hideAxis("left")
        self.map.hideAxis("bottom")
        self.turns.setLabel("left", "turn (°)")
        self._make_items()
        column.addWidget(self.map)
        self.tip = label("", "quiet", wrap=True)
        column.addWidget(self.tip)
        column.addWidget(self.turns)
        column.addStretch(1)
        self.set_theme(theme)

    def _make_items(self) -> None:
        self._circle, self._line = self.map.plot(), self.map.plot()
        self.dots = pg.ScatterPlotItem(size=16, pxMode=True)
        self.map.addItem(self.dots)
        self._numbers: list[pg.TextItem] = []
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.6, pen=None)
        self.turns.addItem(self._bars)
        self.map.scene().sigMouseMoved.connect(self._hover)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for plot in (self.map, self.turns):
            plots.paint(plot, theme)
        self._circle.setPen(pg.mkPen(theme.muted, width=2, dash=(3, 3)))
        self._line.setPen(pg.mkPen(theme.text, width=1.5))
        self._bars.setOpts(brush=theme.accent)
        self.show(self._state)

    def show(self, state: TokenPathState | None) -> None:
        """Show a state without emitting events."""
        self._state = state
        drawn = state is not None and len(state.xy) > 0
        for widget in (self.map, self.turns, self.tip):
            widget.setVisible(drawn)
        for widget in (self.token, self.over):
            widget.setVisible(state is not None and len(state.tokens) > 0)
        self.words.setText("" if state is None else state.note or state.words)
        if state is None or not state.tokens:
            return
        at = f"{state.whose}: {state.tokens[state.followed]}" if state.token < 0 else "at A"
        tokens = [Choice("-1", at), *(Choice(str(i), t) for i, t in enumerate(state.tokens))]
        fill(self.token, tokens, str(state.token))
        fill(self.over, OVERS, state.over)
        if drawn:
            self.tip.setText(state.tips[state.current])
            self._draw(state)

    def _draw(self, state: TokenPathState) -> None:
        count, theme = len(state.xy), self._theme
        self._circle.setData(*state.circle.T)
        self._line.setData(*state.xy.T)
        colours = [theme.pin_a, *[theme.control] * (count - 2), theme.pin_b]
        rims = [theme.accent if i == state.current else theme.muted for i in range(count)]
        self.dots.setData(
            *state.xy.T,
            brush=[pg.mkBrush(colour) for colour in colours],
            pen=[pg.mkPen(rim, width=2) for rim in rims],
        )
        for item in self._numbers:
            self.map.removeItem(item)
        self._numbers = []
        for i, (x, y) in enumerate(state.xy):
            ink = theme.pin_ink if i in (0, count - 1) else theme.text
            number = pg.TextItem(str(i), ink, anchor=(0.5, 0.5))
            number.setPos(x, y)
            self.map.addItem(number)
            self._numbers.append(number)
        self._bars.setOpts(x=np.arange(count), height=np.nan_to_num(state.turning))
        self.turns.getAxis("bottom").setTicks([[(i, str(i)) for i in range(count)]])
        self.turns.setYRange(0, 180, padding=0)
        self.turns.setXRange(-0.5, count - 0.5, padding=0)
        title_axis(self.turns, "bottom", state.over[:-1])

    def _choose(self, _: int) -> None:
        self._emit(TokenPathChosen(int(self.token.currentData()), self.over.currentData()))

    def _hover(self, place: QPointF) -> None:
        """Describe the dot under the pointer, if any."""
        if self._state is None or not self._state.tips:
            return
        at = self.map.getViewBox().mapSceneToView(place)
        found = self.dots.pointsAt(at)
        i = found[0].index() if len(found) else self._state.current
        self.tip.setText(self._state.tips[i])


def _plot(name: str, hint: str, height: int) -> pg.PlotWidget:
    plot = plots.plot(name)
    plot.setToolTip(hint)
    plot.setFixedHeight(height)
    return plot
