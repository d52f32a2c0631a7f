"""A picture as plain shapes, which any toolkit can paint.

Lengths are logical pixels, y downwards; colours are RGBA in [0, 1] with straight alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.shapes import Area, Box, Disc, Line
from app.views.interface.theme import RGBA
from compute.manifold.extent import Extent

# width to height of a picture that rows and columns come closest to
PROPORTION = 1.35


@dataclass(frozen=True, eq=False)
class Bitmap:
    """Premultiplied RGBA (rows, columns, 4), row 0 on top, in the box (left, top, right, bottom)."""

    pixels: NDArray[np.uint8]
    box: Box
    opacity: float


@dataclass(frozen=True)
class Words:
    """A line of text; see `display_list.Label`."""

    text: str
    at: tuple[float, float]
    size: float
    colour: RGBA
    anchor: tuple[float, float]
    halo: RGBA
    rim: float
    bold: bool
    upright: bool


Item = Line | Area | Disc | Bitmap | Words


@dataclass(frozen=True, eq=False)
class Picture:
    """Items within a box, in drawing order, of a chart's rectangle.

    extent: the rectangle of chart coordinates that the box shows; pins: their names and pixels.
    """

    size: tuple[int, int]
    ground: RGBA
    box: Box
    extent: Extent
    items: tuple[Item, ...]
    pins: tuple[tuple[str, tuple[float, float]], ...] = ()

    def xy(self, pixel: tuple[float, float]) -> tuple[float, float]:
        """Return the chart coordinates of a pixel."""
        left, top, right, bottom = self.box
        e = self.extent
        across, up = (pixel[0] - left) / (right - left), (bottom - pixel[1]) / (bottom - top)
        return e.x0 + across * (e.x1 - e.x0), e.y0 + up * (e.y1 - e.y0)


def columns(count: int, size: tuple[float, float], heading: float) -> int:
    """Return in how many columns ``count`` pictures on ``size`` come closest to the usual shape, 1 for
    none; heading: the height above each that is not the picture's.
    """

    def off(number: int) -> float:
        height = size[1] / math.ceil(count / number) - heading
        return abs(math.log(size[0] / number / max(height, 1.0) / PROPORTION))

    return min(range(1, count + 1), key=off, default=1)
