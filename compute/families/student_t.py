"""Student's t with ν degrees of freedom, location μ and scale σ: curvature −(ν + 3)/(2ν).

ν = 1 is Cauchy, ν → ∞ the normal distribution.
"""

from __future__ import annotations

from compute.core.refusal import shown
from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import Chart
from compute.manifold.hyperbolic_charts import location_scale


def check(nu: float) -> None:
    """Raise ValueError for a ν that nothing can be computed with."""
    if not 0.1 <= nu <= 1e4:
        raise ValueError(f"nu of student_t must lie in [0.1, 10000], got {shown(nu)}")


def define(nu: float) -> Definition:
    """Define a = (ν+1)/(ν+3), c = 2ν/(ν+3); T by the moments of B = z²/(ν + z²) ~ Beta(½, ν/2)."""
    import sympy as sp

    check(nu)
    n = sp.nsimplify(nu, rational=True)
    first = 1 / (n + 1)
    second = 3 * first / (n + 3)
    third = 5 * second / (n + 5)
    scores = (n + 1) ** 2 / n * ((n + 1) * (second - third) - (first - second))
    cube = (n + 1) ** 3 * third - 3 * (n + 1) ** 2 * second + 3 * (n + 1) * first - 1
    norm = sp.log(sp.gamma((n + 1) / 2)) - sp.log(sp.gamma(n / 2)) - sp.log(n * sp.pi) / 2
    entropy = (n + 1) / 2 * (sp.digamma((n + 1) / 2) - sp.digamma(n / 2)) - norm
    return ls.definition(
        ((n + 1) / (n + 3), 0, 2 * n / (n + 3)),
        (0, scores, 0, cube),
        lambda z: norm.evalf() - (n + 1) / 2 * sp.log(1 + z**2 / n),
        entropy.evalf(),
        n / (n - 2) if n > 2 else sp.oo,
    )


def _charts(nu: float) -> tuple[Chart, ...]:
    return ls.charts(location_scale(("μ√((ν + 1)/2ν)", "σ"), nu + 1, 2 * nu))


FAMILY = formula(
    name="student_t",
    title="Student’s t distributions",
    coordinates=ls.COORDINATES,
    domain=ls.DOMAIN,
    line_element="ds² = ((ν + 1) dμ² + 2ν dσ²) / ((ν + 3)σ²)",
    curvature="−(ν + 3)/(2ν)",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=ls.support(6.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=_charts,
    closed_forms=("distance",),
    parameters={"nu": 5.0},
    check=check,
)
