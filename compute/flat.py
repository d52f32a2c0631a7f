"""e- and m-geodesics in closed form: α = ±1 of a family with both flat charts.

The geodesics of Γ^(1) are the straight lines of natural coordinates, those of Γ^(−1) the straight
lines of expectations, both at constant speed in their chart.  (Amari and Nagaoka 2000, 3.5)
Where g is singular everywhere there are no geodesics: straight lines that say ILL_CONDITIONED.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.geodesic import measured
from compute.guess import between, is_dual
from compute.manifold import norm
from compute.types import ConnectRequest, Paths, ShootRequest, Status


def applies(request: ConnectRequest) -> bool:
    """Whether the geodesics of a request have this closed form, or there are none."""
    return request.manifold.singular or (abs(request.alpha) == 1.0 and is_dual(request.manifold))


def connect(request: ConnectRequest) -> Paths:
    """The straight lines of the chart, in float64; LEFT_DOMAIN where one leaves the domain."""
    manifold, steps = request.manifold, request.steps
    theta, v = between(manifold, request.start, request.end, request.alpha, steps)
    inside = np.asarray(np.isfinite(theta).all(axis=-1))
    # both ends are known exactly, and no line leaves at its start
    theta[:, 0], inside[:, 0] = request.start, True
    whole = np.asarray(inside.all(axis=1))
    theta[whole, -1] = request.end[whole]
    for axis, period in enumerate(manifold.periods):
        if period > 0.0:
            theta[whole, :, axis] = np.unwrap(theta[whole, :, axis], axis=1, period=period)
    count = np.where(whole, steps + 1, inside.argmin(axis=1))
    held = np.minimum(np.arange(steps + 1), count[:, None] - 1)[..., None]
    theta, v = (np.take_along_axis(a, np.broadcast_to(held, a.shape), axis=1) for a in (theta, v))
    status = np.where(whole, Status.OK, Status.LEFT_DOMAIN).astype(np.int32)
    shot = ShootRequest(manifold, request.start, np.nan_to_num(v[:, 0]), request.alpha, steps)
    reached = np.where(whole, 1.0, (count - 1) / steps)
    paths = measured(shot, theta, v, reached, status, "reference")
    metric = manifold.geometry(request.end).metric
    # of a whole line the end is the point itself, or one some periods away
    miss = np.where(whole, 0.0, norm(metric, paths.stop - request.end))
    if manifold.singular:
        none = np.full_like(paths.status, Status.ILL_CONDITIONED)
        return replace(paths, residual=np.full_like(miss, np.nan), status=none)
    return replace(paths, residual=miss)
