"""Logistic distributions with location μ and scale σ: curvature −9/(π² + 3)."""

from __future__ import annotations

import numpy as np

from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.hyperbolic_charts import location_scale


def define() -> Definition:
    """Define f(z) = ¼ sech²(z/2)."""
    return ls.logistic()


FAMILY = formula(
    name="logistic",
    title="Logistic distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = (dμ²/3 + (π² + 3)/9 dσ²) / σ²",
    curvature="−9/(π² + 3)",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=ls.support(8.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=ls.charts(location_scale(("μ√3/√(π² + 3)", "σ"), 1 / 3, (np.pi**2 + 3) / 9)),
    closed_forms=("distance",),
)
