"""Three outcomes with p = softmax(θ₁, θ₂, 0): the sphere octant in its natural coordinates.

g_ij = p_i δ_ij − p_i p_j,  T_ijk = third central moments of the outcomes' indicators,  K = 1/4.
"""

from __future__ import annotations

import numpy as np

from compute.charts import Chart, parameters
from compute.family import formula
from compute.manifold import Support
from compute.symbolic import Definition
from compute.types import Extent, Floats


def define() -> Definition:
    """The softmax of (θ₁, θ₂, 0), with sums of positive terms wherever there is a choice."""
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


def _softmax(theta: Floats) -> Floats:
    """(p₁, p₂) at θ (..., 2)."""
    largest = np.maximum(theta.max(axis=-1, keepdims=True), 0.0)
    with np.errstate(under="ignore"):
        weights = np.exp(theta - largest)
        p: Floats = weights / (np.exp(-largest) + weights.sum(axis=-1, keepdims=True))
    return p


def _logits(p: Floats) -> Floats:
    """θ at (p₁, p₂); NaN outside the open triangle."""
    p3 = 1.0 - p.sum(axis=-1, keepdims=True)
    inside = (p > 0).all(axis=-1, keepdims=True) & (p3 > 0)
    safe = np.where(inside, p, 1 / 3)
    theta: Floats = np.where(
        inside, np.log(safe / (1.0 - safe.sum(axis=-1, keepdims=True))), np.nan
    )
    return theta


def _jacobian(theta: Floats) -> Floats:
    """∂(p₁, p₂)/∂θ = diag p − ppᵀ."""
    p = _softmax(theta)
    jacobian: Floats = p[..., :, None] * (np.eye(2) - p[..., None, :])
    return jacobian


EXPECTATION = Chart("expectation", "Probabilities", ("p₁", "p₂"), _softmax, _logits, _jacobian)

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
    draw=(parameters(("θ₁", "θ₂")), EXPECTATION),
    closed_forms=("distance",),
)
