"""Inverse Gaussian distributions with mean μ and shape λ: a convex half of the hyperbolic plane.

ds² = λ dμ²/μ³ + dλ²/(2λ²); X = 2/√μ, σ = 1/√λ give the normal metric exactly, with X > 0: every two
points are joined, but geodesics may leave through X = 0 (μ = ∞), which is at finite distance.
"""

from __future__ import annotations

import numpy as np

from compute.charts import log_both, parameters
from compute.family import formula
from compute.manifold import Support
from compute.symbolic import Definition
from compute.types import Extent, Floats

COORDINATES = ("μ", "λ")


def define() -> Definition:
    """Natural coordinates (−λ/(2μ²), −λ/2), ψ = −½ log λ − λ/μ."""
    import sympy as sp

    mu, shape, x, nu, other = sp.symbols("mu lambda x nu kappa", positive=True)
    gap = 2 / sp.sqrt(mu) - 2 / sp.sqrt(nu)
    share = (
        (gap**2 / 2 + (1 / sp.sqrt(shape) - 1 / sp.sqrt(other)) ** 2) * sp.sqrt(shape * other) / 4
    )
    return Definition(
        theta=(mu, shape),
        bounds=(mu - 1e-4, 1e4 - mu, shape - 1e-4, 1e4 - shape),
        metric=(shape / mu**3, sp.Integer(0), 1 / (2 * shape**2)),
        # scores ∂_μ = λ(x − μ)/μ³ and ∂_λ = ½/λ − (x − μ)²/(2μ²x)
        cubic=(3 * shape / mu**4, -1 / mu**3, sp.Integer(0), -1 / shape**3),
        curvature=-sp.Rational(1, 2),
        scalars={},
        log_density=sp.log(shape / (2 * sp.pi * x**3)) / 2
        - shape * (x - mu) ** 2 / (2 * mu**2 * x),
        x=x,
        distance=2 * sp.sqrt(2) * sp.log(sp.sqrt(share) + sp.sqrt(1 + share)),
        other=(nu, other),
    )


def _support(theta: Floats) -> Support:
    """From just above 0 to six standard deviations above every mean."""
    mu, shape = theta[..., 0], theta[..., 1]
    high = np.max(mu + 6 * np.sqrt(mu**3 / shape))
    return Support(np.linspace(high / 512, high, 256), space="half-line")


FAMILY = formula(
    name="inverse_gaussian",
    title="Inverse Gaussian distributions",
    coordinates=COORDINATES,
    domain="μ, λ in (1e-4, 1e4)",
    line_element="ds² = λ dμ²/μ³ + dλ²/2λ²",
    curvature="−1/2",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 2.5, -2.5, 2.5),
    pins=((0.5, 0.8), (2.0, 2.0)),
    draw=(log_both(COORDINATES), parameters(COORDINATES)),
    closed_forms=("distance",),
)
