"""The normals panel: two draggable ellipses, four paths between them, and their lengths."""

from __future__ import annotations

from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from app.model.normals import Numbers
from app.views.interface.events import Array, Handler
from app.views.interface.normals import NormalEdited, NormalsState, NormalsWay
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.style.text import make_rich
from app.views.qt.widgets import plots
from app.views.qt.widgets.settings_form import Number
from app.views.qt.widgets.widgets import WIDE, label, panel, scrolling

HEIGHT, SIDE, PIN, ABOVE = 220, 290, 18, 10
ROWS = ("mean x", "mean y", "Σ xx", "Σ xy", "Σ yy")
HINT = (
    "Ellipses of one standard deviation. Drag a letter to move a mean, or the dot on its "
    "ellipse to stretch and rotate it; the playhead moves along all four paths."
)


class NormalsPanel:
    """Draws plain data; edits and drags emit `NormalEdited`."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: NormalsState | None = None
        self.widget, column = panel(WIDE)
        row = QHBoxLayout()
        column.addLayout(row, 1)
        self.plot = _blank()
        self._curves: dict[str, tuple[pg.PlotDataItem, pg.PlotDataItem]] = {}
        self._ends = [self.plot.plot(), self.plot.plot()]
        self.pins: dict[str, tuple[pg.TargetItem, pg.TargetItem]] = {}
        row.addWidget(self.plot, 1)
        row.addWidget(scrolling(self._make_side(), "Two normals"))
        self.set_theme(theme)

    def _make_side(self) -> QWidget:
        widget, side = panel(SIDE)
        self.lengths = make_rich(label("", wrap=True))
        self.note = label("", "warning", wrap=True)
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        self.numbers: dict[str, list[Number]] = {"A": [], "B": []}
        for column, name in enumerate("AB", 1):
            grid.addWidget(label(name, "heading"), 0, column)
            for row, words in enumerate(ROWS, 1):
                if column == 1:
                    grid.addWidget(label(words), row, 0)
                grid.addWidget(self._number(name, words), row, column)
        for line in (self.lengths, self.note):
            side.addWidget(line)
        side.addLayout(grid)
        side.addStretch(1)
        fixed(widget, SIDE)
        return widget

    def _number(self, name: str, words: str) -> Number:
        spin = Number()
        spin.setRange(-1e3, 1e3)
        spin.setAccessibleName(f"{words} of {name}")
        spin.setToolTip(f"{words} of the normal {name}; its ellipse can also be dragged")
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(lambda _: self._tell(name))
        self.numbers[name].append(spin)
        return spin

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        for name, end in zip("AB", self._ends, strict=True):
            end.setPen(pg.mkPen(theme.pin(name), width=3))
        for pins in self.pins.values():
            for pin in pins:
                self.plot.removeItem(pin)
        self.pins = {name: (self._pin(name, True), self._pin(name, False)) for name in "AB"}
        self._paint()
        self.show(self._state)

    def _paint(self) -> None:
        for kind, (path, ellipse) in self._curves.items():
            path.setPen(pg.mkPen(_colour(kind, self._theme), width=2))
            ellipse.setPen(pg.mkPen(_colour(kind, self._theme), width=2))

    def _pin(self, name: str, is_mean: bool) -> pg.TargetItem:
        colour, ink = self._theme.pin(name), pg.mkPen(self._theme.pin_ink, width=2)
        size = PIN if is_mean else PIN // 2
        pin = pg.TargetItem(
            size=size, symbol="o", movable=True, pen=ink, brush=colour, hoverBrush=colour
        )
        if is_mean:
            given = {"color": self._theme.pin_ink, "anchor": (0.5, 0.5), "offset": (0, 0)}
            pin.setLabel(name, given)
        pin.setZValue(ABOVE)
        pin.sigPositionChanged.connect(lambda: self._dragged(name, is_mean))
        self.plot.addItem(pin)
        return pin

    def show(self, state: NormalsState | None) -> None:
        """Show a state without emitting events."""
        before, self._state = self._state, state
        if state is None:
            return
        self.note.setText(f"⚠ {state.note}" if state.note else "")
        self.note.setVisible(bool(state.note))
        for name, numbers, end, line in zip(
            "AB", (state.a, state.b), state.ends, self._ends, strict=True
        ):
            line.setData(*end.T)
            self._show_numbers(name, numbers, end)
        if before is None or before.ways is not state.ways:
            self._show_ways(state.ways)
            self.lengths.setText(_lengths(state.ways, self._theme))
            said = ", ".join(f"{way.title} {way.length:.4g}" for way in state.ways)
            self.plot.setAccessibleDescription(f"Fisher–Rao lengths of the paths: {said}.")
            self._fit(state)
        for way in state.ways:
            at = round(state.playhead * (len(way.mean) - 1))
            self._curves[way.kind][1].setData(*way.outlines[at].T)

    def _show_numbers(self, name: str, numbers: Numbers, end: Array) -> None:
        for spin, value in zip(self.numbers[name], numbers, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(value)
        for pin, at in zip(self.pins[name], (numbers[:2], end[0]), strict=True):
            # during a drag the pointer determines the position
            if not pin.moving:
                with QSignalBlocker(pin):
                    pin.setPos(*at)

    def _show_ways(self, ways: tuple[NormalsWay, ...]) -> None:
        for way in ways:
            if way.kind not in self._curves:
                self._curves[way.kind] = (self.plot.plot(), self.plot.plot())
        self._paint()
        drawn = {way.kind: way.mean for way in ways}
        for kind, (path, ellipse) in self._curves.items():
            path.setData(*drawn.get(kind, np.zeros((0, 2))).T)
            if kind not in drawn:
                ellipse.setData([], [])

    def _fit(self, state: NormalsState) -> None:
        """Fit the view to everything, except during a drag."""
        if any(pin.moving for pins in self.pins.values() for pin in pins):
            return
        every = [*state.ends, *(way.outlines.reshape(-1, 2) for way in state.ways)]
        points = np.concatenate(every)
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        self.plot.setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0.06)

    def _tell(self, name: str) -> None:
        mx, my, xx, xy, yy = (spin.value() for spin in self.numbers[name])
        self._emit(NormalEdited(name, (mx, my, xx, xy, yy)))

    def _dragged(self, name: str, is_mean: bool) -> None:
        """Move the mean by its letter, or the first column of the covariance's square root by its
        dot.
        """
        if self._state is None:
            return
        mx, my, xx, xy, yy = self._state.a if name == "A" else self._state.b
        mean, dot = (pin.pos() for pin in self.pins[name])
        if is_mean:
            self._emit(NormalEdited(name, (mean.x(), mean.y(), xx, xy, yy)))
            return
        # the first column of the Cholesky factor is there, the rest of σ_yy below
        across, up = dot.x() - mx, dot.y() - my
        rest = yy - xy**2 / xx
        if abs(across) > 1e-3:
            self._emit(NormalEdited(name, (mx, my, across**2, across * up, up**2 + rest)))


def _blank() -> pg.PlotWidget:
    plot = plots.plot("Two normals and four paths between them")
    plot.setToolTip(HINT)
    plot.setMinimumHeight(HEIGHT)
    # as high as there is room, without making the panel scroll
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    plot.setAspectLocked(True)
    return plot


def _colour(kind: str, theme: Theme) -> str:
    colours = {"w2": theme.w2_path, "e": theme.e_path, "m": theme.m_path}
    return colours.get(kind, theme.geodesic)


def _lengths(ways: tuple[NormalsWay, ...], theme: Theme) -> str:
    """Return the paths with colours and Fisher–Rao lengths, shortest first, as rich text."""
    lines = (
        f'<span style="color:{_colour(way.kind, theme)}">■</span>&nbsp;{escape(way.title)} '
        f"{way.length:.4g}"
        for way in sorted(ways, key=lambda way: way.length)
    )
    return "Fisher–Rao lengths<br>" + "<br>".join(lines)
