"""The flow panel: form, time, and plots of norm, mass and energy."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QHBoxLayout,
    QToolButton,
)

from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.interface.flow import FlowState
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.style.text import hint
from app.views.qt.widgets import plots_in_words
from app.views.qt.widgets.play_button import PlayButton
from app.views.qt.widgets.plots import paint, plot
from app.views.qt.widgets.settings_form import SettingsForm
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import WIDE, Slider, label, panel
from app.views.qt.widgets.zero_lives_plot import LivesPlot
from app.views.text.mathematics import powers

TICKS = 1000
# pixels between which the room decides on the height of the plots
PLOT_HEIGHT, TALLEST = 96, 200
# wide enough for −1.23·10⁵: a number that does not fit is left out
AXIS = 68
# above the greatest value, for the whole of its dot and of the number beside it
ROOM = 1.2
PLOTS = (
    (
        "norm",
        "norm",
        "√∫g(A,A)dA, or √∫ρ²dA for mass: heat never increases it, unless the boundary is held",
    ),
    ("mass", "mass", "∫ρ dA: conserved, unless the boundary is held or mass leaves the grid"),
    ("energy", "energy", ""),
)
BUTTONS = (("flow_evolve", ""), ("flow_step", "▸|"), ("flow_reset", "↺"))
NAMES = {"flow_evolve": "Evolve or pause", "flow_step": "One step", "flow_reset": "Restart"}


class FlowPanel:
    """Rows are made from the state's settings; every choice is a `SceneEdited`."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: FlowState | None = None
        self.widget, column = panel(WIDE)
        self._form = SettingsForm(self._change, WIDE - 30)
        column.addWidget(self._form.widget)
        self.warning = label("", "warning", wrap=True)
        column.addWidget(self.warning)
        column.addLayout(self._make_clock())
        self._plots = {name: self._make_plot(title, hint) for name, title, hint in PLOTS}
        # side by side, so that a low window shows all of them
        row = QHBoxLayout()
        row.setSpacing(0)
        for each in self._plots.values():
            row.addWidget(each)
        column.addLayout(row, 1)
        self.words = label("", "quiet", wrap=True)
        column.addWidget(self.words)
        self._lives = LivesPlot()
        column.addWidget(self._lives.plot)
        column.addStretch()
        self.set_theme(theme)

    def _change(self, field: str, value: object) -> None:
        self._emit(SceneEdited(((field, value),)))

    def _make_clock(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.play = PlayButton()
        self.buttons: dict[str, QToolButton] = {}
        for name, text in BUTTONS:
            button = QToolButton() if text else self.play
            button.setText(text)
            fixed(button, 44)
            button.setAccessibleName(NAMES[name])
            button.setToolTip(NAMES[name])
            button.clicked.connect(lambda _=False, name=name: self._emit(CommandInvoked(name)))
            self.buttons[name] = button
            row.addWidget(button)
        self.slider = Slider()
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName("Time of the flow")
        self.slider.setToolTip("Flow time; earlier times are kept and can be shown again")
        self.slider.valueChanged.connect(self._scrub)
        self.readout = label("", "quiet")
        fixed(self.readout, 84)
        row.addWidget(self.slider, 1)
        row.addWidget(self.readout)
        return row

    def _make_plot(self, title: str, hint: str) -> pg.PlotWidget:
        made = plot(f"{title} of the flow over time")
        made.setToolTip(hint)
        made.setMinimumHeight(PLOT_HEIGHT)
        made.setMaximumHeight(TALLEST)
        made.setMinimumWidth(1)
        _entitle(made, title)
        made.getAxis("left").setWidth(AXIS)
        made.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        made.plot()
        return made

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for each in self._plots.values():
            paint(each, theme)
            each.listDataItems()[0].setPen(pg.mkPen(theme.accent, width=2))
        self._lives.set_theme(theme)

    def show(self, state: FlowState) -> None:
        """Show a state without emitting events."""
        self._state = state
        self._form.show(state.settings)
        self.warning.setText(f"⚠ {state.warning}" if state.warning else "")
        self.warning.setVisible(bool(state.warning))
        self.words.setText(powers(state.words))
        hint(self.words, state.why)
        self.play.set_playing(state.running)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(TICKS * state.time / state.longest))
        self.readout.setText(f"t = {state.time:.3g}")
        describe(self.slider, self.readout.text())
        self._show_plots(state)

    def _show_plots(self, state: FlowState) -> None:
        _entitle(self._plots["energy"], state.descends[0])
        hint(self._plots["energy"], state.descends[1])
        for name, each in self._plots.items():
            values = getattr(state, name)
            each.setVisible(name != "mass" or bool(values.any()))
            each.setAccessibleDescription(plots_in_words.of_line(state.times, values))
            dot = "o" if len(values) == 1 else None
            each.listDataItems()[0].setData(state.times, values, symbol=dot)
            # from zero, otherwise rounding would look like change
            low, high = min(values.min(initial=0.0), 0.0), max(values.max(initial=0.0), 0.0)
            high = high if high > low else 1.0
            each.setYRange(low, ROOM * high, padding=0)
            last = float(state.times[-1]) if len(state.times) else 0.0
            each.setXRange(0.0, ROOM * last or 1.0, padding=0)
            for side, ends in (("left", (low, 0.0, high)), ("bottom", (0.0, last))):
                each.getAxis(side).setTicks([_ticks(ends)])

        self._lives.show(state)

    def _scrub(self, tick: int) -> None:
        if self._state is not None:
            self._change("flow.time", tick / TICKS * self._state.longest)


def _entitle(plot: pg.PlotWidget, words: str) -> None:
    """Write words above a plot, where they leave its axis the room for numbers."""
    plot.setTitle(escape(words), size="9pt")


def _ticks(ends: Sequence[float]) -> list[tuple[float, str]]:
    """Return ticks at the ends of an axis, each in few characters."""
    return [(value, powers(f"{value:.3g}".replace("-", "−"))) for value in dict.fromkeys(ends)]
