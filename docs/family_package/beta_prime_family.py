"""Beta prime distributions: the odds x/(1 − x) of a Beta variable x, and so the geometry of Beta.

p(x) = x^(a−1) (1 + x)^(−a−b) / B(a, b), x > 0.
"""

import numpy as np

from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support


def define() -> Definition:
    """Natural coordinates (a, b) of (log x/(1 + x), log 1/(1 + x)), ψ = log B(a, b)."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    a, b, x = sp.symbols("a b x", positive=True)

    def log_beta(s: sp.Expr, t: sp.Expr) -> sp.Expr:
        return special.log_gamma(s) + special.log_gamma(t) - special.log_gamma(s + t)

    return Definition(
        theta=(a, b),
        bounds=(a - 0.1, 100 - a, b - 0.1, 100 - b),
        natural=(a, b),
        potential=log_beta,
        log_density=(a - 1) * sp.log(x) - (a + b) * sp.log(1 + x) - log_beta(a, b),
        x=x,
    )


FAMILY = formula(
    name="beta_prime",
    title="Beta prime distributions",
    coordinates=("a", "b"),
    domain="a, b in (0.1, 100)",
    line_element="ds² = ψ′(a) da² + ψ′(b) db² − ψ′(a + b) (da + db)²",
    curvature="negative, varies",
    define=define,
    support=lambda theta: Support(np.linspace(0.01, 6.0, 256), space="half-line"),
    interior=(2.0, 2.0),
    view=Extent(-1.5, 3.0, -1.5, 2.5),
    pins=((1.0, 4.0), (6.0, 3.0)),
    draw=(log_both(("a", "b")), parameters(("a", "b"), also=("natural",))),
)
