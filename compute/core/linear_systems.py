"""Batches of linear systems, some of which may be singular."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from compute.core.arrays import Floats


def solve_each(matrices: Floats, sides: Floats) -> Floats:
    """Solve matrices (..., n, n) for right-hand sides (..., n, m); NaN for singular matrices.

    `numpy.linalg.solve` raises an error if a single matrix is singular.
    """
    try:
        return np.asarray(np.linalg.solve(matrices, sides))
    except np.linalg.LinAlgError:
        found = np.full(sides.shape, np.nan)
        for at in np.ndindex(matrices.shape[:-2]):
            with suppress(np.linalg.LinAlgError):
                found[at] = np.linalg.solve(matrices[at], sides[at])
        return found
