"""Statuses of answers whose density is not resolved, in place of their metric.

Kernels and solvers know D ≤ 0 alone, where no metric is known.  Of a family by its log-density this is
either a metric that is singular, or means that two rules do not agree on (see `definitions.averages`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold, inside_only
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths
from compute.requests.geometry import Geometry, GeometryRequest


def geometry(request: GeometryRequest, found: Geometry) -> Geometry:
    """``found`` with NOT_RESOLVED where the density at a point is not."""
    if request.manifold.averages is None:
        return found
    status = named(request.manifold, request.theta, found.status)
    return replace(found, status=status, det=np.maximum(found.det, 0.0))


def paths(manifold: Manifold, found: Paths, *others: Floats) -> Paths:
    """``found`` with NOT_RESOLVED where the density is not at the place at which a path ended.

    others (n, 2): further places on which the path hangs, as its end.
    """
    status = found.status
    for theta in (found.stop, *others):
        status = named(manifold, theta, status)
    return found if status is found.status else replace(found, status=status)


def unreachable(request: ConnectRequest, engine: str) -> Paths | None:
    """Paths that end where they begin, if no pair can have one.

    That is where the density is not resolved at an end, or g is no metric where a path begins.
    """
    averages = request.manifold.averages
    if len(request.start) == 0:
        return None
    if averages is None:
        hopeless, status = indefinite(request.manifold, request.start), Status.ILL_CONDITIONED
    else:
        hopeless = (averages.doubts(request.start) != 0) | (averages.doubts(request.end) != 0)
        status = Status.NOT_RESOLVED
    if not hopeless.all():
        return None
    return batch.unmoved(request, status, engine)


def indefinite(manifold: Manifold, theta: Floats) -> np.ndarray:
    """Whether g at theta (n, 2) has a negative g_ii or determinant, so that there is no length."""
    with np.errstate(all="ignore"):
        local = manifold.geometry(inside_only(manifold, theta)[0])
    return np.asarray((local.metric[:, [0, 2]] < 0).any(axis=1) | (local.det < 0))


def named(manifold: Manifold, theta: Floats, status: Ints) -> Ints:
    """``status`` (n,) with NOT_RESOLVED for ILL_CONDITIONED where the means at theta are not known."""
    doubtful = np.flatnonzero(status == Status.ILL_CONDITIONED)
    if manifold.averages is None or doubtful.size == 0:
        return status
    at = np.where(np.isfinite(theta[doubtful]), theta[doubtful], np.asarray(manifold.interior))
    unknown = manifold.averages.doubts(inside_only(manifold, at)[0]) != 0
    status = status.copy()
    status[doubtful[unknown]] = Status.NOT_RESOLVED
    return status
