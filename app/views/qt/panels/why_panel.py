"""The panel Why there: bars of a logit by dimensions, or of the metric by keys."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QPushButton, QSizePolicy

from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.theme import Theme
from app.views.interface.why_there import TITLES, KeyAsked, WhyState
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.widgets import WIDE, caption, fill, form, label, panel, picker

SPLITS = (
    Choice("dimensions", "the logit, by dimensions"),
    Choice("metric", "the metric g, by keys"),
)
LOWEST, LETTERS, LONGEST = 150, 11, 16
# height of a bar with its name, and of the axis below them
EACH, AXIS = 14, 50


class WhyPanel:
    """Pickers of the key and of the split, and the bars."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: WhyState | None = None
        self.widget, column = panel(WIDE)
        self.note = label("", wrap=True)
        self.words = label("", "quiet", wrap=True)
        self.key = picker("Key", "The key whose logit is split, the heaviest first")
        self.split = picker("Split", "What the bars are parts of")
        fill(self.split, SPLITS, "dimensions")
        self.rows = form()
        for name, box in (("Key", self.key), ("Split", self.split)):
            self.rows.addRow(caption(name), box)
            box.activated.connect(self._choose)
        self.plot = plots.plot("Parts of the logit")
        self.plot.setMinimumHeight(LOWEST)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(self.note)
        column.addLayout(self.rows)
        column.addWidget(self.plot, 1)
        column.addWidget(self.words)
        self.export = QPushButton("Export…")
        self.export.setToolTip("The bars as SVG, PDF or PNG, or as CSV")
        self.export.clicked.connect(lambda: self._emit(CommandInvoked("export_why")))
        column.addWidget(self.export)
        self._bars = pg.BarGraphItem(x0=[], y=[], width=[], height=0.7, pen=None)
        self.plot.addItem(self._bars)
        self.plot.invertY(True)
        letters = self.plot.getAxis("left").font()
        letters.setPixelSize(LETTERS)
        self.plot.getAxis("left").setStyle(tickFont=letters, tickLength=0)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        self.show(self._state)

    def show(self, state: WhyState | None) -> None:
        """Show a state without emitting events."""
        self._state = state
        drawn = state is not None and len(state.keys) > 0
        for row in (self.key, self.split):
            self.rows.setRowVisible(row, drawn)
        self.plot.setVisible(drawn)
        self.words.setVisible(drawn)
        self.export.setVisible(drawn)
        self.note.setVisible(not drawn)
        self.note.setText("" if state is None else state.note)
        if state is None or not drawn:
            return
        numbered = zip(state.numbers, state.keys, strict=True)
        fill(self.key, [Choice(str(i), name) for i, name in numbered], str(state.key))
        self.key.setEnabled(state.split == "dimensions")
        fill(self.split, SPLITS, state.split)
        self.words.setText(state.words)
        self.plot.setAccessibleDescription(plots_in_words.of_bars(state.names, state.values))
        self._draw(state)

    def _draw(self, state: WhyState) -> None:
        count, theme = len(state.values), self._theme
        self.plot.setMinimumHeight(max(LOWEST, AXIS + EACH * count))
        ups = [theme.pin_a if value >= 0 else theme.pin_b for value in state.values]
        self._bars.setOpts(
            x0=np.zeros(count), width=state.values, y=np.arange(count), height=0.7,
            brushes=[pg.mkBrush(colour) for colour in ups],
        )  # fmt: skip
        self.plot.getAxis("left").setTicks([[(i, _short(n)) for i, n in enumerate(state.names)]])
        title_axis(self.plot, "bottom", TITLES[state.split])
        low, high = min(state.values.min(initial=0.0), 0.0), max(state.values.max(initial=0.0), 0.0)
        self.plot.setXRange(low, high if high > low else low + 1.0, padding=0.05)
        self.plot.setYRange(-0.5, max(count, 1) - 0.5, padding=0)

    def _choose(self, _: int) -> None:
        if self._state is not None:
            self._emit(KeyAsked(int(self.key.currentData()), self.split.currentData()))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
