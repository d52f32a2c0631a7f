"""The colour bar at the right of the plot.

It has a pointed end if the map has values beyond its colour limits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas import colour_map, typeface
from app.views.canvas.colour_map import LEVELS, palette
from app.views.canvas.display_list import ArrowHeads, Label, Pen, Primitive, Strokes, TexturedQuad
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixel
from app.views.canvas.ticks import ticks
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import ColorMap2D

WIDTH = 78  # margin that a bar of numbers needs, in pixels
GAP, BAR = 16, 12
SPACING = 56  # pixels between ticks
SIZE = 11  # of numbers and names
# width of a category's name at most; of what is beside it in the margin
LONGEST, BESIDE = 96, 52
POINT = 9  # length of a point
# sizes of the title, from a high plot to a low one; what stays free beside it, and below it for words
# on the limits of the colours
TITLE_SIZES = (12.0, 11.0, 10.0, 9.0)
EDGE, SOURCE = 4, 28
BEYOND = 1e-3  # share of the colour range too small for a stop


class LegendLayer(Layer):
    """A vertical bar with 1-2-5 ticks and the map's label, running upwards."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image: ColorMap2D | None = None

    def set(self, image: ColorMap2D | None) -> None:
        """Set the map, or None."""
        self._image = image
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the bar, ticks with numbers, and the label; a constant map has no ticks."""
        image = self._image
        if image is None:
            return ()
        left, top, right, bottom = _bar(frame)
        corners = np.array([left, bottom]), np.array([right, top])
        strength = colour_map.strength(image, self.theme)
        quad = TexturedQuad(colour_map.bar(image.colormap), *corners, strength)
        if not image.limits[0] < image.limits[1]:
            return (quad, self._title(image, frame))
        low, high = image.limits
        found = levels(image, frame)
        rows = [
            round(bottom + (value - low) / (high - low) * (top - bottom)) + 0.5
            for value, _ in found
        ]
        pen = Pen(rgba(self.theme.frame))
        marks = Strokes([np.array([(right, y), (right + 4.0, y)]) for y in rows], pen)
        ink = rgba(self.theme.muted)
        words = [
            Label(text, (right + 8, y), SIZE, ink) for y, (_, text) in zip(rows, found, strict=True)
        ]
        words += [self._title(image, frame), *self._source(image, frame)]
        return (quad, marks, *self._points(image, frame), *words)

    def _points(self, image: ColorMap2D, frame: Frame) -> list[ArrowHeads]:
        """Return the pointed ends of the bar, where values exceed the limits."""
        left, top, right, bottom = _bar(frame)
        shades = palette(image.colormap)[[0, LEVELS - 1], :3] / 255.0
        ends = ((bottom + POINT, 1.0), (top - POINT, -1.0))
        strength, middle = colour_map.strength(image, self.theme), (left + right) / 2
        return [
            ArrowHeads(np.array([[middle, y]]), np.array([[0.0, way]]),
                       Pen((float(shade[0]), float(shade[1]), float(shade[2]), strength), BAR), POINT)
            for beyond, (y, way), shade in zip(_beyond(image), ends, shades, strict=True)
            if beyond
        ]  # fmt: skip

    def _title(self, image: ColorMap2D, frame: Frame) -> Label:
        """Return the map's label beside the middle of the bar; on a low plot it moves into the picture,
        and is smaller or shortened if it is longer than that.
        """
        _, top, _, bottom = _bar(frame)
        lowest = frame.size[1] - (SOURCE if image.source else EDGE)
        size, words = _fitting(image.label, self.theme.type_size, lowest - EDGE)
        half = typeface.width(words, size) / 2
        y = min(max((top + bottom) / 2, EDGE + half), lowest - half)
        at, ink = (frame.size[0] - 14, y), rgba(self.theme.text)
        return Label(words, at, size, ink, anchor=(0.5, 0.5), upright=True, math=True)

    def _source(self, image: ColorMap2D, frame: Frame) -> list[Label]:
        """Return what the limits of the colours are, below the bar."""
        at = (frame.box[2] + WIDTH / 2 + 6.0, frame.size[1] - 9.0)
        return (
            [Label(image.source, at, 11, rgba(self.theme.muted), (0.5, 1.0))]
            if image.source
            else []
        )


def is_at(frame: Frame, pixel: Pixel) -> bool:
    """Whether a pixel lies in the margin of the colour bar."""
    return pixel[0] > frame.box[2] and frame.size[0] - frame.box[2] > WIDTH


def levels(image: ColorMap2D, frame: Frame) -> list[tuple[float, str]]:
    """Return the values that the bar marks, with their words."""
    _, top, _, bottom = _bar(frame)
    low, high = image.limits
    if image.names or not low < high:
        return _named(image)
    return ticks(low, high, (bottom - top) / SPACING)


def _beyond(image: ColorMap2D) -> tuple[bool, bool]:
    """Whether there are values below and above the limits of the colours."""
    if image.names:
        return False, False
    (low, high), known = image.limits, image.values[np.isfinite(image.values)]
    slack = BEYOND * (high - low)
    return bool((known < low - slack).any()), bool((known > high + slack).any())


def width_of(image: ColorMap2D) -> int:
    """Return the margin that the bar of a map needs, in pixels."""
    widest = max((typeface.width(name, SIZE) for _, name in _named(image)), default=0.0)
    return max(WIDTH, round(widest) + BESIDE)


def _named(image: ColorMap2D) -> list[tuple[float, str]]:
    """Return the categories of a map as ticks, shortened to at most `LONGEST` pixels."""
    return [(float(i), _shortened(name)) for i, name in enumerate(image.names)]


def _shortened(name: str, size: float = SIZE, longest: float = LONGEST) -> str:
    if typeface.width(name, size) <= longest:
        return name
    while name and typeface.width(f"{name}…", size) > longest:
        name = name[:-1]
    return f"{name}…"


def _fitting(label: str, printed: float, room: float) -> tuple[float, str]:
    """Return size and words of a title that has ``room`` pixels; in print its size is ``printed``."""
    sizes = (printed,) if printed else TITLE_SIZES
    fits = (size for size in sizes if typeface.width(label, size) <= room)
    size = next(fits, sizes[-1])
    return size, _shortened(label, size, room)


def _bar(frame: Frame) -> tuple[float, float, float, float]:
    _, top, right, bottom = frame.box
    return right + GAP, top, right + GAP + BAR, bottom
