"""Errors of rays by the kernels, which a constant speed does not show.

Twin of `compute.geodesics.ray_errors`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import straightness
from compute.geodesics.initial_value import DRIFT_LIMIT
from compute.geodesics.ray_errors import gap_of, growth_by
from compute.gpu import initial_value
from compute.gpu.local_geometry import POINT, UNKNOWN, points_at
from compute.gpu.session import GpuSession
from compute.gpu.tiles import batches
from compute.requests import batch
from compute.requests.geodesics import Paths, ShootRequest
from compute.requests.geometry import GeometryRequest

# The error of a ray in single precision as a share of its length without growth, as measured in a
# hyperbolic plane: rounding, and BEND h⁴ for steps of G = h, which turns cut to LONGEST.
ROUNDING, BEND, LONGEST = 2e-7, 6e-3, 0.2
# For α ≠ 0 rays are shot again with steps of half the size, those that are halved included: the
# difference is nearly the whole error; what single precision takes from θ and v is in both.
SAFETY = 3.0
# rays of at most this many steps, as during a drag, are not shot again: for α ≠ 0 their error stays
# unknown
COARSE = 32


def shoot(session: GpuSession, request: ShootRequest) -> Paths:
    """Return the rays of a request; those whose estimated error is above that of single precision are
    NOT_CONVERGED.
    """
    paths = initial_value.shoot(session, request)
    rows = np.flatnonzero(paths.status == Status.OK)
    if rows.size == 0:
        return paths
    if request.alpha == 0.0:
        growth = _growth(session, request, batch.rows(paths, rows))
        own = BEND * np.minimum(growth / request.steps, LONGEST) ** 4
        error: Floats = (ROUNDING + own) * np.exp(growth)
    elif straightness.chart_of(request.manifold, request.alpha) is None and request.steps > COARSE:
        some = replace(request, theta=request.theta[rows], velocity=request.velocity[rows])
        finer = initial_value.shoot(session, replace(some, steps=2 * some.steps), bound=0.5)
        gap = gap_of(request.manifold, batch.rows(paths, rows), finer.theta[:, ::2])
        error = ROUNDING + SAFETY * gap
    else:
        return paths
    error = np.where(paths.length[rows] > 0.0, error, 0.0)
    # fmax: the estimate where nothing else is known
    total, status = paths.error.copy(), paths.status.copy()
    total[rows] = np.fmax(total[rows], error)
    status[rows[~(error <= DRIFT_LIMIT[4])]] = Status.NOT_CONVERGED
    return replace(paths, error=total, status=status)


def _growth(session: GpuSession, request: ShootRequest, paths: Paths) -> Floats:
    """Return G (n,) by the kernels' K at some nodes; K that they do not resolve counts as 0."""

    def curvature(theta: Floats) -> Floats:
        found = np.empty(len(theta))
        for some in batches(len(theta), POINT.itemsize):
            wanted = GeometryRequest(request.manifold, theta[some])
            found[some] = points_at(session, wanted, wanted.theta)["curvature"]
        return np.where(np.abs(found) < UNKNOWN, found, np.nan)

    return growth_by(curvature, paths)
