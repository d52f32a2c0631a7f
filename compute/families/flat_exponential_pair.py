"""Pairs of independent exponential distributions with rates λ₁, λ₂: the flat plane.

ds² = dλ₁²/λ₁² + dλ₂²/λ₂² is Euclidean in (log λ₁, log λ₂).
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, negated, parameters, rows, where
from compute.manifold.dual_charts import also, expectation
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

COORDINATES = ("λ₁", "λ₂")


def define() -> Definition:
    """Natural coordinates (−λ₁, −λ₂), ψ = −log λ₁ − log λ₂; x < 0 stands for −x₂."""
    import sympy as sp

    rates, others = sp.symbols("lambda1:3", positive=True), sp.symbols("mu1:3", positive=True)
    x = sp.symbols("x", real=True)
    gaps = [sp.log(a / b) ** 2 for a, b in zip(rates, others, strict=True)]
    first = sp.log(rates[0]) - rates[0] * x
    second = sp.log(rates[1]) + rates[1] * x
    right = (1 + x / sp.Abs(x)) / 2
    return Definition(
        theta=rates,
        bounds=tuple(b for r in rates for b in (r - 1e-6, 1e6 - r)),
        natural=(-rates[0], -rates[1]),
        potential=lambda a, b: -sp.log(-a) - sp.log(-b),
        curvature=sp.Integer(0),
        scalars={"entropy": 2 - sp.log(rates[0]) - sp.log(rates[1])},
        log_density=right * first + (1 - right) * second,
        x=x,
        distance=sp.sqrt(gaps[0] + gaps[1]),
        # of each half 2(1/λ − 1/μ)², as quantiles are −log(1 − u)/λ
        wasserstein=sp.sqrt(
            sum(2 * (1 / a - 1 / b) ** 2 for a, b in zip(rates, others, strict=True))
        ),
        other=others,
    )


def _support(theta: Floats) -> Support:
    """Return p(x₁) to the right and p(x₂), mirrored, to the left of zero."""
    high = 6 / float(np.min(theta))
    return Support(
        (np.arange(-128, 128) + 0.5) / 128 * high, title="−x₂ | x₁", space="two half-lines"
    )


def _reciprocal(rates: Floats) -> Floats:
    inside = (rates > 0).all(axis=-1)
    return where(inside, 1 / where(inside, rates, 1.0))


def _slope(theta: Floats) -> Floats:
    return rows(-1 / theta[..., 0] ** 2, 0.0, 0.0, -1 / theta[..., 1] ** 2)


NATURAL = negated("natural", "Natural θ", ("−λ₁", "−λ₂"), (-1.0, -1.0))
MOMENTS = expectation(("E x₁ = 1/λ₁", "E x₂ = 1/λ₂"), _reciprocal, _reciprocal, _slope)

FAMILY = formula(
    name="flat_exponential_pair",
    title="Pairs of exponential distributions",
    coordinates=COORDINATES,
    domain="λ₁, λ₂ in (1e-6, 1e6)",
    line_element="ds² = dλ₁²/λ₁² + dλ₂²/λ₂²",
    curvature="0",
    hadamard="a complete plane, by log λ₁ and log λ₂",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.4, 2.4, -1.6, 1.6),
    pins=((0.4, 0.6), (3.0, 2.0)),
    draw=(also(log_both(COORDINATES), "arc_length"), parameters(COORDINATES), NATURAL, MOMENTS),
    closed_forms=("distance",),
)
