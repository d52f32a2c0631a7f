"""Centres of geodesic triangles: of the circle through the vertices, and of that within the sides.

The circumcentre is the zero of ½(d²(·, A) − d²(·, B)) and ½(d²(·, A) − d²(·, C)), whose gradients are
differences of logarithms.  Where K < 0 there may be none, as of three points on a horocycle.  The
incentre is the point of equal distance from the three sides, whose gradients are unit vectors away from
the feet.  Both are found by Newton's method from the middle of the triangle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.constructions import lines
from compute.constructions.foot import Foot, foot
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import norm
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.logarithms import logarithms

# iterations; largest difference of the distances at which they stop, and at which a centre is accepted,
# relative to 1 + r
ROUNDS, STOP, CLOSE = 30, 1e-13, 1e-9
# Fisher length by which a difference of STOP may shift a centre: near an ideal point it shifts without
# bound, although all distances are equal
SHIFT = 1e-7
# longest step, relative to the longest side; how often it is halved at the edge of the domain
LONGEST, HALVES = 1.0, 12


@dataclass(frozen=True, eq=False)
class Centre:
    """The centre θ (2,) and radius of a circle; certificate: the largest difference of the distances
    that are equal there; status.  All numbers are NaN if it is not OK.
    """

    theta: Floats
    radius: float
    certificate: float
    status: Status


# distances (3,) at a point (2,), their gradients (3, 2) as covectors, and a status
_Distances = Callable[[Floats], tuple[Floats, Floats, Status]]


def circumcentre(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Centre:
    """Return the centre of the circle through three points (2,): d(·, A) = d(·, B) = d(·, C).

    NOT_CONVERGED or LEFT_DOMAIN where there is none or the search does not find it; NOT_RESOLVED where
    it is nearly an ideal point.  Raises ValueError for points outside the domain and for equal ones.
    """
    corners = _checked(manifold, a, b, c)

    def distances(at: Floats) -> tuple[Floats, Floats, Status]:
        logs = logarithms(engine, manifold, at, corners)
        return logs.lengths, -_unit(manifold, at, logs.vectors), logs.worst

    return _found(engine, manifold, corners, distances)


def incentre(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Centre:
    """Return the centre of the circle that touches the sides of the triangle of points (2,).

    NOT_CONVERGED where the circle does not touch them between the vertices, or is not found.  Raises
    ValueError for points outside the domain and for two equal ones.
    """
    corners = _checked(manifold, a, b, c)
    begin, end = corners[[1, 2, 0]], corners[[2, 0, 1]]
    inner: list[Floats] = []  # on which side of each line the middle of the triangle lies
    places = [np.full(3, 0.5)]  # of the last feet, where the next search begins

    def feet(at: Floats) -> Foot:
        found = foot(engine, manifold, begin, end, np.repeat(at[None], 3, axis=0), places[-1])
        places.append(np.where(np.isfinite(found.t), found.t, 0.5))
        return found

    def distances(at: Floats) -> tuple[Floats, Floats, Status]:
        near = feet(at)
        status = Status(int(lines.first_failure(*near.status[:, None])[0]))
        if status != Status.OK:
            return near.distance, near.theta, status
        side = np.sign(near.distance)
        inner[:] = inner or [side]
        d = inner[0] * near.distance
        logs = logarithms(engine, manifold, at, near.theta)
        away = -_unit(manifold, at, logs.vectors)
        return d, np.sign(d)[:, None] * away, logs.worst

    found = _found(engine, manifold, corners, distances)
    if found.status == Status.OK:
        t = feet(found.theta).t
        if not ((t > 0.0) & (t < 1.0)).all() or found.radius <= 0.0:
            return _none(Status.NOT_CONVERGED)
    return found


def _checked(manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Floats:
    """Return the vertices (3, 2)."""
    named = {
        name: np.asarray(x, np.float64)[None] for name, x in zip("abc", (a, b, c), strict=True)
    }
    return np.concatenate(lines.checked(manifold, **named))


def _unit(manifold: Manifold, at: Floats, vectors: Floats) -> Floats:
    """Return g v/|v| (k, 2) of vectors (k, 2) at a point (2,)."""
    g = manifold.geometry(at).metric[[0, 1, 1, 2]].reshape(2, 2)
    length = np.sqrt(np.maximum(np.einsum("ki,ij,kj->k", vectors, g, vectors), 1e-300))
    found: Floats = vectors @ g / length[:, None]
    return found


def _found(engine: Engine, manifold: Manifold, corners: Floats, distances: _Distances) -> Centre:
    """Follow Newton's steps from the middle of a triangle until all distances are equal."""
    sides = logarithms(engine, manifold, corners[0], corners[1:])
    if sides.worst != Status.OK:
        return _none(sides.worst)
    longest = LONGEST * float(sides.lengths.max())
    third = sides.vectors.sum(axis=0) / 3.0
    begun = engine.shoot(ShootRequest(manifold, corners[:1], third[None], 0.0, lines.STEPS))
    if begun.status[0] != Status.OK:
        return _none(Status(int(begun.status[0])))
    at = begun.theta[0, -1]
    for _ in range(ROUNDS):
        checkpoint()
        d, slopes, status = distances(at)
        if status != Status.OK:
            return _none(status)
        miss = float(np.ptp(d))
        if miss <= STOP * (1.0 + d[0]):
            break
        step = _step(manifold, at, d, slopes, longest)
        if step is None:
            return _none(Status.LEFT_DOMAIN)
        if float(np.abs(step).max()) == 0.0:
            break
        at = at + step
    if not miss <= CLOSE * (1.0 + d[0]):
        return _none(Status.NOT_CONVERGED)
    if not STOP * (1.0 + d[0]) <= SHIFT * _stiffness(manifold, at, slopes):
        return _none(Status.NOT_RESOLVED)
    return Centre(at, float(d.mean()), miss, Status.OK)


def _step(
    manifold: Manifold, at: Floats, d: Floats, slopes: Floats, longest: float
) -> Floats | None:
    """Return Newton's step (2,) from a point (2,), shorter where it is long or leaves the domain; None
    where it leads along the edge of the domain, or nowhere.
    """
    matrix = slopes[0] - slopes[1:]
    if not abs(float(np.linalg.det(matrix))) > 1e-300:
        return None
    step = -np.linalg.solve(matrix, d[0] - d[1:])
    length = float(norm(manifold.geometry(at).metric, step))
    step = step * min(1.0, longest / max(length, 1e-300))
    for _ in range(HALVES):
        if bool(known_inside(manifold, at + step)):
            return np.asarray(step)
        step = 0.5 * step
    return None


def _stiffness(manifold: Manifold, at: Floats, slopes: Floats) -> float:
    """Return the least change of the differences of distances by a step of length 1."""
    g = manifold.geometry(at).metric[[0, 1, 1, 2]].reshape(2, 2)
    frame = np.linalg.inv(np.linalg.cholesky(g)).T
    return float(np.linalg.svd((slopes[0] - slopes[1:]) @ frame, compute_uv=False)[-1])


def _none(status: Status) -> Centre:
    """Return that there is no centre, and why."""
    return Centre(np.full(2, np.nan), np.nan, np.nan, status)
