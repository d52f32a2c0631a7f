"""The perpendicular bisector: all points of equal distance from two points.

Where K is constant it is the geodesic perpendicular at the midpoint; elsewhere it is another curve,
which touches that geodesic there.  F = ½(d²(·, A) − d²(·, B)) has the gradient log B − log A, and
Newton's method along it brings the points of the perpendicular onto F = 0, all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.constructions import lines
from compute.constructions.midpoint import perpendicular
from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import inner, norm
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, ShootRequest

# iterations; |d(·, A) − d(·, B)| at which they stop, and at which a point is accepted; the same of an
# engine in float32
ROUNDS, STOP, CLOSE, ROUGH_STOP, ROUGH = 16, 1e-13, 1e-9, 1e-4, 1e-3


@dataclass(frozen=True, eq=False)
class Bisector:
    """Points of equal distance from A and B.

    theta (n, k, 2): in order, the midpoint among them; perpendicular (n, k, 2): the points of the
    geodesic perpendicular at the midpoint from which they were found; distance (n, k): from A;
    certificate (n, k): |d(·, A) − d(·, B)|; status (n, k).  A point that is not OK is NaN.
    """

    theta: Floats
    perpendicular: Floats
    distance: Floats
    certificate: Floats
    status: Ints


def bisector(engine: Engine, manifold: Manifold, a: Floats, b: Floats, s: Floats) -> Bisector:
    """Return the bisectors of a and b (n, 2) beside the perpendiculars' points at lengths s (k,).

    LEFT_DOMAIN where the perpendicular or the bisector leaves the domain.  Raises ValueError for points
    outside the domain and for A = B.
    """
    a, b = lines.checked(manifold, a=a, b=b)
    n, k = len(a), len(s)
    start = perpendicular(engine, manifold, a, b)
    a, b, middle, normal = (np.repeat(x, k, axis=0) for x in (a, b, start.theta, start.normal))
    status = np.repeat(start.status, k)
    good = (status == Status.OK) & np.isfinite(normal).all(axis=1)
    theta = np.full((n * k, 2), np.nan)
    if good.any():
        away = normal[good] * np.tile(s, n)[good][:, None]
        paths = engine.shoot(ShootRequest(manifold, middle[good], away, 0.0, lines.STEPS))
        theta[good], status[good] = paths.theta[:, -1], paths.status
    straight = theta.copy()
    theta, distance, miss, status = _corrected(engine, manifold, a, b, theta, status)
    shape = (n, k)
    return lines.without_failures(
        Bisector(
            theta.reshape(*shape, 2),
            straight.reshape(*shape, 2),
            distance.reshape(shape),
            miss.reshape(shape),
            status.reshape(shape),
        )
    )


def _corrected(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, theta: Floats, status: Ints
) -> tuple[Floats, Floats, Floats, Ints]:
    """Return points (m, 2) on F = 0 near θ (m, 2), their distances, certificates and statuses."""
    distance, miss = np.full(len(a), np.nan), np.full(len(a), np.inf)
    stop = lines.tolerance(engine, STOP, ROUGH_STOP)
    close = lines.tolerance(engine, CLOSE, ROUGH)
    active = np.flatnonzero(status == Status.OK)
    theta, status = theta.copy(), status.copy()
    for _ in range(ROUNDS):
        checkpoint()
        if not active.size:
            break
        here = theta[active]
        ends = np.concatenate([a[active], b[active]])
        # without a second try, which takes a second each: a point more or less is no loss
        request = ConnectRequest(manifold, np.tile(here, (2, 1)), ends, 0.0, lines.STEPS)
        paths = engine.connect(request)
        status[active] = lines.first_failure(*np.split(paths.status, 2))
        to_a, to_b = np.split(paths.velocity[:, 0], 2)
        d_a, d_b = np.split(paths.length, 2)
        distance[active], miss[active] = d_a, np.abs(d_a - d_b)
        metric = manifold.geometry(here).metric
        gradient = to_b - to_a
        square = np.maximum(inner(metric, gradient, gradient), 1e-300)
        moved = here - (0.5 * (d_a - d_b) * (d_a + d_b) / square)[:, None] * gradient
        go = (miss[active] > stop * (1.0 + d_a)) & (status[active] == Status.OK)
        inside = known_inside(manifold, moved)
        status[active[go & ~inside]] = Status.LEFT_DOMAIN
        active, moved = active[go & inside], moved[go & inside]
        theta[active] = moved
    far = (miss > close * (1.0 + np.nan_to_num(distance))) & (status == Status.OK)
    return theta, distance, miss, np.where(far, Status.NOT_CONVERGED, status).astype(np.int32)


def off_perpendicular(manifold: Manifold, found: Bisector) -> float:
    """Return the largest Fisher length between points of the bisector and of the perpendicular."""
    known = np.isfinite(found.theta).all(axis=-1)
    if not known.any():
        return float("nan")
    apart = found.theta[known] - found.perpendicular[known]
    return float(norm(manifold.geometry(found.perpendicular[known]).metric, apart).max())
