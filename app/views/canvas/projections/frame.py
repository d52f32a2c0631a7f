"""The projection between chart coordinates of the plane and pixels of the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.views.interface.events import XY
from compute.manifold.extent import Extent

Pixel = tuple[float, float]
Pixels = NDArray[np.float64]
REACH = 12.0  # distance in pixels within which the pointer can grab something
# Views narrower or wider than these multiples of the coordinates' size lose float64 digits.
NARROWEST, WIDEST, FINEST = 1e-9, 1e12, 1e-24


@dataclass(frozen=True)
class Margins:
    """Margins around the plot, in logical pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Frame:
    """The visible rectangle of the chart, and its rectangle on the canvas.

    ``size`` (width, height) is in logical pixels, y downwards; ``ratio``: device pixels per logical
    pixel.
    """

    extent: Extent
    size: tuple[int, int]
    margins: Margins
    ratio: float = 1.0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The plot: left, top, right, bottom in pixels; at least one pixel per side."""
        m, (width, height) = self.margins, self.size
        right = max(width - m.right, m.left + 1)
        bottom = max(height - m.bottom, m.top + 1)
        return m.left, m.top, right, bottom

    @property
    def clip(self) -> tuple[int, int, int, int]:
        """Where the plot may draw: left, top, right, bottom in pixels."""
        return self.box

    def to_pixels(self, xy: ArrayLike) -> Pixels:
        """Return pixels (..., 2) of chart points (..., 2)."""
        e, (left, top, right, bottom) = self.extent, self.box
        scale = np.array([(right - left) / (e.x1 - e.x0), (top - bottom) / (e.y1 - e.y0)])
        pixels: Pixels = (np.asarray(xy, np.float64) - (e.x0, e.y0)) * scale + (left, bottom)
        return pixels

    def to_chart(self, pixel: ArrayLike) -> XY:
        """Return the chart point under one pixel."""
        e, (left, top, right, bottom) = self.extent, self.box
        px, py = np.asarray(pixel, np.float64)
        x = e.x0 + (px - left) / (right - left) * (e.x1 - e.x0)
        y = e.y0 + (py - bottom) / (top - bottom) * (e.y1 - e.y0)
        return float(x), float(y)

    def hit(self, pixel: ArrayLike) -> XY | None:
        """Return the chart point under one pixel, or None outside the drawing."""
        return self.to_chart(pixel)

    def beside(self, pixel: ArrayLike, foot: XY) -> XY:
        """Return the chart point of an arrow tip at a pixel, for an arrow from ``foot``."""
        return self.to_chart(pixel)

    def hidden(self, xy: ArrayLike) -> NDArray[np.bool_]:
        """Return which chart points (k, d) are hidden."""
        return np.zeros(np.shape(xy)[:-1], np.bool_)

    def contains(self, pixel: ArrayLike) -> bool:
        """Whether a pixel lies in the plot."""
        return bool(self.inside(pixel))

    def inside(self, pixels: ArrayLike) -> NDArray[np.bool_]:
        """Return which pixels (..., 2) lie in the plot."""
        at, box = np.asarray(pixels, np.float64), self.box
        return np.asarray(((at >= box[:2]) & (at <= box[2:])).all(axis=-1))

    def panned(self, start: ArrayLike, end: ArrayLike) -> Extent:
        """Return the view after dragging the chart point under pixel ``start`` to pixel ``end``."""
        (ax, ay), (bx, by) = self.to_chart(start), self.to_chart(end)
        e, x, y = self.extent, ax - bx, ay - by
        x0, x1, y0, y1 = e.x0 + x, e.x1 + x, e.y0 + y, e.y1 + y
        return Extent(x0, x1, y0, y1) if _sane(x0, x1) and _sane(y0, y1) else e

    def zoomed(self, pixel: ArrayLike, factor: float) -> Extent:
        """Return the view magnified by 1/``factor`` about the chart point under ``pixel``."""
        x, y = self.to_chart(pixel)
        e = self.extent
        x0, x1 = x + (e.x0 - x) * factor, x + (e.x1 - x) * factor
        y0, y1 = y + (e.y0 - y) * factor, y + (e.y1 - y) * factor
        return Extent(x0, x1, y0, y1) if _sane(x0, x1) and _sane(y0, y1) else e

    def centred(self, pixel: ArrayLike) -> Extent:
        """Return the view centred on the point under ``pixel``."""
        left, top, right, bottom = self.box
        return self.panned(pixel, ((left + right) / 2, (top + bottom) / 2))

    def with_extent(self, extent: Extent) -> Frame:
        """Return the frame with another visible ``extent``."""
        return replace(self, extent=extent)


def _sane(low: float, high: float) -> bool:
    width = high - low
    return max(max(abs(low), abs(high)) * NARROWEST, FINEST) < width < WIDEST
