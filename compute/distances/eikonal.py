"""The eikonal equation |∂d|_g = 1 on a grid of lines: distances by shortest paths through triangles.

The value of a node X is the minimum over the eight triangles that it forms with two adjacent neighbours
P and Q (`stencil`).  A triangle is flat, with the lengths of its sides.  The source lies in its plane
beyond PQ, at distances d_P and d_Q from P and Q: with A = |PQ|² at
    s = (A + d_P² − d_Q²)/(2√A) along PQ and √(d_P² − s²) behind it,
and d_X is its distance from X if the line between them crosses PQ (Novotni and Klein 2002).  Otherwise,
and where the angle at X is obtuse, the path to X follows an edge.  All nodes are updated simultaneously
until none changes, so the result does not depend on an order.  For a constant metric the distance is
exact; otherwise the error is O(h), h the length of a cell's edge.  The twin of
``shaders/kernels/distance.wgsl``. (Sethian and Vladimirsky, SIAM J. Numer. Anal. 41, 2003.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.distances.stencil import Neighbours, stencil

Ints = NDArray[np.integer]

# stands for an unknown distance
FAR = 1e30
# values that decrease by less than this share have converged
SETTLED = 1e-7
# a right angle, up to rounding: |XP|² + |XQ|² over |PQ|²
RIGHT = 1.0 - 1e-6


@dataclass(frozen=True, eq=False)
class EikonalGrid:
    """Data of the eikonal equation: metric (rows, columns, 3), packed, in units of cells; first
    (rows, columns): initial distances, `FAR` elsewhere; usable (rows, columns).
    """

    metric: Floats
    first: Floats
    usable: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Triangles:
    """The triangles of n nodes: steps (8, n, 2): the column and row offset of each neighbour, 0 for
    none; neighbours (8, n): their flat indices, n for none; near (8, n): their distances from the node;
    far (8, n): the distance of each from the next, 0 if no front passes between them.
    """

    steps: Ints
    neighbours: Ints
    near: Floats
    far: Floats


def settled(grid: EikonalGrid) -> Floats:
    """Return d (rows, columns), updating all nodes until none changes; `FAR` where unreachable."""
    found = triangles(grid)
    usable = grid.usable.ravel()
    values = np.append(np.where(usable, grid.first.ravel(), FAR), FAR)
    changed = values < FAR
    for _ in range(4 * sum(grid.first.shape)):
        checkpoint()
        some = np.flatnonzero(changed[found.neighbours].any(axis=0) & usable)
        least = np.minimum(values[some], _renewed(found, values, some))
        fallen = values[some] - least > SETTLED * values[some]
        values[some] = least
        changed[:] = False
        changed[some[fallen]] = True
        if not fallen.any():
            break
    return values[:-1].reshape(grid.first.shape)


def triangles(grid: EikonalGrid) -> Triangles:
    """Return the triangles of all nodes, row by row."""
    around = stencil(grid.metric, grid.usable)
    count = grid.usable.size
    columns = grid.usable.shape[1]
    step = around.offsets[..., 0] + columns * around.offsets[..., 1]
    own = np.arange(count).reshape(grid.usable.shape)
    neighbours = np.where(around.reached, own + step, count).reshape(len(step), -1)
    metric = grid.metric.reshape(-1, 3)
    near = np.stack(
        [
            _length(metric, own.ravel(), offset.reshape(-1, 2), reached.ravel(), columns)
            for offset, reached in zip(around.offsets, around.reached, strict=True)
        ]
    )
    steps = np.where(around.reached[..., None], around.offsets, 0).reshape(len(step), -1, 2)
    return Triangles(steps, neighbours, near, _far(metric, around, neighbours, near, columns))


def _far(
    metric: Floats, around: Neighbours, neighbours: Ints, near: Floats, columns: int
) -> Floats:
    """Return the distances (8, n) from each neighbour to the next, 0 if the angle between them is not
    acute.
    """
    found = np.zeros_like(near)
    for i, start in enumerate(neighbours):
        j = (i + 1) % len(neighbours)
        offset = (around.offsets[j] - around.offsets[i]).reshape(-1, 2)
        both = around.reached[i].ravel() & around.reached[j].ravel()
        far = _length(metric, np.where(both, start, 0), offset, both, columns)
        acute = near[i] ** 2 + near[j] ** 2 >= RIGHT * far**2
        found[i] = np.where(both & acute, far, 0.0)
    return found


def _length(metric: Floats, start: Ints, offset: Ints, known: np.ndarray, columns: int) -> Floats:
    """Return the lengths (n,) ∫√g along straight lines between nodes, 1 where not ``known``.

    Uses Simpson's rule between two nodes with the geometric mean of both ends at the midpoint, which is
    accurate to a few percent where √g changes exponentially by a factor of ten.
    """
    total = np.where(known, 0.0, 1.0)
    steps = np.maximum(np.abs(offset).max(axis=1), 1)
    at = start
    for step in range(1, int(steps[known].max(initial=0)) + 1):
        some = np.flatnonzero(known & (step <= steps))
        share = np.rint(offset[some] * (step / steps[some])[:, None]).astype(int)
        to = start[some] + share[:, 0] + columns * share[:, 1]
        piece = offset[some] / steps[some, None]
        a, b = _square(metric[at[some]], piece), _square(metric[to], piece)
        total[some] += (4 * (a * b) ** 0.25 + np.sqrt(a) + np.sqrt(b)) / 6
        at = at.copy()
        at[some] = to
    return total


def _square(metric: Floats, v: Floats) -> Floats:
    x, y = v[..., 0], v[..., 1]
    total = metric[..., 0] * x**2 + 2 * metric[..., 1] * x * y + metric[..., 2] * y**2
    return np.asarray(np.maximum(total, 0.0))


def _renewed(found: Triangles, values: Floats, some: Ints) -> Floats:
    """Return the minimum over their triangles for some nodes (k,)."""
    first, near, far = values[found.neighbours[:, some]], found.near[:, some], found.far[:, some]
    second, other = np.roll(first, -1, axis=0), np.roll(near, -1, axis=0)
    known = (far > 0.0) & (np.maximum(first, second) < FAR)
    far, p, q = (np.where(known, length, 1.0) for length in (far, first, second))
    # X lies at ``foot`` along PQ, ``height`` before it; the source at ``along``, ``behind`` it
    foot = 0.5 * (far + (near - other) * (near + other) / far)
    height = np.sqrt(np.maximum((near - foot) * (near + foot), 0.0))
    along = 0.5 * (far + (p - q) * (p + q) / far)
    behind = np.sqrt(np.maximum((p - along) * (p + along), 0.0))
    across = np.maximum(height + behind, np.finfo(float).tiny)
    crossing = along + (foot - along) * behind / across
    seen = known & (np.abs(along) < p) & (crossing > 0.0) & (crossing < far)
    through = np.where(seen, np.hypot(foot - along, across), FAR)
    return np.asarray(np.minimum(through, first + near).min(axis=0))
