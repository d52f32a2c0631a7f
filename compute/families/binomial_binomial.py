"""Pairs of independent binomial distributions of n and m trials: a flat rectangle.

ds² = n dp₁²/(p₁(1 − p₁)) + m dp₂²/(p₂(1 − p₂)) is Euclidean in s₁ = 2√n arcsin √p₁ and
s₂ = 2√m arcsin √p₂, half circles of radius √n and √m.  All edges are at finite distance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.definitions import count_pairs
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.parameters import Parameter
from compute.manifold.charts import Chart, affine, linear, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("p₁", "p₂")
MOST = 1000
# e^−NEVER underflows
NEVER = 1000


def define(n: Any, m: Any) -> Definition:
    """Natural coordinates log p/(1 − p), ψ = n log(1 + e^ϑ) for each."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    trials = (n, m)
    chances = sp.symbols("p1:3", positive=True)

    def log_probability(k: sp.Expr, p: sp.Expr, i: int) -> sp.Expr:
        rest = sp.Max(trials[i] - k, 0)
        ways = special.log_gamma(trials[i] + 1)
        ways -= special.log_gamma(k + 1) + special.log_gamma(rest + 1)
        # never more than n
        excess = NEVER * sp.Max(k - trials[i], 0)
        return ways + k * sp.log(p) + rest * sp.log(1 - p) - excess

    def gap(a: sp.Expr, b: sp.Expr, i: int) -> sp.Expr:
        """Return 2√n (arcsin √a − arcsin √b), by the sine of the difference."""
        sine = (a - b) / (sp.sqrt(a * (1 - b)) + sp.sqrt(b * (1 - a)))
        return 2 * sp.sqrt(trials[i]) * sp.asin(sine)

    return count_pairs.definition(
        theta=chances,
        bounds=tuple(b for p in chances for b in (p - 1e-6, 1 - 1e-6 - p)),
        natural=lambda p: sp.log(p / (1 - p)),
        potential=lambda t, i: trials[i] * sp.log(1 + sp.exp(t)),
        log_probability=log_probability,
        gap=gap,
        entropy=lambda p, i: special.binomial_entropy(trials[i], p),
    )


def _outcomes(n: int, m: int) -> Support:
    return count_pairs.support(n, m)


def _charts(n: int, m: int) -> tuple[Chart, ...]:
    trials = np.array([n, m], dtype=np.float64)
    size = np.sqrt(trials)
    ends = np.pi * size
    arcs = count_pairs.arc_length(
        ("2√n arcsin √p₁", "2√m arcsin √p₂"),
        lambda theta: 2 * size * np.arcsin(np.sqrt(theta)),
        lambda s: np.sin(s / (2 * size)) ** 2,
        lambda theta: size / np.sqrt(theta * (1 - theta)),
        ends,
        Extent(-0.05 * ends[0], 1.05 * ends[0], -0.05 * ends[1], 1.05 * ends[1]),
        (("sqrt", (1.0, 1.0)), ("arcsin", (1.0, 1.0)), linear(np.diag(2 * size))),
    )
    return PROBABILITIES, arcs, NATURAL, _means(trials)


def _means(trials: np.ndarray) -> Chart:
    labels = ("E x₁ = np₁", "E x₂ = mp₂")
    return affine("expectation", "Expectation η", labels, np.diag(trials), np.zeros(2))


PROBABILITIES = parameters(COORDINATES)
NATURAL = count_pairs.chart(
    "natural",
    "Natural θ",
    ("log p₁/(1 − p₁)", "log p₂/(1 − p₂)"),
    lambda theta: np.log(theta) - np.log1p(-theta),
    lambda x: 1 / (1 + np.exp(-np.clip(x, -700.0, 700.0))),
    lambda theta: 1 / (theta * (1 - theta)),
    np.isfinite,
)

FAMILY = formula(
    name="binomial_binomial",
    title="Pairs of binomial distributions",
    coordinates=COORDINATES,
    domain="p₁, p₂ in (1e-6, 1 − 1e-6)",
    line_element="ds² = n dp₁²/(p₁(1 − p₁)) + m dp₂²/(p₂(1 − p₂))",
    curvature="0",
    hadamard="a convex rectangle of the flat plane",
    define=define,
    outcomes=_outcomes,
    interior=(0.5, 0.5),
    view=Extent(-0.05, 1.05, -0.05, 1.05),
    pins=((0.05, 0.4), (0.8, 0.1)),
    draw=_charts,
    closed_forms=("distance",),
    parameters=(
        Parameter("n", "n", "Trials of x₁", 1, MOST, 10, 1, log=True),
        Parameter("m", "m", "Trials of x₂", 1, MOST, 10, 1, log=True),
    ),
)
