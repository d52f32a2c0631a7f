"""The colour bar at the right of the plot: what the map's colours mean.

It ends in a point where the map has values beyond what is coloured.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import Pen
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.picture import LEVELS, Picture, Placed, palette
from app.views.canvas.gl.shapes import NOTHING, Vertices, heads, join, strokes
from app.views.canvas.gl.texts import Label
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.canvas.ticks import ticks
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import ColorMap2D

WIDTH = 78  # margin that the bar needs, in pixels
GAP, BAR = 16, 12
SPACING = 56  # pixels between ticks
LONGEST = 6  # letters of a category's name
POINT = 9  # length of a point
BEYOND = 1e-3  # share of the colours' range that is not worth a point


class LegendLayer(Layer):
    """A vertical bar with 1-2-5 ticks and the map's label, running upwards."""

    def __init__(self, theme: Theme, atlas: Atlas) -> None:
        super().__init__(theme, atlas)
        self._picture = Picture()
        self._image: ColorMap2D | None = None

    def set(self, image: ColorMap2D | None) -> None:
        """Explain another map, or none."""
        if image is not None and (self._image is None or image.colormap != self._image.colormap):
            self._picture.set_colours(palette(image.colormap)[:LEVELS, None])
        self._image = image
        self.changed()

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if self._image is not None:
            left, top, right, bottom = _bar(frame)
            self._picture.set_corners((left, bottom), (right, top))
            self._picture.draw(frame, self._strength(self._image))
        super().draw(frame)

    def pictures(self, frame: Frame) -> list[Placed]:
        """The bar's colours and where they go."""
        if self._image is None:
            return []
        left, top, right, bottom = _bar(frame)
        colours = palette(self._image.colormap)[:LEVELS, None]
        strength = self._strength(self._image)
        return [Placed(colours, np.array([left, bottom]), np.array([right, top]), strength)]

    def _strength(self, image: ColorMap2D) -> float:
        return self.theme.map_strength * image.opacity

    def build(self, frame: Frame) -> tuple[Vertices, Sequence[Label]]:
        """Ticks, their numbers and the label; a map of one value has no ticks."""
        if self._image is None or not self._image.limits[0] < self._image.limits[1]:
            return NOTHING, self._title(frame)
        _, top, right, bottom = _bar(frame)
        low, high = self._image.limits
        found = _named(self._image) or ticks(low, high, (bottom - top) / SPACING)
        rows = [
            round(bottom + (value - low) / (high - low) * (top - bottom)) + 0.5
            for value, _ in found
        ]
        pen = Pen(rgba(self.theme.frame))
        marks = strokes([np.array([(right, y), (right + 4.0, y)]) for y in rows], pen)
        ink = rgba(self.theme.muted)
        words = [
            Label(text, (right + 8, y), 11, ink) for y, (_, text) in zip(rows, found, strict=True)
        ]
        return join(marks, self._points(frame)), [*words, *self._title(frame)]

    def _points(self, frame: Frame) -> Vertices:
        """Where colours go on: the ends of the bar that values lie beyond."""
        assert self._image is not None
        left, top, right, bottom = _bar(frame)
        shades = palette(self._image.colormap)[[0, LEVELS - 1], :3] / 255.0
        ends = ((bottom + POINT, 1.0), (top - POINT, -1.0))
        strength, middle = self._strength(self._image), (left + right) / 2
        return join(*(
            heads(np.array([[middle, y]]), np.array([[0.0, way]]),
                  Pen((*map(float, shade), strength), BAR), POINT)
            for beyond, (y, way), shade in zip(_beyond(self._image), ends, shades, strict=True)
            if beyond
        ))  # fmt: skip

    def _title(self, frame: Frame) -> list[Label]:
        if self._image is None:
            return []
        _, top, _, bottom = _bar(frame)
        at = (frame.size[0] - 14, (top + bottom) / 2)
        return [
            Label(self._image.label, at, 12, rgba(self.theme.text), anchor=(0.5, 0.5), upright=True)
        ]


def _beyond(image: ColorMap2D) -> tuple[bool, bool]:
    """Whether there are values below and above the limits of the colours."""
    if image.names:
        return False, False
    (low, high), known = image.limits, image.values[np.isfinite(image.values)]
    slack = BEYOND * (high - low)
    return bool((known < low - slack).any()), bool((known > high + slack).any())


def _named(image: ColorMap2D) -> list[tuple[float, str]]:
    """The categories of a map as ticks, shortened to the room beside the bar."""
    short = (n if len(n) <= LONGEST else n[: LONGEST - 1] + "…" for n in image.names)
    return [(float(i), name) for i, name in enumerate(short)]


def _bar(frame: Frame) -> tuple[float, float, float, float]:
    _, top, right, bottom = frame.box
    return right + GAP, top, right + GAP + BAR, bottom
