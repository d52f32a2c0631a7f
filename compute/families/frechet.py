"""Fréchet distributions with shape k and scale λ: log x is a Gumbel variable, curvature −6/π².

p = (k/λ)(x/λ)^(−k−1) exp(−(x/λ)^−k), often with α for k and s for λ.  1/x has a Weibull distribution
with shape k and scale 1/λ.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import extreme_values
from compute.definitions import log_location_scale as lls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.manifold import Support, half_line


def define() -> Definition:
    """Define log x as the greatest value with location log λ and scale 1/k: its mean is log λ + γ/k."""
    import sympy as sp

    return lls.definition(extreme_values.definition(-1), sp.EulerGamma)


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.9 quantile of the distributions, whose tails are heavy."""
    return half_line(float(np.max(theta[..., 1] * (-np.log(0.9)) ** (-1 / theta[..., 0]))))


FAMILY = formula(
    name="frechet",
    title="Fréchet distributions",
    coordinates=lls.COORDINATES,
    domain=lls.DOMAIN,
    line_element="ds² = (π²/6 + (1 − γ)²) dk²/k² + 2(1 − γ) dk dλ/λ + k² dλ²/λ²",
    curvature="−6/π²",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=lls.INTERIOR,
    view=lls.VIEW,
    pins=((1.2, 0.7), (4.0, 1.8)),
    draw=lls.charts("(log λ − (1 − γ)/k)√6/π", 1.0, extreme_values.SPREAD, -extreme_values.LEAN),
    closed_forms=("distance",),
    wasserstein=lls.wasserstein(-1),
)
