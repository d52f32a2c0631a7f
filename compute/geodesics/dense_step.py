"""Dense output of DOP853: states within a step, of order 7. (Hairer, Nørsett, Wanner, II.6)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics import dop853

# Slopes of states (n, d)
Slope = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class DenseStep:
    """begin (n, d): states at the starts of steps; terms (7, n, d) of the interpolant."""

    begin: Floats
    terms: Floats

    def of(self, columns: list[int]) -> DenseStep:
        """Return the interpolant of some components of the states."""
        return DenseStep(self.begin[:, columns], self.terms[..., columns])

    def at(self, x: Floats) -> Floats:
        """Return the states (n, j, d) at shares x (j,) or (n, j) of the steps, from 0 to 1."""
        x = np.broadcast_to(x, (len(self.begin), x.shape[-1]))[..., None]
        total = np.zeros((*x.shape[:2], self.begin.shape[-1]))
        for i, term in enumerate(self.terms[::-1]):
            total = (total + term[:, None]) * (1.0 - x if i % 2 else x)
        return self.begin[:, None] + total


def dense_step(start: Floats, end: Floats, slopes: Floats, size: Floats, slope: Slope) -> DenseStep:
    """Return the interpolant of steps of sizes (n, 1) from ``start`` to ``end`` (n, d).

    slopes (13, n, d): those of the step's stages and at its end; ``slope`` is evaluated three times
    more.
    """
    count = dop853.STAGES
    every = np.empty((count + 4, *slopes.shape[1:]))
    every[: count + 1] = slopes
    for stage, row in enumerate(dop853.EXTRA, start=count + 1):
        every[stage] = slope(start + size * np.tensordot(row[:stage], every[:stage], axes=1))
    every = size * every
    move, first, last = end - start, every[0], every[count]
    lower = np.stack([move, first - move, 2.0 * move - last - first])
    higher = np.tensordot(dop853.DENSE, every, axes=1)
    return DenseStep(start, np.concatenate([lower, higher]))
