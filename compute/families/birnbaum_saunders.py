"""Birnbaum–Saunders (fatigue life) distributions with shape a and scale b.

z = (√(x/b) − √(b/x))/a ~ N(0, 1); often with α for a and β for b.  With s = az/2 and the mean
J = E[1/(1 + s²)] = √π t erfcx(t), t = √2/a,
    ds² = 2da²/a² + h(a) db²/b²,  h = 1/a² + ½ − J/4.
The curvature is −½ as a → 0, 0 at a = 11.2, at most 0.00703, at a = 22.5, and 0 as a → ∞.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.derive import Definition, Expr
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support, half_line

COORDINATES = ("a", "b")


def define() -> Definition:
    """Define log x = log b + 2 arsinh s: ∂_a l = (z² − 1)/a and b∂_b l = s√(1 + s²)(2/a² − 1/(2(1 +
    s²))), so that g and T are means of powers of s² and of 1/(1 + s²).
    """
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    a, b, x = sp.symbols("a b x", positive=True)
    t = sp.sqrt(2) / a
    mean = sp.sqrt(sp.pi) * t * special.erfcx(t)
    height = 1 / a**2 + sp.Rational(1, 2) - mean / 4
    return Definition(
        theta=(a, b),
        bounds=(a - 1e-2, 1e3 - a, b - 1e-6, 1e6 - b),
        metric=(2 / a**2, sp.Integer(0), height / b**2),
        cubic=(
            8 / a**3,
            sp.Integer(0),
            (2 + mean / 4 + (1 + mean) / a**2) / (a * b**2),
            sp.Integer(0),
        ),
        det=2 * height / (a * b) ** 2,
        curvature=_curvature(a, mean, height),
        scalars={
            "entropy": sp.log(2 * sp.pi * sp.E) / 2
            + sp.log(a * b)
            - special.mean_log_root(a**2 / 4)
        },
        log_density=sp.log(x + b)
        - sp.log(2 * a * x)
        - sp.log(b * x) / 2
        - (x - b) ** 2 / (2 * a**2 * b * x)
        - sp.log(2 * sp.pi) / 2,
        x=x,
    )


def _curvature(a: Expr, mean: Expr, height: Expr) -> Expr:
    """Return K = −¼h₂/h + ⅛(h₁/h)², h₁ and h₂ the derivatives of h by log a.

    With v = a²/4 and R = 1 − J they are ½(Q − 1/v) and 1/v + ½((R − Q)/v − Q), Q = vR'(v) = ½(J − R/v).
    """
    v, rest = a**2 / 4, 1 - mean
    q = (mean - rest / v) / 2
    first, second = (q - 1 / v) / 2, 1 / v + ((rest - q) / v - q) / 2
    return (first / height) ** 2 / 8 - second / height / 4


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.95 quantile of the distributions, z = 1.645."""
    a, b = theta[..., 0], theta[..., 1]
    half = 0.5 * 1.645 * a
    return half_line(float(np.max(b * (half + np.hypot(half, 1.0)) ** 2)))


FAMILY = formula(
    name="birnbaum_saunders",
    title="Birnbaum–Saunders distributions",
    coordinates=COORDINATES,
    domain="a in (1e-2, 1e3), b in (1e-6, 1e6)",
    line_element="ds² = 2 da²/a² + (1/a² + ½ − ¼J(a)) db²/b²,  J = √π t erfcx(t),  t = √2/a",
    curvature="−1/2 as a → 0, 0 at a = 11.2, at most 0.007",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 2.5, -2.0, 2.0),
    pins=((0.4, 0.6), (1.2, 2.5)),
    draw=(log_both(COORDINATES), parameters(COORDINATES)),
)
