"""The matrix panel: the attention of every query over every key, linked with the plane."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from app.views.interface.attention_matrix import CellChosen, MatrixState
from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.theme import Theme
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.widgets import WIDE, fill, label, panel, picker

HINT = (
    "Each row is the attention of one token, under its own mask. Click: A goes onto that token, and "
    "Distributions shows this row. Shift and click: B goes onto it."
)
SHORT = "Click a row: A goes onto its token. Shift and click: B."
SCALES = (Choice("weight", "weight"), Choice("root", "√weight, which shows faint stripes"))
# pixels: minimum height of the picture, height of letters, room of a name and of a number on an axis
LOWEST, LETTERS, DOWN, ACROSS = 180, 11, 15, 26
# pixels: width of what stands beside the picture, and characters of a name
BESIDE, LONGEST = 190, 12
HIDDEN = 0.0  # opacity of a cell that a query does not see


class MatrixPanel:
    """The picture, the readout of the cell under the pointer, the colour scale and the export."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: MatrixState | None = None
        self.widget, column = panel(WIDE)
        self.note = label("", wrap=True)
        self.words = label("", "quiet", wrap=True)
        self.plot = plots.plot("Attention matrix: queries down, keys across")
        self.plot.setToolTip(HINT)
        self.plot.setMinimumHeight(LOWEST)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.readout = label("", "quiet", wrap=True)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        # two lines, so that nothing below moves while the mouse does
        self.readout.setMinimumHeight(2 * self.readout.fontMetrics().lineSpacing())
        column.addWidget(self.note)
        column.addLayout(self._make_row(), 1)
        self._make_items()
        self.set_theme(theme)

    def _make_row(self) -> QHBoxLayout:
        """Return the picture, with words and choices beside it."""
        row, side = QHBoxLayout(), QVBoxLayout()
        self.scale = picker("Colours", "What the colours of the matrix show")
        fill(self.scale, SCALES, "weight")
        self.scale.activated.connect(lambda _: self.show(self._state))
        self.export = QPushButton("Export…")
        self.export.setToolTip("The picture as SVG, PDF or PNG, or all rows as CSV")
        self.export.clicked.connect(lambda: self._emit(CommandInvoked("export_matrix")))
        for widget in (self.readout, self.scale, self.words, self.export):
            side.addWidget(widget)
            widget.setFixedWidth(BESIDE)
        side.addStretch(1)
        row.addWidget(self.plot, 1)
        row.addLayout(side)
        return row

    def _make_items(self) -> None:
        self.image = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.image)
        self.marks = {name: pg.PlotCurveItem() for name in "AB"}
        for mark in self.marks.values():
            self.plot.addItem(mark)
        self.plot.invertY(True)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            letters = axis.font()
            letters.setPixelSize(LETTERS)
            axis.setStyle(tickFont=letters, tickLength=0)
        self.plot.getViewBox().sigResized.connect(lambda _: self._name())
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.scene().sigMouseClicked.connect(self._click)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        for name, mark in self.marks.items():
            mark.setPen(pg.mkPen(theme.pin(name), width=2))
        self.show(self._state)

    def show(self, state: MatrixState | None) -> None:
        """Show a state without emitting events."""
        before, self._state = self._state, state
        drawn = state is not None and state.rows.size > 0
        for widget in (self.plot, self.readout, self.scale, self.export, self.words):
            widget.setVisible(drawn)
        self.note.setVisible(not drawn)
        self.note.setText("" if state is None else state.note)
        if state is None or not drawn:
            return
        if before is None or before.rows is not state.rows or before.rows.size == 0:
            self.words.setText(state.words)
            self.readout.setText(SHORT)
        self.plot.setAccessibleDescription(plots_in_words.of_attention(state))
        self._draw(state)

    def _draw(self, state: MatrixState) -> None:
        m, n = state.rows.shape
        values = np.nan_to_num(state.rows)
        values = np.sqrt(values) if self.scale.currentData() == "root" else values
        top = float(values.max(initial=0.0)) or 1.0
        colours = pg.colormap.get("viridis").map(values / top, mode="byte")
        colours[~state.seen, 3] = int(255 * HIDDEN)
        self.image.setImage(colours)
        self.image.setRect(QRectF(-0.5, -0.5, n, m))
        self.plot.setRange(xRange=(-0.5, n - 0.5), yRange=(-0.5, m - 0.5), padding=0)
        self._name()
        title_axis(self.plot, "bottom", "key")
        for mark, row in zip(self.marks.values(), state.pins, strict=True):
            mark.setVisible(0 <= row < m)
            low, high = row - 0.5, row + 0.5
            mark.setData(
                [-0.5, n - 0.5, n - 0.5, -0.5, -0.5], [low, low, high, high, low]
            )  # fmt: skip

    def _name(self) -> None:
        """Name as many rows and columns as there is room for."""
        state, box = self._state, self.plot.getViewBox()
        if state is None or not state.rows.size:
            return
        down = math.ceil(DOWN * len(state.queries) / max(box.height(), 1.0))
        across = math.ceil(ACROSS * len(state.keys) / max(box.width(), 1.0))
        names = [(i, _short(name)) for i, name in enumerate(state.queries) if i % down == 0]
        self.plot.getAxis("left").setTicks([names])
        numbers = [(i, str(i)) for i in range(0, len(state.keys), across)]
        self.plot.getAxis("bottom").setTicks([numbers])

    def _cell(self, place: QPointF) -> tuple[int, int] | None:
        """Return query and key under a point, or None."""
        if self._state is None or not self._state.rows.size:
            return None
        at = self.plot.getViewBox().mapSceneToView(place)
        row, column = round(at.y()), round(at.x())
        m, n = self._state.rows.shape
        return (row, column) if 0 <= row < m and 0 <= column < n else None

    def _hover(self, place: QPointF) -> None:
        found, state = self._cell(place), self._state
        if found is None or state is None:
            self.readout.setText(SHORT)
            return
        row, column = found
        names = f"{state.queries[row]} → {state.keys[column]}"
        seen = state.seen[row, column] and np.isfinite(state.rows[row, column])
        weight = f"{state.rows[row, column]:.4f}" if seen else "not seen: its mask leaves it out"
        self.readout.setText(f"{names}: {weight}")

    def _click(self, event: plots.Click) -> None:
        found = self._cell(event.scenePos())
        if found is None or event.button() != Qt.MouseButton.LeftButton:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._emit(CellChosen(found[0], "B" if shift else "A"))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
