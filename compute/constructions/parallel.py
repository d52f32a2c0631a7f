"""The parallel through a point to a geodesic: its direction carried there by Levi-Civita transport.

Along a geodesic the carried vector keeps its components along and across, which determine it on a
surface; the equation of transport, integrated apart from that, is the certificate.

Where K ≠ 0 the points of the parallel have no constant distance from the first geodesic; the curve that
has is the equidistant curve, which is no geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.constructions import lines
from compute.constructions.foot import Foot, foot
from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, norm, quarter_turn
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.transport import TransportRequest
from compute.studies.retry import second_try

# steps of the geodesic from A to C, along which the direction is carried; more where they are too few
STEPS = (128, 1024)
# relative difference of both transports that is accepted
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Parallel:
    """Geodesics through C parallel to those from A to B.

    theta (n, 2): C; velocity (n, 2): γ'(0), carried along the geodesic from A to C; certificate (n,):
    the length, relative to its own, of the difference from the integrated transport; status (n,).  A
    row that is not OK is NaN.
    """

    theta: Floats
    velocity: Floats
    certificate: Floats
    status: Ints


def parallel(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Parallel:
    """Return the parallels through c to the geodesics from a to b, all (n, 2).

    Raises ValueError for points outside the domain and for A = B or A = C.
    """
    a, b = lines.checked(manifold, a=a, b=b)
    a, c = lines.checked(manifold, a=a, c=c)
    line = lines.through(engine, manifold, a, b)
    for steps in STEPS:
        velocity, certificate, status = _carried(engine, manifold, line, c, steps)
        good = status == Status.OK
        if not (certificate[good] > CLOSE).any():
            break
    status = np.where(good & (certificate > CLOSE), Status.NOT_RESOLVED, status).astype(np.int32)
    return lines.without_failures(Parallel(c, velocity, certificate, status))


def _carried(
    engine: Engine, manifold: Manifold, line: lines.Line, c: Floats, steps: int
) -> tuple[Floats, Floats, Ints]:
    """Return the direction at c (n, 2), its certificate and its status."""
    request = ConnectRequest(manifold, line.start, c, 0.0, steps)
    paths = second_try(engine, request, engine.connect(request))
    carried = engine.transport(
        TransportRequest(manifold, paths.theta, paths.velocity, line.velocity)
    )
    status = lines.first_failure(line.status, paths.status, carried.status)
    good = status == Status.OK
    arrival = np.where(good[:, None], paths.velocity[:, -1], paths.velocity[:, 0])
    velocity = _turned(manifold, line.start, paths.velocity[:, 0], line.velocity, c, arrival)
    integrated = np.where(good[:, None], carried.vectors[:, -1], velocity)
    error = norm(manifold.geometry(c).metric, integrated - velocity)
    return velocity, error / np.maximum(line.speed, 1e-300), status


def _turned(
    manifold: Manifold, a: Floats, along: Floats, v: Floats, c: Floats, arrival: Floats
) -> Floats:
    """Return the vectors at c (n, 2) with the components that v has at a along a geodesic from a to c
    and across it.
    """
    metric = manifold.geometry(a).metric
    square = inner(metric, along, along)
    first = inner(metric, v, along) / square
    second = inner(metric, v, quarter_turn(metric, along)) / square
    across = quarter_turn(manifold.geometry(c).metric, arrival)
    return np.asarray(first[:, None] * arrival + second[:, None] * across)


@dataclass(frozen=True, eq=False)
class Equidistant:
    """Curves of constant distance from geodesics, on the side of C: theta (n, k, 2) over t (k,) of the
    geodesic; NaN where the perpendicular leaves the domain.  foot: of C; status (n,).
    """

    theta: Floats
    foot: Foot
    status: Ints


def equidistant(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats, t: Floats
) -> Equidistant:
    """Return exp_{γ(t)}(h n(t)) at t (k,), n the unit normal of the geodesic γ with γ(0) = a and
    γ(1) = b, h the signed distance of c; points (n, 2).

    Raises ValueError for points outside the domain and for A = B.
    """
    near = foot(engine, manifold, a, b, c)
    n, k = len(near.t), len(t)
    line = lines.through(engine, manifold, np.asarray(a, np.float64), np.asarray(b, np.float64))
    many = lines.Line(*(np.repeat(x, k, axis=0) for x in vars(line).values()))
    height = np.repeat(near.distance, k)
    found = np.full((n * k, 2), np.nan)
    if not np.isfinite(height).any():
        return Equidistant(found.reshape(n, k, 2), near, near.status)
    place = lines.at(engine, manifold, many, np.tile(t, n))
    theta, velocity = place.theta, place.velocity
    good = (place.status == Status.OK) & np.isfinite(height)
    if good.any():
        metric = manifold.geometry(theta[good]).metric
        unit = quarter_turn(metric, velocity[good]) / norm(metric, velocity[good])[:, None]
        away = unit * height[good][:, None]
        paths = engine.shoot(ShootRequest(manifold, theta[good], away, 0.0, lines.STEPS))
        arrived = paths.status == Status.OK
        found[np.flatnonzero(good)[arrived]] = paths.theta[arrived, -1]
    return Equidistant(found.reshape(n, k, 2), near, near.status)
