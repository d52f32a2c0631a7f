"""Normal distributions as an exponential family, which log-normal distributions are too.

ds² = (dμ² + 2dσ²)/σ²,  d = √2 arcosh(1 + (Δμ² + 2Δσ²)/(4σ₁σ₂))   (Rao 1945; Costa et al. 2015)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.manifold.charts import Chart, rows, where
from compute.manifold.dual_charts import expectation, natural
from compute.manifold.extent import Extent
from compute.manifold.hyperbolic_charts import location_scale


def definition() -> Definition:
    """Define N(μ, σ²) as an exponential family: ϑ = (μ/σ², −1/(2σ²)), ψ = −ϑ₁²/(4ϑ₂) − ½log(−2ϑ₂)."""
    import sympy as sp

    mu, nu, x = sp.symbols("mu nu x", real=True)
    sigma, tau = sp.symbols("sigma tau", positive=True)
    ratio = ((mu - nu) ** 2 + 2 * (sigma - tau) ** 2) / (4 * sigma * tau)
    return Definition(
        theta=(mu, sigma),
        bounds=(sigma - 1e-6, 1e6 - sigma),
        natural=(mu / sigma**2, -1 / (2 * sigma**2)),
        potential=lambda a, b: -(a**2) / (4 * b) - sp.log(-2 * b) / 2,
        scalars={"entropy": sp.log(2 * sp.pi * sp.E * sigma**2) / 2},
        log_density=-((x - mu) ** 2) / (2 * sigma**2) - sp.log(sigma) - sp.log(2 * sp.pi) / 2,
        x=x,
        # arcosh(1 + 2s²) = 2 arsinh s keeps the digits of short distances
        distance=2 * sp.sqrt(2) * sp.log(sp.sqrt(ratio / 2) + sp.sqrt(1 + ratio / 2)),
        # ψ grows as (μ/σ)²: its differences would cancel
        divergence=sp.log(tau / sigma) + ((sigma / tau) ** 2 - 1) / 2 + ((mu - nu) / tau) ** 2 / 2,
        wasserstein=sp.sqrt((mu - nu) ** 2 + (sigma - tau) ** 2),
        other=(nu, tau),
    )


def _natural(theta: Floats) -> Floats:
    mu, sigma = theta[..., 0], theta[..., 1]
    return np.stack([mu / sigma**2, -0.5 / sigma**2], axis=-1)


def _of_natural(x: Floats) -> Floats:
    inside = x[..., 1] < 0
    variance = np.where(inside, -0.5 / np.where(inside, x[..., 1], -1.0), 1.0)
    return where(inside, np.stack([x[..., 0] * variance, np.sqrt(variance)], axis=-1))


def _natural_slope(theta: Floats) -> Floats:
    mu, sigma = theta[..., 0], theta[..., 1]
    return rows(1 / sigma**2, -2 * mu / sigma**3, 0.0, 1 / sigma**3)


def _moments(theta: Floats) -> Floats:
    mu, sigma = theta[..., 0], theta[..., 1]
    return np.stack([mu, mu**2 + sigma**2], axis=-1)


def _of_moments(x: Floats) -> Floats:
    variance = x[..., 1] - x[..., 0] ** 2
    inside = variance > 0
    sigma = np.sqrt(np.where(inside, variance, 1.0))
    return where(inside, np.stack([x[..., 0], sigma], axis=-1))


def _moments_slope(theta: Floats) -> Floats:
    return rows(1.0, 0.0, 2 * theta[..., 0], 2 * theta[..., 1])


_EDGE = np.linspace(-30.0, 30.0, 601)
HALF_PLANE = location_scale(("μ/√2", "σ"), 1.0, 2.0)
NATURAL = natural(("μ/σ²", "−1/(2σ²)"), _natural, _of_natural, _natural_slope)


def moments(labels: tuple[str, str]) -> Chart:
    """Return the chart of the expectations μ and μ² + σ²."""
    return replace(
        expectation(labels, _moments, _of_moments, _moments_slope),
        outline=np.stack([_EDGE, _EDGE**2], axis=1),
        view=Extent(-4.0, 4.0, -1.0, 15.0),
    )
