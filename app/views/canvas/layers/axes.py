"""The axes: a frame round the plot, ticks with their numbers, titles, and the grid inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.ticks import Tick, ticks
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Axes

SPACING = (66, 54)  # pixels between ticks, along and upwards
CLOSER = 0.7  # in print
TICK = 5.0
NUMBER, TITLE = 11, 13


class AxesLayer(Layer):
    """Frame, ticks, numbers and titles in the margins."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.axes = Axes(("", ""))

    def set(self, axes: Axes) -> None:
        """Set the labels, and whether values are logarithms."""
        self.axes = axes
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return frame, ticks and words."""
        left, _, _, bottom = frame.box
        along, up = marked(frame, self.axes, self.theme.pen > 0.0)
        xs, ys = tick_pixels(frame, along, up)
        marks = [np.array([(x, bottom), (x, bottom + TICK)]) for x in xs]
        marks += [np.array([(left - TICK, y), (left, y)]) for y in ys]
        pen = Pen(rgba(self.theme.frame))
        ink = rgba(self.theme.muted)
        below = [
            Label(words, (x, bottom + 9), NUMBER, ink, (0.5, 0.0))
            for x, (_, words) in zip(xs, along, strict=True)
        ]
        beside = [
            Label(words, (left - 9, y), NUMBER, ink, (1.0, 0.5))
            for y, (_, words) in zip(ys, up, strict=True)
        ]
        lines = (Strokes(marks, pen), Strokes([_outline(frame)], pen))
        return (*lines, *below, *beside, *self._titles(frame))

    def _titles(self, frame: Frame) -> list[Label]:
        left, top, right, bottom = frame.box
        ink = rgba(self.theme.text)
        along, up = (
            f"{name} (log)" if log else name
            for name, log in zip(self.axes.labels, self.axes.log, strict=True)
        )
        return [
            Label(
                along, ((left + right) / 2, frame.size[1] - 9), TITLE, ink, (0.5, 1.0), math=True
            ),
            Label(
                up,
                (14 if self.theme.pen else 16, (top + bottom) / 2),
                TITLE,
                ink,
                (0.5, 0.5),
                upright=True,
                math=True,
            ),
        ]


class GridLayer(Layer):
    """Faint lines through the ticks, over the map."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.axes = Axes(("", ""))
        self.visible = True

    def set(self, axes: Axes, visible: bool) -> None:
        """Set the axes and whether they are shown."""
        self.axes, self.visible = axes, visible
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return lines from edge to edge."""
        if not self.visible:
            return ()
        left, top, right, bottom = frame.box
        xs, ys = tick_pixels(frame, *marked(frame, self.axes, self.theme.pen > 0.0))
        lines = [np.array([(x, top), (x, bottom)], float) for x in xs]
        lines += [np.array([(left, y), (right, y)], float) for y in ys]
        return (Strokes(lines, Pen(rgba(self.theme.grid, 0.13))),)


def marked(frame: Frame, axes: Axes, printed: bool) -> tuple[list[Tick], list[Tick]]:
    """Return ticks along the first and the second axis, closer to one another in print."""
    e, (left, top, right, bottom) = frame.extent, frame.box
    share = CLOSER if printed else 1.0
    along = ticks(e.x0, e.x1, (right - left) / SPACING[0] / share, axes.log[0])
    up = ticks(e.y0, e.y1, (bottom - top) / SPACING[1] / share, axes.log[1])
    return along, up


def tick_pixels(frame: Frame, along: list[Tick], up: list[Tick]) -> tuple[list[float], list[float]]:
    """Return columns and rows of ticks, at the middle of a pixel so that hair lines stay hair lines."""
    e = frame.extent
    columns = frame.to_pixels([(x, e.y0) for x, _ in along] or np.zeros((0, 2)))[:, 0]
    rows = frame.to_pixels([(e.x0, y) for y, _ in up] or np.zeros((0, 2)))[:, 1]
    return [float(v) for v in np.floor(columns) + 0.5], [float(v) for v in np.floor(rows) + 0.5]


def _outline(frame: Frame) -> Pixels:
    left, top, right, bottom = (value + 0.5 for value in frame.box)
    right, bottom = right - 1, bottom - 1
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
