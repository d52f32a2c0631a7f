"""The axes of a surface in space: the box around it, with ticks and titles along three of its edges."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.projections.space import SpaceFrame, bounds
from app.views.canvas.ticks import ticks
from app.views.interface.events import Array
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Axes

# pixels between ticks, their length, and how far from the box numbers and titles stand
SPACING, TICK, NUMBERS, TITLES = 46.0, 5.0, 16.0, 40.0
# an edge that appears shorter than this has no room for a label
SHORTEST = 36.0
CORNERS = np.array(list(product((0, 1), repeat=3)))


class BoxLayer(Layer):
    """Behind the surface; nothing in the plane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.axes = Axes(("", ""))

    def set(self, axes: Axes) -> None:
        """Set the labels."""
        self.axes = axes
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Build the twelve edges, and labels along three."""
        if not isinstance(frame, SpaceFrame) or frame.surface is None:
            return ()
        low, high, _ = bounds(frame.surface)
        middle = frame.to_pixels((low + high) / 2)
        edges = [[edge * (high - low) + low for edge in _edges(axis)] for axis in range(3)]
        faint, clear = Pen(rgba(self.theme.grid, 0.16)), Pen(rgba(self.theme.frame))
        box = Strokes([frame.to_pixels(e) for parallel in edges for e in parallel], faint)
        marks: list[Pixels] = []
        labels: list[Label] = []
        for axis, parallel in enumerate(edges):
            edge = _outermost(frame, parallel, upright=axis == 2)
            self._words(frame, axis, edge, middle, marks, labels)
        return (box, Strokes(marks, clear), *labels)

    def _words(
        self,
        frame: SpaceFrame,
        axis: int,
        edge: Array,
        middle: Pixels,
        marks: list[Pixels],
        labels: list[Label],
    ) -> None:
        start, end = frame.to_pixels(edge)
        length = float(np.hypot(*(end - start)))
        if length < SHORTEST or axis >= len(self.axes.labels):
            return
        along = (end - start) / length
        out = np.array([-along[1], along[0]])
        out = out if out @ ((start + end) / 2 - middle) > 0 else -out
        low, high = edge[0, axis], edge[1, axis]
        log = axis < 2 and self.axes.log[axis]
        marks.append(np.stack([start, end]))
        for value, words in ticks(low, high, length / SPACING, log):
            at = start + (end - start) * (value - low) / (high - low)
            marks.append(np.stack([at, at + TICK * out]))
            labels.append(_label(words, at + NUMBERS * out, 11, rgba(self.theme.muted)))
        name = f"{self.axes.labels[axis]} (log)" if log else self.axes.labels[axis]
        at = (start + end) / 2 + TITLES * out
        if axis == 2:
            ink, place = rgba(self.theme.text), (float(at[0]), float(at[1]))
            labels.append(Label(name, place, 13, ink, (0.5, 0.5), upright=True, math=True))
        else:
            labels.append(_label(name, at, 13, rgba(self.theme.text), out))


def _edges(axis: int) -> list[Pixels]:
    """Return the four edges (2, 3) of the unit cube along an axis."""
    starts = CORNERS[CORNERS[:, axis] == 0]
    step = np.eye(3)[axis]
    return [np.stack([start, start + step]) for start in starts]


def _outermost(frame: SpaceFrame, edges: list[Pixels], upright: bool) -> Pixels:
    """Return the edge that is seen lowest, or of upright ones farthest to the left."""
    at = [frame.to_pixels(edge).mean(axis=0) for edge in edges]
    return min(zip(at, edges, strict=True), key=lambda e: e[0][0] if upright else -e[0][1])[1]


def _label(
    words: str,
    at: Pixels,
    size: int,
    ink: tuple[float, float, float, float],
    out: Pixels | None = None,
) -> Label:
    """Return words about a point; long ones grow away from the box."""
    side = 0.5 if out is None else float(np.clip(0.5 - 0.9 * out[0], 0.0, 1.0))
    return Label(words, (float(at[0]), float(at[1])), size, ink, (side, 0.5), math=True)
