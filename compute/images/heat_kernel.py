"""One column of a heat kernel, e^{−tL}δ, for L symmetric, sparse and positive semidefinite.

Lanczos' method on (1 + γL)⁻¹ with γ a fraction of t: one factorisation, then one or two dozen solves,
however stiff L is, since it resolves the eigenvalues where e^{−tx} is not negligible.  (Moret, Novati
2004; van den Eshof, Hochbruck 2006)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats

# γ = t / POLES; among 5, 10 and 20 this needs the fewest solves
POLES = 10.0
# maximum solves; if two in a row change no weight by more than CLOSE, the last is the answer
MOST, CLOSE = 96, 1e-10
# a direction this small is rounding: everything the kernel reaches is known
SPENT = 1e-13


def heat_kernel(matrix: Any, start: int, time: float) -> Floats:
    """Return e^{−tL}δ (n,) from the node ``start``; ``matrix`` is L (n, n), sparse.

    Values of the order 1e-12 may be negative, by rounding.
    """
    from scipy.sparse import eye
    from scipy.sparse.linalg import splu

    size = matrix.shape[0]
    step = splu((eye(size) + (time / POLES) * matrix).tocsc())
    basis = np.zeros((min(MOST, size), size))
    basis[0, start] = 1.0
    diagonal: list[float] = []
    beside: list[float] = []
    shares: Floats = np.zeros(0)
    settled = 0
    for k in range(len(basis)):
        following = step.solve(basis[k])
        diagonal.append(float(following @ basis[k]))
        known = basis[: k + 1]
        # twice, to remove the rounding errors of the first time
        for _ in range(2):
            following -= known.T @ (known @ following)
        before, shares = shares, _first_column(np.array(diagonal), np.array(beside))
        change = np.max(np.abs(shares - np.append(before, 0.0)))
        settled = settled + 1 if change < CLOSE else 0
        beside.append(float(np.linalg.norm(following)))
        if settled == 2 or beside[-1] < SPENT or k + 1 == len(basis):
            break
        basis[k + 1] = following / beside[-1]
    found: Floats = basis[: len(shares)].T @ shares
    return found


def _first_column(diagonal: Floats, beside: Floats) -> Floats:
    """Return the first column of e^{−tL} in the Lanczos basis, in which (1 + γL)⁻¹ is tridiagonal."""
    from scipy.linalg import eigh_tridiagonal

    values, vectors = eigh_tridiagonal(diagonal, beside)
    rates = np.maximum(1.0 / np.maximum(values, 1e-300) - 1.0, 0.0)
    column: Floats = vectors @ (np.exp(-np.minimum(POLES * rates, 700.0)) * vectors[0])
    return column
