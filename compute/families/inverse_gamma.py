"""Inverse Gamma distributions with shape a and scale b: 1/x has a Gamma distribution of rate b."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import gamma_family as gamma
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.definitions.pulled_back import pulled_back
from compute.manifold.charts import log_both, negated, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support, half_line
from compute.manifold.symmetry import Revolution

COORDINATES = ("a", "b")


def define() -> Definition:
    """Define y = 1/x with shape a and rate b, E log|dx/dy| = −2 E log y."""
    import sympy as sp

    from compute.definitions import symbolic_functions as special

    a, b, x = sp.symbols("a b x", positive=True)
    bounds = (a - 1e-3, 1e4 - a, b - 1e-7, 1e7 - b)
    stretch = 2 * (sp.log(b) - special.digamma(a))
    return pulled_back(gamma.definition(), (a, b), (a, b), bounds, x, 1 / x, stretch)


def _support(theta: Floats) -> Support:
    """Return the range below about the largest 0.95 quantile, where y is small."""
    from scipy.special import gammaincinv

    a, b = theta[..., 0], theta[..., 1]
    return half_line(float(np.max(b / np.maximum(gammaincinv(a, 0.05), 1e-30))))


FAMILY = formula(
    name="inverse_gamma",
    title="Inverse Gamma distributions",
    coordinates=COORDINATES,
    domain="a in (1e-3, 1e4), b in (1e-7, 1e7)",
    line_element="ds² = ψ′(a) da² − 2 da db/b + a db²/b²",
    curvature="from −1/4 to −1/2, by a",
    hadamard="complete with K < 0, by ψ′(a) > 1/a + 1/(2a²)",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 4.0, -2.5, 2.5),
    pins=((1.5, 2.0), (6.0, 2.0)),
    draw=(
        log_both(COORDINATES),
        parameters(COORDINATES),
        negated("natural", "Natural θ", ("a", "−b"), (1.0, -1.0)),
        replace(gamma.MOMENTS, labels=("E log 1/x", "E 1/x")),
    ),
    revolution=Revolution(gamma.ORTHOGONAL, gamma.profile),
)
