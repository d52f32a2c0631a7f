"""What a density that is not resolved does to an answer: its status says so, in place of its metric.

Kernels and solvers know D ≤ 0 alone, where no metric is known.  Of a family by its log-density this is
either a metric that is singular, or means that two rules do not agree on (see `compute.averages`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.manifold import Manifold, inside_only
from compute.types import Floats, Geometry, GeometryRequest, Ints, Paths, Status


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
