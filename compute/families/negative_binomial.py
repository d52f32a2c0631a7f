"""Negative binomial distributions with real shape r and mean μ; the variance is μ + μ²/r.

ds² = g_rr dr² + r dμ²/(μ(μ + r)),  g_rr = Σ_{j ≥ 2} q^j B(j, r)/j,  q = μ/(r + μ), by which r and μ are
orthogonal.  r → ∞, the Poisson distributions, is at finite distance, where K → −1/2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import negative_binomial_spray
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import COUNTS, Support

Expr = Any  # sympy.Expr, which has no type stubs
COORDINATES = ("r", "μ")
# the largest number of counts of a drawn distribution
DRAWN = 512


def define() -> Definition:
    """Define T by E ∂³l: T_ijk = ∂_i g_jk + ∂_j g_ik + ∂_k g_ij + 2 E ∂_i∂_j∂_k l."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    r, mean, x = sp.symbols("r mu x", positive=True)
    m = mean / r
    sums = special.negative_binomial_series(r, m)
    shape = mean**2 * sums / ((r + mean) ** 2 * r * (r + 1))
    rise = special.negative_binomial_third(r, m)
    return Definition(
        theta=(r, mean),
        bounds=(r - 0.1, 1e3 - r, mean - 0.02, 2e3 - mean),
        metric=(shape, sp.Integer(0), r / (mean * (mean + r))),
        cubic=(
            3 * sp.diff(shape, r) + 2 * rise,
            sp.diff(shape, mean),
            -1 / (r + mean) ** 2,
            r * (r + 2 * mean) / (mean * (r + mean)) ** 2,
        ),
        det=mean * sums / ((r + mean) ** 3 * (r + 1)),
        curvature=_curvature(r, mean),
        scalars={"entropy": special.negative_binomial_entropy(r, m)},
        log_density=special.log_gamma(x + r)
        - special.log_gamma(r)
        - special.log_gamma(x + 1)
        + r * sp.log(r / (r + mean))
        + x * sp.log(mean / (r + mean)),
        x=x,
        tidy=False,
    )


def _curvature(r: Expr, mean: Expr) -> Expr:
    """Return K in φ = 1/r and μ, where g = E dφ² + G dμ² is regular at φ = 0, by a = log E, b = log G:

    K = −½ ((a_μμ + ½a_μ(a_μ − b_μ))/G + (b_φφ + ½b_φ(b_φ − a_φ))/E).
    """
    from compute.definitions import symbolic_functions as special

    m = mean / r
    sums = special.negative_binomial_series(r, m)
    first = special.negative_binomial_first(r, m) / sums
    second = special.negative_binomial_second(r, m) / sums
    slope = special.negative_binomial_slope(r, m) / sums
    # μ∂_μ log W = W₁/(W(1 + m)), W₁ = q∂W/∂q
    along = (first + 2) / (1 + m)
    bend = (second - first**2) / (1 + m) ** 2 - (first + 2) * m / (1 + m) ** 2 - along
    other = -(1 + 2 * m) / (1 + m)
    inner = (1 + m) / mean * (bend + along * (along - other) / 2)
    rise = -(r**2) * slope + r * first / (1 + m) - 2 * mean / (1 + m) - r / (1 + r)
    lean = -mean / (1 + m)
    size = sums * mean**2 * r / ((1 + m) ** 2 * (1 + r))
    outer = (lean**2 + lean * (lean - rise) / 2) / size
    return -(inner + outer) / 2


def _support(theta: Floats) -> Support:
    """Return the counts up to eight standard deviations above every mean; not every one if many."""
    r, mean = theta[..., 0], theta[..., 1]
    highest = float(np.max(mean + 8 * np.sqrt(mean + mean**2 / r) + 8))
    counts = np.unique(np.rint(np.linspace(0.0, highest, min(int(highest), DRAWN) + 1)))
    return Support(counts, title="count", space=COUNTS)


FAMILY = formula(
    name="negative_binomial",
    title="Negative binomial distributions",
    coordinates=COORDINATES,
    domain="r in (0.1, 1000), μ in (0.02, 2000)",
    line_element="ds² = I(r, μ) dr² + r dμ²/(μ(μ + r)),  I = Σⱼ₌₂ qʲB(j, r)/j,  q = μ/(r + μ)",
    curvature="varies, −1/2 at r = ∞",
    define=define,
    support=_support,
    interior=(2.0, 5.0),
    view=Extent(-1.5, 4.0, -1.0, 4.0),
    pins=((1.0, 2.0), (8.0, 20.0)),
    draw=(log_both(COORDINATES), parameters(COORDINATES)),
    quickened=negative_binomial_spray.quick,
)
