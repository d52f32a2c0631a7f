"""Rows of attention as a path: its length, its turns, and the distances between all of its rows.

A row over n keys is a point of one simplex, z = 2√p on the sphere of radius 2, where distances are
d = 2 arccos Σ√(pq) and geodesics are great circles.  So the rows of one
token, see `token_rows`, make a path of straight steps, which is compared with the great circle from the
first to the last: the ratio of the lengths, and the angle of each turn.  It is drawn on
the two axes of largest variance of z.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.core import sphere
from compute.core.arrays import Floats

# points of the great circle that is drawn, and vectors shorter than this have no direction
CIRCLE, NOWHERE = 33, 1e-12


@dataclass(frozen=True, eq=False)
class RowPath:
    """A path of m ≥ 2 rows over n keys.

    rows (m, n), NaN where nothing is known; steps (m − 1,) lengths of its steps, of each to the row
    where it arrives; chord: the distance from the first to the last;
    distances (m, m) between all rows;
    turning (m,) in radians, between arriving and leaving, NaN at both ends and where it stands still;
    off (m,) the distance of each row from the great circle through both ends.
    xy (m, 2) and circle (k, 2): rows and great circle on the axes of most variance of z, which hold
    the share ``explained`` of it.
    """

    rows: Floats
    distances: Floats
    steps: Floats
    chord: float
    turning: Floats
    off: Floats
    xy: Floats
    circle: Floats
    explained: float

    @property
    def length(self) -> float:
        """The sum of the steps."""
        return float(np.nansum(self.steps))

    @property
    def ratio(self) -> float:
        """length / chord ≥ 1; infinite if the path returns to its start, 1 if it never moves."""
        if self.chord > NOWHERE:
            return self.length / self.chord
        return np.inf if self.length > NOWHERE else 1.0


def _spread(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return values (k, ...) spread over the k known of m places, NaN elsewhere (m, ...)."""
    found: Floats = np.full((len(known), *values.shape[1:]), np.nan)
    found[known] = values
    return found


def row_path(rows: Floats) -> RowPath:
    """Return the path through rows (m ≥ 2, n), which must be non-negative and sum to 1.  Raises
    ValueError.

    Rows of NaN are skipped.
    """
    known = np.asarray(np.isfinite(rows).all(axis=-1))
    if rows.ndim == 2 and not known.all() and known.sum() > 1:
        return _passing_over(rows, known)
    z = _on_sphere(rows)
    apart = np.stack([sphere.distance(row, rows) for row in rows])
    first, last = z[0], z[-1]
    axis = _heading(first, last)
    middle = z.mean(axis=0)
    _, sizes, axes = np.linalg.svd(z - middle, full_matrices=False)
    axes = axes[:2]
    spread = float((sizes**2).sum())
    return RowPath(
        rows=rows,
        distances=apart,
        steps=apart.diagonal(1),
        chord=float(apart[0, -1]),
        turning=_turning(z),
        off=_off(z, first, axis),
        xy=(z - middle) @ axes.T,
        circle=(great_circle(rows[0], rows[-1], CIRCLE) - middle) @ axes.T,
        explained=float((sizes[:2] ** 2).sum()) / spread if spread > NOWHERE**2 else 1.0,
    )


def _passing_over(rows: Floats, known: NDArray[np.bool_]) -> RowPath:
    """Return the path of the known rows; a step past skipped rows is stored where it arrives."""
    path = row_path(rows[known])
    arrives = known.copy()
    arrives[np.flatnonzero(known)[:1]] = False
    steps, turning, off, xy = (
        _spread(values, at)
        for values, at in (
            (path.steps, arrives), (path.turning, known), (path.off, known), (path.xy, known),
        )
    )  # fmt: skip
    apart = _spread(_spread(path.distances, known).T, known)
    return replace(
        path, rows=rows, distances=apart, steps=steps[1:], turning=turning, off=off, xy=xy
    )


def great_circle(p: Floats, q: Floats, count: int) -> Floats:
    """Return z (count, n) at equal steps on the geodesic from p to q (n,), z = 2√p at its ends."""
    start = 2.0 * np.sqrt(p)
    angle = float(sphere.distance(p, q)) / 2.0 * np.linspace(0.0, 1.0, count)[:, None]
    found: Floats = start * np.cos(angle) + 2.0 * _heading(start, 2.0 * np.sqrt(q)) * np.sin(angle)
    return found


def _on_sphere(rows: Floats) -> Floats:
    if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] < 2:
        raise ValueError(f"rows must have shape (m ≥ 2, n ≥ 2), got {rows.shape}")
    total = rows.sum(axis=1)
    if not (rows.min() >= 0 and np.allclose(total, 1.0, atol=1e-6)):
        raise ValueError(f"rows must not be negative and sum to 1, got sums {total.tolist()}")
    z: Floats = 2.0 * np.sqrt(rows)
    return z


def _heading(start: Floats, end: Floats) -> Floats:
    """Return the unit tangents (..., n) at ``start`` towards ``end`` on the sphere; 0 where they
    coincide.
    """
    # for neighbours the difference keeps digits that the projection of ``end`` would lose
    apart = end - start
    along = apart - start * (apart * start).sum(axis=-1, keepdims=True) / 4.0
    size = np.linalg.norm(along, axis=-1, keepdims=True)
    found: Floats = np.where(size > NOWHERE, along / np.maximum(size, NOWHERE), 0.0)
    return found


def _turning(z: Floats) -> Floats:
    """Return the turning angle (m,) at each of z (m, n)."""
    arriving, leaving = -_heading(z[1:-1], z[:-2]), _heading(z[1:-1], z[2:])
    # 2 atan2(|a − b|, |a + b|) keeps the digits of small angles
    angle = 2.0 * np.arctan2(
        np.linalg.norm(arriving - leaving, axis=1), np.linalg.norm(arriving + leaving, axis=1)
    )
    moving = (np.abs(arriving).max(axis=1) > 0) & (np.abs(leaving).max(axis=1) > 0)
    found = np.full(len(z), np.nan)
    found[1:-1] = np.where(moving, angle, np.nan)
    return found


def _off(z: Floats, first: Floats, axis: Floats) -> Floats:
    """Return the distance (m,) of z (m, n) from the great circle through ``first`` along ``axis``."""
    inside = np.outer(z @ first / 4.0, first) + np.outer(z @ axis, axis)
    found: Floats = 2.0 * np.arcsin(np.minimum(np.linalg.norm(z - inside, axis=1) / 2.0, 1.0))
    return found
