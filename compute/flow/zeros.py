"""Zeros of a tangent vector field: positions, Poincaré indices and types.

The index of a cell is the winding number of the chart's components (A¹, A²) around it, independent of
the chart; the sum over a region is the winding number along its boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.flow.grid import Grid
from compute.manifold.tangent import solve2

NEWTON = 20
# a zero is called a centre if |tr ∂A|, by the slopes of its cell, is below this share of √det ∂A
CENTRE = 0.05
# and a node if its rotation is below this share of its growth
STAR = 0.1


@dataclass(frozen=True)
class Singularity:
    """A zero at theta, drawn at x; index ±1 (larger for zeros that a cell does not separate); kind:
    "node", "focus", "centre" or "saddle", by the derivative of the field.
    """

    theta: tuple[float, float]
    x: tuple[float, float]
    index: int
    kind: str


def singularities(grid: Grid, field: Floats) -> list[Singularity]:
    """Return the zeros of a field of θ-components (rows, columns, 2), cell by cell."""
    a = _drawn(grid, field)
    winding = np.where(whole_cells(grid), _winding(a), 0)
    i, j = np.nonzero(winding)
    place, slope = _zeros(np.stack([a[i, j], a[i, j + 1], a[i + 1, j], a[i + 1, j + 1]], axis=1))
    x = grid.x[i, j] + place * grid.step
    theta = grid.chart.inverse(x)
    kinds = _kinds(slope / np.array(grid.step), winding[i, j])
    return [
        Singularity((float(t[0]), float(t[1])), (float(at[0]), float(at[1])), int(index), kind)
        for t, at, index, kind in zip(theta, x, winding[i, j], kinds, strict=True)
    ]


def whole_cells(grid: Grid) -> np.ndarray:
    """Return the cells with four usable corners, where zeros are searched; one row and column fewer
    than nodes, except along periodic axes.
    """
    u = _closed(grid, grid.usable)
    return np.asarray(u[:-1, :-1] & u[:-1, 1:] & u[1:, :-1] & u[1:, 1:])


def boundary_index(grid: Grid, field: Floats) -> int:
    """Return the winding number of a field along the boundary of all whole cells, the sum of all
    indices inside.

    The boundary consists of edges with a whole cell on one side only, oriented with that cell on the
    left, so clockwise around a hole.
    """
    a, whole, (rows, columns) = _drawn(grid, field), whole_cells(grid).astype(int), grid.shape
    angle = np.arctan2(a[..., 1], a[..., 0])
    below, above = _beside(whole, 0, grid.wraps[1])
    left, right = _beside(whole, 1, grid.wraps[0])
    turn = (_wrapped(np.diff(angle, axis=1))[:rows] * (above - below)).sum()
    turn += (_wrapped(np.diff(angle, axis=0))[:, :columns] * (left - right)).sum()
    return round(float(turn) / (2 * np.pi))


def _beside(whole: np.ndarray, axis: int, wraps: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells before and after every row (axis 0) or column of nodes."""
    if wraps:
        return np.roll(whole, 1, axis), whole
    none = np.zeros_like(whole.take([0], axis))
    return np.concatenate([none, whole], axis), np.concatenate([whole, none], axis)


def _closed(grid: Grid, values: np.ndarray) -> np.ndarray:
    """Return values at nodes, with the first repeated after the last along periodic axes."""
    if grid.wraps[0]:
        values = np.concatenate([values, values[:, :1]], axis=1)
    return np.concatenate([values, values[:1]]) if grid.wraps[1] else values


def _drawn(grid: Grid, field: Floats) -> Floats:
    """Return the chart's components at the nodes (…, …, 2), closed."""
    return _closed(grid, grid.chart.push(grid.theta, field))


def _winding(a: Floats) -> np.ndarray:
    """Return the winding number of the field around each cell, counter-clockwise
    (rows−1, columns−1).
    """
    angle = np.arctan2(a[..., 1], a[..., 0])
    round_ = [angle[:-1, :-1], angle[:-1, 1:], angle[1:, 1:], angle[1:, :-1]]
    turn = sum(_wrapped(round_[(k + 1) % 4] - round_[k]) for k in range(4))
    return np.round(np.asarray(turn) / (2 * np.pi)).astype(int)


def _wrapped(angle: Floats) -> Floats:
    """Return angles in (−π, π]."""
    wrapped: Floats = angle - 2 * np.pi * np.round(angle / (2 * np.pi))
    return wrapped


def _zeros(corners: Floats) -> tuple[Floats, Floats]:
    """Return the zeros (n, 2) of bilinear fields in unit cells, and the derivatives (n, 2, 2) there.

    corners (n, 4, 2): the values at (0, 0), (1, 0), (0, 1) and (1, 1).
    """
    place = np.full((len(corners), 2), 0.5)
    for _ in range(NEWTON):
        value, slope = _bilinear(corners, place)
        place = np.clip(place - solve2(slope, value), 0.0, 1.0)
    return place, _bilinear(corners, place)[1]


def _bilinear(corners: Floats, place: Floats) -> tuple[Floats, Floats]:
    """Return values (n, 2) and derivatives (n, 2, 2) at places (n, 2) of unit cells."""
    a, b, c, d = (corners[:, k] for k in range(4))
    s, t = place[:, :1], place[:, 1:]
    value = (1 - s) * (1 - t) * a + s * (1 - t) * b + (1 - s) * t * c + s * t * d
    along, up = (1 - t) * (b - a) + t * (d - c), (1 - s) * (c - a) + s * (d - b)
    return value, np.stack([along, up], axis=-1)


def _kinds(slope: Floats, index: np.ndarray) -> list[str]:
    """Classify zeros by the sign of the index and by determinant and trace of ∂A (n, 2, 2)."""
    det, trace = np.linalg.det(slope), np.trace(slope, axis1=-2, axis2=-1)
    turning = np.abs(trace) < CENTRE * np.sqrt(np.maximum(det, 0.0))
    kinds = np.select(
        [index < 0, (1 + STAR**2) * trace * trace >= 4 * det, turning],
        ["saddle", "node", "centre"],
        "focus",
    )
    return [str(kind) for kind in kinds]
