"""Contour lines of the scalar map at the tick values of its colour bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.legend import levels
from app.views.canvas.layers.marks import overlaps
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.projections.space import SpaceFrame
from app.views.interface.events import Array
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import ColorMap2D

# maximum samples along a side: with these, lines look smooth
MOST = 400
# in pixels: minimum length of a line with a number, and half the sides of the box around a number
LONG, ACROSS, DOWN = 90.0, 22.0, 12.0
SHARES = (0.33, 0.5, 0.67, 0.2, 0.8)  # possible positions of a number along its line


class ContoursLayer(Layer):
    """Thin contour lines with their values; in the plane only, not on surfaces in space."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image: ColorMap2D | None = None
        self._lines: list[tuple[str, list[Array]]] = []
        self._levels: list[tuple[float, str]] = []

    def set(self, image: ColorMap2D | None) -> None:
        """Show the contours of a map of numbers; no lines for None or a map without contours."""
        drawn = image if image is not None and image.contours and not image.names else None
        if drawn is not self._image:
            self._image, self._levels = drawn, []
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the lines, and the numbers that have room.

        Contours are computed once for a map and its levels.
        """
        image = self._image
        if image is None or isinstance(frame, SpaceFrame):
            return ()
        found = levels(image, frame)
        if found != self._levels:
            self._levels = found
            self._lines = [(words, contours(image, value)) for value, words in found]
        pen = Pen(rgba(self.theme.mark, 0.85), 1.2, self.theme.outline(), 0.9)
        drawn = [(words, [frame.to_pixels(xy) for xy in lines]) for words, lines in self._lines]
        strokes = Strokes([line for _, lines in drawn for line in lines], pen)
        return (strokes, *self._numbers(frame, drawn))

    def _numbers(self, frame: Frame, drawn: list[tuple[str, list[Pixels]]]) -> list[Label]:
        labels: list[Label] = []
        ink, halo = rgba(self.theme.text), self.theme.outline()
        taken = self.occupied(frame)
        for words, lines in drawn:
            longest = max(lines, key=len, default=np.zeros((0, 2)))
            inside = longest[frame.inside(longest)]
            if len(inside) < 2 or np.hypot(*np.diff(inside, axis=0).T).sum() < LONG:
                continue
            for share in SHARES:
                x, y = map(float, inside[int(share * len(inside))])
                box = (x - ACROSS, y - DOWN, x + ACROSS, y + DOWN)
                if not overlaps(box, taken):
                    labels.append(Label(words, (x, y), 11, ink, (0.5, 0.5), halo))
                    taken = np.concatenate([taken, [box]])
                    break
        return labels


def contours(image: ColorMap2D, level: float) -> list[Array]:
    """Return the contour of a map at ``level`` as polylines (n, 2) in chart coordinates.

    Values are linear between samples; a cell with a NaN sample has no line.
    """
    rows, columns = image.values.shape
    stride = -(-max(rows, columns) // MOST)
    values, e = np.asarray(image.values, np.float64)[::stride, ::stride], image.extent
    # samples lie in the middle of cells
    x = e.x0 + (np.arange(columns)[::stride] + 0.5) / columns * (e.x1 - e.x0)
    y = e.y0 + (np.arange(rows)[::stride] + 0.5) / rows * (e.y1 - e.y0)
    along, up = _crossings(values, level, x, y)
    return _joined(_segments(values, level), np.concatenate([along, up]))


def _crossings(values: Array, level: float, x: Array, y: Array) -> tuple[Array, Array]:
    """Return the point (m, 2) of every grid edge at ``level``: edges along rows, then columns."""
    found = []
    for first, last, axis in (
        (values[:, :-1], values[:, 1:], 1),
        (values[:-1], values[1:], 0),
    ):
        rise = last - first
        share = np.divide(level - first, rise, out=np.full(rise.shape, 0.5), where=rise != 0.0)
        i, j = np.indices(rise.shape)
        share = np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 0.5)
        at_x = x[j] + share * (x[j + 1] - x[j]) if axis else x[j]
        at_y = y[i] if axis else y[i] + share * (y[i + 1] - y[i])
        found.append(np.stack([at_x, at_y], -1).reshape(-1, 2))
    return found[0], found[1]


def _segments(values: Array, level: float) -> NDArray[np.intp]:
    """Return pairs (n, 2) of edge numbers; a line joins each pair within a cell."""
    rows, columns = values.shape
    with np.errstate(invalid="ignore"):
        above = values > level
    i, j = np.indices((rows - 1, columns - 1))
    offset = rows * (columns - 1)
    # numbers of the edges below, right of, above and left of each cell
    edges = np.stack([i * (columns - 1) + j, offset + i * columns + j + 1,
                      (i + 1) * (columns - 1) + j, offset + i * columns + j], -1)  # fmt: skip
    corners = np.stack([above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1]], -1)
    known = np.isfinite(values)
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1]
    crossed = (corners != np.roll(corners, -1, axis=-1)) & whole[..., None]
    count = crossed.sum(-1)
    pairs = [edges[count == 2][crossed[count == 2]].reshape(-1, 2)]
    # in a saddle, the lines cut off the two corners that differ from the middle
    saddle = count == 4
    middle = (values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1])[saddle] / 4
    alike = above[:-1, :-1][saddle] == (middle > level)
    four = edges[saddle]
    pairs += [four[alike][:, [0, 1]], four[alike][:, [2, 3]]]
    pairs += [four[~alike][:, [3, 0]], four[~alike][:, [1, 2]]]
    return np.concatenate(pairs)


def _joined(segments: NDArray[np.intp], points: Array) -> list[Array]:
    """Join segments, pairs (n, 2) of point numbers, into polylines (k, 2)."""
    beside: dict[int, list[int]] = defaultdict(list)
    for first, last in segments.tolist():
        beside[first].append(last)
        beside[last].append(first)
    # begin open lines at their ends, then closed ones anywhere
    starts = [*(point for point, near in beside.items() if len(near) == 1), *beside]
    lines = []
    for start in starts:
        line = [start]
        while near := beside[line[-1]]:
            beside[near[-1]].remove(line[-1])
            line.append(near.pop())
        if len(line) > 1:
            lines.append(points[line])
    return lines
