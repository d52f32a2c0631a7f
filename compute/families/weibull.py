"""Weibull distributions with shape k and scale λ: location–scale in (log λ, 1/k), curvature −6/π².

g_kk = (π²/6 + (1 − γ)²)/k²,  g_kλ = −(1 − γ)/λ,  g_λλ = k²/λ²   (λ is a scale: with 1/λ it is +)
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
    """Define log x as the least value with location log λ and scale 1/k, whose mean is log λ − γ/k."""
    import sympy as sp

    return lls.definition(extreme_values.definition(1), -sp.EulerGamma)


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.999 quantile of the distributions."""
    return half_line(float(np.max(theta[..., 1] * np.log(1e3) ** (1 / theta[..., 0]))))


FAMILY = formula(
    name="weibull",
    title="Weibull distributions",
    coordinates=lls.COORDINATES,
    domain=lls.DOMAIN,
    line_element="ds² = (π²/6 + (1 − γ)²) dk²/k² − 2(1 − γ) dk dλ/λ + k² dλ²/λ²",
    curvature="−6/π²",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=lls.INTERIOR,
    view=lls.VIEW,
    pins=((0.8, 0.7), (3.0, 1.8)),
    draw=lls.charts("(log λ + (1 − γ)/k)√6/π", 1.0, extreme_values.SPREAD, extreme_values.LEAN),
    closed_forms=("distance",),
    wasserstein=lls.wasserstein(1),
)
