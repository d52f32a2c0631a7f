"""The projection between points of a surface in space and pixels of the canvas.

The camera is orthographic, so a ray is a pixel and lines stay lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.events import XY, Array, Camera
from app.views.interface.views import Surface

# width of the surface's box relative to the plot's shorter side
SHARE = 0.86
# share of the plot for what is brought into view
ROOM = 0.9
# degrees per pixel; limits of the camera's elevation and zoom
TURN = 0.4
HIGHEST = 90.0
NEAREST, FARTHEST = 50.0, 0.2
# pixels per cell of the depth buffer, and the depth behind it, in widths of the box, that is hidden
COARSE, BEHIND = 4.0, 0.03
MOST_SAMPLES = 8
START: Camera = (-62.0, 28.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class SpaceFrame(Frame):
    """A surface with a camera.  Its box is scaled to ``surface.sides`` and centred."""

    surface: Surface | None = None
    camera: Camera = START

    @property
    def clip(self) -> tuple[int, int, int, int]:
        """The plot and the margins left and below, where no axes are."""
        _, top, right, _ = self.box
        return 0, top, right, max(self.size[1], top + 1)

    def to_pixels(self, xy: ArrayLike) -> Pixels:
        """Return pixels (..., 2) of points (..., 3)."""
        return self.seen(xy)[..., :2]

    def seen(self, xyz: ArrayLike) -> Pixels:
        """Return pixels and depth (..., 3) of points (..., 3); depth towards the viewer, in widths of
        the box.
        """
        right, up, ahead = axes(self.camera)
        left, top, edge, bottom = self.box
        at, scale = self.placed(xyz), self.scale
        across = (left + edge) / 2 + scale * (at @ right + self.camera[3])
        down = (top + bottom) / 2 - scale * (at @ up + self.camera[4])
        return np.stack([across, down, at @ ahead], axis=-1)

    def placed(self, xyz: ArrayLike) -> Pixels:
        """Return points (..., 3) in a box of diagonal 1 centred at the origin."""
        low, high, sides = bounds(self._surface)
        placed: Pixels = ((np.asarray(xyz, np.float64) - low) / (high - low) - 0.5) * sides
        return placed

    @property
    def scale(self) -> float:
        """Pixels per diagonal of the box."""
        left, top, right, bottom = self.box
        return SHARE * min(1.12 * (bottom - top), right - left) * self.camera[2]

    @property
    def _surface(self) -> Surface:
        assert self.surface is not None
        return self.surface

    # --- from pixels --------------------------------------------------------------------------
    def to_chart(self, pixel: ArrayLike) -> XY:
        """Return the nearest point of the surface under one pixel, or else the one closest to that
        pixel.
        """
        found = self.hit(pixel)
        if found is not None:
            return found
        seen = _seen(self)[..., :2]
        gap = np.hypot(*np.moveaxis(seen - np.asarray(pixel, np.float64), -1, 0))
        row, column = np.unravel_index(np.nanargmin(gap), gap.shape)
        return _xyz(self._surface.points[row, column])

    def hit(self, pixel: ArrayLike) -> XY | None:
        """Return the nearest point of the surface under one pixel, if any."""
        corners, seen = triangles(self._surface.points), triangles(_seen(self))
        p = np.asarray(pixel, np.float64)
        a, b, c = (seen[:, i, :2] - p for i in range(3))
        shares = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=1)
        total = shares.sum(axis=1)
        whole = np.abs(total) > 1e-12
        shares = shares / np.where(whole, total, 1.0)[:, None]
        inside = np.flatnonzero(whole & (shares >= -1e-9).all(axis=1))
        if len(inside) == 0:
            return None
        nearness = (shares[inside] * seen[inside, :, 2]).sum(axis=1)
        best = inside[int(np.argmax(nearness))]
        return _xyz(shares[best] @ corners[best])

    def beside(self, pixel: ArrayLike, foot: XY) -> XY:
        """Return the point under a pixel in the tangent plane at ``foot``."""
        low, high, sides = bounds(self._surface)
        gaps = np.linalg.norm(self._surface.points - np.asarray(foot), axis=-1)
        row, column = np.unravel_index(np.nanargmin(gaps), gaps.shape)
        normal = normals(self._surface)[row, column]
        ahead = axes(self.camera)[2]
        left, top, edge, bottom = self.box
        px, py = np.asarray(pixel, np.float64)
        right, up, _ = axes(self.camera)
        start = self.placed(foot)
        across = (px - (left + edge) / 2) / self.scale - self.camera[3] - start @ right
        above = ((top + bottom) / 2 - py) / self.scale - self.camera[4] - start @ up
        # a plane seen edge-on has no point under a pixel: take the one beside the foot
        facing = float(normal @ ahead)
        deep = (
            -(across * normal @ right + above * normal @ up) / facing if abs(facing) > 0.1 else 0.0
        )
        at = start + across * right + above * up + deep * ahead
        return _xyz((at / sides + 0.5) * (high - low) + low)

    def hidden(self, xyz: ArrayLike) -> NDArray[np.bool_]:
        """Return which points (k, 3) lie behind the surface."""
        seen, nearest = self.seen(xyz), _depth(self)
        column, row = (np.nan_to_num(seen[..., i] / COARSE, nan=-1.0) for i in range(2))
        rows, columns = nearest.shape
        known = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        i, j = (np.where(known, v, 0).astype(int) for v in (row, column))
        return np.asarray(known & (nearest[i, j] > seen[..., 2] + BEHIND))

    # --- the camera ---------------------------------------------------------------------------
    def turned(self, start: ArrayLike, end: ArrayLike) -> Camera:
        """Return the camera after the pointer moved from one pixel to another."""
        azimuth, elevation, *rest = self.camera
        dx, dy = np.subtract(end, start)
        azimuth = (azimuth - TURN * dx + 180.0) % 360.0 - 180.0
        elevation = min(max(elevation + TURN * dy, -HIGHEST), HIGHEST)
        return (float(azimuth), float(elevation), rest[0], rest[1], rest[2])

    def shifted(self, start: ArrayLike, end: ArrayLike) -> Camera:
        """Return the camera after panning from one pixel to another."""
        dx, dy = np.subtract(end, start) / self.scale
        azimuth, elevation, zoom, across, up = self.camera
        return azimuth, elevation, zoom, across + float(dx), up - float(dy)

    def nearer(self, factor: float) -> Camera:
        """Return the camera with the surface magnified by 1/``factor``."""
        azimuth, elevation, zoom, across, up = self.camera
        zoom = min(max(zoom / factor, FARTHEST), NEAREST)
        return azimuth, elevation, zoom, across, up

    def showing(self, xyz: ArrayLike) -> Camera:
        """Return the camera from this direction that has the surface and points (k, 3) in view."""
        usual = self.with_camera((*self.camera[:2], 1.0, 0.0, 0.0))
        at = usual.to_pixels(np.vstack([np.asarray(xyz), self._surface.points.reshape(-1, 3)]))
        at = at[np.isfinite(at).all(axis=1)]
        (left, top, right, bottom), low, high = self.box, at.min(axis=0), at.max(axis=0)
        if left < low[0] and high[0] < right and top < low[1] and high[1] < bottom:
            return usual.camera
        share = ROOM * float((np.array([right - left, bottom - top]) / (high - low)).min())
        middle = (left + right) / 2, (top + bottom) / 2
        azimuth, elevation, _, across, up = usual.shifted((low + high) / 2, middle)
        return azimuth, elevation, min(max(share, FARTHEST), 1.0), across, up

    def with_camera(self, camera: Camera) -> SpaceFrame:
        """Return the frame with another camera."""
        return replace(self, camera=camera)


def axes(camera: Camera) -> tuple[Pixels, Pixels, Pixels]:
    """Return the unit vectors to the right, upwards and towards the viewer."""
    turn, rise = np.radians(camera[0]), np.radians(camera[1])
    right = np.array([-np.sin(turn), np.cos(turn), 0.0])
    up = np.array([-np.sin(rise) * np.cos(turn), -np.sin(rise) * np.sin(turn), np.cos(rise)])
    return right, up, np.cross(right, up)


@lru_cache(maxsize=4)
def bounds(surface: Surface) -> tuple[Pixels, Pixels, Pixels]:
    """Return the surface's box: lowest and highest coordinates, and its sides as drawn, of diagonal
    1.
    """
    low = np.nanmin(surface.points, axis=(0, 1))
    high = np.nanmax(surface.points, axis=(0, 1))
    sides = np.array(surface.sides) / np.linalg.norm(surface.sides)
    return low, np.where(high > low, high, low + 1.0), sides


@lru_cache(maxsize=4)
def normals(surface: Surface) -> Pixels:
    """Return unit normals (r, c, 3) of the surface as drawn."""
    low, high, sides = bounds(surface)
    at = np.nan_to_num((surface.points - low) / (high - low) * sides)
    # coinciding neighbours, as around a pole, give no direction: use more distant ones
    across = np.cross(np.gradient(at, axis=1), np.gradient(at, axis=0))
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    unit = across / np.where(length > 1e-15, length, 1.0)
    if length[0].max(initial=0.0) <= 1e-15:
        mean = unit[1].mean(axis=0)
        unit[0] = mean / (np.linalg.norm(mean) or 1.0)
    return np.asarray(unit)


def triangles(values: Array) -> Array:
    """Return the corners (t, 3, k) of the two triangles of each cell of a grid (r, c, k), without
    NaN.
    """
    a, b, c, d = values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]
    both = np.stack([np.stack([a, b, c], axis=-2), np.stack([a, c, d], axis=-2)], axis=2)
    corners: Array = both.reshape(-1, 3, values.shape[-1])
    return corners[np.isfinite(corners).all(axis=(1, 2))]


@lru_cache(maxsize=2)
def _seen(frame: SpaceFrame) -> Pixels:
    assert frame.surface is not None
    return frame.seen(frame.surface.points)


@lru_cache(maxsize=2)
def _depth(frame: SpaceFrame) -> Pixels:
    """Return the depth buffer for cells of `COARSE` pixels (rows, columns), −∞ where empty."""
    seen = _seen(frame)
    width, height = frame.size
    nearest = np.full((int(height / COARSE) + 2, int(width / COARSE) + 2), -np.inf)
    fine = finer(seen, COARSE)
    known = np.isfinite(fine).all(axis=-1)
    at = np.floor(fine[known][:, :2] / COARSE).astype(int)
    inside = ((at >= 0) & (at < nearest.shape[::-1])).all(axis=1)
    np.maximum.at(nearest, (at[inside, 1], at[inside, 0]), fine[known][inside, 2])
    return nearest


def finer(grid: Array, spacing: float, most: int = MOST_SAMPLES) -> Array:
    """Refine a grid (r, c, k), whose first two values are pixels, to a ``spacing`` in pixels, with at
    ``most`` that many samples per cell.
    """
    for axis in range(2):
        gaps = np.hypot(*np.moveaxis(np.diff(grid[..., :2], axis=axis), -1, 0))
        widest = float(np.nanquantile(gaps, 0.98)) if np.isfinite(gaps).any() else 0.0
        parts = min(max(int(np.ceil(widest / spacing)), 1), most)
        grid = _between(grid, axis, parts)
    return grid


def _between(grid: Array, axis: int, parts: int) -> Array:
    """Return a grid with each cell along an axis divided into ``parts``."""
    grid = np.moveaxis(grid, axis, 0)
    share = (np.arange(parts) / parts)[:, None, None]
    cut = grid[:-1, None] * (1 - share) + grid[1:, None] * share
    cut = np.concatenate([cut.reshape(-1, *grid.shape[1:]), grid[-1:]])
    return np.moveaxis(cut, 0, axis)


def _cross(a: Pixels, b: Pixels) -> Pixels:
    crossed: Pixels = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return crossed


def _xyz(point: ArrayLike) -> XY:
    x, y, z = np.asarray(point, np.float64)
    return float(x), float(y), float(z)
