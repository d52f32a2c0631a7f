"""The distances panel: a matrix with its dendrogram, clusters, and a map of the points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from app.process.unhandled import reported
from app.views.interface.choices import Choice
from app.views.interface.distances import (
    K_MEANS,
    K_MEDOIDS,
    TREE,
    DistancesState,
    PairPointedOut,
    PointPointedOut,
)
from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.distance_matrix import DistanceMatrix
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.widgets import WIDE, Slider, fill, label, panel, picker

MAP_HEIGHT, MOST_CLUSTERS = 190, 12
LINKAGES = (
    Choice("average", "average linkage"),
    Choice("complete", "complete linkage"),
    Choice("single", "single linkage"),
)
METHODS = (
    Choice(TREE, "dendrogram"),
    Choice(K_MEANS, "k-means"),
    Choice(K_MEDOIDS, "k-medoids"),
)
MEAN_HINT = "The mean or median of all points, drawn on the canvas, as chosen in the panel Data"
TIP = "Point at a cell to see its pair; click to put A and B there."


class DistancesPanel:
    """Choices, the matrix, and the map; clicks emit events."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit, self._theme = emit, theme
        self.state: DistancesState | None = None
        self.widget, column = panel(WIDE)
        column.addLayout(self._make_form())
        self.note, self.words = label("", wrap=True), label("", "quiet", wrap=True)
        self.said, self.tip = label("", wrap=True), label("", "quiet", wrap=True)
        self.mapped, self.near = label("", "quiet", wrap=True), label("", wrap=True)
        self.tested = label("", wrap=True)
        self.matrix = DistanceMatrix(
            lambda i, j: self._emit(PairPointedOut(i, j)), self._hover, theme
        )
        self.map = plots.plot("Map of the points by their distances")
        self.map.setFixedHeight(MAP_HEIGHT)
        self.map.setAspectLocked(True)
        for side in ("left", "bottom"):
            self.map.hideAxis(side)
        self.dots = pg.ScatterPlotItem(size=10, hoverable=True, tip=self._name)
        self.dots.sigClicked.connect(
            lambda _, points, __: self._emit(PointPointedOut(int(points[0].data())))
        )
        self.map.addItem(self.dots)
        self._shown: tuple[QWidget, ...] = (
            self.matrix, self.tip, self.said, self.tested, self.map, self.near, self.mapped, self.words,
        )  # fmt: skip
        for widget in (self.note, *self._shown):
            column.addWidget(widget)
        column.addStretch(1)
        self._room = _Room(self.widget, self.matrix)
        self.set_theme(theme)

    def _make_form(self) -> QGridLayout:
        """Return a few rows of choices, which leave the matrix in sight in a low window."""
        self.kind = picker("Distance", "The distance between two points")
        self.linkage = picker(
            "Linkage",
            "The distance between two clusters. Ward’s linkage needs a vector space and is not "
            "defined for these distances.",
        )
        self.method = picker("Clusters", "How clusters are found")
        for box in (self.kind, self.linkage, self.method):
            box.activated.connect(lambda _: self._choose())
        self.mean = picker("Mean on the canvas", MEAN_HINT)
        self.mean.activated.connect(lambda _: self._choose_mean())
        self.colours = QCheckBox("Colour the points")
        self.colours.setToolTip("The clusters become the groups of the points, kept in the scene")
        self.colours.toggled.connect(lambda _: self._choose())
        self.export = QPushButton("Export…")
        self.export.setToolTip("The matrix as a table (.csv) or a figure (.png, .svg, .pdf)")
        self.export.clicked.connect(lambda: self._emit(CommandInvoked("export_distances")))
        rows = QGridLayout()
        rows.setVerticalSpacing(4)
        rows.setColumnStretch(0, 1)
        rows.setColumnStretch(1, 1)
        rows.addWidget(self.kind, 0, 0)
        rows.addWidget(self.linkage, 0, 1)
        rows.addWidget(self.method, 1, 0)
        rows.addLayout(self._make_number(), 1, 1)
        rows.addWidget(self.mean, 2, 0)
        rows.addWidget(self.export, 2, 1)
        rows.addWidget(self.colours, 3, 0)
        return rows

    def _make_number(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.k = Slider()
        self.k.setRange(1, MOST_CLUSTERS)
        self.k.setAccessibleName("Number of clusters")
        self.k.setToolTip("The number of clusters, which cuts the dendrogram at the dashed line")
        self.k.valueChanged.connect(lambda _: self._choose())
        self._readout = label("", "quiet")
        fixed(self._readout, 44)
        row.addWidget(self.k, 1)
        row.addWidget(self._readout)
        return row

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.map, theme)
        self.matrix.set_theme(theme)
        self.show(self.state)

    def show(self, state: DistancesState | None) -> None:
        """Show a state without emitting events."""
        self.state = state
        drawn = state is not None and len(state.names) > 0
        for widget in self._shown:
            widget.setVisible(drawn)
        self.note.setVisible(state is not None and bool(state.note))
        if state is None:
            return
        self.note.setText(state.note)
        self._show_choices(state)
        if drawn:
            for widget, words in (
                (self.words, state.words), (self.said, state.said), (self.mapped, state.mapped),
                (self.near, state.near), (self.tested, state.tested), (self.tip, TIP),
            ):  # fmt: skip
                widget.setText(words)
            self.tested.setVisible(bool(state.tested))
            self._room.watch()
            self.matrix.show_state(state)
            self.matrix.speak(plots_in_words.of_distances(state))
            self._draw_map(state)

    def _show_choices(self, state: DistancesState) -> None:
        chosen = state.chosen
        fill(self.kind, state.kinds, chosen.kind)
        fill(self.linkage, LINKAGES, chosen.linkage)
        fill(self.method, METHODS, chosen.method)
        fill(self.mean, state.means, state.mean)
        with QSignalBlocker(self.k), QSignalBlocker(self.colours):
            self.k.setMaximum(max(min(MOST_CLUSTERS, len(state.names) or MOST_CLUSTERS), 1))
            self.k.setValue(chosen.k)
            self.colours.setChecked(chosen.colours)
        self._readout.setText(f"k = {self.k.value()}")
        describe(self.k, f"{self.k.value()} clusters")

    def _draw_map(self, state: DistancesState) -> None:
        known = np.flatnonzero(np.isfinite(state.xy).all(axis=1))
        chosen = known == state.chosen_point
        self.dots.setData(
            *state.xy[known].T,
            data=known.tolist(),
            brush=[pg.mkBrush(self._theme.group(int(state.groups[i]))) for i in known],
            pen=[
                pg.mkPen(self._theme.text if one else self._theme.panel, width=2 if one else 1)
                for one in chosen
            ],
            size=np.where(chosen, 14, 10),
        )
        self.map.setAccessibleDescription(f"{state.mapped} {state.near}")
        self.map.autoRange(padding=0.08)

    def _name(self, x: float, y: float, data: int) -> str:
        return self.state.names[data] if self.state is not None else ""

    def _choose(self) -> None:
        if self.state is not None:
            self._emit(
                replace(
                    self.state.chosen,
                    kind=self.kind.currentData(),
                    linkage=self.linkage.currentData(),
                    method=self.method.currentData(),
                    k=self.k.value(),
                    colours=self.colours.isChecked(),
                )
            )

    def _choose_mean(self) -> None:
        """Show a mean of the points on the canvas, or none."""
        kind = self.mean.currentData()
        changes = (("layers.points_mean", bool(kind)), *((("data.mean", kind),) if kind else ()))
        self._emit(SceneEdited(changes))

    def _hover(self, pair: tuple[int, int] | None) -> None:
        """Name the pair under the pointer and its distance."""
        state = self.state
        if state is None or pair is None:
            self.tip.setText(TIP)
            return
        i, j = pair
        value = state.values[i, j]
        gap = f"{value:.4g} {state.unit}".rstrip() if np.isfinite(value) else "unknown"
        self.tip.setText(f"{state.names[i]} to {state.names[j]}: {gap}")
        self.matrix.speak(self.tip.text())


class _Room(QObject):
    """Fits a matrix into the frame in which its panel scrolls, so that at first all of it is seen."""

    def __init__(self, panel: QWidget, matrix: DistanceMatrix) -> None:
        super().__init__(panel)
        self._panel, self._matrix = panel, matrix
        self._frame: QWidget | None = None
        matrix.installEventFilter(self)

    def watch(self) -> None:
        """Follow the height of the frame from now on."""
        frame = self._panel.parentWidget()
        if frame is not self._frame and frame is not None:
            self._frame = frame
            frame.installEventFilter(self)

    @reported(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moved = watched is self._matrix and event.type() == QEvent.Type.Move
        resized = watched is self._frame and event.type() == QEvent.Type.Resize
        if self._frame is not None and (moved or resized):
            self._matrix.fit_in(self._frame.height() - self._matrix.y())
        return False
