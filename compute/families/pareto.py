"""Pareto distributions of the second kind (Lomax), with shape a and scale λ.

p = (a/λ)(1 + x/λ)^(−a−1) on x > 0: the excess of a Pareto variable over its least value.  In Pareto's
first kind that value is a parameter and moves the ends of the densities, which then have no Fisher
metric in it.
ds² = da²/a² − 2da dλ/((a + 1)λ) + a dλ²/((a + 2)λ²); with v = log λ(a + 1)/a² and q = a/(a + 1) it is
dq²/q² + q dv²/(2 − q).  As a → ∞ they become exponential distributions, at finite distance: geodesics
may leave there, but every two points are joined.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition, Expr
from compute.definitions.family import formula
from compute.manifold.charts import Chart, log_both, parameters, rows, where
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support, half_line
from compute.manifold.symmetry import Revolution

COORDINATES = ("a", "λ")


def define() -> Definition:
    """Define, with y = log(1 + x/λ) ~ Exp(a) and u = e^−y: ∂_a l = 1/a − y, λ∂_λ l = a − (a + 1)u."""
    import sympy as sp

    a, scale, x = sp.symbols("a lambda x", positive=True)
    y, u = sp.symbols("y u")

    def mean(polynomial: Expr) -> Expr:
        """Return E[yᵐuⁿ] = a m!/(a + n)^(m + 1), term by term."""
        terms = sp.Poly(sp.expand(polynomial), y, u).terms()
        found = sum(c * a * sp.factorial(m) / (a + n) ** (m + 1) for (m, n), c in terms)
        return sp.factor(sp.simplify(found))

    shape, size = 1 / a - y, a - (a + 1) * u
    return Definition(
        theta=(a, scale),
        bounds=(a - 1e-3, 1e3 - a, scale - 1e-6, 1e6 - scale),
        metric=(
            1 / a**2,
            -1 / (scale * (a + 1)),
            a / (scale**2 * (a + 2)),
        ),
        cubic=(
            mean(shape**3),
            mean(shape**2 * size) / scale,
            mean(shape * size**2) / scale**2,
            mean(size**3) / scale**3,
        ),
        det=1 / (scale**2 * a * (a + 2) * (a + 1) ** 2),
        curvature=-(2 * a + 1) * (a + 1) / (a + 2) ** 2,
        scalars={"entropy": sp.log(scale / a) + 1 / a + 1},
        log_density=sp.log(a / scale) - (a + 1) * sp.log(1 + x / scale),
        x=x,
    )


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.9 quantile of the distributions, whose tails are heavy."""
    a, scale = theta[..., 0], theta[..., 1]
    return half_line(float(np.max(scale * np.expm1(np.minimum(np.log(10.0) / a, 300.0)))))


def _wasserstein(theta: Floats, other: Floats) -> Floats:
    """Return W₂ for quantiles λ(u^(−1/a) − 1): with means m and n = m/√P, P = 1 − 2/a,
    W₂² = Δm² + Δn² + 2n₁n₂(√P₁ − √P₂)²/(P₁ + P₂); infinite where a variance is.
    """
    (a, scale), (b, size) = (np.moveaxis(np.asarray(p, np.float64), -1, 0) for p in (theta, other))
    finite = np.minimum(a, b) > 2
    a_safe, b_safe = (np.where(finite, shape, 3.0) for shape in (a, b))
    mean, root = (
        np.stack([scale / (a_safe - 1), size / (b_safe - 1)]),
        np.sqrt(1 - 2 / np.stack([a_safe, b_safe])),
    )
    n = mean / root
    square = np.diff(mean, axis=0)[0] ** 2 + np.diff(n, axis=0)[0] ** 2
    square += 2 * n.prod(axis=0) * np.diff(root, axis=0)[0] ** 2 / (root**2).sum(axis=0)
    same = (a == b) & (scale == size)
    return np.asarray(np.where(finite, np.sqrt(square), np.where(same, 0.0, np.inf)))


def _orthogonal(theta: Floats) -> Floats:
    a, scale = theta[..., 0], theta[..., 1]
    v = np.log(scale) + np.log1p(1 / a) - np.log(a)
    return np.stack([v, -np.log1p(2 / a)], axis=-1)


def _of_orthogonal(x: Floats) -> Floats:
    inside = x[..., 1] < 0
    safe = where(inside, x, -1.0)
    a = 2 / np.expm1(np.minimum(-safe[..., 1], 300.0))
    scale = np.exp(np.clip(safe[..., 0], -300.0, 300.0)) * a / (1 + 1 / a)
    return where(inside, np.stack([a, scale], axis=-1))


def _orthogonal_slope(theta: Floats) -> Floats:
    a, scale = theta[..., 0], theta[..., 1]
    return rows(-(a + 2) / (a * (a + 1)), 1 / scale, 2 / (a * (a + 2)), 0.0)


def _profile(w: Floats) -> tuple[Floats, Floats]:
    """Return (1 + e^w)⁻² and its derivative: e^w = a/(a + 2) = q/(2 − q), dq/q = dw/(1 + e^w)."""
    rise = np.exp(w)
    return (1 + rise) ** -2, -2 * rise * (1 + rise) ** -3


# the edge a = ∞ of exponential distributions
_EDGE = np.array([(-1e3, 0.0), (1e3, 0.0)])
ORTHOGONAL = Chart(
    "orthogonal",
    "Orthogonal",
    ("log λ(a + 1)/a²", "log a/(a + 2)"),
    _orthogonal,
    _of_orthogonal,
    _orthogonal_slope,
)

FAMILY = formula(
    name="pareto",
    title="Pareto (Lomax) distributions",
    coordinates=COORDINATES,
    domain="a in (1e-3, 1e3), λ in (1e-6, 1e6)",
    line_element="ds² = da²/a² − 2 da dλ/((a + 1)λ) + a dλ²/((a + 2)λ²)",
    curvature="−(2a + 1)(a + 1)/(a + 2)²: from −1/4 to −2",
    hadamard="q < 1 of a surface of revolution whose radius grows and is convex in log q",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 2.5, -2.5, 2.5),
    pins=((1.5, 3.0), (5.0, 2.0)),
    draw=(log_both(COORDINATES), parameters(COORDINATES), replace(ORTHOGONAL, outline=_EDGE)),
    revolution=Revolution(ORTHOGONAL, _profile),
    wasserstein=_wasserstein,
)
