"""The token path panel: a token's rows on two axes, the distances between them, the turn at each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSignalBlocker
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from app.model.file_formats import suffixes
from app.process.unhandled import reported
from app.views.interface.choices import Choice
from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.interface.token_path import TokenPathAsked, TokenPathChosen, TokenPathState
from app.views.qt.style.text import hint, title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.token_picker import token_picker
from app.views.qt.widgets.widgets import WIDE, caption, fill, form, label, panel, picker, scrolling
from app.views.text.token_names import numbered

# pixels: least height of a plot, greatest one of the turns, and width of the words beside them
LOWEST, TURNS_HEIGHT, BESIDE = 90, 130, 270
# names on an axis at most
TICKS = 16
HINT = (
    "Each dot is the attention of the token in one layer, head or file, as a point 2√p of the sphere "
    "of rows, on the two axes of most variance. Dashed: the geodesic from the first to the last."
)
ABOUT = "A dot is the token’s row of attention in one {}: close dots attend alike."
CHORD = " Dashed: the geodesic from the first to the last."
TURN_HINT = "By how much the path turns at each row: 0° goes straight on, 180° comes back."
OVERS = (
    Choice("mean", "layers: mean of their heads"),
    Choice("rollout", "layers: attention rollout"),
    Choice("files", "files: this head in each"),
    Choice("heads", "heads of this layer"),
    Choice("layers", "unrelated heads, one number"),
)
SAMES = (Choice("position", "position"), Choice("name", "name"))


class TokenPathPanel:
    """Pickers, the drawing, the matrix, the turns, and words on what is under the pointer."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: TokenPathState | None = None
        self.widget, column = panel(WIDE)
        self.about = label("", "quiet", wrap=True)
        self.said, self.words = label("", "quiet", wrap=True), label("", wrap=True)
        self.vouched = label("", "quiet", wrap=True)
        self.map = _plot("Path of the token's attention", HINT)
        self.matrix = _plot("Fisher–Rao distances between the rows", "")
        self.turns = _plot("Turn at each row", TURN_HINT)
        self.turns.setMaximumHeight(TURNS_HEIGHT)
        self.tip = label("", "quiet", wrap=True)
        self.export = QPushButton("Export…")
        self.export.setToolTip("Rows, distances and turns, as .npz or .json.")
        self.export.clicked.connect(lambda: self._emit(TokenPathAsked("save")))
        column.addLayout(self._make_row(), 1)
        self._make_items()
        self._drops = _Dropped(self)
        self.set_theme(theme)

    def _make_row(self) -> QHBoxLayout:
        """Return words and choices, the drawing, and the matrix over the turns, side by side."""
        side, words = panel(BESIDE - 20)
        words.setContentsMargins(0, 0, 0, 0)
        words.addLayout(self._make_form())
        for widget in (self.tip, self.said, self.words, self.about, self.vouched, self.export):
            words.addWidget(widget)
        words.addStretch(1)
        area = scrolling(side, "Words on the path")
        area.setFixedWidth(BESIDE)
        drawings = QVBoxLayout()
        drawings.addWidget(self.matrix, 2)
        drawings.addWidget(self.turns, 1)
        row = QHBoxLayout()
        row.addWidget(area)
        row.addWidget(self.map, 1)
        row.addLayout(drawings, 1)
        return row

    def _make_form(self) -> QFormLayout:
        """Return the rows of choices, of which two belong to one choice of the second."""
        self._rows = form()
        self.token = token_picker("Token", "The token whose attention is shown")
        self.over = picker("Over", "What the rows are of; the words below say it exactly")
        self.same = picker("Same", "How the token is found again in the other files")
        self.residual = QDoubleSpinBox()
        self.residual.setAccessibleName("Residual")
        self.residual.setToolTip("The share ρ of the residual in each layer: (1 − ρ)A + ρI")
        self.residual.setRange(0.0, 0.99)
        self.residual.setSingleStep(0.1)
        self.residual.setKeyboardTracking(False)
        self.residual.valueChanged.connect(lambda _: self._choose(0))
        self.add, self.clear = QPushButton("Add…"), QPushButton("Clear")
        self.add.setToolTip("Files of heads, which can be dropped on this panel too")
        self.add.clicked.connect(lambda: self._emit(TokenPathAsked("compare")))
        self.clear.clicked.connect(lambda: self.compare(()))
        self._files = QHBoxLayout()
        self.names = label("", "quiet")
        self.names.setSizePolicy(self.same.sizePolicy())
        self._files.addWidget(self.names, 1)
        self._files.addWidget(self.add)
        self._files.addWidget(self.clear)
        for words, box in (("Token", self.token), ("Over", self.over), ("Same", self.same)):
            self._rows.addRow(caption(words), box)
            box.activated.connect(self._choose)
        self._rows.addRow(caption("Files"), self._files)
        self._rows.addRow(caption("Residual"), self.residual)
        return self._rows

    def _make_items(self) -> None:
        self.map.setAspectLocked(True)
        self.map.hideAxis("left")
        self.map.hideAxis("bottom")
        self._circle, self._line = self.map.plot(), self.map.plot()
        self.dots = pg.ScatterPlotItem(size=16, pxMode=True)
        self.map.addItem(self.dots)
        self._numbers: list[pg.TextItem] = []
        self.image = pg.ImageItem(axisOrder="row-major")
        self.image.setColorMap(pg.colormap.get("viridis"))
        self.matrix.addItem(self.image)
        self.matrix.invertY(True)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.6, pen=None)
        self.turns.addItem(self._bars)
        self.turns.setLabel("left", "turn (°)")
        self.map.scene().sigMouseMoved.connect(self._hover)
        self.matrix.scene().sigMouseMoved.connect(self._hover_matrix)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for plot in (self.map, self.matrix, self.turns):
            plots.paint(plot, theme)
        self._circle.setPen(pg.mkPen(theme.muted, width=2, dash=(3, 3)))
        self._line.setPen(pg.mkPen(theme.text, width=1.5))
        self._bars.setOpts(brush=theme.accent)
        self.show(self._state)

    def show(self, state: TokenPathState | None) -> None:
        """Show a state without emitting events."""
        self._state = state
        drawn = state is not None and len(state.xy) > 0
        for widget in (
            self.said, self.about, self.map, self.matrix, self.tip, self.vouched, self.export,
        ):  # fmt: skip
            widget.setVisible(drawn)
        self._show_choices(state)
        self.words.setText("" if state is None else state.note or state.words)
        self.turns.setVisible(False)
        if state is not None and drawn:
            self.turns.setVisible(bool(np.isfinite(state.turning).any()))
            self.said.setText(state.said)
            self.about.setText(ABOUT.format(state.kind) + (CHORD if len(state.circle) else ""))
            self.vouched.setText(state.vouched)
            self.tip.setText(_tip(state))
            for plot, words in (
                (self.map, f"{state.said} {state.words} {_tip(state)}"),
                (self.matrix, plots_in_words.of_matrix(state)),
                (self.turns, plots_in_words.of_turns(state)),
            ):
                plot.setAccessibleDescription(words)
            self._draw(state)
            self._draw_matrix(state)

    def _show_choices(self, state: TokenPathState | None) -> None:
        shown = state is not None and len(state.tokens) > 0
        chosen = state.chosen if state is not None else TokenPathChosen()
        for row, seen in (
            (self.token, True), (self.over, True), (self.same, chosen.over == "files"),
            (self._files, chosen.over == "files"), (self.residual, chosen.over == "rollout"),
        ):  # fmt: skip
            self._rows.setRowVisible(row, shown and seen)
        self.widget.setAcceptDrops(shown and chosen.over == "files")
        if state is None or not shown:
            return
        names = [numbered(i, word) for i, word in enumerate(state.tokens)]
        at = f"{state.whose}: {names[state.followed]}" if chosen.token < 0 else "at A"
        tokens = [Choice("-1", at), *(Choice(str(i), name) for i, name in enumerate(names))]
        fill(self.token, tokens, str(chosen.token))
        fill(self.over, OVERS, chosen.over)
        fill(self.same, SAMES, chosen.same)
        with QSignalBlocker(self.residual):
            self.residual.setValue(chosen.residual)
        self.names.setText(f"{len(chosen.files) or 'no'} others")
        hint(self.names, "\n".join(chosen.files))
        self.clear.setEnabled(bool(chosen.files))

    def _draw(self, state: TokenPathState) -> None:
        count, theme = len(state.xy), self._theme
        path = len(state.circle) > 0
        self._circle.setData(*state.circle.T)
        self._line.setData(*(state.xy if path else state.circle).T)
        ends = (0, count - 1) if path else ()
        colours = [theme.control] * count
        if path:
            colours[0], colours[-1] = theme.pin_a, theme.pin_b
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
            ink = theme.pin_ink if i in ends else theme.text
            number = pg.TextItem(state.names[i], ink, anchor=(0.5, 0.5))
            number.setPos(x, y)
            self.map.addItem(number)
            self._numbers.append(number)
        self._bars.setOpts(x=np.arange(count), height=np.nan_to_num(state.turning))
        self.turns.getAxis("bottom").setTicks([_ticks(state)])
        self.turns.setYRange(0, 180, padding=0)
        self.turns.setXRange(-0.5, count - 0.5, padding=0)
        title_axis(self.turns, "bottom", state.kind)

    def _draw_matrix(self, state: TokenPathState) -> None:
        count = len(state.distances)
        top = float(state.distances.max()) or 1.0
        self.image.setImage(state.distances, autoLevels=False, levels=(0.0, top))
        self.image.setRect(-0.5, -0.5, count, count)
        self.matrix.setRange(xRange=(-0.5, count - 0.5), yRange=(-0.5, count - 0.5), padding=0)
        for side in ("left", "bottom"):
            self.matrix.getAxis(side).setTicks([_ticks(state)])
        title_axis(self.matrix, "bottom", f"distance, 0 to {top:.3g}")

    def _choose(self, _: int) -> None:
        if self._state is not None:
            chosen = self._state.chosen
            self._emit(
                TokenPathChosen(
                    int(self.token.currentData()), self.over.currentData(),
                    self.residual.value(), chosen.files, self.same.currentData(),
                )
            )  # fmt: skip

    def compare(self, files: tuple[str, ...]) -> None:
        """Compare the head with more files, or with none."""
        if self._state is not None:
            before = self._state.chosen.files if files else ()
            more = tuple(dict.fromkeys((*before, *files)))
            self._emit(replace(self._state.chosen, files=more))

    def _hover(self, place: QPointF) -> None:
        """Describe the dot under the pointer, if any."""
        if self._state is None or not self._state.tips:
            return
        at = self.map.getViewBox().mapSceneToView(place)
        found = self.dots.pointsAt(at)
        self.tip.setText(self._state.tips[found[0].index()] if len(found) else _tip(self._state))

    def _hover_matrix(self, place: QPointF) -> None:
        """Say the distance that is under the pointer."""
        if self._state is None or not self._state.tips:
            return
        at = self.matrix.getViewBox().mapSceneToView(place)
        row, column = round(at.y()), round(at.x())
        if min(row, column) >= 0 and max(row, column) < len(self._state.distances):
            gap, places = self._state.distances[row, column], self._state.places
            self.tip.setText(f"{places[row]} to {places[column]}: {gap:.4f}")
        else:
            self.tip.setText(_tip(self._state))


class _Dropped(QObject):
    """Takes files that are dropped on the panel while it compares files."""

    def __init__(self, panel: TokenPathPanel) -> None:
        super().__init__(panel.widget)
        self._panel = panel
        panel.widget.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QDropEvent):
            return False
        found = tuple(
            url.toLocalFile()
            for url in event.mimeData().urls()
            if url.toLocalFile().lower().endswith(suffixes("heads"))
        )
        if found:
            event.acceptProposedAction()
        if found and event.type() == QEvent.Type.Drop:
            self._panel.compare(found)
        return bool(found)


def _tip(state: TokenPathState) -> str:
    """Return the words on the scene's own row."""
    return state.tips[state.current] if state.current >= 0 else ""


def _ticks(state: TokenPathState) -> list[tuple[int, str]]:
    every = -(-len(state.names) // TICKS)
    return [(i, name) for i, name in enumerate(state.names) if i % every == 0]


def _plot(name: str, about: str) -> pg.PlotWidget:
    plot = plots.plot(name)
    plot.setToolTip(about)
    plot.setMinimumHeight(LOWEST)
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return plot
