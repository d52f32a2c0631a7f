"""Gamma distributions with shape k and rate λ.

ds² = ψ'(k)dk² − 2dk dλ/λ + k dλ²/λ²,  D = (kψ'(k) − 1)/λ²,
K = (ψ' + kψ'')/(4(kψ' − 1)²): from −1/4 as k → 0 to −1/2 as k → ∞, never 0.
"""

from __future__ import annotations

import numpy as np

from compute.charts import log_both, parameters
from compute.family import formula
from compute.manifold import Support
from compute.symbolic import Definition
from compute.types import Extent, Floats

COORDINATES = ("k", "λ")


def define() -> Definition:
    """Natural coordinates (k, −λ), ψ = log Γ(k) − k log λ."""
    import sympy as sp

    from compute import symbols as special

    k, rate, x = sp.symbols("k lambda x", positive=True)
    excess = special.x_trigamma_minus_1(k)
    return Definition(
        theta=(k, rate),
        bounds=(k - 1e-3, 1e4 - k, rate - 1e-5, 1e5 - rate),
        natural=(k, -rate),
        potential=lambda a, b: special.log_gamma(a) - a * sp.log(-b),
        det=excess / rate**2,
        curvature=special.x_trigamma_slope(k) / (4 * excess**2),
        scalars={"entropy": k - sp.log(rate) + special.log_gamma(k) + (1 - k) * special.digamma(k)},
        log_density=k * sp.log(rate) - special.log_gamma(k) + (k - 1) * sp.log(x) - rate * x,
        x=x,
    )


def _support(theta: Floats) -> Support:
    """From just above 0 to six standard deviations above every mean."""
    k, rate = theta[..., 0], theta[..., 1]
    high = np.max((k + 6 * np.sqrt(k) + 2) / rate)
    return Support(np.linspace(high / 512, high, 256), space="half-line")


FAMILY = formula(
    name="gamma",
    title="Gamma distributions",
    coordinates=COORDINATES,
    domain="k in (1e-3, 1e4), λ in (1e-5, 1e5)",
    line_element="ds² = ψ′(k) dk² − 2 dk dλ/λ + k dλ²/λ²",
    curvature="from −1/4 to −1/2, by k",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 4.0, -2.5, 2.5),
    pins=((0.5, 0.4), (6.0, 3.0)),
    draw=(log_both(COORDINATES), parameters(COORDINATES)),
)
