"""The atlas panel: all heads as dots, by two scores or by their distances; a click shows a head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
)

from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.head_atlas import (
    CLUSTERS,
    LAYERS,
    MAP,
    SCORES,
    AtlasAsked,
    AtlasChosen,
    AtlasState,
    axis_title,
)
from app.views.interface.theme import Theme
from app.views.qt.style.text import title_axis
from app.views.qt.widgets import plots, plots_in_words
from app.views.qt.widgets.widgets import WIDE, fill, label, panel, picker, steady

ACROSS = (Choice(MAP, "map by Fisher–Rao distance"), *(Choice(*of) for of in SCORES.items()))
UP = tuple(Choice(*of) for of in SCORES.items())
COLOURS = (Choice(LAYERS, "by layer"), Choice(CLUSTERS, "by cluster"))
# pixels of a field of a number; numbers of clusters, and thresholds of redundant pairs
NARROW, NUMBERS, THRESHOLDS = 62, (1, 20), (0.01, 3.0)
# pixels: minimum heights of the picture and of the list, width of what stands beside the picture, and
# diameter of a dot
LOWEST, SHORTEST, BESIDE, DOT = 130, 50, 250, 11
# heads whose names are written at their dots, and lines of the list
NAMED, LISTED = 4, 240
# anchors of a name: right of its dot, left, above, below
SIDES = ((-0.25, 0.5), (1.25, 0.5), (0.5, 1.4), (0.5, -0.4))


class AtlasPanel:
    """The picture, the choice of axes, and a list of the heads that come first."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self.state: AtlasState | None = None
        self._shown: list[int] = []
        self.widget, column = panel(WIDE)
        self.note = label("", wrap=True)
        self.plot = plots.plot("Heads of the model")
        self.plot.setMinimumHeight(LOWEST)
        self.plot.setToolTip("Click a dot: the window shows that head")
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(self.note)
        column.addLayout(self._make_choices())
        column.addLayout(self._make_row(), 1)
        self._make_items()
        self.set_theme(theme)

    def _make_choices(self) -> QHBoxLayout:
        """Return the choices of axes, colours, clusters and threshold in a row."""
        row = self._make_groups()
        self.across = picker(
            "Across", "The score along the horizontal axis, or the map of distances"
        )
        self.up = picker("Up", "The score along the vertical axis, by which the list is sorted")
        for place, box in enumerate((self.across, self.up)):
            box.activated.connect(lambda _: self._choose_axes())
            row.insertWidget(place, box, 2)
        return row

    def _make_row(self) -> QHBoxLayout:
        """Return the picture, with the list beside it."""
        row, side = QHBoxLayout(), QVBoxLayout()
        self.words = label("", "quiet", wrap=True)
        self.list = QListWidget()
        self.list.setMinimumHeight(SHORTEST)
        self.list.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Heads in order; Enter shows one")
        self.list.itemActivated.connect(self._activate)
        self.list.itemClicked.connect(self._activate)
        self.list.currentItemChanged.connect(lambda item, _: self._say_of(item))
        # a dot must not move away from the mouse because of what is said of it
        for widget in (self.list, steady(self.words, "The head, or what is shown", SHORTEST)):
            widget.setFixedWidth(BESIDE)
            side.addWidget(widget, 1)
        side.addLayout(self._make_buttons())
        row.addWidget(self.plot, 1)
        row.addLayout(side)
        return row

    def _make_groups(self) -> QHBoxLayout:
        """Return the choice of colours, the number of clusters and the threshold."""
        row = QHBoxLayout()
        self.colours = picker("Colours of the dots", "By layer, darker the earlier, or by cluster")
        self.number = QSpinBox()
        self.number.setRange(*NUMBERS)
        self.number.setAccessibleName("Number of clusters")
        self.number.setToolTip("Number of clusters, by medoids of the mean Fisher–Rao distances")
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(*THRESHOLDS)
        self.threshold.setSingleStep(0.05)
        self.threshold.setPrefix("d < ")
        self.threshold.setAccessibleName("Threshold of redundant pairs")
        self.threshold.setToolTip(
            "Two heads nearer than this are redundant: KL is about d²/2 nats between their rows"
        )
        self.colours.activated.connect(lambda _: self._choose_axes())
        for box in (self.number, self.threshold):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda _: self._choose_axes())
        for widget in (self.colours, self.number, self.threshold):
            row.addWidget(widget, 1 if widget is self.colours else 0)
        self.number.setFixedWidth(NARROW)
        self.threshold.setFixedWidth(NARROW + 30)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, hint, event in (
            ("Add…", "Another file of heads, such as another text", AtlasAsked("add")),
            ("Folder…", "All files of heads in a folder", AtlasAsked("folder")),
            ("Clear", "The heads of the scene’s file alone", AtlasAsked("clear")),
            ("Export…", "The picture as SVG, PDF or PNG, or all scores, the map and the clusters as "
             "CSV", CommandInvoked("export_atlas")),
        ):  # fmt: skip
            button = QPushButton(words)
            button.setToolTip(hint)
            button.clicked.connect(lambda _=False, event=event: self._emit(event))
            row.addWidget(button)
        return row

    def _choose_axes(self) -> None:
        """Emit what the picture is to show."""
        chosen = AtlasChosen(
            self.across.currentData(), self.up.currentData(), self.colours.currentData(),
            self.number.value(), round(self.threshold.value(), 6),
        )  # fmt: skip
        if self.state is not None and chosen != self.state.chosen:
            self._emit(chosen)

    def _make_items(self) -> None:
        self.dots = pg.ScatterPlotItem(size=DOT, pxMode=True)
        self.plot.addItem(self.dots)
        self.names: list[pg.TextItem] = []
        self.plot.getViewBox().sigResized.connect(lambda _: self._name())
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.scene().sigMouseClicked.connect(self._click)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        plots.paint(self.plot, theme)
        self.show(self.state)

    def show(self, state: AtlasState | None) -> None:
        """Show the heads so far, without emitting events."""
        self.state = state
        drawn = state is not None and len(state.heads) > 0
        # the choices stay, so that the keyboard enters the panel there also while heads are scored;
        # they come first, since what becomes visible is drawn by them
        if state is not None:
            self._fill_choices(state.chosen)
        groups = self.colours, self.number, self.threshold
        for widget in (self.plot, self.list, *groups):
            widget.setVisible(drawn)
        self.note.setText("" if state is None or drawn else state.words)
        self.note.setVisible(not drawn)
        self.words.setText("")
        if state is None or not drawn:
            return
        self.up.setEnabled(not state.is_map)
        self._draw(state)
        self._fill(state)
        self.words.setText(self._about(state))
        self.plot.setAccessibleDescription(plots_in_words.of_atlas(state, state.chosen.up))

    def _fill_choices(self, chosen: AtlasChosen) -> None:
        fill(self.across, ACROSS, chosen.across)
        fill(self.up, UP, chosen.up)
        fill(self.colours, COLOURS, chosen.colours)
        with QSignalBlocker(self.number), QSignalBlocker(self.threshold):
            self.number.setValue(chosen.number)
            self.threshold.setValue(chosen.threshold)

    def _about(self, state: AtlasState) -> str:
        """Return words on what is shown, and on what is compared."""
        about = "Dots are darker in earlier layers."
        if state.is_map:
            about = state.map_words or "There is no map."
        elif state.chosen.colours == CLUSTERS:
            about = state.map_words or "There are no clusters."
        said = f"{state.compared[:1].upper()}{state.compared[1:]}." if state.compared else ""
        return f"{state.words}. {about} {said}".strip()

    def _draw(self, state: AtlasState) -> None:
        theme, places = self._theme, state.places
        known = np.flatnonzero(np.isfinite(places).all(axis=1))
        self._shown = [int(i) for i in known]
        colours = self._colours(state)
        at = state.current
        self.dots.setData(
            *places[known].T,
            brush=[pg.mkBrush(colours[int(i)]) for i in known],
            pen=[pg.mkPen(theme.accent if i == at else theme.panel, width=3 if i == at else 1)
                 for i in known],
        )  # fmt: skip
        axes = ("bottom", state.chosen.across), ("left", state.chosen.up)
        self.plot.setAspectLocked(state.is_map)
        for side, name in axes:
            title_axis(self.plot, side, "" if state.is_map else axis_title(name))
            self.plot.getAxis(side).setStyle(showValues=not state.is_map)
        if len(known):
            low, high = places[known].min(axis=0), places[known].max(axis=0)
            spans = [
                (a, b) if b > a else (a - 0.5, b + 0.5) for a, b in zip(low, high, strict=True)
            ]
            self.plot.setRange(xRange=spans[0], yRange=spans[1], padding=0.08)
        self._name()

    def _colours(self, state: AtlasState) -> Sequence[QColor]:
        """Return the colour of each dot: of its cluster, or of its layer."""
        if state.chosen.colours == CLUSTERS and len(state.clusters):
            return [QColor(self._theme.group(int(group))) for group in state.clusters]
        share = np.array([of.place.layer for of in state.heads]) / max(state.layers - 1, 1)
        found: Sequence[QColor] = pg.colormap.get("viridis").map(share, mode="qcolor")
        return found

    def _name(self) -> None:
        """Write the names of the head on show and of the first ones, as far as none covers another,
        each within the picture on the side of its dot that has the fewest other dots.
        """
        for item in self.names:
            self.plot.removeItem(item)
        self.names, state = [], self.state
        view = self.plot.getViewBox()
        if state is None or not state.heads or view.rect().isEmpty():
            return
        places = state.places
        current = (state.current,) if state.current >= 0 else ()
        pixel, seen, taken = view.viewPixelSize(), view.viewRect(), list[QRectF]()
        dots = (places - (seen.left(), seen.bottom())) / pixel * (1, -1)
        for i in dict.fromkeys((*current, *self._first(state)[:NAMED])):
            if np.isfinite(places[i]).all():
                item = pg.TextItem(state.heads[i].name, self._theme.text)
                box = _beside(dots, i, item.boundingRect(), taken, view.rect())
                if box is None:
                    continue
                item.setAnchor(box[0])
                item.setPos(*places[i])
                self.plot.addItem(item)
                self.names.append(item)
                taken.append(box[1])

    def _first(self, state: AtlasState) -> list[int]:
        """Return the heads by the vertical score, largest first; on the map those of near pairs."""
        if state.is_map:
            return list(dict.fromkeys(i for a, b, _ in state.pairs for i in (a, b)))
        values = state.score(state.chosen.up)
        return [int(i) for i in np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")]

    def _fill(self, state: AtlasState) -> None:
        chosen = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for words, i in self._lines(state)[:LISTED]:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, i)
            self.list.addItem(item)
        self.list.setCurrentRow(min(chosen, self.list.count() - 1))
        self.list.blockSignals(False)

    def _lines(self, state: AtlasState) -> list[tuple[str, int]]:
        """Return the lines of the list with the head that each shows."""
        if state.is_map or state.chosen.colours == CLUSTERS:
            return [*_pair_lines(state), *_cluster_lines(state)]
        name = state.chosen.up
        lines = [(state.heads[i].values[name], i) for i in self._first(state)]
        return [(f"{state.heads[i].name}: {value:.4g}", i) for value, i in lines if value == value]

    def _activate(self, item: QListWidgetItem) -> None:
        self._choose(item.data(Qt.ItemDataRole.UserRole))

    def _say_of(self, item: QListWidgetItem | None) -> None:
        if item is not None and self.state is not None:
            self.words.setText(self.state.heads[item.data(Qt.ItemDataRole.UserRole)].words)

    def _choose(self, i: int) -> None:
        if self.state is not None and 0 <= i < len(self.state.heads):
            self._emit(self.state.heads[i].place)

    def _at(self, place: QPointF) -> int:
        """Return the head under a point, −1 for none."""
        found = self.dots.pointsAt(self.plot.getViewBox().mapSceneToView(place))
        return self._shown[found[0].index()] if len(found) else -1

    def _hover(self, place: QPointF) -> None:
        state = self.state
        if state is not None and state.heads:
            i = self._at(place)
            self.words.setText(state.heads[i].words if i >= 0 else self._about(state))

    def _click(self, event: plots.Click) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.state is not None:
            self._choose(self._at(event.scenePos()))


