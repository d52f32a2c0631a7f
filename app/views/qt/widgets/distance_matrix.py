"""A matrix of distances as a picture, with the dendrogram of its rows above it and a bar of colours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)

from app.views.interface.distances import Array, DistancesState
from app.views.interface.theme import Theme
from app.views.qt.widgets.cells import Cells, Place, viridis
from app.views.qt.widgets.speech import describe

# heights of the dendrogram and of the bar with its numbers; room for the names; space between
TREE, BAR, NAMES, GAP = 70, 30, 74, 4
# height of the dendrogram in a panel that is lower than LOW
LOW_TREE, LOW = 34, 260
# room for the bar beside the dendrogram, and space before it
BESIDE, APART = 160, 12
LEAST, MOST = 96, 420  # pixels of the picture
SMALLEST = 9.0  # height of a row with a name


class DistanceMatrix(Cells):
    """Draws a `DistancesState`; ``point`` receives the pair (row, column) under the pointer or None,
    ``choose`` the one that is clicked, both as numbers of points.
    """

    def __init__(
        self,
        choose: Callable[[int, int], None],
        point: Callable[[tuple[int, int] | None], None],
        theme: Theme,
    ) -> None:
        super().__init__("Matrix of distances")
        self._choose, self._point, self._theme = choose, point, theme
        self._state: DistancesState | None = None
        self._picture = QImage()
        self._room = MOST + LOW

    def fit_in(self, room: int) -> None:
        """Take at most this height in pixels, as far as all is still legible."""
        if room != self._room:
            self._room = room
            self.fit()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def show_state(self, state: DistancesState) -> None:
        """Show distances, in the order of the dendrogram."""
        if self._state is None or not np.array_equal(self._state.order, state.order):
            self.pointed = None
        self._state = state
        ordered = state.values[np.ix_(state.order, state.order)]
        self._picture = picture(ordered, QColor(self._theme.panel))
        self.fit()

    # --- where things are ---------------------------------------------------------------------
    def _side(self) -> int:
        return max(self._sides())

    def _sides(self) -> tuple[int, int]:
        """Return the side of the picture with the bar below it, and with the bar beside the tree."""
        high, wide = self._room - self._tree() - GAP, self.width()
        below = min(wide - NAMES, high - GAP - BAR)
        beside = min(wide - BESIDE - APART, high) if self._room < LOW else 0
        return int(np.clip(below, LEAST, MOST)), int(np.clip(beside, 0, MOST))

    def bar(self) -> QRect:
        """Return the rectangle of colours and numbers, in a low panel beside the dendrogram."""
        below, beside = self._sides()
        if beside >= below:
            return QRect(beside + APART, 0, BESIDE, BAR)
        return QRect(0, self.box().bottom() + GAP, below, BAR)

    def _tree(self) -> int:
        return LOW_TREE if self._room < LOW else TREE

    def box(self) -> QRect:
        """Return the rectangle of the picture."""
        return QRect(0, self._tree() + GAP, self._side(), self._side())

    def place_at(self, at: QPoint) -> tuple[int, int] | None:
        """Return the row and the column under a point, as drawn."""
        box, n = self.box(), 0 if self._state is None else len(self._state.order)
        if not n or not box.contains(at):
            return None
        cell = self._side() / n
        row, column = int((at.y() - box.top()) / cell), int((at.x() - box.left()) / cell)
        return (row, column) if max(row, column) < n else None

    def fit(self) -> None:
        """Give the widget the height of its parts."""
        self.setFixedHeight(max(self.box().bottom(), self.bar().bottom()) + 1)
        self.update()

    # --- drawing ------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._state is not None and len(self._state.order):
                self.draw(painter, self._state)
        super().paintEvent(event)

    def draw(self, painter: QPainter, state: DistancesState) -> None:
        """Draw everything with a painter."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        self._draw_tree(painter, state)
        painter.drawImage(self.box(), self._picture)
        self._draw_groups(painter, state)
        self._draw_names(painter, state)
        self._draw_bar(painter, state)
        if self.pointed is not None:
            row, column = self.pointed
            cell, box = self._side() / len(state.order), self.box()
            painter.setPen(QPen(QColor(self._theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            top = QPointF(box.left() + column * cell, box.top() + row * cell)
            side = max(cell, 4.0)
            painter.drawRect(round(top.x()), round(top.y()), round(side), round(side))

    def _draw_tree(self, painter: QPainter, state: DistancesState) -> None:
        if not len(state.forks):
            return
        highest = float(state.forks[..., 1].max()) or 1.0
        cell, low = self._side() / len(state.order), self._tree() - 2
        high = self._tree() - 8

        def pixels(fork: Array) -> QPolygonF:
            return QPolygonF(
                [QPointF((x + 0.5) * cell, low - high * float(y) / highest) for x, y in fork]
            )

        for fork, group in zip(state.forks, state.fork_groups, strict=True):
            colour = self._theme.group(int(group)) if group >= 0 else self._theme.muted
            painter.setPen(QPen(QColor(colour), 1.3))
            painter.drawPolyline(pixels(fork))
        y = low - high * min(state.cut / highest, 1.04)
        painter.setPen(QPen(QColor(self._theme.text), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, y), QPointF(self._side(), y))

    def _draw_groups(self, painter: QPainter, state: DistancesState) -> None:
        """Draw a strip of the clusters' colours at the right of the rows."""
        cell, box = self._side() / len(state.order), self.box()
        for row, i in enumerate(state.order):
            group = int(state.groups[i])
            colour = self._theme.group(group) if group >= 0 else self._theme.panel
            top = box.top() + row * cell
            painter.fillRect(
                QRect(box.right() + 3, round(top), 5, max(round(top + cell) - round(top), 1)),
                QColor(colour),
            )

    def _draw_names(self, painter: QPainter, state: DistancesState) -> None:
        """Name as many rows as there is room for."""
        cell, box = self._side() / len(state.order), self.box()
        every = max(int(np.ceil(SMALLEST * 1.3 / cell)), 1)
        painter.setPen(QColor(self._theme.muted))
        metrics = painter.fontMetrics()
        for row in range(0, len(state.order), every):
            name = metrics.elidedText(
                state.names[state.order[row]], Qt.TextElideMode.ElideRight, NAMES - 14
            )
            middle = box.top() + (row + 0.5) * cell
            painter.drawText(QPointF(box.right() + 12, middle + 0.35 * metrics.ascent()), name)

    def _draw_bar(self, painter: QPainter, state: DistancesState) -> None:
        """Draw the bar of colours with its ends."""
        place = self.bar()
        bar = QRect(place.left(), place.top() + 2, place.width(), 8)
        painter.drawImage(bar, strip())
        painter.setPen(QColor(self._theme.muted))
        below = QRect(place.left(), bar.bottom() + 1, place.width(), BAR - 12)
        known = state.values[np.isfinite(state.values)]
        top = float(known.max(initial=0.0))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{top:.3g} {state.unit}".rstrip())
        if known.size < state.values.size:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "hatched: unknown")

    # --- hands --------------------------------------------------------------------------------
    def taken(self, place: Place) -> None:
        """Choose a pair; A and B on one point have no geodesic."""
        if place[0] != place[1]:
            self._choose(*self._pair(place))

    def beside(self, step: tuple[int, int]) -> Place | None:
        """Return the pair that an arrow key leads to, at first the upper left one."""
        last = -1 if self._state is None else len(self._state.order) - 1
        if last < 0:
            return None
        row, column = self.pointed or (0, 0)
        moved = (row + step[0], column + step[1]) if self.pointed else (0, min(1, last))
        return min(max(moved[0], 0), last), min(max(moved[1], 0), last)

    def looked_at(self, place: Place | None) -> None:
        """Point out a pair, as numbers of points."""
        self._point(None if place is None else self._pair(place))

    def _pair(self, place: Place) -> tuple[int, int]:
        assert self._state is not None
        return int(self._state.order[place[0]]), int(self._state.order[place[1]])

    def speak(self, words: str) -> None:
        """Set what a screen reader says."""
        describe(self, words)

    def sizeHint(self) -> QSize:
        return QSize(LEAST + NAMES, self.height())


def picture(values: Array, ground: QColor) -> QImage:
    """Return a matrix (n, n) as a picture of n × n cells; unknown values are hatched."""
    top = float(np.nanmax(values, initial=0.0)) or 1.0
    level = np.nan_to_num(255.0 * values / top).astype(np.uint8)
    pixels = viridis()[level]
    scale = 4 if np.isnan(values).any() else 1
    if scale > 1:  # only a larger picture has room for stripes
        pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
        unknown = np.isnan(values).repeat(scale, axis=0).repeat(scale, axis=1)
        i, j = np.indices(unknown.shape)
        pixels[unknown] = (ground.red(), ground.green(), ground.blue())
        pixels[unknown & ((i + j) % 4 == 0)] = (128, 128, 128)
    return _image(pixels)


def strip() -> QImage:
    """Return the bar of colours."""
    return _image(viridis()[None])


def _image(pixels: np.ndarray) -> QImage:
    rows, columns = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()
