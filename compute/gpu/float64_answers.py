"""Fallback to float64 for what single precision does not resolve.

The kernels detect densities that their nodes do not resolve (see ``shaders/families/placed.wgsl``) and
return D < 0, and curvatures that are rounding (``resolved``) and return UNKNOWN.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.geodesics import initial_value, shooting
from compute.geodesics import local_geometry as reference
from compute.geodesics import parallel_transport as carrying
from compute.geodesics.initial_curves import first_curve
from compute.geodesics.scalar_field import scalar_at
from compute.gpu.local_geometry import POINT, points_at
from compute.gpu.session import GpuSession
from compute.manifold.manifold import Manifold
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest
from compute.requests.transport import Transport, TransportRequest

# points of an initial curve evaluated by the kernels
ASKED = 9
# samples of a map are recomputed unless the metric takes more loop iterations than this
QUICK = 512


def geometry(request: GeometryRequest, found: Geometry) -> Geometry:
    """Return ``found`` with unresolved points recomputed by the reference."""
    if request.manifold.averages is None:
        return found
    unknown = (found.status == Status.ILL_CONDITIONED) | (
        (found.status == Status.OK) & ~np.isfinite(found.curvature)
    )
    rows = np.flatnonzero(unknown)
    if rows.size == 0:
        return found
    exact = reference.geometry(GeometryRequest(request.manifold, request.theta[rows]))
    changed = {}
    for name in ("metric", "christoffel", "cubic", "det", "curvature", "status"):
        changed[name] = getattr(found, name).copy()
        changed[name][rows] = getattr(exact, name)
    return replace(found, **changed)


def samples(
    manifold: Manifold, name: str, index: int, theta: Floats, found: tuple[Floats, Ints]
) -> tuple[Floats, Ints]:
    """Return values (k,) and statuses (k,) of a scalar, with unresolved ones recomputed by the
    reference.
    """
    values, status = found
    if manifold.averages is None and (name != "curvature" or manifold.slot.loops > QUICK):
        return found
    rows = np.flatnonzero(status == Status.ILL_CONDITIONED)
    if rows.size:
        values, status = values.copy(), status.copy()
        values[rows], status[rows] = scalar_at(manifold, name, theta[rows], index)
    return values, status


def connected(session: GpuSession, request: ConnectRequest, found: Paths) -> Paths:
    """Return ``found`` with pairs at unresolved points solved by the reference."""
    manifold = request.manifold
    rows = np.flatnonzero(found.status != Status.OK)
    if manifold.averages is None or rows.size == 0:
        return found
    curves = first_curve(manifold, request.start[rows], request.end[rows], 0.0)
    places = curves[:, np.linspace(0, curves.shape[1] - 1, ASKED).astype(int)]
    blind = _unresolved(session, request, places.reshape(-1, 2)).reshape(len(rows), ASKED)
    rows = rows[blind.any(axis=1) | (found.status[rows] == Status.ILL_CONDITIONED)]
    if rows.size == 0:
        return found
    rest = replace(request, start=request.start[rows], end=request.end[rows])
    return batch.replaced(found, rows, shooting.connect(rest))


def _unresolved(session: GpuSession, request: ConnectRequest, theta: Floats) -> np.ndarray:
    wanted = GeometryRequest(request.manifold, theta)
    at = points_at(session, wanted, wanted.theta)
    assert at.dtype == POINT
    return np.asarray(at["status"] == Status.ILL_CONDITIONED)


def shot(request: ShootRequest, found: Paths) -> Paths:
    """Return ``found`` with paths that stopped at unresolved points recomputed by the reference."""
    rows = np.flatnonzero(found.status == Status.ILL_CONDITIONED)
    if request.manifold.averages is None or rows.size == 0:
        return found
    rest = replace(request, theta=request.theta[rows], velocity=request.velocity[rows])
    return batch.replaced(found, rows, initial_value.shoot(rest))


def carried(request: TransportRequest, found: Transport) -> Transport:
    """Return ``found`` with unresolved curves recomputed by the reference."""
    rows = np.flatnonzero(found.status == Status.ILL_CONDITIONED)
    if request.manifold.averages is None or rows.size == 0:
        return found
    rest = replace(
        request,
        theta=request.theta[rows],
        velocity=request.velocity[rows],
        vectors=request.vectors[rows],
    )
    exact = carrying.transport(rest)
    changed = {}
    for name in ("vectors", "operators", "angle", "drift", "status"):
        changed[name] = getattr(found, name).copy()
        changed[name][rows] = getattr(exact, name)
    return replace(found, **changed)
