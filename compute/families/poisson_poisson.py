"""Pairs of independent Poisson distributions with means λ₁, λ₂: a quarter of the flat plane.

ds² = dλ₁²/λ₁ + dλ₂²/λ₂ is Euclidean in 2√λ₁, 2√λ₂.  The edges λ = 0 are at finite distance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import count_pairs
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import linear, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("λ₁", "λ₂")


def define() -> Definition:
    """Natural coordinates log λ, ψ = e^ϑ for each."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    means = sp.symbols("lambda1:3", positive=True)
    return count_pairs.definition(
        theta=means,
        bounds=tuple(b for m in means for b in (m - 1e-6, 1e5 - m)),
        natural=sp.log,
        potential=lambda t, i: sp.exp(t),
        log_probability=lambda k, m, i: k * sp.log(m) - m - special.log_gamma(k + 1),
        gap=lambda a, b, i: 2 * (a - b) / (sp.sqrt(a) + sp.sqrt(b)),
        entropy=lambda m, i: special.poisson_entropy(m),
    )


def _support(theta: Floats) -> Support:
    highest = (theta + 8 * np.sqrt(theta) + 12).reshape(-1, 2).max(axis=0)
    return count_pairs.support(*highest)


NATURAL = count_pairs.chart(
    "natural",
    "Natural θ",
    ("log λ₁", "log λ₂"),
    np.log,
    lambda x: np.exp(np.clip(x, -700.0, 700.0)),
    lambda theta: 1 / theta,
    np.isfinite,
)
ARCS = count_pairs.arc_length(
    ("2√λ₁", "2√λ₂"),
    lambda theta: 2 * np.sqrt(theta),
    lambda s: s**2 / 4,
    lambda theta: 1 / np.sqrt(theta),
    np.inf,
    Extent(-0.5, 9.0, -0.5, 7.0),
    (("sqrt", (1.0, 1.0)), linear(2.0 * np.eye(2))),
)

FAMILY = formula(
    name="poisson_poisson",
    title="Pairs of Poisson distributions",
    coordinates=COORDINATES,
    domain="λ₁, λ₂ in (1e-6, 1e5)",
    line_element="ds² = dλ₁²/λ₁ + dλ₂²/λ₂",
    curvature="0",
    hadamard="a convex quarter of the flat plane",
    define=define,
    support=_support,
    interior=(4.0, 4.0),
    view=Extent(-0.5, 9.0, -0.5, 7.0),
    pins=((1.0, 8.0), (12.0, 2.0)),
    draw=(ARCS, replace(parameters(COORDINATES), also=("expectation",)), NATURAL),
    closed_forms=("distance",),
)
