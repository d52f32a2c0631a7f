"""Statuses of results where the density is not resolved.

Kernels and solvers only know D ≤ 0 where the metric is unknown.  For a family given by its
log-density, either the metric is singular, or two quadrature rules disagree (see
`definitions.averages`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold, inside_only
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths
from compute.requests.geometry import Geometry, GeometryRequest


def geometry(request: GeometryRequest, found: Geometry) -> Geometry:
    """Return ``found`` with status NOT_RESOLVED where the density at a point is not resolved."""
    if request.manifold.averages is None:
        return found
    status = named(request.manifold, request.theta, found.status)
    return replace(found, status=status, det=np.maximum(found.det, 0.0))


def paths(manifold: Manifold, found: Paths, *others: Floats) -> Paths:
    """Return ``found`` with status NOT_RESOLVED where the density is not resolved at the end of a
    path.

    others (n, 2): further points on which the path depends, such as its target.
    """
    status = found.status
    for theta in (found.stop, *others):
        status = named(manifold, theta, status)
    return found if status is found.status else replace(found, status=status)


def unreachable(request: ConnectRequest, engine: str) -> Paths | None:
    """Return paths that end where they begin, if no pair can be joined.

    This is so where the density is not resolved at an end, g is not a metric at the start, or a
    wall separates the ends.
    """
    averages = request.manifold.averages
    if len(request.start) == 0:
        return None
    if parted(request).all():
        return batch.unmoved(request, Status.LEFT_DOMAIN, engine)
    if averages is None:
        hopeless, status = indefinite(request.manifold, request.start), Status.ILL_CONDITIONED
    else:
        hopeless = (averages.doubts(request.start) != 0) | (averages.doubts(request.end) != 0)
        status = Status.NOT_RESOLVED
    if not hopeless.all():
        return None
    return batch.unmoved(request, status, engine)


def parted(request: ConnectRequest) -> np.ndarray:
    """Whether the ends of a pair (n,) lie on different sides of the manifold's wall."""
    wall = request.manifold.wall
    if wall is None:
        return np.zeros(len(request.start), dtype=bool)
    return np.asarray(wall(request.start) * wall(request.end) < 0)


def connected(
    request: ConnectRequest, engine: str, solve: Callable[[ConnectRequest], Paths]
) -> Paths:
    """Return the paths that ``solve`` finds, and LEFT_DOMAIN for pairs that cannot be joined."""
    apart = parted(request)
    if not apart.any():
        return solve(request)
    paths = batch.unmoved(request, Status.LEFT_DOMAIN, engine)
    rest = np.flatnonzero(~apart)
    return batch.replaced(paths, rest, solve(batch.pairs(request, rest))) if rest.size else paths


def indefinite(manifold: Manifold, theta: Floats) -> np.ndarray:
    """Whether g at theta (n, 2) has a negative g_ii or determinant, so that lengths are undefined."""
    with np.errstate(all="ignore"):
        local = manifold.geometry(inside_only(manifold, theta)[0])
    return np.asarray((local.metric[:, [0, 2]] < 0).any(axis=1) | (local.det < 0))


def named(manifold: Manifold, theta: Floats, status: Ints) -> Ints:
    """Return ``status`` (n,) with NOT_RESOLVED in place of ILL_CONDITIONED where the integrals at
    theta are not resolved.
    """
    doubtful = np.flatnonzero(status == Status.ILL_CONDITIONED)
    if manifold.averages is None or doubtful.size == 0:
        return status
    at = np.where(np.isfinite(theta[doubtful]), theta[doubtful], np.asarray(manifold.interior))
    unknown = manifold.averages.doubts(inside_only(manifold, at)[0]) != 0
    status = status.copy()
    status[doubtful[unknown]] = Status.NOT_RESOLVED
    return status
