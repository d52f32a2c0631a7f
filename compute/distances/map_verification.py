"""Verification of distance maps: which values are known, and why others are not.

Lengths of geodesics and values of two grids are compared with bounds, with each other and with paths
through neighbouring cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.distances import polylines, rays, triangles
from compute.distances.eikonal import FAR
from compute.divergences.divergence import natural_chart
from compute.geodesics.initial_value import Fire
from compute.requests.fields import DistanceRequest, Effort
from compute.requests.geometry import Geometry, GeometryRequest

Local = Callable[[GeometryRequest], Geometry]
# relative tolerance for the difference of two grids, and the largest correction by extrapolation
LIMIT, MOST = 0.05, 0.2
# the tolerance without a geodesic to compare with, since two grids may share an error
QUICK = 0.01
# for cells that no geodesic reaches: tolerances for the difference of two grids, and of a grid from
# lengths of geodesics at neighbouring cells
AGREED, BESIDE = 0.0075, 0.025
# a value larger by this share than the path through neighbouring cells belongs to a detour
ROUND = 0.02
# a geodesic longer than the grids' distance by more than this share is not the shortest
DISPUTED = 0.15
# with fewer cells than this share a grid does not determine the largest distance
SOLVED = 0.75


class Gap(IntEnum):
    """The reason why the distance to a cell of the domain is unknown."""

    NONE = 0
    COARSE = 1
    UNREACHED = 2
    DISPUTED = 3
    ROUND = 4
    UNBOUNDED = 5
    NO_NUMBER = 6

    @property
    def words(self) -> str:
        """The reason in words."""
        return _WORDS[self]


_WORDS = {
    Gap.NONE: "",
    Gap.COARSE: "two grids disagree",
    Gap.UNREACHED: "no geodesic found reaches this cell",
    Gap.DISPUTED: "grid and geodesic disagree",
    Gap.ROUND: "there is a shorter path through neighbouring cells",
    Gap.UNBOUNDED: "the length found violates a bound",
    Gap.NO_NUMBER: "lost to rounding",
}


@dataclass(frozen=True, eq=False)
class Distances:
    """Distances (rows, columns); the `Gap` of unknown ones; and which values are supported only by
    grids.
    """

    values: Floats
    gaps: Ints
    rough: np.ndarray


def closed(request: DistanceRequest, theta: Floats) -> Distances:
    """Return the closed form at θ (rows, columns, 2), where it is finite."""
    assert request.manifold.distance is not None
    with np.errstate(all="ignore"):
        values = request.manifold.distance(np.broadcast_to(request.source, theta.shape), theta)
    sure = np.isfinite(values)
    return Distances(np.where(sure, values, 0.0), _gaps(sure, Gap.NO_NUMBER), np.zeros_like(sure))


def by_grids(request: DistanceRequest, theta: Floats, grids: tuple[Floats, Floats]) -> Distances:
    """Return the distances of two grids at θ (rows, columns, 2).

    Two grids that agree may both be off by a quarter in single cells, so only values confirmed by
    bounds are verified.  Where they disagree there is no value, unless every value is wanted.
    """
    values, sure, enclosed = _judged(request, theta, *grids)
    return Distances(values, _gaps(sure, Gap.COARSE), ~enclosed)


def by_rays(
    request: DistanceRequest,
    geometry: Local,
    shoot: Fire,
    cells: tuple[Floats, np.ndarray],
    grids: tuple[Floats, Floats],
) -> Distances:
    """Return the lengths of geodesics where they arrive, otherwise the distances of two grids.

    A cell x that no ray reaches is known if two grids agree and are right at neighbouring cells that
    rays reach, or if d(A, y) ± d(x, y) is narrow for one of these cells y.
    """
    theta, inside = cells
    values, sure, _ = _judged(request, theta, *grids)
    solved = inside & np.isfinite(grids[0])
    largest = float(np.max(grids[0], where=solved, initial=0.0))
    guessed = bool(solved.sum() < SOLVED * inside.sum())
    length = rays.lengths(request, geometry, largest, inside, shoot, guessed)
    low, high = bounds(request, theta)
    known = inside & (length < FAR)
    gaps = _gaps(known, Gap.UNREACHED)
    gaps[known & ((length > high * (1.0 + LIMIT)) | (length < low * (1.0 - LIMIT)))] = Gap.UNBOUNDED
    lit = gaps == Gap.NONE
    found = np.where(lit, np.clip(length, low, high), values)
    disputed = lit & sure & (values < (1.0 - DISPUTED) * length)
    gaps[disputed] = Gap.DISPUTED
    lit &= ~disputed
    bound = _polylines(request, geometry, cells, np.where(lit, found, np.inf))
    gaps[lit & (found > (1.0 + ROUND) * bound)] = Gap.ROUND
    lit &= gaps == Gap.NONE
    found = np.where(lit, found, values)
    sure &= (values <= (1.0 + ROUND) * bound) & ~disputed
    if lit.any():
        near = triangles.beside(lit)
        off = np.abs(values / np.where(lit, length, 1.0) - 1.0)
        # along an edge a grid's error may exceed its difference from the grid with half its lines
        agree = np.abs(grids[1] - grids[0]) <= AGREED * grids[0]
        sure &= (off[near].max(axis=-1) <= BESIDE) & agree
        dark = inside & ~lit & ~sure
        found[dark], enclosed = _enclosed(request, theta, (low, high), found, near, dark)
        sure[dark] = enclosed
    gaps[sure] = Gap.NONE
    return Distances(found, gaps, np.zeros_like(inside))


def _gaps(sure: np.ndarray, gap: Gap) -> Ints:
    """Return a reason for each uncertain value."""
    return np.where(sure, Gap.NONE, gap).astype(np.int32)


def _polylines(
    request: DistanceRequest, geometry: Local, cells: tuple[Floats, np.ndarray], values: Floats
) -> Floats:
    """Return upper bounds (rows, columns) from lengths of paths from cell to cell."""
    return polylines.least(request, geometry, lambda a, b: bounds(request, b, a)[1], cells, values)


def _enclosed(
    request: DistanceRequest,
    theta: Floats,
    limits: tuple[Floats, Floats],
    found: Floats,
    near: tuple[np.ndarray, np.ndarray],
    dark: np.ndarray,
) -> tuple[Floats, np.ndarray]:
    """Bound d at some cells by that at neighbouring cells y: |d(A, x) − d(A, y)| ≤ d(x, y) ≤
    √J(x, y).
    """
    low, high = limits[0][dark], limits[1][dark]
    for k in range(near[0].shape[-1]):
        y = near[0][dark, k], near[1][dark, k]
        _, apart = bounds(request, theta[dark], theta[y])
        low = np.maximum(low, found[y] - apart)
        high = np.minimum(high, found[y] + apart)
    tight = (high < FAR) & (high <= (1.0 + LIMIT) * low) & (high >= low)
    return np.where(tight, 0.5 * (low + high), found[dark]), tight


def _judged(
    request: DistanceRequest, theta: Floats, fine: Floats, coarse: Floats
) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Combine the distances of two grids; return them where known, and where bounds confirm them."""
    known = np.isfinite(fine) & np.isfinite(coarse)
    fine, coarse = np.where(known, fine, 1.0), np.where(known, coarse, 2.0)
    apart = np.abs(coarse - fine)
    values = fine + np.clip(fine - coarse, -MOST * fine, MOST * fine)
    low, high = bounds(request, theta)
    values = np.clip(values, low, high)
    limit = QUICK if request.effort is Effort.GRIDS else LIMIT
    sure = known & ((request.effort is Effort.SLOPES) | (apart <= limit * values))
    tight = high <= (1.0 + LIMIT) * low
    return values, sure | tight, tight


def bounds(
    request: DistanceRequest, theta: Floats, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return a lower and an upper bound of d (...,) to θ (..., 2) from the source or from points
    ``start`` (..., 2); 0 and `FAR` if none is known.
    """
    manifold = request.manifold
    low: Floats = np.zeros(theta.shape[:-1])
    high: Floats = np.full(theta.shape[:-1], FAR)
    source = np.broadcast_to(request.source if start is None else start, theta.shape)
    with np.errstate(all="ignore"):
        if manifold.bounds is not None:
            low, high = manifold.bounds(source, theta)
        elif manifold.divergence is not None and natural_chart(manifold) is not None:
            both = manifold.divergence(source, theta) + manifold.divergence(theta, source)
            high = np.sqrt(np.maximum(both, 0.0))
    low, high = np.nan_to_num(low), np.where(np.isfinite(high), high, FAR)
    return low, np.maximum(high, low)
