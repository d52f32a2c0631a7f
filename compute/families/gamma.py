"""Gamma distributions with shape k and rate λ: curvature between −1/4 and −1/2."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import gamma_family as gamma
from compute.definitions.derive import Definition
from compute.definitions.family import formula
from compute.manifold.charts import log_both, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Support, half_line
from compute.manifold.symmetry import Revolution

COORDINATES = ("k", "λ")


def define() -> Definition:
    """Define x by its shape and rate."""
    return gamma.definition()


def _support(theta: Floats) -> Support:
    """Return the range from just above 0 to six standard deviations above every mean."""
    k, rate = theta[..., 0], theta[..., 1]
    return half_line(float(np.max((k + 6 * np.sqrt(k) + 2) / rate)))


FAMILY = formula(
    name="gamma",
    title="Gamma distributions",
    coordinates=COORDINATES,
    domain="k in (1e-3, 1e4), λ in (1e-7, 1e7)",
    line_element="ds² = ψ′(k) dk² − 2 dk dλ/λ + k dλ²/λ²",
    curvature="from −1/4 to −1/2, by k",
    hadamard="complete with K < 0, by ψ′(k) > 1/k + 1/(2k²)",
    define=define,
    support=_support,
    interior=(1.0, 1.0),
    view=Extent(-2.5, 4.0, -2.5, 2.5),
    pins=((0.5, 0.4), (6.0, 3.0)),
    draw=(log_both(COORDINATES), parameters(COORDINATES), gamma.NATURAL, gamma.MOMENTS),
    revolution=Revolution(gamma.ORTHOGONAL, gamma.profile),
)
