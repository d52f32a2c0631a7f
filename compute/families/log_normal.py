"""Log-normal distributions: log x ~ N(μ, σ²), with the geometry of normal distributions."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import location_scale as ls
from compute.definitions import normal_family as normal
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.pulled_back import pulled_back
from compute.manifold.charts import log_second, parameters
from compute.manifold.hyperbolic_charts import disk
from compute.manifold.manifold import Support, half_line

# exponents of the ends of a plot, which are finite numbers
LARGEST = 300.0


def define() -> Definition:
    """Define log x ~ N(μ, σ²)."""
    import sympy as sp

    base = normal.definition()
    x = sp.symbols("x", positive=True)
    return pulled_back(base, base.theta, base.theta, base.bounds, x, sp.log(x), base.theta[0])


def _support(theta: Floats) -> Support:
    """Return the range up to the largest 0.95 quantile of the distributions."""
    high = np.max(theta[..., 0] + 1.645 * theta[..., 1])
    return half_line(float(np.exp(np.clip(high, -LARGEST, LARGEST))))


def _wasserstein(theta: Floats, other: Floats) -> Floats:
    """Return W₂² = e^(2L₁) + e^(2L₂) − 2e^(L₁ + L₂ − h), L = μ + σ² and h = ½Δσ²: e^(2 max L)
    ((1 − e^−s)² + 2e^−s(1 − e^−h)), s = |ΔL|.
    """
    (mu, sigma), (nu, tau) = (np.moveaxis(np.asarray(p, np.float64), -1, 0) for p in (theta, other))
    step = mu - nu + (sigma - tau) * (sigma + tau)
    with np.errstate(all="ignore"):  # what overflows is infinite
        apart = -2 * np.exp(-np.abs(step)) * np.expm1(-0.5 * (sigma - tau) ** 2)
        most = nu + tau**2 + np.maximum(step, 0.0)
        return np.asarray(np.exp(most) * np.hypot(np.expm1(-np.abs(step)), np.sqrt(apart)))


FAMILY = formula(
    name="log_normal",
    title="Log-normal distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = (dμ² + 2 dσ²) / σ²",
    curvature="−1/2",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=((-0.5, 0.3), (0.8, 0.6)),
    draw=(
        log_second(ls.COORDINATES),
        parameters(ls.COORDINATES),
        normal.NATURAL,
        normal.moments(("E log x", "E log² x")),
        normal.HALF_PLANE,
        disk(normal.HALF_PLANE),
    ),
    closed_forms=("distance",),
    wasserstein=_wasserstein,
)
