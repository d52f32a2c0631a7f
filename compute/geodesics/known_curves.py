"""Geodesics known in closed form, as paths: complete, or up to where they leave the domain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics.initial_value import measured
from compute.manifold.manifold import known_inside
from compute.manifold.tangent import norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest


def paths_of(request: ConnectRequest, theta: Floats, velocity: Floats, engine: str) -> Paths:
    """Return paths from the nodes and velocities (n, N+1, 2) of the unique geodesics of a request, N =
    steps.

    A complete one joins the exact points.  One that leaves the domain ends at its last node inside with
    LEFT_DOMAIN, since no geodesic reaches its end; residual: the missing Fisher length, measured at the
    end.
    """
    manifold, steps = request.manifold, request.steps
    theta, velocity = theta.copy(), velocity.copy()
    theta[:, 0] = request.start
    inside = np.asarray(known_inside(manifold, theta))
    inside[:, 0] = inside[:, -1] = True  # both ends are those of the request
    whole = np.asarray(inside.all(axis=1))
    theta[whole, -1] = request.end[whole]
    count = np.where(whole, steps + 1, inside.argmin(axis=1))
    held = np.minimum(np.arange(steps + 1), count[:, None] - 1)[..., None]
    theta, velocity = (
        np.take_along_axis(a, np.broadcast_to(held, a.shape), axis=1) for a in (theta, velocity)
    )
    reached = np.where(whole, 1.0, (count - 1) / steps)
    speed = norm(manifold.geometry(theta[:, 0]).metric, velocity[:, 0])
    sums = np.stack([speed, speed**2], axis=1) * reached[:, None]
    status = np.where(whole, Status.OK, Status.LEFT_DOMAIN).astype(np.int32)
    shot = ShootRequest(manifold, theta[:, 0], velocity[:, 0], 0.0, steps)
    paths = measured(shot, theta, velocity, reached, status, engine, sums)
    miss = norm(manifold.geometry(request.end).metric, paths.stop - request.end)
    return replace(paths, residual=np.where(whole, 0.0, miss))


def put(paths: Paths, chosen: np.ndarray, found: Paths) -> Paths:
    """Return ``paths`` with some rows replaced by known geodesics that converged or leave the
    domain.
    """
    good = np.isin(found.status, (Status.OK, Status.LEFT_DOMAIN))
    return batch.replaced(paths, chosen[good], batch.rows(replace(found, t=paths.t), good))
