"""Bounds on lengths in a family over finitely many outcomes, from the sphere of distributions.

z = 2√p is an isometric embedding, so that every curve from p to q has
    length ≥ 2 arccos Σ√(pq),
and for a softmax the distance is ≤ √J, J = Σ(p − q) log(p/q).  Where g nearly vanishes, end-point
misses are measured on the sphere: there g gives almost no length to a miss that may be as long as the
path.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.geodesics import ConnectRequest, Paths

# relative tolerance of a converged curve's length against a bound, by bytes per number
SLACK = {4: 1e-4, 8: 1e-7}
# rounding error of a distance on the sphere
ROUNDING = 1e-12


@lru_cache(maxsize=64)
def are_finite(manifold: Manifold) -> bool:
    """Whether the family's distributions have finitely many outcomes."""
    some = np.array([manifold.interior, manifold.interior])
    return manifold.support(some).space == "outcomes"


def bounds(manifold: Manifold, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return a lower bound of lengths from start to end (..., 2), and an upper bound of the distance.

    These are 0 and infinity for families with infinitely many outcomes.
    """
    if manifold.bounds is not None:
        return manifold.bounds(start, end)
    shape = start.shape[:-1]
    if not are_finite(manifold):
        return np.zeros(shape), np.full(shape, np.inf)
    ends = np.stack([start, end]).reshape(-1, 2)
    p, q = manifold.density(ends, manifold.support(ends[:2]).x).reshape(2, *shape, -1)
    return sphere.distance(np.maximum(p, 0.0), np.maximum(q, 0.0)), np.full(shape, np.inf)


def missed(manifold: Manifold, stop: Floats, end: Floats, by_metric: Floats) -> Floats:
    """Return the miss (...,) at points (..., 2): measured by g, or on the sphere where that is longer.

    For finitely many outcomes it is infinite where the stopping point is unknown.
    """
    if not are_finite(manifold):
        return by_metric
    known = np.asarray(np.isfinite(stop).all(axis=-1))
    across = bounds(manifold, np.where(known[..., None], stop, end), end)[0]
    # in addition to the rounding error between equal distributions
    across = np.where(across > ROUNDING, across, 0.0)
    return np.where(known, np.maximum(by_metric, across), np.inf)


def held(request: ConnectRequest, paths: Paths, precision: int = 8) -> Paths:
    """Return ``paths`` with statuses updated by both bounds, with a tolerance for their precision.

    A path shorter than the lower bound becomes NOT_CONVERGED; a geodesic longer than √J becomes
    NOT_SHORTEST.
    """
    if not are_finite(request.manifold):
        return paths
    low, high = bounds(request.manifold, request.start, request.end)
    slack = paths.residual + ROUNDING
    fine = paths.status == Status.OK
    impossible = fine & (paths.length < low * (1.0 - SLACK[precision]) - slack)
    longer = (
        fine & (request.alpha == 0.0) & (paths.length > high * (1.0 + SLACK[precision]) + slack)
    )
    if not (impossible | longer).any():
        return paths
    status = np.where(impossible, Status.NOT_CONVERGED, paths.status)
    return replace(paths, status=np.where(longer, Status.NOT_SHORTEST, status).astype(np.int32))
