"""Curves between two points as polynomials, given by their second derivatives at Gauss points.

    c(t) = a + t(b − a) + δ(t),   δ(0) = δ(1) = 0,   δ″ = Σ_l b_l P_l(2t − 1)
Values of δ″ determine δ and δ′ by integration, which loses no digits, as differentiation would.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import legendre

from compute.core.arrays import Floats


@lru_cache(maxsize=64)
def gauss(count: int) -> tuple[Floats, Floats]:
    """Return Gauss–Legendre points and weights (count,) on [0, 1]."""
    x, w = legendre.leggauss(count)
    return 0.5 * (x + 1.0), 0.5 * w


def matrices(count: int, t: Floats) -> Floats:
    """Return the matrices (3, k, count) from δ″ at ``count`` Gauss points to δ″, δ and δ′ at t (k,)."""
    return _matrices(count, np.asarray(t, np.float64).tobytes())


@lru_cache(maxsize=64)
def _matrices(count: int, times: bytes) -> Floats:
    t = np.frombuffer(times)
    values = legendre.legvander(2.0 * t - 1.0, count + 1)
    once = _integral(count) @ _series(count)
    twice = _integral(count + 1) @ once
    end = twice.sum(axis=0)  # every P_l(1) = 1
    found = np.stack(
        [
            values[:, :count] @ _series(count),
            values @ twice - t[:, None] * end,
            values[:, : count + 1] @ once - end,
        ]
    )
    found.setflags(write=False)
    return found


@lru_cache(maxsize=16)
def derivative(count: int) -> Floats:
    """Return the matrix (count, count) from a polynomial's values at Gauss points to its derivative
    there.
    """
    slopes = 2.0 * legendre.legder(_series(count))
    found: Floats = legendre.legvander(2.0 * gauss(count)[0] - 1.0, count - 2) @ slopes
    return found


def _series(count: int) -> Floats:
    """Return the matrix from values at Gauss points to coefficients of Legendre polynomials."""
    points, weights = gauss(count)
    degree = np.arange(count)[:, None]
    series: Floats = (
        (2 * degree + 1) * legendre.legvander(2.0 * points - 1.0, count - 1).T * weights
    )
    return series


def _integral(count: int) -> Floats:
    """Return the matrix (count + 1, count) of ∫₀ᵗ: ∫P_l dx = (P_{l+1} − P_{l−1})/(2l + 1)."""
    found = np.zeros((count + 1, count))
    share = 0.5 / (2 * np.arange(count) + 1)
    found[np.arange(1, count + 1), np.arange(count)] = share
    found[np.arange(count - 1), np.arange(1, count)] = -share[1:]
    found[0, 0] = 0.5
    return found
