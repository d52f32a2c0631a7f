"""Pairs of independent geometric distributions p(1 − p)^x, x = 0, 1 …: a quarter of the flat plane.

ds² = Σ dp_i²/(p_i²(1 − p_i)) is Euclidean in s = 2 artanh √(1 − p), 1 − p = tanh²(s/2).  The edges
p = 1, where x is certain, are at finite distance; p = 0 is infinitely far away.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import count_pairs
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import linear, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("p₁", "p₂")


def define() -> Definition:
    """Natural coordinates log(1 − p), ψ = −log(1 − e^ϑ) for each."""
    import sympy as sp

    chances = sp.symbols("p1:3", positive=True)

    def gap(a: sp.Expr, b: sp.Expr, i: int) -> sp.Expr:
        """Return 2 artanh (u − v)/(1 − uv), u = √(1 − a), v = √(1 − b)."""
        u, v = sp.sqrt(1 - a), sp.sqrt(1 - b)
        # 1 − u²v² = a + b − ab
        ratio = (b - a) * (1 + u * v) / ((u + v) * (a + b * (1 - a)))
        return sp.log((1 + ratio) / (1 - ratio))

    return count_pairs.definition(
        theta=chances,
        bounds=tuple(b for p in chances for b in (p - 1e-4, 1 - 1e-6 - p)),
        natural=lambda p: sp.log(1 - p),
        potential=lambda t, i: -sp.log(1 - sp.exp(t)),
        log_probability=lambda k, p, i: sp.log(p) + k * sp.log(1 - p),
        gap=gap,
        entropy=lambda p, i: -sp.log(p) - (1 - p) / p * sp.log(1 - p),
    )


def _support(theta: Floats) -> Support:
    """Return the counts below the largest quantiles of 1 − e^−16."""
    highest = (2 - 16 / np.log1p(-theta)).reshape(-1, 2).max(axis=0)
    return count_pairs.support(*highest)


NATURAL = count_pairs.chart(
    "natural",
    "Natural θ",
    ("log(1 − p₁)", "log(1 − p₂)"),
    lambda theta: np.log1p(-theta),
    lambda x: -np.expm1(x),
    lambda theta: -1 / (1 - theta),
    lambda x: np.asarray(x < 0),
)
MEANS = count_pairs.chart(
    "expectation",
    "Expectation η",
    ("E x₁ = 1/p₁ − 1", "E x₂ = 1/p₂ − 1"),
    lambda theta: 1 / theta - 1,
    lambda x: 1 / (1 + x),
    lambda theta: -1 / theta**2,
    lambda x: np.asarray(x > 0),
)
ARCS = count_pairs.arc_length(
    ("2 artanh √(1 − p₁)", "2 artanh √(1 − p₂)"),
    lambda theta: 2 * np.arctanh(np.sqrt(1 - theta)),
    lambda s: 1 / np.cosh(np.clip(s, 0, 700.0) / 2) ** 2,
    lambda theta: -1 / (theta * np.sqrt(1 - theta)),
    np.inf,
    Extent(-0.3, 6.0, -0.3, 4.5),
    (
        linear(-np.eye(2), (1.0, 1.0)),
        ("sqrt", (1.0, 1.0)),
        ("artanh", (1.0, 1.0)),
        linear(2.0 * np.eye(2)),
    ),
)

FAMILY = formula(
    name="geometric_geometric",
    title="Pairs of geometric distributions",
    coordinates=COORDINATES,
    domain="p₁, p₂ in (1e-4, 1 − 1e-6)",
    line_element="ds² = dp₁²/(p₁²(1 − p₁)) + dp₂²/(p₂²(1 − p₂))",
    curvature="0",
    hadamard="a convex quarter of the flat plane",
    define=define,
    support=_support,
    interior=(0.5, 0.5),
    view=Extent(-0.3, 6.0, -0.3, 4.5),
    pins=((0.6, 0.15), (0.1, 0.7)),
    draw=(ARCS, parameters(COORDINATES), NATURAL, MEANS),
    closed_forms=("distance",),
)
