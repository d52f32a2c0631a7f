"""The rows panel: filmstrips of distributions from A to B, each with the moving point marked."""

from __future__ import annotations

from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from app.views.interface.events import Handler, SceneEdited
from app.views.interface.rows import RowsState, RowStrip
from app.views.interface.theme import Theme
from app.views.qt.style.icons import swatch
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.widgets import WIDE, label, panel
from app.views.text.token_names import isolated

KINDS = ("e", "geodesic", "m")
HINT = (
    "Each column is the distribution at one point of the path from A (left) to B (right). "
    "Length: Fisher–Rao, ∫√g(θ′,θ′)dt. Energy: ∫g(θ′,θ′)dt; on the e- and m-path of an "
    "exponential family this is the Jeffreys divergence. Click to move the point there."
)
SWATCH = (96, 10)
FAINT = 0.3  # opacity of rows that do not belong to the scene
# pixels: minimum height of a row, of its letters, and of title and axis
ROW, LETTERS, HEADING = 11, 11, 58
LABEL = 110  # of a word beside the first strip at most
# of a title of two lines
TITLE = 36


class RowsPanel:
    """Strips side by side over a shared axis of tokens or x."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: RowsState | None = None
        self.widget, column = panel(WIDE)
        self.plots = pg.GraphicsLayoutWidget()
        plots.only_seen(self.plots)
        self.plots.setAccessibleName("Distributions along the e-path, the geodesic and the m-path")
        self.plots.setToolTip(HINT)
        self.strips = {kind: _StripPlot(self.plots, i) for i, kind in enumerate(KINDS)}
        self.plots.ci.setContentsMargins(0, 0, 4, 0)
        self.plots.ci.layout.setHorizontalSpacing(10)
        self.plots.scene().sigMouseClicked.connect(self._click)
        self.plots.scene().sigMouseMoved.connect(self._hover)
        self._readout = label("", "quiet", wrap=True)
        column.addLayout(self._make_scale())
        # as high as there is room, without making the panel scroll
        self.plots.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(self.plots, 1)
        column.addWidget(self._readout)
        self.set_theme(theme)

    def _make_scale(self) -> QHBoxLayout:
        """Return a line that says what the strips are, with the scale of their colours."""
        row = QHBoxLayout()
        self.about = label("", "quiet", wrap=True)
        self._scale = [label("0", "quiet"), label(""), label("", "quiet")]
        self._scale[1].setPixmap(swatch("viridis", *SWATCH).pixmap(*SWATCH))
        row.addWidget(self.about, 1)
        for widget in self._scale:
            widget.setToolTip("The colours of the strips, from 0 to the largest value.")
            row.addWidget(widget)
        return row

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.plots.setBackground(theme.panel)
        for strip in self.strips.values():
            strip.set_theme(theme)
        state, self._state = self._state, None
        self.show(state)

    def show(self, state: RowsState | None) -> None:
        """Show a state; if only the playhead differs, only move the marks."""
        before, self._state = self._state, state
        drawn = state is not None and len(state.x) > 0
        for widget in (self.plots, self.about, *self._scale):
            widget.setVisible(drawn)
        if state is None:
            self._readout.setText("")
            return
        if before is None or before.strips is not state.strips or before.stale != state.stale:
            self._readout.setText(state.note)
            self.plots.setAccessibleDescription(plots_in_words.of_strips(state))
            top = max((float(s.rows.max(initial=0.0)) for s in state.strips), default=1.0)
            quantity = "probabilities" if state.labels else "the density"
            self.about.setText(f"Columns: {quantity} at the points of a path, from A to B.")
            self._scale[2].setText(f"{top:.3g}")
            for strip in state.strips:
                self.strips[strip.kind].show(state, strip, top, self._theme)
            self.plots.setMinimumHeight(HEADING + ROW * max(len(state.labels), 8))
        for plot in self.strips.values():
            plot.mark.setValue(state.playhead)

    def _click(self, event: plots.Click) -> None:
        found = self._at(event.scenePos())
        if found is not None:
            self._emit(SceneEdited((("playhead", float(np.clip(found[1], 0.0, 1.0))),)))

    def _hover(self, place: QPointF) -> None:
        found, state = self._at(place), self._state
        if state is None:
            return
        self._readout.setText(state.note if found is None else _words(state, *found))

    def _at(self, place: QPointF) -> tuple[str, float, float] | None:
        """Return the strip, the time and the position on the shared axis at a point."""
        for kind, strip in self.strips.items():
            box = strip.plot.getViewBox()
            if box.sceneBoundingRect().contains(place):
                at = box.mapSceneToView(place)
                return kind, at.x(), at.y()
        return None


class _StripPlot:
    """One filmstrip, with the line that marks the playhead."""

    def __init__(self, row: pg.GraphicsLayoutWidget, column: int) -> None:
        self.plot = row.addPlot(0, column, enableMenu=False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.getViewBox().setDefaultPadding(0.0)
        self.image = pg.ImageItem()
        self.image.setColorMap(pg.colormap.get("viridis"))
        self.mark = pg.InfiniteLine(0.0, angle=90)
        self.plot.addItem(self.image)
        self.plot.addItem(self.mark)
        bottom = self.plot.getAxis("bottom")
        bottom.setTicks([[(0.0, "A"), (1.0, "B")]])
        bottom.setStyle(tickLength=0, hideOverlappingLabels=False, tickTextHeight=LETTERS)
        left = self.plot.getAxis("left")
        left.setStyle(tickLength=0, showValues=column == 0)
        left.enableAutoSIPrefix(False)
        letters = left.font()
        letters.setPixelSize(LETTERS)
        left.setStyle(tickFont=letters)
        if column > 0:
            left.setWidth(1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(theme.border)
            self.plot.getAxis(side).setTextPen(theme.muted)
        # white on the map in both themes: viridis has no white, and its ends are dark and bright
        self.mark.setPen(pg.mkPen("#ffffff", width=2))

    def show(self, state: RowsState, strip: RowStrip, top: float, theme: Theme) -> None:
        """Set the strip, with colours up to ``top``."""
        rows = strip.rows
        self.image.setImage(rows, levels=(0.0, top or 1.0), autoLevels=False)
        # columns are centred on their times, words on integers
        half = 0.5 * strip.reached / max(len(rows) - 1, 1)
        low, high = _ends(state)
        width = strip.reached + 2 * half
        self.image.setRect(QRectF(-half, low, width or 1.0, high - low))
        self.plot.setXRange(0.0, 1.0, padding=0)
        self.plot.setYRange(low, high, padding=0)
        self.plot.invertY(bool(state.labels))
        left = self.plot.getAxis("left")
        letters = QFontMetrics(left.style["tickFont"])
        elide = Qt.TextElideMode.ElideRight
        shown = [letters.elidedText(word, elide, LABEL) for word in state.labels]
        left.setTicks([list(enumerate(shown))] if shown else None)
        colour = {"e": theme.e_path, "m": theme.m_path}.get(strip.kind, theme.text)
        words = strip.words if strip.fine else f"⚠ {strip.words}"
        ink = theme.muted if strip.fine else theme.warning
        if state.stale:
            colour = ink = theme.stale
        self.image.setOpacity(FAINT if state.stale else 1.0)
        self.plot.setTitle(
            f'<span style="color:{colour}">{escape(strip.title)}</span> '
            f'<span style="color:{ink}">{escape(words).replace(" · ", "<br>")}</span>',
            size="9pt",
        )
        self.plot.titleLabel.setMaximumHeight(TITLE)
        self.plot.layout.setRowFixedHeight(0, TITLE)
        self.plot.titleLabel.item.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)


def _ends(state: RowsState) -> tuple[float, float]:
    """Return the range of the shared axis."""
    if state.labels:
        return -0.5, len(state.labels) - 0.5
    gap = 0.5 * (state.x[-1] - state.x[0]) / max(len(state.x) - 1, 1)
    return float(state.x[0] - gap), float(state.x[-1] + gap)


def _words(state: RowsState, kind: str, t: float, y: float) -> str:
    """Describe the point under the pointer."""
    strip = next((s for s in state.strips if s.kind == kind), None)
    if strip is None or len(strip.rows) < 2 or not 0.0 <= t <= strip.reached:
        return state.note
    row = strip.rows[round(t / strip.reached * (len(strip.rows) - 1))]
    if state.labels:
        word = min(max(round(y), 0), len(row) - 1)
        return f"{strip.title}, t = {t:.2f}: {isolated(state.labels[word])} {row[word]:.3f}"
    return f"{strip.title}, t = {t:.2f}: p({y:.3g}) = {np.interp(y, state.x, row):.3g}"
