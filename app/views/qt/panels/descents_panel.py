"""The panel Descents: the form of the race, its steps, and plots of loss and Fisher length."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout

from app.views.interface.descents import Array, DescentLine, DescentsState
from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.widgets import plots_in_words
from app.views.qt.widgets.play_button import PlayButton
from app.views.qt.widgets.plots import paint, plot
from app.views.qt.widgets.settings_form import SettingsForm
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import WIDE, Slider, label, look, panel
from app.views.text.mathematics import powers

TICKS, HEIGHT, AXIS = 1000, 110, 50
# smallest loss that is drawn, since logarithms are: smaller ones are rounding
LEAST = 1e-16
# colours and pens are those of the layer's curves
COLOURS: dict[str, Callable[[Theme], str]] = {
    "gradient": lambda t: t.straight,
    "natural": lambda t: t.e_path,
    "mirror": lambda t: t.m_path,
}
DASHES = {"gradient": [2.0, 3.0], "natural": [], "mirror": [6.0, 3.0]}
SIGNS = {"gradient": "┄┄", "natural": "──", "mirror": "╌╌"}
PLOTS = (
    (
        "above",
        "loss",
        "The loss above its least value, in powers of ten: a straight line is linear convergence",
    ),
    ("walked", "Fisher length", "The Fisher–Rao distances of the steps so far, added up"),
)


class DescentsPanel:
    """Shows a `DescentsState`; every choice is a `SceneEdited`."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit, self._theme = emit, theme
        self.state: DescentsState | None = None
        self.widget, column = panel(WIDE)
        self.form = SettingsForm(self._change, WIDE - 30)
        column.addWidget(self.form.widget)
        column.addLayout(self._make_clock())
        self.plots = {name: self._make_plot(title, hint) for name, title, hint in PLOTS}
        row = QHBoxLayout()
        row.setSpacing(0)
        for each in self.plots.values():
            row.addWidget(each)
        column.addLayout(row, 1)
        self.note, self.loss = label("", "quiet", wrap=True), label("", "quiet", wrap=True)
        column.addWidget(self.note)
        column.addWidget(self.loss)
        self.words = {method: self._make_line(column) for method in COLOURS}
        column.addStretch()
        self.set_theme(theme)

    def _change(self, field: str, value: object) -> None:
        changes: list[tuple[str, object]] = [(field, value)]
        if (field, value) == ("descents.start", "C"):
            changes.append(("layers.third", True))  # else the race begins at nothing that is seen
        self._emit(SceneEdited(tuple(changes)))

    def _make_clock(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.shown = QCheckBox("Show")
        self.shown.setToolTip("Show the race on the canvas: the layer Descents")
        self.shown.toggled.connect(lambda on: self._change("layers.descents", on))
        self.play = PlayButton()
        fixed(self.play, 44)
        self.play.setAccessibleName("Play or pause the race")
        self.play.setToolTip("Play or pause the race")
        self.play.clicked.connect(lambda: self._emit(CommandInvoked("descents_play")))
        self.slider = Slider()
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName("Step of the race")
        self.slider.setToolTip("The step that is marked; it follows the playhead and the timeline")
        self.slider.valueChanged.connect(lambda tick: self._change("playhead", tick / TICKS))
        self.readout = label("", "quiet")
        fixed(self.readout, 84)
        for part in (self.shown, self.play):
            row.addWidget(part)
        row.addWidget(self.slider, 1)
        row.addWidget(self.readout)
        return row

    def _make_plot(self, title: str, hint: str) -> pg.PlotWidget:
        made = plot(f"{title} of the descents over their steps")
        made.setToolTip(hint)
        made.setMinimumHeight(HEIGHT)
        made.setMaximumHeight(2 * HEIGHT)
        made.setMinimumWidth(1)
        made.setTitle(escape(title), size="9pt")
        made.getAxis("left").setWidth(AXIS)
        for _ in COLOURS:
            made.plot()
        made.addItem(pg.InfiniteLine(0.0))
        return made

    def _make_line(self, column: QVBoxLayout) -> QLabel:
        made = label("", "", wrap=True)
        column.addWidget(made)
        return made

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for each in self.plots.values():
            paint(each, theme)
            _mark(each).setPen(pg.mkPen(theme.muted, width=1))
        if self.state is not None:
            self.show(self.state)

    def show(self, state: DescentsState | None) -> None:
        """Show a state without emitting events; None: another subject is being prepared."""
        self.widget.setEnabled(state is not None)
        if state is None:
            return
        before, self.state = self.state, state
        self.form.show(state.settings)
        with QSignalBlocker(self.shown):
            self.shown.setChecked(state.shown)
        self.play.set_playing(state.running)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(TICKS * state.step / state.steps))
        self.readout.setText(f"step {state.step}")
        describe(self.slider, f"step {state.step} of {state.steps}")
        for each in self.plots.values():
            _mark(each).setValue(state.step)
        if before is None or before.lines != state.lines or before.stale != state.stale:
            self._show_lines(state)
        self.note.setText(state.note)
        self.note.setVisible(bool(state.note))
        self.loss.setText(f"Loss: {state.loss}" + (" (earlier)" if state.stale else ""))
        self.loss.setVisible(bool(state.loss))
        self._show_words(state)

    def _show_lines(self, state: DescentsState) -> None:
        """Draw the lines again, which do not change while the race is played."""
        by_method = {line.method: line for line in state.lines}
        for name, each in self.plots.items():
            drawn = [getattr(line, name) for line in state.lines]
            for method, item in zip(COLOURS, each.listDataItems(), strict=True):
                line = by_method.get(method)
                y = getattr(line, name) if line is not None else np.zeros(0)
                y = _logarithms(y) if name == "above" else y
                item.setData(np.arange(len(y)), y, connect="finite")
                item.setPen(self._pen(method, state.stale))
            each.setXRange(0, state.steps, padding=0.02)
            each.setAccessibleDescription(_in_words(state.lines, drawn))

    def _pen(self, method: str, stale: bool) -> QPen:
        colour = self._theme.stale if stale else COLOURS[method](self._theme)
        pen: QPen = pg.mkPen(colour, width=2)
        if DASHES[method]:
            pen.setStyle(Qt.PenStyle.CustomDashLine)
            pen.setDashPattern(DASHES[method])
        return pen

    def _show_words(self, state: DescentsState) -> None:
        lines = {line.method: line for line in state.lines}
        for method, words in self.words.items():
            line = lines.get(method)
            words.setVisible(line is not None)
            if line is not None:
                at = line.above[min(state.step, len(line.above) - 1)]
                said = f"{'' if line.fine else '⚠ '}{SIGNS[method]} {line.title}: {at:.3g} above"
                words.setText(powers(f"{said} the least at step {state.step}. {line.words}."))
                look(words, "quiet" if line.fine else "warning")


def _mark(plot: pg.PlotWidget) -> pg.InfiniteLine:
    """Return the line of a plot at the step that is shown."""
    return next(item for item in plot.getPlotItem().items if isinstance(item, pg.InfiniteLine))


def _logarithms(above: Array) -> Array:
    """Return log₁₀ of losses above the least, NaN where rounding has the last word."""
    known = np.where(above > LEAST, above, np.nan)
    found: Array = np.log10(known)
    return found


def _in_words(lines: tuple[DescentLine, ...], values: list[Array]) -> str:
    """Return what a screen reader says of the lines of a plot."""
    said = [
        f"{line.title}: {plots_in_words.of_line(np.arange(float(len(each))), each)}"
        for line, each in zip(lines, values, strict=True)
    ]
    return " ".join(said) or "Nothing yet."
