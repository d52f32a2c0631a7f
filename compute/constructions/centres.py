"""Centres of geodesic triangles: of the circle through the vertices, and of that within the sides.

The circumcentre is the point of equal distance from the vertices, the incentre that from the sides.
The gradient of a distance is the unit tangent of its geodesic, so Newton's method needs nothing but the
geodesics themselves.  Their feet on the sides are sought at the same time: each round moves the centre
and the three feet one step.  Where K < 0 three points may have no circumcentre, as on a horocycle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from compute.constructions import lines
from compute.constructions.foot import LEAST, cotangent
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.geodesics import pole
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import full, inner, norm, quarter_turn
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.statistics.logarithms import logarithms
from compute.studies.retry import second_try

# iterations; largest difference of the distances at which they stop, and at which a centre is accepted,
# relative to 1 + r
ROUNDS, STOP, CLOSE = 30, 1e-13, 1e-9
# Fisher length by which a difference of STOP may shift a centre: near an ideal point it shifts without
# bound, although all distances are equal
SHIFT = 1e-7
# longest step, relative to the longest side, and towards a side; how often it is halved at the edge of
# the domain
LONGEST, WITHIN, HALVES = 1.0, 0.9, 12
# least cos √K d by which the feet are taken to follow the centre, which waits for them while they are
# farther off than this share of their distances
TURNED, SETTLED = 0.1, 0.3


@dataclass(frozen=True, eq=False)
class Centre:
    """The centre θ (2,) and radius of a circle; certificate: the largest difference of the distances
    that are equal there; status.  All numbers are NaN if it is not OK.
    """

    theta: Floats
    radius: float
    certificate: float
    status: Status


@dataclass(frozen=True, eq=False)
class _Distances:
    """Distances d (3,) at a point, their gradients (3, 2) as covectors, how far their other ends are
    from the feet, the length of step that is safe, and the status.
    """

    d: Floats
    slopes: Floats
    off: float
    reach: float
    status: Status

    @property
    def miss(self) -> float:
        """The largest difference of the distances."""
        return float(np.ptp(self.d))

    def settled(self) -> bool:
        """Whether the feet are near enough for the centre to move."""
        return self.off <= SETTLED * float(np.abs(self.d).min())

    def within(self, tolerance: float) -> bool:
        """Whether the distances are equal, and from the feet, relative to 1 + d."""
        return max(self.miss, self.off) <= tolerance * (1.0 + float(self.d[0]))


class _Figure(Protocol):
    """Three points or lines from which a centre has equal distances.

    weights (3,): of the vertices; the search begins at their average.
    """

    weights: Floats

    def distances(self, at: Floats) -> _Distances:
        """Return the distances at a point (2,)."""

    def follow(self, step: Floats) -> None:
        """Prepare for the distances at the last point, moved by a step (2,)."""


def circumcentre(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Centre:
    """Return the centre of the circle through three points (2,): d(·, A) = d(·, B) = d(·, C).

    NOT_CONVERGED or LEFT_DOMAIN where there is none or the search does not find it; NOT_RESOLVED where
    it is nearly an ideal point.  Raises ValueError for points outside the domain and for equal ones.
    """
    corners = _checked(manifold, a, b, c)
    if engine.name == "reference" and pole.applies(manifold):
        return _past_pole(engine, manifold, corners)
    triangle = _Triangle(engine, manifold, corners)
    return _found(engine, manifold, triangle, _Corners(engine, manifold, triangle))


def incentre(engine: Engine, manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Centre:
    """Return the centre of the circle that touches the sides of the triangle of points (2,).

    NOT_CONVERGED where the circle does not touch them between the vertices, or is not found.  Raises
    ValueError for points outside the domain and for two equal ones.
    """
    triangle = _Triangle(engine, manifold, _checked(manifold, a, b, c))
    sides = _Sides(engine, manifold, triangle)
    found = _found(engine, manifold, triangle, sides)
    between = ((sides.t > 0.0) & (sides.t < 1.0)).all() and found.radius > 0.0
    return found if found.status != Status.OK or between else _none(Status.NOT_CONVERGED)


def _past_pole(engine: Engine, manifold: Manifold, corners: Floats) -> Centre:
    """Return the circumcentre that is found in natural coordinates, which are regular at the pole.

    Near it polar ones need longer steps, and geodesics more attempts.
    """
    chart = pole.natural(manifold)
    found = circumcentre(engine, pole.regular(manifold), *chart.forward(corners))
    if found.status != Status.OK:
        return found
    theta, period = chart.inverse(found.theta), manifold.periods[0]
    theta[0] += period * np.rint((corners[:, 0].mean() - theta[0]) / period)
    inside = bool(manifold.in_domain(theta))
    return replace(found, theta=theta) if inside else _none(Status.LEFT_DOMAIN)


class _Triangle:
    """Vertices (3, 2), and the geodesics BC, CA and AB with their lengths (3,) and status."""

    def __init__(self, engine: Engine, manifold: Manifold, corners: Floats) -> None:
        self.corners = corners
        self.sides = _connected(engine, manifold, corners[[1, 2, 0]], corners[[2, 0, 1]])
        self.lengths, self.status = self.sides.length, Status.first_failure(self.sides.status)

    def average(self, engine: Engine, manifold: Manifold, weights: Floats) -> tuple[Floats, Status]:
        """Return the end (2,) of the geodesic from A with the average of log_A B and log_A C."""
        ab, ac = self.sides.velocity[2, 0], -self.sides.velocity[1, -1]
        moved = weights[1] * ab + weights[2] * ac
        request = ShootRequest(manifold, self.corners[:1], moved[None], 0.0, lines.STEPS)
        found = engine.shoot(request)
        return found.theta[0, -1], Status(int(found.status[0]))


class _Corners:
    """The vertices of a triangle."""

    def __init__(self, engine: Engine, manifold: Manifold, of: _Triangle) -> None:
        self._engine, self._manifold, self._corners = engine, manifold, of.corners
        self._reach = LONGEST * float(of.lengths.max())
        self.weights = np.full(3, 1.0 / 3.0)

    def distances(self, at: Floats) -> _Distances:
        logs = logarithms(self._engine, self._manifold, at, self._corners)
        away = -_unit(self._manifold, at, logs.vectors)
        return _Distances(logs.lengths, away, 0.0, self._reach, logs.worst)

    def follow(self, step: Floats) -> None:
        """Do nothing: vertices stay."""


class _Sides:
    """The sides of a triangle, with a place γ(t), t (3,) in [0, 1], on each, which approaches the foot
    of the perpendicular from the centre.
    """

    def __init__(self, engine: Engine, manifold: Manifold, of: _Triangle) -> None:
        self._engine, self._manifold, self._paths = engine, manifold, of.sides
        self._speed = of.lengths
        around = float(of.lengths.sum())
        self.weights = of.lengths / around
        # where the incircle of a flat triangle touches the sides
        self.t = np.clip((0.5 * around - of.lengths[[1, 2, 0]]) / of.lengths, 0.0, 1.0)
        # steps of t: to the feet from the last centre, and as covectors of the centre's step
        self._ahead, self._along = np.zeros(3), np.zeros((3, 2))
        self._inner: Floats | None = None  # on which side of each line the start lies

    def distances(self, at: Floats) -> _Distances:
        """Return the distances from the places on the sides, positive within the triangle."""
        manifold, place = self._manifold, self._place()
        if status := Status.first_failure(place.status):
            return _failed(status)
        if not (place.theta != at).any(axis=1).all():
            return _failed(Status.NOT_CONVERGED)
        paths = _connected(self._engine, manifold, place.theta, np.repeat(at[None], 3, axis=0))
        metric, log = manifold.geometry(place.theta).metric, paths.velocity[:, 0]
        left = inner(metric, log, quarter_turn(metric, place.velocity)) > 0.0
        side = np.where(left, 1.0, -1.0)
        self._inner = side if self._inner is None else self._inner
        sign = side * self._inner
        pull = inner(metric, log, place.velocity) / self._speed**2
        away = _unit(manifold, at, paths.velocity[:, -1])
        self._aim(place.theta, paths.length, pull, side[:, None] * away, at)
        off = float(np.abs(pull * self._speed).max())
        d, reach = sign * paths.length, WITHIN * float(paths.length.min())
        return _Distances(d, sign[:, None] * away, off, reach, Status.first_failure(paths.status))

    def _place(self) -> lines.Places:
        """Return γ(t) by short geodesics from the nearest nodes of the sides."""
        paths, sides = self._paths, np.arange(3)
        node = np.rint(self.t * lines.STEPS).astype(int)
        near = lines.Line(
            paths.theta[sides, node], paths.velocity[sides, node], self._speed, paths.status
        )
        return lines.at(self._engine, self._manifold, near, self.t - node / lines.STEPS, steps=2)

    def _aim(self, theta: Floats, d: Floats, pull: Floats, left: Floats, at: Floats) -> None:
        """Prepare the feet's next step, as if K were constant.

        Along the line at the distance d, which is longer by cos √K d, the foot moves as much less as
        the centre.  ``left``: covectors (3, 2) at the centre across the lines.
        """
        bent = np.nan_to_num(self._manifold.curvature(theta)) * d**2
        sine2 = np.clip(1.0 - (pull * self._speed / d) ** 2, 0.0, 1.0)
        self._ahead = pull / np.maximum(1.0 + sine2 * (cotangent(bent) - 1.0), LEAST)
        root = np.sqrt(np.abs(bent))
        longer = np.where(bent > 0.0, np.cos(np.minimum(root, np.pi)), np.cosh(root))
        metric = self._manifold.geometry(at).metric
        g = full(metric)
        across = -quarter_turn(metric, np.linalg.solve(g, left.T).T) @ g
        self._along = across / (np.maximum(longer, TURNED) * self._speed)[:, None]

    def follow(self, step: Floats) -> None:
        """Move the places to where the feet will be."""
        self.t = np.clip(self.t + self._ahead + self._along @ step, 0.0, 1.0)


def _checked(manifold: Manifold, a: Floats, b: Floats, c: Floats) -> Floats:
    """Return the vertices (3, 2)."""
    named = {
        name: np.asarray(x, np.float64)[None] for name, x in zip("abc", (a, b, c), strict=True)
    }
    return np.concatenate(lines.checked(manifold, **named))


def _connected(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> Paths:
    """Return the geodesics between points (n, 2)."""
    request = ConnectRequest(manifold, a, b, 0.0, lines.STEPS)
    return second_try(engine, request, engine.connect(request))


def _failed(status: Status) -> _Distances:
    """Return that the distances are not known, and why."""
    return _Distances(np.zeros(3), np.zeros((3, 2)), np.inf, 0.0, status)


def _unit(manifold: Manifold, at: Floats, vectors: Floats) -> Floats:
    """Return g v/|v| (k, 2) of vectors (k, 2) at a point (2,)."""
    g = full(manifold.geometry(at).metric)
    length = np.sqrt(np.maximum(np.einsum("ki,ij,kj->k", vectors, g, vectors), 1e-300))
    found: Floats = vectors @ g / length[:, None]
    return found


def _found(engine: Engine, manifold: Manifold, of: _Triangle, figure: _Figure) -> Centre:
    """Follow Newton's steps until all distances are equal."""
    if of.status != Status.OK:
        return _none(of.status)
    at, begun = of.average(engine, manifold, figure.weights)
    if begun != Status.OK:
        return _none(begun)
    for _ in range(ROUNDS):
        checkpoint()
        near = figure.distances(at)
        if near.status != Status.OK:
            return _none(near.status)
        if near.within(STOP):
            break
        step = _step(manifold, at, near) if near.settled() else np.zeros(2)
        if step is None:
            return _none(Status.LEFT_DOMAIN)
        figure.follow(step)
        at = at + step
    return _accepted(manifold, at, near)


