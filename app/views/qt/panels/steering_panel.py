"""The panel Steering: two tokens, the leak on three paths, and a filmstrip of next words."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton, QSizePolicy

from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.steering import PATHS, SteeringAsked, SteeringState
from app.views.interface.theme import Theme
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.widgets import WIDE, caption, fill, form, label, panel, picker

HEIGHT, LOWEST = 130, 150
CHOICES = tuple(Choice(*each) for each in PATHS.items())
# pens of the lines, and their signs in words
DASHES = {"e": [], "m": [6.0, 3.0], "geodesic": [1.0, 3.0]}
SIGNS = {"e": "──", "m": "╌╌", "geodesic": "┄┄"}
SHOW = "Show their plane"


class SteeringPanel:
    """Shows a `SteeringState`; every choice is a `SteeringAsked`."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit, self._theme = emit, theme
        self.state: SteeringState | None = None
        self.widget, column = panel(WIDE)
        self.note = label("", wrap=True)
        column.addWidget(self.note)
        self.a = picker("A", "The token whose hidden state the paths begin at")
        self.b = picker("B", "The token whose hidden state the paths end at")
        self.path = picker("Path", "The path of the next words below")
        self.rows = form()
        for name, box in (("A", self.a), ("B", self.b), ("Path", self.path)):
            self.rows.addRow(caption(name), box)
            box.activated.connect(lambda _: self._choose(False))
        self.button = QPushButton(SHOW)
        self.button.setToolTip(
            "Show the plane of hidden states through A, B and a third token: words are the keys"
        )
        self.button.clicked.connect(lambda: self._choose(True))
        self.export = QPushButton("Export…")
        self.export.setToolTip("The leak as SVG, PDF or PNG, or all points of the paths as CSV")
        self.export.clicked.connect(lambda: self._emit(CommandInvoked("export_steering")))
        self.lumped = label("", "quiet", wrap=True)
        self.plot = plots.plot("Leaked mass on the way from A to B")
        self.plot.setToolTip(
            "The mass on words that neither A nor B holds likely: outside the words of 90 % of either"
        )
        self.plot.setFixedHeight(HEIGHT)
        self._lines = {name: self.plot.plot() for name in PATHS}
        self.signs = label("", "quiet")
        self.film = QListWidget()
        self.film.setAccessibleName("Likeliest next words on the way")
        self.film.setMinimumHeight(LOWEST)
        self.film.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.film.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.words = label("", "quiet", wrap=True)
        column.addLayout(self.rows)
        for widget in (self.button, self.lumped, self.plot, self.signs, self.film, self.words,
                       self.export):  # fmt: skip
            column.addWidget(widget)
        column.addStretch(1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        colours = {"e": theme.e_path, "m": theme.m_path, "geodesic": theme.geodesic}
        for name, line in self._lines.items():
            pen = pg.mkPen(colours[name], width=2)
            if DASHES[name]:
                pen.setDashPattern(DASHES[name])
            line.setPen(pen)
        self.signs.setText(
            "   ".join(f"{SIGNS[name]} {words.partition(':')[0]}" for name, words in PATHS.items())
        )
        self.show(self.state)

    def show(self, state: SteeringState | None) -> None:
        """Show a state without emitting events."""
        self.state = state
        named = state is not None and bool(state.tokens)
        drawn = state is not None and state.t is not None
        for row in (self.a, self.b, self.path):
            self.rows.setRowVisible(row, named)
        for widget in (self.lumped, self.plot, self.signs, self.film, self.words, self.export):
            widget.setVisible(drawn)
        self.note.setText("" if state is None else state.note)
        self.note.setVisible(state is not None and bool(state.note))
        self.button.setVisible(state is not None and named and not state.on_canvas)
        if state is None or not named:
            return
        tokens = [Choice(str(i), name) for i, name in enumerate(state.tokens)]
        fill(self.a, tokens, str(state.a))
        fill(self.b, tokens, str(state.b))
        fill(self.path, CHOICES, state.path)
        self.button.setEnabled(state.a != state.b)
        if drawn:
            self._draw(state)

    def _draw(self, state: SteeringState) -> None:
        assert state.t is not None and state.leaks is not None
        said = []
        for name, line in self._lines.items():
            line.setData(state.t, state.leaks[name])
            said.append(f"{PATHS[name]}: {plots_in_words.of_line(state.t, state.leaks[name])}")
        self.plot.setAccessibleDescription(" ".join(said))
        title_axis(self.plot, "left", "leak")
        title_axis(self.plot, "bottom", "share of the way from A to B")
        self.lumped.setText(state.lumped)
        self.film.clear()
        self.film.addItems(state.film)
        self.words.setText("\n".join(state.lines))

    def _choose(self, shown: bool) -> None:
        if self.state is not None and self.state.tokens:
            a, b = int(self.a.currentData()), int(self.b.currentData())
            self._emit(SteeringAsked(a, b, self.path.currentData(), shown))
