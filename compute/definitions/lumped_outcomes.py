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
from compute.manifold.surfaces import octant_of_log_odds

Expr = Any  # sympy.Expr, which has no type stubs
DOMAIN = "|θ₁|, |θ₂|, |θ₁ − θ₂| < 30"


def definition() -> Definition:
    """Return the family of three outcomes, p = softmax(θ₁, θ₂, 0), as sums of positive terms where
    possible.
    """
    import sympy as sp

    t, s = sp.symbols("theta1:3", real=True), sp.symbols("phi1:3", real=True)
    p1, p2, p3 = p = _softmax(*t)
    roots = [(sp.sqrt(a) - sp.sqrt(b)) ** 2 for a, b in zip(p, _softmax(*s), strict=True)]
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
        probabilities=p,
        distance=4 * sp.asin(sp.sqrt(sum(roots)) / 2),
        other=s,
    )


def by_outcome(sizes: tuple[Expr, Expr, Expr]) -> Definition:
    """Return the family of outcomes x = 0, 1 … in lumps of these sizes: log p = log P_k − log n_k."""
    import sympy as sp

    lumps = definition()
    x, half = sp.symbols("x", real=True), sp.Rational(1, 2)
    ends = (sizes[0], sizes[0] + sizes[1])
    # 1 beyond a lump's end, which no outcome meets, and 0 before it
    beyond = [(1 + (x + half - end) / sp.Abs(x + half - end)) / 2 for end in ends]
    inside = (1 - beyond[0], beyond[0] - beyond[1], beyond[1])
    odds = (*lumps.theta, 0)
    total = sp.log(1 + sp.exp(odds[0]) + sp.exp(odds[1]))
    logs = [t - total - sp.log(size) for t, size in zip(odds, sizes, strict=True)]
    within = sum(p * sp.log(n) for p, n in zip(lumps.probabilities, sizes, strict=True))
    return replace(
        lumps,
        probabilities=(),
        log_density=sum(share * log for share, log in zip(inside, logs, strict=True)),
        x=x,
        scalars={"entropy": lumps.scalars["entropy"] + within},
    )


def _softmax(a: Expr, b: Expr) -> tuple[Expr, Expr, Expr]:
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
    return own, plane, by_log_odds(triangle()), octant_of_log_odds()
