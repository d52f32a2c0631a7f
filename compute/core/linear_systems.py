"""Systems of linear equations, many at once, some of which may have no solution."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from compute.core.arrays import Floats


def solve_each(matrices: Floats, sides: Floats) -> Floats:
    """Return the solutions (..., n, m) of matrices (..., n, n) for sides (..., n, m), NaN of a singular
    one.

    NumPy gives none at all where a single matrix is singular.
    """
    try:
        return np.asarray(np.linalg.solve(matrices, sides))
    except np.linalg.LinAlgError:
        found = np.full(sides.shape, np.nan)
        for at in np.ndindex(matrices.shape[:-2]):
            with suppress(np.linalg.LinAlgError):
                found[at] = np.linalg.solve(matrices[at], sides[at])
        return found
