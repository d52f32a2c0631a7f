"""Three outcomes with p = softmax(θ₁, θ₂, 0): the sphere octant in its natural coordinates.

g_ij = p_i δ_ij − p_i p_j,  T_ijk = third central moments of the outcomes' indicators,  K = 1/4.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support
from compute.manifold.simplex_charts import by_log_odds, probabilities, triangle
from compute.manifold.surfaces import octant


def define() -> Definition:
    """Return the softmax of (θ₁, θ₂, 0), written as sums of positive terms where possible."""
    import sympy as sp

    t, s = sp.symbols("theta1:3", real=True), sp.symbols("phi1:3", real=True)

    def softmax(a: sp.Expr, b: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        total = 1 + sp.exp(a) + sp.exp(b)
        return sp.exp(a) / total, sp.exp(b) / total, 1 / total

    p1, p2, p3 = softmax(*t)
    roots = [(sp.sqrt(a) - sp.sqrt(b)) ** 2 for a, b in zip((p1, p2, p3), softmax(*s), strict=True)]
    reach = 30 - sp.Max(sp.Abs(t[0]), sp.Abs(t[1]), sp.Abs(t[0] - t[1]))
    return Definition(
        theta=t,
        bounds=(reach,),
        natural=t,
        potential=lambda a, b: sp.log(1 + sp.exp(a) + sp.exp(b)),
        metric=(p1 * (p2 + p3), -p1 * p2, p2 * (p1 + p3)),
        cubic=(
            p1 * (p2 + p3) * (p2 + p3 - p1),
            -p1 * p2 * (p2 + p3 - p1),
            -p1 * p2 * (p1 + p3 - p2),
            p2 * (p1 + p3) * (p1 + p3 - p2),
        ),
        det=p1 * p2 * p3,
        curvature=sp.Rational(1, 4),
        scalars={"entropy": sp.log(1 + sp.exp(t[0]) + sp.exp(t[1])) - p1 * t[0] - p2 * t[1]},
        probabilities=(p1, p2, p3),
        distance=4 * sp.asin(sp.sqrt(sum(roots)) / 2),
        other=s,
    )


EXPECTATION = replace(
    by_log_odds(probabilities()), name="expectation", title="Expectation η: probabilities", also=()
)

FAMILY = formula(
    name="categorical3_natural",
    title="Three outcomes, by their log-odds",
    coordinates=("θ₁", "θ₂"),
    domain="|θ₁|, |θ₂|, |θ₁ − θ₂| < 30",
    line_element="ds² = Σ pᵢ dθᵢ² − (Σ pᵢ dθᵢ)²,  p = softmax(θ₁, θ₂, 0)",
    curvature="1/4",
    define=define,
    support=lambda theta: Support(np.arange(3.0), ("1", "2", "3"), "outcome", "outcomes"),
    interior=(0.0, 0.0),
    view=Extent(-4.0, 4.0, -4.0, 4.0),
    pins=((-1.5, 1.0), (2.0, 0.5)),
    draw=(
        parameters(("θ₁", "θ₂"), also=("natural",)),
        EXPECTATION,
        by_log_odds(triangle()),
        by_log_odds(octant()),
    ),
    closed_forms=("distance",),
)
