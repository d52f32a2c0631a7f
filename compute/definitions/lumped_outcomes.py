"""Outcomes in three lumps, equally likely within a lump: the triangle of three outcomes.

With lump probabilities P = softmax(θ₁, θ₂, 0) and n_k outcomes in lump k, p_j = P_k/n_k.  The lump is a
sufficient statistic, so metric, cubic tensor and divergences are those of P:
g_ij = P_i δ_ij − P_i P_j,  T_ijk = third central moments of the lumps' indicators,  K = 1/4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from compute.definitions.derive import Definition
from compute.manifold.charts import Chart, parameters
from compute.manifold.simplex_charts import by_log_odds, probabilities, triangle
from compute.manifold.surfaces import octant

DOMAIN = "|θ₁|, |θ₂|, |θ₁ − θ₂| < 30"


def definition(sizes: tuple[int, int, int]) -> Definition:
    """Return the softmax of (θ₁, θ₂, 0), written as sums of positive terms where possible, for lumps of
    these sizes.
    """
    import sympy as sp

    t, s = sp.symbols("theta1:3", real=True), sp.symbols("phi1:3", real=True)
    p1, p2, p3 = p = _softmax(*t)
    roots = [(sp.sqrt(a) - sp.sqrt(b)) ** 2 for a, b in zip(p, _softmax(*s), strict=True)]
    reach = 30 - sp.Max(sp.Abs(t[0]), sp.Abs(t[1]), sp.Abs(t[0] - t[1]))
    within = sum(a * sp.log(size) for a, size in zip(p, sizes, strict=True))
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
        scalars={
            "entropy": sp.log(1 + sp.exp(t[0]) + sp.exp(t[1])) - p1 * t[0] - p2 * t[1] + within
        },
        probabilities=tuple(
            a / size for a, size in zip(p, sizes, strict=True) for _ in range(size)
        ),
        distance=4 * sp.asin(sp.sqrt(sum(roots)) / 2),
        other=s,
    )


def _softmax(a: Any, b: Any) -> tuple[Any, Any, Any]:
    import sympy as sp

    total = 1 + sp.exp(a) + sp.exp(b)
    return sp.exp(a) / total, sp.exp(b) / total, 1 / total


def charts() -> tuple[Chart, ...]:
    """Return the charts of log-odds, probabilities, triangle and octant."""
    plane = replace(
        by_log_odds(probabilities()),
        name="expectation",
        title="Expectation η: probabilities",
        also=(),
    )
    own = parameters(("θ₁", "θ₂"), also=("natural",))
    return own, plane, by_log_odds(triangle()), by_log_odds(octant())
