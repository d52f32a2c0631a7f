"""The eikonal equation |∂d|_g = 1 on a grid of lines: distances by the least way through triangles.

The value of a node is the least, over the eight triangles that it makes with two adjoining neighbours
P and Q, of
    min over t in [0, 1] of  (1 − t) d_P + t d_Q + |p + t(q − p)|,
where the triangle is the flat one with the sides' lengths.  The length of a side is ∫√g along it by
Simpson's rule with the geometric mean of both ends in its middle, which is exact to a few percent
where √g changes as an exponential by a factor of ten.  With A = |q − p|², B = ⟨p, q − p⟩/A and
k = (d_Q − d_P)/√A the least lies at t = −B − k m/√(1 − k²), m² = |p|²/A − B².  All nodes are renewed
at once until none changes, so that the result depends on no order.  The error is O(h), h the length
of a cell's edge.  The twin of ``shaders/kernels/distance.wgsl``.
(Sethian and Vladimirsky, SIAM J. Numer. Anal. 41, 2003; Bornemann and Rasch 2006.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.interrupt import checkpoint
from compute.types import Floats

# neighbours (column, row) around a cell; each makes a triangle with the next
AROUND = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
# what stands for a distance that is not known
FAR = 1e30
# values that fall by less than this share of themselves have settled
SETTLED = 1e-9
# a far side is no shorter than this share of the near ones, squared
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Grid:
    """Data of the eikonal equation: metric (rows, columns, 3), packed, in units of cells; first
    (rows, columns) where the distance begins, `FAR` elsewhere; usable (rows, columns).
    """

    metric: Floats
    first: Floats
    usable: np.ndarray


def settled(grid: Grid) -> Floats:
    """d (rows, columns): all nodes renewed until none changes; `FAR` where nothing leads."""
    triangles = [_Triangle(grid.metric, grid.usable, i) for i in range(len(AROUND))]
    values = grid.first
    for _ in range(4 * sum(values.shape)):
        checkpoint()
        padded = np.pad(values, 1, constant_values=FAR)
        least = values
        for triangle in triangles:
            least = np.minimum(least, triangle.least(padded))
        least = np.where(grid.usable, least, FAR)
        changed = (values - least) > SETTLED * values
        values = least
        if not changed.any():
            break
    return values


class _Triangle:
    """One of the eight triangles, at all nodes: its sides, and the least way through the far one."""

    def __init__(self, metric: Floats, usable: np.ndarray, number: int) -> None:
        self._p, self._q = AROUND[number], AROUND[(number + 1) % len(AROUND)]
        padded, known = np.pad(metric, ((1, 1), (1, 1), (0, 0))), np.pad(usable, 1)
        ends = []
        for offset in (self._p, self._q):
            # beyond the domain the node's own metric
            ends.append(
                np.where(_shifted(known, offset)[..., None], _shifted(padded, offset), metric)
            )
        e = (self._q[0] - self._p[0], self._q[1] - self._p[1])
        p2 = _side(metric, ends[0], self._p) ** 2
        q2 = _side(metric, ends[1], self._q) ** 2
        a = np.maximum(_side(ends[0], ends[1], e) ** 2, LEAST * (p2 + q2))
        a = np.maximum(a, np.finfo(float).tiny ** 0.5)
        self._root = np.sqrt(a)
        self._b = (q2 - p2 - a) / (2 * a)
        self._m = np.sqrt(np.maximum(p2 / a - self._b**2, 0.0))

    def least(self, padded: Floats) -> Floats:
        """The value that this triangle gives every node, from padded values."""
        first, second = _shifted(padded, self._p), _shifted(padded, self._q)
        k = np.clip((second - first) / self._root, -1.0 + 1e-9, 1.0 - 1e-9)
        t = np.clip(-self._b - k * self._m / np.sqrt(1.0 - k * k), 0.0, 1.0)
        way = self._root * np.sqrt((t + self._b) ** 2 + self._m**2)
        least: Floats = (1.0 - t) * first + t * second + way
        return least


def _side(one: Floats, other: Floats, offset: tuple[int, int]) -> Floats:
    """The length of an offset, in cells, between two nodes with their metrics."""
    a, b = _square(one, offset), _square(other, offset)
    length: Floats = (4 * (a * b) ** 0.25 + np.sqrt(a) + np.sqrt(b)) / 6
    return length


def _square(metric: Floats, v: tuple[int, int]) -> Floats:
    total = (
        metric[..., 0] * v[0] ** 2 + 2 * metric[..., 1] * v[0] * v[1] + metric[..., 2] * v[1] ** 2
    )
    return np.maximum(total, 0.0)


def _shifted(padded: Floats, offset: tuple[int, int]) -> Floats:
    """The values (rows, columns, …) of the neighbours at an offset."""
    column, row = offset
    rows, columns = padded.shape[0] - 2, padded.shape[1] - 2
    return padded[1 + row : 1 + row + rows, 1 + column : 1 + column + columns]
