"""Cauchy distributions with location μ and scale σ: curvature −2, and no Amari–Chentsov tensor."""

from __future__ import annotations

from compute import location_scale as ls
from compute.chart_hyperbolic import location_scale
from compute.family import formula
from compute.symbolic import Definition


def define() -> Definition:
    """f(z) = 1/(π(1 + z²)): a = c = ½; with z = tan φ both scores are odd in 2φ, so T = 0."""
    import sympy as sp

    half = sp.Rational(1, 2)
    return ls.definition(half, half, 0, 0, lambda z: -sp.log(sp.pi * (1 + z**2)), sp.log(4 * sp.pi))


FAMILY = formula(
    name="cauchy",
    title="Cauchy distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = (dμ² + dσ²) / 2σ²",
    curvature="−2",
    define=define,
    support=ls.support(8.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=ls.charts(location_scale(("μ", "σ"), 0.5, 0.5)),
    closed_forms=("distance",),
)
