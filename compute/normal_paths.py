"""Four ways from one bivariate normal to another, and how long each is by the Fisher–Rao metric.

fisher-rao  the geodesic (`normal_geodesic`)
w2          mass moves least: means straight, Σ_t = MΣM
e           straight in Σ⁻¹μ and Σ⁻¹, the natural coordinates
m           straight in μ and Σ + μμᵀ, the moments
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from compute.bivariate import NormalPath, normal_geodesic
from compute.normals import Normal, displaced
from compute.types import Floats, Status


def normal_paths(a: Normal, b: Normal, steps: int = 64) -> dict[str, NormalPath]:
    """All four by their names, at ``steps`` + 1 times; lengths as sums of distances of neighbours.

    Where the geodesic is not converged it is the only one, with its status.
    """
    found = {"fisher-rao": normal_geodesic(a, b, steps)}
    if found["fisher-rao"].status != Status.OK:
        return found
    t = found["fisher-rao"].t
    for name, at in _AT.items():
        nodes = [at(a, b, float(share)) for share in t]
        legs = [normal_geodesic(one, other, 2) for one, other in pairwise(nodes)]
        found[name] = NormalPath(
            t,
            np.array([node.mean for node in nodes]),
            np.array([node.covariance for node in nodes]),
            float(sum(leg.length for leg in legs)),
            max(leg.residual for leg in legs),
            Status(max(leg.status for leg in legs)),
        )
    return found


def _natural(a: Normal, b: Normal, t: float) -> Normal:
    first, second = (np.linalg.inv(n.covariance) for n in (a, b))
    covariance = _symmetric(np.linalg.inv((1 - t) * first + t * second))
    return Normal(covariance @ ((1 - t) * first @ a.mean + t * second @ b.mean), covariance)


def _moments(a: Normal, b: Normal, t: float) -> Normal:
    mean = (1 - t) * a.mean + t * b.mean
    first, second = (n.covariance + np.outer(n.mean, n.mean) for n in (a, b))
    return Normal(mean, _symmetric((1 - t) * first + t * second - np.outer(mean, mean)))


def _symmetric(matrix: Floats) -> Floats:
    return 0.5 * (matrix + matrix.T)


_AT: dict[str, Callable[[Normal, Normal, float], Normal]] = {
    "w2": displaced,
    "e": _natural,
    "m": _moments,
}
