"""The sums of the negative binomial metric, term by term, for SciPy.

With q = m/(1 + m), W(r, m) = r(r + 1) Σ_{j ≥ 2} q^(j − 2) B(j, r)/j.
"""

from __future__ import annotations

import numpy as np
from scipy import special

# terms, enough for q up to 0.95
J = np.arange(2.0, 900.0)
COUNTS = np.arange(0.0, 900.0)


def _terms(r: np.ndarray, m: np.ndarray) -> np.ndarray:
    r, m = np.asarray(r, float)[..., None], np.asarray(m, float)[..., None]
    log = (J - 2) * np.log(m / (1 + m)) + special.betaln(J, r) - np.log(J)
    return np.asarray(r * (r + 1) * np.exp(log))


def series(r: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return W (...,) at r and m = q/(1 − q) (...,), as a sum."""
    return np.asarray(_terms(r, m).sum(axis=-1))


def first(r: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return q ∂W/∂q (...,), differentiated term by term."""
    return np.asarray(((J - 2) * _terms(r, m)).sum(axis=-1))


def slope(r: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return ∂W/∂r (...,) at fixed m, differentiated term by term."""
    at = np.asarray(r, float)[..., None]
    rate = special.digamma(at) - special.digamma(J + at) + 1 / at + 1 / (at + 1)
    return np.asarray((rate * _terms(r, m)).sum(axis=-1))


def third(r: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return E ∂_r³ l = E ψ″(x + r) − ψ″(r) − 1/r² + 1/(r + μ)²."""
    at, ratio = np.asarray(r, float)[..., None], np.asarray(m, float)[..., None]
    log = special.gammaln(COUNTS + at) - special.gammaln(at) - special.gammaln(COUNTS + 1)
    p = np.exp(log - at * np.log1p(ratio) + COUNTS * np.log(ratio / (1 + ratio)))
    mean = (p * (special.polygamma(2, COUNTS + at) - special.polygamma(2, at))).sum(axis=-1)
    return np.asarray(mean - 1 / np.square(r) + 1 / np.square(r + r * m))