def _beside(
    dots: np.ndarray, i: int, name: QRectF, taken: Sequence[QRectF], within: QRectF
) -> tuple[tuple[float, float], QRectF] | None:
    """Return the anchor and the box of a name beside dot ``i`` of ``dots`` (h, 2) in pixels that covers
    the fewest dots and none of the boxes ``taken``; None if there is none.
    """
    found = []
    for k, (across, up) in enumerate(SIDES):
        shift = QPointF(dots[i, 0] - across * name.width(), dots[i, 1] - up * name.height())
        box = name.translated(shift)
        near = box.adjusted(-DOT / 2, -DOT / 2, DOT / 2, DOT / 2)
        if within.contains(box) and not any(box.intersects(other) for other in taken):
            covered = sum(near.contains(QPointF(*dot)) for dot in dots)
            found.append((covered, k, (across, up), box))
    return min(found)[2:] if found else None


def _pair_lines(state: AtlasState) -> list[tuple[str, int]]:
    """Return the redundant pairs, or the nearest ones, with the first head of each."""
    return [
        (f"{state.heads[a].name} and {state.heads[b].name}: {gap:.4f}"
         f"{' redundant' if number < state.redundant else ''}", a)
        for number, (a, b, gap) in enumerate(state.pairs)
    ]  # fmt: skip


def _cluster_lines(state: AtlasState) -> list[tuple[str, int]]:
    """Return the clusters with their heads, each shown by the head in its middle."""
    lines = []
    for group, middle in enumerate(state.middles):
        names = [
            of.name for of, own in zip(state.heads, state.clusters, strict=True) if own == group
        ]
        lines.append((f"cluster {group + 1}, {len(names)} heads: {', '.join(names)}", middle))
    return lines
