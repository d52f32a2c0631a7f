"""Log-logistic distributions with shape k and scale λ: log x is logistic, curvature −9/(π² + 3).

P(x) = 1/(1 + (x/λ)^−k), often with β for k and α for λ.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import location_scale as ls
from compute.definitions import log_location_scale as lls
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.manifold import Support, half_line


def define() -> Definition:
    """Define log x as logistic with location log λ, which is its mean, and scale 1/k."""
    return lls.definition(ls.logistic(), 0)


def _support(theta: Floats) -> Support:
    """Return the range below the largest 0.9 quantile of the distributions, whose tails are heavy."""
    return half_line(float(np.max(theta[..., 1] * 9.0 ** (1 / theta[..., 0]))))


FAMILY = formula(
    name="log_logistic",
    title="Log-logistic distributions",
    coordinates=lls.COORDINATES,
    domain=lls.DOMAIN,
    line_element="ds² = (π² + 3)/9 dk²/k² + k² dλ²/(3λ²)",
    curvature="−9/(π² + 3)",
    hadamard="a complete hyperbolic plane",
    define=define,
    support=_support,
    interior=lls.INTERIOR,
    view=lls.VIEW,
    pins=((1.5, 0.7), (5.0, 1.8)),
    draw=lls.charts("log λ √3/√(π² + 3)", 1 / 3, (np.pi**2 + 3) / 9),
    closed_forms=("distance",),
    wasserstein=lls.wasserstein(1, -1),
)
