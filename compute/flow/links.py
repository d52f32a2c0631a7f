"""∫ω along straight lines of a chart: the rotation angle of parallel transport between frames."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.flow.grid import Grid, connection
from compute.manifold.manifold import known_inside

# lines are halved until ∫ω has this accuracy, at most this many times
EXACT, HALVINGS = 1e-9, 16
GAUSS = np.polynomial.legendre.leggauss(4)


def integral(grid: Grid, start: Floats, end: Floats, halvings: int = HALVINGS) -> Floats:
    """Return ∫ω (k,) along straight lines of the chart between positions (k, 2).

    Adaptive: all pieces of one length are processed at once and compared with their halves.
    """
    total, owner = np.zeros(len(start)), np.arange(len(start))
    whole = _gauss(grid, start, end)
    for level in range(halvings + 1):
        checkpoint()
        middle = 0.5 * (start + end)
        start, end = np.concatenate([start, middle]), np.concatenate([middle, end])
        parts = _gauss(grid, start, end)
        halves = parts[: len(owner)] + parts[len(owner) :]
        more = (np.abs(whole - halves) > EXACT) & (level < halvings)
        total += np.bincount(owner[~more], halves[~more], len(total))
        if not more.any():
            break
        both = np.concatenate([more, more])
        start, end, whole = start[both], end[both], parts[both]
        owner = np.concatenate([owner[more], owner[more]])
    return total


def _gauss(grid: Grid, start: Floats, end: Floats) -> Floats:
    nodes, weights = GAUSS
    gap = end - start
    theta = grid.chart.inverse(start + 0.5 * (nodes[:, None, None] + 1.0) * gap)
    known = known_inside(grid.manifold, theta)
    theta = np.where(known[..., None], theta, np.asarray(grid.manifold.interior))
    ways = np.broadcast_to(gap, theta.shape)[..., None]
    along = np.linalg.solve(grid.chart.jacobian(theta), ways)[..., 0]
    rate = np.where(known, (connection(grid.manifold, theta) * along).sum(axis=-1), 0.0)
    total: Floats = 0.5 * weights @ rate
    return total
