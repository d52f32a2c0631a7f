"""Cauchy distributions with location μ and scale σ: curvature −2, and no Amari–Chentsov tensor."""

from __future__ import annotations

from dataclasses import replace

from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.hyperbolic_charts import location_scale


def define() -> Definition:
    """Define f(z) = 1/(π(1 + z²)): a = c = ½; with z = tan φ both scores are odd in 2φ, so T = 0."""
    import sympy as sp

    half = sp.Rational(1, 2)
    stated = ls.definition(
        (half, 0, half),
        (0, 0, 0, 0),
        lambda z: -sp.log(sp.pi * (1 + z**2)),
        sp.log(4 * sp.pi),
        sp.oo,
    )
    assert stated.other is not None
    (mu, sigma), (nu, tau) = stated.theta, stated.other
    # symmetric in both (Chyzak and Nielsen 2019)
    gap2 = (mu - nu) ** 2 + (sigma - tau) ** 2
    return replace(stated, divergence=sp.log(1 + gap2 / (4 * sigma * tau)))


FAMILY = formula(
    name="cauchy",
    title="Cauchy distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = (dμ² + dσ²) / (2σ²)",
    curvature="−2",
    hadamard="a complete hyperbolic plane",
    self_dual=True,
    define=define,
    support=ls.support(8.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=ls.charts(location_scale(("μ", "σ"), 0.5, 0.5)),
    closed_forms=("distance",),
)
