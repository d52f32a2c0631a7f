"""Zeros of a field of tangent vectors: where they are, their Poincaré index and their type.

The index of a cell is the winding of the chart's components (A¹, A²) round it, which does not depend on
the chart; the sum over a region is the winding along its boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.flow.grid import Grid
from compute.types import Floats

NEWTON = 20


@dataclass(frozen=True)
class Singularity:
    """A zero at theta, drawn at x; index ±1 (or more for zeros that a cell does not separate); kind:
    "node", "focus", "centre" or "saddle", by the field's derivative there.
    """

    theta: tuple[float, float]
    x: tuple[float, float]
    index: int
    kind: str


def singularities(grid: Grid, field: Floats) -> list[Singularity]:
    """The zeros of a field of θ-components (rows, columns, 2), cell by cell."""
    a = _drawn(grid, field)
    winding = _winding(a)
    whole = (
        grid.usable[:-1, :-1] & grid.usable[:-1, 1:] & grid.usable[1:, :-1] & grid.usable[1:, 1:]
    )
    found = []
    for i, j in np.argwhere((winding != 0) & whole):
        corners = np.stack([a[i, j], a[i, j + 1], a[i + 1, j], a[i + 1, j + 1]])
        s, t, slope = _zero(corners)
        x = grid.x[i, j] + np.array([s * grid.step[0], t * grid.step[1]])
        theta = grid.chart.inverse(x)
        kind = _kind(slope / np.array(grid.step), int(winding[i, j]))
        found.append(
            Singularity(
                (float(theta[0]), float(theta[1])), (float(x[0]), float(x[1])),
                int(winding[i, j]), kind,
            )
        )  # fmt: skip
    return found


def boundary_index(grid: Grid, field: Floats) -> int:
    """The winding of a field along the whole grid's edge: the sum of all indices inside."""
    a = _drawn(grid, field)
    loop = np.concatenate([a[0, :-1], a[:-1, -1], a[-1, :0:-1], a[:0:-1, 0]])
    angle = np.arctan2(loop[:, 1], loop[:, 0])
    return int(np.round(_wrapped(np.diff(angle, append=angle[0])).sum() / (2 * np.pi)))


def _drawn(grid: Grid, field: Floats) -> Floats:
    """The chart's components (rows, columns, 2)."""
    return grid.chart.push(grid.theta, field)


def _winding(a: Floats) -> np.ndarray:
    """How often the field turns along the edge of each cell, counter-clockwise (rows−1, columns−1)."""
    angle = np.arctan2(a[..., 1], a[..., 0])
    round_ = [angle[:-1, :-1], angle[:-1, 1:], angle[1:, 1:], angle[1:, :-1]]
    turn = sum(_wrapped(round_[(k + 1) % 4] - round_[k]) for k in range(4))
    return np.round(np.asarray(turn) / (2 * np.pi)).astype(int)


def _wrapped(angle: Floats) -> Floats:
    """Angles in (−π, π]."""
    wrapped: Floats = angle - 2 * np.pi * np.round(angle / (2 * np.pi))
    return wrapped


def _zero(corners: Floats) -> tuple[float, float, Floats]:
    """Where in the unit cell (s, t) the bilinear field vanishes, and its derivative (2, 2) there."""
    a, b, c, d = corners
    s = t = 0.5
    for _ in range(NEWTON):
        value = (1 - s) * (1 - t) * a + s * (1 - t) * b + (1 - s) * t * c + s * t * d
        slope = np.stack([(1 - t) * (b - a) + t * (d - c), (1 - s) * (c - a) + s * (d - b)], axis=1)
        if abs(np.linalg.det(slope)) < 1e-300:
            break
        step = np.linalg.solve(slope, value)
        s, t = (float(np.clip(v, 0.0, 1.0)) for v in (s - step[0], t - step[1]))
    slope = np.stack([(1 - t) * (b - a) + t * (d - c), (1 - s) * (c - a) + s * (d - b)], axis=1)
    return s, t, slope


def _kind(slope: Floats, index: int) -> str:
    """By determinant and trace of ∂A."""
    if index < 0:
        return "saddle"
    det, trace = float(np.linalg.det(slope)), float(np.trace(slope))
    if trace * trace >= 4 * det:
        return "node"
    return "centre" if abs(trace) < 1e-3 * np.sqrt(max(det, 0.0)) else "focus"
