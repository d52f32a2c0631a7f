"""Beta distributions with parameters a, b: negatively curved, unique geodesics.

g = diag(ψ'(a), ψ'(b)) − ψ'(a + b) 11ᵀ   (Le Brigant, Preston, Puechmorel 2021)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import special_functions as functions
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters, rows
from compute.manifold.dual_charts import expectation, searched
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support

if TYPE_CHECKING:
    import sympy as sp

COORDINATES = ("a", "b")


def define() -> Definition:
    """Natural coordinates (a, b), ψ = log Γ(a) + log Γ(b) − log Γ(a + b); D free of cancellation."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    a, b, x = sp.symbols("a b x", positive=True)
    c = a + b
    fa, fb, fc = (special.x_trigamma_minus_1(t) for t in (a, b, c))
    log_beta = special.log_gamma(a) + special.log_gamma(b) - special.log_gamma(c)
    entropy = (
        log_beta
        - (a - 1) * special.digamma(a)
        - (b - 1) * special.digamma(b)
        + (c - 2) * special.digamma(c)
    )
    return Definition(
        theta=(a, b),
        bounds=(a - 1e-3, 1e3 - a, b - 1e-3, 1e3 - b),
        natural=(a, b),
        potential=lambda s, t: (
            special.log_gamma(s) + special.log_gamma(t) - special.log_gamma(s + t)
        ),
        metric=(special.trigamma_drop(a, b), -special.trigamma(c), special.trigamma_drop(b, a)),
        cubic=(
            special.tetragamma_drop(a, b),
            -special.tetragamma(c),
            -special.tetragamma(c),
            special.tetragamma_drop(b, a),
        ),
        det=(a * fa + b * fb + c * fa * fb - fc * (c + b * fa + a * fb)) / (a * b * c),
        curvature=_curvature(a, b),
        scalars={"entropy": entropy},
        log_density=(a - 1) * sp.log(x) + (b - 1) * sp.log(1 - x) - log_beta,
        x=x,
    )


def _curvature(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """Return K = −det[[g₁₁, g₁₂, g₂₂], [κ₁₁₁, κ₁₁₂, κ₁₂₂], [κ₁₁₂, κ₁₂₂, κ₂₂₂]]/(4D²)."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    c = a + b
    r, w = special.trigamma(c), special.tetragamma(c)
    p, q = special.trigamma_drop(a, b), special.trigamma_drop(b, a)
    u, v = special.tetragamma_drop(a, b), special.tetragamma_drop(b, a)
    rows = sp.Matrix([[p, -r, q], [u, -w, -w], [-w, -w, v]])
    det = p * q - r**2
    return -rows.det() / (4 * det**2)


def _support(theta: Floats) -> Support:
    return Support((np.arange(256) + 0.5) / 256, space="interval")


def _moments(theta: Floats) -> Floats:
    return functions.digamma(theta) - functions.digamma(theta.sum(axis=-1, keepdims=True))


def _moments_slope(theta: Floats) -> Floats:
    p, q = functions.trigamma(theta[..., 0]), functions.trigamma(theta[..., 1])
    r = functions.trigamma(theta.sum(axis=-1))
    return rows(p - r, -r, -r, q - r)


def _near(eta: Floats) -> Floats:
    """Invert for large a and b: a ≈ ½ + G/(2(1 − G − G')) with G = exp E log x, G' = exp E
    log(1 − x).
    """
    with np.errstate(under="ignore"):
        mean = np.exp(np.minimum(eta, 0.0))
    rest = np.maximum(1 - mean.sum(axis=-1, keepdims=True), 1e-6)
    near: Floats = 0.5 + mean / (2 * rest)
    return near


MOMENTS = expectation(
    ("E log x", "E log(1 − x)"), _moments, searched(_moments, _moments_slope, _near), _moments_slope
)

FAMILY = formula(
    name="beta",
    title="Beta distributions",
    coordinates=COORDINATES,
    domain="a, b in (1e-3, 1e3)",
    line_element="ds² = ψ′(a) da² + ψ′(b) db² − ψ′(a + b)(da + db)²",
    curvature="negative, varies",
    hadamard="complete with K < 0 (Le Brigant, Preston and Puechmorel 2021)",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.2, 3.2, -1.8, 2.2),
    pins=((0.5, 2.0), (6.0, 1.5)),
    draw=(log_both(COORDINATES), parameters(COORDINATES, also=("natural",)), MOMENTS),
)
