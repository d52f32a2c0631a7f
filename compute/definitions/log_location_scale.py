"""Families of x > 0 whose log x has location log λ and scale 1/k: shape k and scale λ.

Weibull, Fréchet and log-logistic distributions.  All geometry is that of log x, with its metric
(a, b, c): c k⁻² dk² − 2b dk dλ/λ + a k² dλ²/λ².
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition, Expr
from compute.definitions.pulled_back import pulled_back
from compute.definitions.special_functions import digamma, log_gamma, trigamma
from compute.manifold.charts import Chart, linear, log_both, parameters, rows, through, where
from compute.manifold.extent import Extent
from compute.manifold.hyperbolic_charts import disk, location_scale

COORDINATES = ("k", "λ")
DOMAIN = "k in (1e-2, 1e3), λ in (1e-5, 1e5)"
INTERIOR = (1.0, 1.0)
VIEW = Extent(-1.5, 2.0, -1.6, 1.6)


def definition(of_log: Definition, mean: Expr) -> Definition:
    """Return the definition of x = e^y, y of the location–scale family ``of_log``, in (k, λ).

    ``mean``: that of y at location 0 and scale 1.
    """
    import sympy as sp

    k, scale, x = sp.symbols("k lambda x", positive=True)
    return pulled_back(
        of_log,
        (k, scale),
        (sp.log(scale), 1 / k),
        (k - 1e-2, 1e3 - k, scale - 1e-5, 1e5 - scale),
        x,
        sp.log(x),
        sp.log(scale) + mean / k,
    )


def _forward(theta: Floats) -> Floats:
    return np.stack([np.log(theta[..., 1]), 1 / theta[..., 0]], axis=-1)


def _inverse(x: Floats) -> Floats:
    inside = x[..., 1] > 0
    safe = where(inside, x, 1.0)
    scale = np.exp(np.clip(safe[..., 0], -700.0, 700.0))
    return where(inside, np.stack([1 / safe[..., 1], scale], axis=-1))


def _jacobian(theta: Floats) -> Floats:
    return rows(0.0, 1 / theta[..., 1], -1 / theta[..., 0] ** 2, 0.0)


LOCATION_SCALE = Chart(
    "location_scale",
    "Location and scale",
    ("log λ", "1/k"),
    _forward,
    _inverse,
    _jacobian,
    steps=(linear(np.eye(2)[::-1]), ("log", (1.0, 0.0)), ("reciprocal", (0.0, 1.0))),
)


def charts(label: str, a: float, c: float, b: float = 0.0) -> tuple[Chart, ...]:
    """Return the charts for the metric (a, b, c) of log x; ``label`` names X of the half-plane."""
    plane = location_scale((label, "1/k"), a, c, b)
    drawn = through(plane, LOCATION_SCALE, plane.labels)
    return log_both(COORDINATES), parameters(COORDINATES), drawn, disk(drawn)


# --- Wasserstein distances ---------------------------------------------------------------------
# differences of log Γ over less than this share of y are integrals of its derivatives
_NEAR = 0.1
_AT, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_AT, _WEIGHTS = 0.5 * (_AT + 1), 0.5 * _WEIGHTS


def wasserstein(*signs: int) -> Callable[[Floats, Floats], Floats]:
    """Return W₂(θ, φ) for quantiles λ q^(1/k), E q^c = M(c) = Π Γ(1 ± c) over ``signs``.

    W₂² = λ₁²M(2a) + λ₂²M(2b) − 2λ₁λ₂M(a + b), a and b = 1/k, without cancellation: with L = log λ +
    ½ log M(2/k) of either, s = |L₁ − L₂| and the gap h ≥ 0 of the convex log M it is
    e^(2 max L) ((1 − e^−s)² + 2e^−s(1 − e^−h)).  Infinite where a variance is.
    """

    def distance(theta: Floats, other: Floats) -> Floats:
        (k, scale), (j, size) = (
            np.moveaxis(np.asarray(p, np.float64), -1, 0) for p in (theta, other)
        )
        delta = (j - k) / (j * k)
        finite = (-1 not in signs) | (np.minimum(k, j) > 2)
        with np.errstate(all="ignore"):
            share = (scale - size) / size
            ratio = np.where(np.abs(share) < 0.5, np.log1p(share), np.log(scale) - np.log(size))
            step = ratio + 0.5 * sum(_step(1 + n * 2 / j, n * 2 * delta) for n in signs)
            gap = sum(_gap(1 + n * (1 / k + 1 / j), delta) for n in signs)
            level = 0.5 * sum(log_gamma(1 + n * 2 / j) for n in signs)
            most = np.log(size) + level + np.maximum(step, 0.0)
            apart = -2 * np.exp(-np.abs(step)) * np.expm1(-gap)
            found = np.exp(most) * np.hypot(np.expm1(-np.abs(step)), np.sqrt(apart))
        same = (delta == 0) & (scale == size)
        return np.asarray(np.where(finite, found, np.where(same, 0.0, np.inf)))

    return distance


def _step(y: Floats, d: Floats) -> Floats:
    """Return log Γ(y + d) − log Γ(y)."""
    near = np.abs(d) < _NEAR * y
    along = y[..., None] + np.where(near, d, 0.0)[..., None] * _AT
    return np.where(near, d * (digamma(along) @ _WEIGHTS), log_gamma(y + d) - log_gamma(y))


def _gap(y: Floats, d: Floats) -> Floats:
    """Return ½ log Γ(y + d) + ½ log Γ(y − d) − log Γ(y)."""
    near = np.abs(d) < _NEAR * y
    reach = np.where(near, d, 0.0)[..., None] * _AT
    bend = 0.5 * (trigamma(y[..., None] + reach) + trigamma(y[..., None] - reach))
    far = 0.5 * (log_gamma(y + d) + log_gamma(y - d)) - log_gamma(y)
    return np.where(near, d**2 * (bend @ (_WEIGHTS * (1 - _AT))), far)
