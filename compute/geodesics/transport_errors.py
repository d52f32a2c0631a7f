"""Errors of parallel transport along geodesics.

A geodesic carries its own velocity: P θ′(0) = θ′(1).  What is missed is the error of the angle, which
a constant g(w, w) does not show: each segment's operator keeps lengths to the sixth order, but turns
along Hermite's cubic, which leaves the curve by the fourth.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import norm
from compute.requests.transport import Transport


def errors(manifold: Manifold, theta: Floats, velocity: Floats, carried: Transport) -> Floats:
    """Return errors (n,) of transport along geodesics of the same α, as shares of the vectors.

    theta, velocity (n, m, 2): the nodes of the curves.  The larger of ‖Pθ′(0) − θ′‖/‖θ′‖, at the last
    node to which P is known, and the drift of g(w, w).  NaN where nothing is carried.
    """
    n, m = theta.shape[:2]
    finite = np.isfinite(carried.operators).all(axis=(2, 3)) & np.isfinite(velocity).all(axis=2)
    known = np.asarray(finite)
    known[:, 0] = False
    row, last = np.arange(n), m - 1 - np.argmax(known[:, ::-1], axis=1)
    v = velocity[row, last]
    place, inside = inside_only(manifold, theta[row, last])
    metric = manifold.metric(place)
    missed = norm(metric, (carried.operators[row, last] @ velocity[:, 0, :, None])[..., 0] - v)
    size = norm(metric, v)
    share = missed / np.where(size > 0.0, size, 1.0)
    error = np.maximum(share, carried.drift)
    return np.asarray(np.where(known.any(axis=1) & inside, error, np.nan))