def _accepted(manifold: Manifold, at: Floats, near: _Distances) -> Centre:
    """Return the circle round a point, or why it is none."""
    if not near.within(CLOSE):
        return _none(Status.NOT_CONVERGED)
    if not STOP * (1.0 + near.d[0]) <= SHIFT * _stiffness(manifold, at, near.slopes):
        return _none(Status.NOT_RESOLVED)
    return Centre(at, float(near.d.mean()), near.miss, Status.OK)


def _step(manifold: Manifold, at: Floats, near: _Distances) -> Floats | None:
    """Return Newton's step (2,) from a point (2,), shorter where it is long or leaves the domain; None
    where it leads along the edge of the domain, or nowhere.
    """
    matrix = near.slopes[0] - near.slopes[1:]
    if not abs(float(np.linalg.det(matrix))) > 1e-300:
        return None
    step = -np.linalg.solve(matrix, near.d[0] - near.d[1:])
    length = float(norm(manifold.geometry(at).metric, step))
    step = step * min(1.0, near.reach / max(length, 1e-300))
    for _ in range(HALVES):
        if bool(known_inside(manifold, at + step)):
            return np.asarray(step)
        step = 0.5 * step
    return None


def _stiffness(manifold: Manifold, at: Floats, slopes: Floats) -> float:
    """Return the least change of the differences of distances by a step of length 1."""
    g = full(manifold.geometry(at).metric)
    frame = np.linalg.inv(np.linalg.cholesky(g)).T
    return float(np.linalg.svd((slopes[0] - slopes[1:]) @ frame, compute_uv=False)[-1])


def _none(status: Status) -> Centre:
    """Return that there is no centre, and why."""
    return Centre(np.full(2, np.nan), np.nan, np.nan, status)
