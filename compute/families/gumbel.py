"""Gumbel distributions of greatest values, with location μ and scale β: curvature −6/π².

g_μμ = 1/β²,  g_μβ = −(1 − γ)/β²,  g_ββ = (π²/6 + (1 − γ)²)/β²
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import extreme_values
from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.hyperbolic_charts import location_scale
from compute.manifold.manifold import Support

COORDINATES = ("μ", "β")


def define() -> Definition:
    """Define f(z) = exp(−z − e^−z)."""
    return extreme_values.definition(-1)


def _support(theta: Floats) -> Support:
    """Return the range between quantiles of the distributions: the left tail is short."""
    low = np.min(theta[..., 0] - 2.5 * theta[..., 1])
    high = np.max(theta[..., 0] + 7 * theta[..., 1])
    return Support(np.linspace(low, high, 257))


FAMILY = formula(
    name="gumbel",
    title="Gumbel distributions",
    coordinates=COORDINATES,
    domain="β in (1e-6, 1e6)",
    line_element="ds² = (dμ² − 2(1 − γ) dμ dβ + (π²/6 + (1 − γ)²) dβ²) / β²",
    curvature="−6/π²",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=ls.charts(
        location_scale(
            ("(μ − (1 − γ)β)√6/π", "β"), 1.0, extreme_values.SPREAD, -extreme_values.LEAN
        ),
        COORDINATES,
    ),
    closed_forms=("distance",),
)
