"""Normal distributions N(μ, σ²): the hyperbolic plane of curvature −½."""

from __future__ import annotations

from compute.definitions import location_scale as ls
from compute.definitions import normal_family as normal
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_second, parameters
from compute.manifold.hyperbolic_charts import disk


def define() -> Definition:
    """Return the density, the potential and the closed forms of N(μ, σ²)."""
    return normal.definition()


FAMILY = formula(
    name="gaussian",
    title="Normal distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = (dμ² + 2 dσ²) / σ²",
    curvature="−1/2",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=ls.support(4.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=(
        log_second(ls.COORDINATES),
        parameters(ls.COORDINATES),
        normal.NATURAL,
        normal.moments(("E x", "E x²")),
        normal.HALF_PLANE,
        disk(normal.HALF_PLANE),
    ),
    closed_forms=("distance",),
)
