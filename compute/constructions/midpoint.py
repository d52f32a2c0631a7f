"""The midpoint of two points, and perpendiculars to the geodesic through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.constructions import lines
from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm, quarter_turn
from compute.requests.engine import Engine
from compute.statistics.logarithms import logarithms

# certificate at which a midpoint is accepted, relative to the distance; of an engine in float32
CLOSE, ROUGH = 1e-8, 1e-3


@dataclass(frozen=True, eq=False)
class Midpoint:
    """Midpoints θ (n, 2) of the geodesics between two points each.

    distance (n,): from either end; certificate (n,): the length |log_M A + log_M B| / 2, which
    vanishes at the midpoint; status (n,).  A row that is not OK is NaN.
    """

    theta: Floats
    distance: Floats
    certificate: Floats
    status: Ints


def midpoint(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> Midpoint:
    """Return the midpoints M of the geodesics from a to b, both (n, 2).

    M is the middle node of the geodesic; the certificate comes from two other geodesics, M to A and M
    to B.  Raises ValueError for points outside the domain and for A = B.
    """
    a, b = lines.checked(manifold, a=a, b=b)
    line, place = lines.halfway(engine, manifold, a, b)
    theta, status = place.theta, place.status
    good = status == Status.OK
    safe = np.where(good[:, None], theta, a)
    back = logarithms(engine, manifold, np.tile(safe, (2, 1)), np.concatenate([a, b]))
    to_a, to_b = np.split(back.vectors, 2)
    miss = norm(manifold.geometry(safe).metric, to_a + to_b) / 2
    status = lines.first_failure(status, *np.split(back.status, 2))
    far = (miss > lines.tolerance(engine, CLOSE, ROUGH) * line.speed) & (status == Status.OK)
    status = np.where(far, Status.NOT_CONVERGED, status).astype(np.int32)
    return lines.without_failures(Midpoint(theta, line.speed / 2, miss, status))


@dataclass(frozen=True, eq=False)
class Perpendicular:
    """Geodesics perpendicular to the geodesics from A to B.

    theta (n, 2): the points γ(t) on the latter; normal (n, 2): the unit vectors there, turned from γ'
    by 90° counter-clockwise; status (n,).
    """

    theta: Floats
    normal: Floats
    status: Ints


def perpendicular(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, t: float = 0.5
) -> Perpendicular:
    """Return the perpendicular at γ(t) of the geodesic γ with γ(0) = a and γ(1) = b, both (n, 2).

    Raises ValueError for points outside the domain and for A = B.
    """
    a, b = lines.checked(manifold, a=a, b=b)
    line, place = lines.halfway(engine, manifold, a, b)
    if t != 0.5:
        place = lines.at(engine, manifold, line, np.full(len(a), float(t)))
    theta, velocity, status = place.theta, place.velocity, place.status
    good = status == Status.OK
    metric = manifold.geometry(np.where(good[:, None], theta, a)).metric
    normal = quarter_turn(metric, velocity) / norm(metric, velocity)[:, None]
    return lines.without_failures(Perpendicular(theta, normal, status))
