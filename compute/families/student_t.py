"""Student's t with ν degrees of freedom, location μ and scale σ: curvature −(ν + 3)/(2ν).

ν = 1 is Cauchy, ν → ∞ the normal distribution.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.parameters import Parameter
from compute.definitions.special_functions import digamma, log_gamma
from compute.manifold.charts import Chart
from compute.manifold.hyperbolic_charts import location_scale


def define(nu: Any, norm: Any, entropy: Any) -> Definition:
    """Define a = (ν+1)/(ν+3), c = 2ν/(ν+3); T by the moments of B = z²/(ν + z²) ~ Beta(½, ν/2)."""
    import sympy as sp

    n = nu
    first = 1 / (n + 1)
    second = 3 * first / (n + 3)
    third = 5 * second / (n + 5)
    scores = (n + 1) ** 2 / n * ((n + 1) * (second - third) - (first - second))
    cube = (n + 1) ** 3 * third - 3 * (n + 1) ** 2 * second + 3 * (n + 1) * first - 1
    return ls.definition(
        ((n + 1) / (n + 3), 0, 2 * n / (n + 3)),
        (0, scores, 0, cube),
        lambda z: norm - (n + 1) / 2 * sp.log(1 + z**2 / n),
        entropy,
        # infinite for ν ≤ 2
        n / sp.Max(n - 2, 0),
    )


def _constants(nu: float) -> dict[str, float]:
    """Return ν, log f(0) and the entropy of f, which cancel in float32 for large ν."""
    low, high = np.array(nu / 2), np.array((nu + 1) / 2)
    norm = log_gamma(high) - log_gamma(low) - np.log(nu * np.pi) / 2
    entropy = high * (digamma(high) - digamma(low)) - norm
    return {"nu": nu, "norm": float(norm), "entropy": float(entropy)}


def _charts(nu: float) -> tuple[Chart, ...]:
    return ls.charts(location_scale(("μ√((ν + 1)/2ν)", "σ"), nu + 1, 2 * nu))


FAMILY = formula(
    name="student_t",
    title="Student’s t distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = ((ν + 1) dμ² + 2ν dσ²) / ((ν + 3)σ²)",
    curvature="−(ν + 3)/(2ν)",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=ls.support(6.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=_charts,
    closed_forms=("distance",),
    parameters=(Parameter("nu", "ν", "Degrees of freedom", 0.1, 1e4, 5.0, 0.1, log=True),),
    constants=_constants,
)
