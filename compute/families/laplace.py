"""Laplace distributions with location μ and scale b: the hyperbolic plane of curvature −1.

log p has a kink at x = μ.  Its scores sign(x − μ)/b and (|x − μ|/b − 1)/b exist elsewhere, and √p is
differentiable in the mean square, so g and T are their mean products, and with them all connections.
What needs more derivatives does not hold: KL has a term |Δμ|³, so its third derivatives, from which the
connections of smooth families can be found, jump; in μ the family is not exponential.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import location_scale as ls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.special_functions import exp_rest
from compute.manifold.hyperbolic_charts import location_scale

COORDINATES = ("μ", "b")


def define() -> Definition:
    """Define f(z) = ½e^−|z|.  With |z| ~ Exp(1), T_μμb = E[|z| − 1] = 0, T_bbb = E[(|z| − 1)³] = 2."""
    import sympy as sp

    return ls.definition(
        (1, 0, 1),
        (0, 0, 0, 2),
        lambda z: -sp.Abs(z) - sp.log(2),
        1 + sp.log(2),
        sp.Integer(2),
    )


def _divergence(theta: Floats, other: Floats) -> Floats:
    """Return KL = b/c − 1 − log b/c + b/c (u − 1 + e^−u), u = |μ − ν|/b, at any separation."""
    (mu, b), (nu, c) = (np.moveaxis(np.asarray(p, np.float64), -1, 0) for p in (theta, other))
    with np.errstate(over="ignore"):  # what overflows is infinite
        step = np.where(np.abs(b - c) < 0.5 * c, np.log1p((b - c) / c), np.log(b) - np.log(c))
        return np.asarray(exp_rest(step) + b / c * exp_rest(-np.abs(mu - nu) / b))


FAMILY = formula(
    name="laplace",
    title="Laplace distributions",
    coordinates=COORDINATES,
    domain="b in (1e-6, 1e6)",
    line_element="ds² = (dμ² + db²) / b²",
    curvature="−1",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=ls.support(6.0),
    interior=ls.INTERIOR,
    view=ls.VIEW,
    pins=ls.PINS,
    draw=ls.charts(location_scale(("μ", "b"), 1.0, 1.0), COORDINATES),
    closed_forms=("distance",),
    divergence=_divergence,
    kinked=True,
)
