"""Gamma distributions with shape k and rate λ, whose geometry inverse Gamma and Nakagami share.

ds² = ψ'(k)dk² − 2dk dλ/λ + k dλ²/λ²,  D = (kψ'(k) − 1)/λ²,
K = (ψ' + kψ'')/(4(kψ' − 1)²): from −1/4 as k → 0 to −1/2 as k → ∞, never 0.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import special_functions as functions
from compute.definitions.derive import Definition
from compute.manifold.charts import Chart, negated, rows
from compute.manifold.dual_charts import expectation, searched


def definition() -> Definition:
    """Define x in natural coordinates (k, −λ), ψ = log Γ(k) − k log λ."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    k, rate, x = sp.symbols("k lambda x", positive=True)
    excess = special.x_trigamma_minus_1(k)
    return Definition(
        theta=(k, rate),
        bounds=(k - 1e-3, 1e4 - k, rate - 1e-7, 1e7 - rate),
        natural=(k, -rate),
        potential=lambda a, b: special.log_gamma(a) - a * sp.log(-b),
        det=excess / rate**2,
        curvature=special.x_trigamma_slope(k) / (4 * excess**2),
        scalars={"entropy": k - sp.log(rate) + special.log_gamma(k) + (1 - k) * special.digamma(k)},
        log_density=k * sp.log(rate) - special.log_gamma(k) + (k - 1) * sp.log(x) - rate * x,
        x=x,
    )


def _moments(theta: Floats) -> Floats:
    k, rate = theta[..., 0], theta[..., 1]
    return np.stack([functions.digamma(k) - np.log(rate), k / rate], axis=-1)


def _moments_slope(theta: Floats) -> Floats:
    k, rate = theta[..., 0], theta[..., 1]
    return rows(functions.trigamma(k), -1 / rate, 1 / rate, -k / rate**2)


def _near(eta: Floats) -> Floats:
    """Return k by s = log E x − E log x, to which k ≈ (3 − s + √((s − 3)² + 24s))/(12s)."""
    mean = np.where(eta[..., 1] > 0, eta[..., 1], 1.0)
    s = np.maximum(np.log(mean) - eta[..., 0], 1e-6)
    k = (3 - s + np.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    return np.stack([k, k / mean], axis=-1)


NATURAL = negated("natural", "Natural θ", ("k", "−λ"), (1.0, -1.0))


def _orthogonal(theta: Floats) -> Floats:
    k, rate = theta[..., 0], theta[..., 1]
    return np.stack([np.log(k) - np.log(rate), np.log(k)], axis=-1)


def _of_orthogonal(x: Floats) -> Floats:
    return np.exp(np.stack([x[..., 1], x[..., 1] - x[..., 0]], axis=-1))


def _orthogonal_slope(theta: Floats) -> Floats:
    k, rate = theta[..., 0], theta[..., 1]
    return rows(1 / k, -1 / rate, 1 / k, 0.0)


def profile(w: Floats) -> tuple[Floats, Floats]:
    """Return a = k(kψ' − 1) and its derivative by w = log k: from 1 as k → 0 to ½ as k → ∞."""
    # by Hurwitz' ζ: faster than SciPy's polygamma for many values
    k = np.exp(w)
    from scipy.special import zeta

    first, second = zeta(2, k), -2 * zeta(3, k)
    a = k * (k * first - 1.0)
    return a, a + k**2 * (first + k * second)


# the mean k/λ may be scaled: ds² = k(kψ' − 1) dw² + e^w du², u its logarithm and w = log k
ORTHOGONAL = Chart(
    "orthogonal", "Orthogonal", ("log k/λ", "log k"), _orthogonal, _of_orthogonal, _orthogonal_slope
)
MOMENTS = expectation(
    ("E log x", "E x"), _moments, searched(_moments, _moments_slope, _near), _moments_slope
)
