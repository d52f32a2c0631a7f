"""Scalar maps over a chart, tile by tile.

A map is divided into tiles that are computed one after another, from the centre outwards, so a large
map needs no large buffer, can be shown as it grows, and can be cancelled between tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import GENERIC_SCALARS, Manifold, inside_only
from compute.manifold.tangent import is_singular
from compute.requests.fields import Cancelled, Field, FieldRequest, OnTile, Tile

TILE = 256


# θ (k, 2) → values (k,) and statuses (k,)
Sampler = Callable[[Floats], tuple[Floats, Ints]]


def sampled(
    request: FieldRequest,
    sample: Sampler,
    engine: str,
    on_tile: OnTile | None = None,
    cancelled: Cancelled | None = None,
    tile: int = TILE,
) -> Field:
    """Return the map of ``request`` by a sampler; tiles not computed before cancelling stay NaN."""
    values = np.full(request.shape, np.nan)
    status = np.full(request.shape, Status.NOT_CONVERGED, np.int32)
    for rows, columns in tiles(request.shape, tile):
        if cancelled is not None and cancelled():
            break
        theta = theta_at(request, rows, columns)
        shape = theta.shape[:-1]
        known = np.asarray(np.isfinite(theta).all(axis=-1))
        inside = np.where(known[..., None], theta, np.asarray(request.manifold.interior))
        found, why = sample(inside.reshape(-1, 2))
        why = np.where(known, why.reshape(shape), Status.LEFT_DOMAIN)
        values[rows, columns] = np.where(why == Status.OK, found.reshape(shape), np.nan)
        status[rows, columns] = why
        if on_tile is not None:
            on_tile(Tile(rows, columns, values[rows, columns]))
    return Field(values, status, request.extent, engine)


def tiles(shape: tuple[int, int], size: int = TILE) -> Iterator[tuple[slice, slice]]:
    """Return rows and columns of the tiles of a map, nearest to its centre first."""
    corners = [(r, c) for r in range(0, shape[0], size) for c in range(0, shape[1], size)]
    middle = np.array(shape) / 2
    corners.sort(key=lambda corner: float(np.hypot(*(np.array(corner) + size / 2 - middle))))
    for r, c in corners:
        yield slice(r, min(r + size, shape[0])), slice(c, min(c + size, shape[1]))


def theta_at(request: FieldRequest, rows: slice, columns: slice) -> Floats:
    """Return θ at the cell centres of a tile (r, c, 2), NaN outside the chart's image."""
    x = centres(request.extent.x0, request.extent.x1, request.shape[1])[columns]
    y = centres(request.extent.y0, request.extent.y1, request.shape[0])[rows]
    return request.chart.inverse(np.stack(np.meshgrid(x, y), axis=-1))


def centres(low: float, high: float, count: int) -> Floats:
    """Return the centres of ``count`` cells between two ends."""
    return low + (np.arange(count) + 0.5) * (high - low) / count


def field(
    request: FieldRequest, on_tile: OnTile | None = None, cancelled: Cancelled | None = None
) -> Field:
    """Return the map of ``request`` in float64."""

    def sample(theta: Floats) -> tuple[Floats, Ints]:
        return scalar_at(request.manifold, request.scalar, theta, request.index)

    return sampled(request, sample, "reference", on_tile, cancelled)


def scalar_at(manifold: Manifold, name: str, theta: Floats, index: int) -> tuple[Floats, Ints]:
    """Return a scalar at θ (k, 2) and its status: LEFT_DOMAIN outside, ILL_CONDITIONED where
    undefined.
    """
    safe, inside = inside_only(manifold, theta)
    if name in GENERIC_SCALARS:
        values, usable = _generic(manifold, name, safe)
    else:
        values = manifold.scalar(name, safe, index)
        usable = np.ones(len(theta), dtype=bool)
    status = np.where(usable, Status.OK, Status.ILL_CONDITIONED)
    return values, np.where(inside, status, Status.LEFT_DOMAIN).astype(np.int32)


def _generic(manifold: Manifold, name: str, theta: Floats) -> tuple[Floats, np.ndarray]:
    local = manifold.geometry(theta)
    usable = ~is_singular(local)
    if name == "curvature":
        curvature = manifold.curvature(theta)
        return curvature, usable & np.isfinite(curvature)
    det = np.where(usable, local.det, 1.0)
    if name == "log_det":
        return np.log10(det), usable
    half = np.where(usable, 0.5 * (local.metric[..., 0] + local.metric[..., 2]), 1.0)
    root = np.sqrt(np.maximum(half * half - det, 0.0))
    # λ_min = D/λ_max does not cancel
    return np.log10((half + root) ** 2 / det), usable
