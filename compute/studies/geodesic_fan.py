"""Geodesics in all directions from a point: wavefronts, conjugate points, all geodesics to another
point.

In the polar coordinates (φ, r) of the point A the metric is dr² + J(φ, r)² dφ², where J is the Jacobi
field along the ray, J'' + KJ = 0, J(0) = 0, J'(0) = 1.  Where J vanishes neighbouring rays meet: the
first zero is the ray's conjugate point; the conjugate points of all rays form the caustic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.refusal import shown
from compute.core.status import Status
from compute.geodesics import known_rays
from compute.geodesics.initial_curves import nearest
from compute.geodesics.shooting import MISS_LIMIT, aimed, judged, shot_of
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular
from compute.requests import batch
from compute.requests.checks import alpha_of, points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import GeometryRequest
from compute.studies import jacobi_fields

DIRECTIONS = 512
STEPS = 128
# geodesics are searched up to this multiple of the length of the first one found
REACH = 3.0
# two geodesics are equal if their initial velocities differ by less than this share of their length
SAME = 1e-3
# closer rays do not have the digits to distinguish geodesics
NEXT = 1e-6


@dataclass(frozen=True, eq=False)
class Spray:
    """A fan of n rays of equal Fisher length from one point, m nodes each.

    angle (n,) φ, from ∂₁ counter-clockwise in the frame e₁ = ∂₁/√g₁₁; r (m,) Fisher lengths;
    theta (n, m, 2), NaN after a ray has stopped; spread (n, m): J, likewise (only for α = 0); conjugate
    (n,): the length of the first zero of J, or NaN; status (n,).
    """

    angle: Floats
    r: Floats
    theta: Floats
    velocity: Floats
    spread: Floats
    conjugate: Floats
    status: Ints
    engine: str

    def front(self, r: float) -> Floats:
        """Return the points (n, 2) at Fisher length ``r`` on every ray, NaN where it has stopped."""
        place = r / self.r[-1] * (len(self.r) - 1)
        if not 0.0 <= place <= len(self.r) - 1:
            raise ValueError(f"r must lie in [0, {self.r[-1]:g}], got {shown(r)}")
        low = min(int(place), len(self.r) - 2)
        return self.at(np.full(len(self.angle), low), np.full(len(self.angle), place - low))

    def caustic(self) -> Floats:
        """Return the conjugate points (k, 2) of the rays that have one, ordered by angle."""
        rays = np.flatnonzero(np.isfinite(self.conjugate))
        place = self.conjugate[rays] / self.r[-1] * (len(self.r) - 1)
        low = np.minimum(place.astype(int), len(self.r) - 2)
        return self.at(low, place - low, rays)

    def at(self, node: np.ndarray, share: Floats, rays: np.ndarray | None = None) -> Floats:
        """Return θ (k, 2) at fractions of the intervals after nodes, by cubic Hermite interpolation."""
        rays = np.arange(len(self.angle)) if rays is None else rays
        h = 1.0 / (len(self.r) - 1)
        a, b = self.theta[rays, node], self.theta[rays, node + 1]
        u, v = h * self.velocity[rays, node], h * self.velocity[rays, node + 1]
        s = share[:, None]
        hermite: Floats = (
            a + s * s * (3 - 2 * s) * (b - a) + s * (1 - s) ** 2 * u - s * s * (1 - s) * v
        )
        return np.where(s == 0.0, a, hermite)


def spray(
    engine: Engine,
    manifold: Manifold,
    start: Floats,
    length: float,
    directions: int = DIRECTIONS,
    steps: int = STEPS,
    alpha: float = 0.0,
    rough: bool = False,
) -> Spray:
    """Shoot geodesics of Γ^(α) of equal Fisher length from ``start`` (2,) in ``directions`` directions.

    ``rough``: keep rays whose speed drifts, for callers that only need aiming directions; else see
    `resolved`.  For α ≠ 0 the speed is not constant, and the length is that of the initial velocity.
    """
    start = points_of(manifold, "start", start, 1)
    if not np.isfinite(length) or length <= 0:
        raise ValueError(f"length must be positive and finite, got {shown(length)}")
    # at least four, including a quarter turn
    if not 4 <= directions <= 65536:
        raise ValueError(f"directions must be from 4 to 65536, got {directions}")
    angle = 2 * np.pi * np.arange(directions) / directions
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    velocity = length * wheel @ frame(engine, manifold, start).T
    theta = np.broadcast_to(start, velocity.shape)
    request = ShootRequest(manifold, theta, velocity, alpha_of(alpha), steps)
    paths = engine.shoot(request) if rough else resolved(engine, request)
    spread, conjugate = spread_of(engine, manifold, paths, length, alpha)
    return Spray(
        angle=angle,
        r=length * paths.t,
        theta=paths.theta,
        velocity=paths.velocity,
        spread=spread,
        conjugate=conjugate,
        status=paths.status,
        engine=paths.engine,
    )


def resolved(engine: Engine, request: ShootRequest) -> Paths:
    """Shoot the rays of a request; repeat those that are too inexact in float64.

    A ray that is so there too keeps its status and only its first node: its end is unknown.
    """
    paths = engine.shoot(request)
    drifted = np.flatnonzero(paths.status == Status.NOT_CONVERGED)
    if drifted.size == 0:
        return paths
    some = replace(request, theta=request.theta[drifted], velocity=request.velocity[drifted])
    again = known_rays.shoot(some)
    lost = again.status == Status.NOT_CONVERGED
    again.theta[lost, 1:] = again.velocity[lost, 1:] = np.nan
    return batch.replaced(paths, drifted, again)


def frame(engine: Engine, manifold: Manifold, theta: Floats) -> Floats:
    """Return the orthonormal frame (2, 2) with columns e₁ = ∂₁/√g₁₁ and e₂ ⟂ e₁ at θ (2,)."""
    found = engine.geometry(GeometryRequest(manifold, theta[None]))
    g11, g12 = found.metric[0, 0]
    if not found.det[0] > 0 or not g11 > 0:
        raise ValueError(f"the metric at {theta.tolist()} has no frame: det g = {found.det[0]:.3g}")
    scale = np.sqrt(found.det[0] / g11)
    return np.array([[1 / np.sqrt(g11), -g12 / g11 / scale], [0.0, 1 / scale]])


def spread_of(
    engine: Engine, manifold: Manifold, paths: Paths, length: float, alpha: float
) -> tuple[Floats, Floats]:
    """Return J (n, m) at all nodes and its first zero (n,), as Fisher lengths."""
    n, m = paths.theta.shape[:2]
    if alpha != 0.0:
        return np.full((n, m), np.nan), np.full(n, np.nan)
    known, curvature = jacobi_fields.curvature_along(engine, manifold, paths)
    j, zero = jacobi_fields.first_zero(np.where(known, curvature * length**2, 0.0), known)
    return np.where(known, length * j, np.nan), length * zero


def all_geodesics(
    engine: Engine,
    manifold: Manifold,
    start: Floats,
    end: Floats,
    alpha: float = 0.0,
    steps: int = STEPS,
    reach: float = REACH,
    directions: int = DIRECTIONS,
) -> Paths:
    """Return all geodesics of Γ^(α) from ``start`` (2,) to ``end`` (2,) that a fan finds, shortest
    first.

    The fan reaches ``reach`` times as far as the geodesic found by relaxation; each of its cells (two
    neighbouring rays between two nodes) that covers the end point gives an initial velocity for
    shooting.  Geodesics with the same initial velocity are merged.  The result contains only converged
    ones or, if there are none, the single attempt with its status.
    """
    request = ConnectRequest(manifold, start[None], end[None], alpha, steps)
    first = engine.connect(request)
    if (start == end).all() or is_singular(manifold.geometry(request.start)).any():
        return first  # there is no direction or frame to start from
    if first.status[0] == Status.OK and first.length[0] < NEXT:
        return first
    fan = spray(engine, manifold, request.start[0], reach * _span(engine, request, first),
                directions, steps, alpha, rough=True)  # fmt: skip
    v, ends = _seeds(manifold, fan, request.end[0])
    if len(v) == 0:
        return first
    wider = replace(request, start=np.repeat(request.start, len(v), axis=0), end=ends)
    precision = "f8" if engine.name == "reference" else "f4"
    v = aimed(wider, v, engine.shoot, precision)
    found = judged(wider, engine.shoot(shot_of(wider, v)), MISS_LIMIT[precision])
    together = batch.joined(first, found)
    return batch.rows(together, _distinct(engine, manifold, together))


def _span(engine: Engine, request: ConnectRequest, paths: Paths) -> float:
    """Return the Fisher length of the geodesic found, or of the straight line if none was found."""
    if paths.status[0] == 0:
        return float(paths.length[0])
    line = request.start + np.linspace(0.0, 1.0, STEPS + 1)[:, None] * (request.end - request.start)
    inside = request.manifold.in_domain(line)
    metric = engine.geometry(GeometryRequest(request.manifold, line[inside])).metric
    delta = (request.end - request.start)[0]
    return float(np.mean(np.sqrt(np.einsum("i,nij,j->n", delta, metric, delta)))) or 1.0


def _seeds(manifold: Manifold, fan: Spray, end: Floats) -> tuple[Floats, Floats]:
    """Return initial velocities (k, 2) from cells that cover ``end``, with the periodic copies that
    they reach (k, 2).
    """
    chart = manifold.charts[0]
    ray, node = covering(chart, fan, chart.forward(end))
    middle = fan.angle[ray] + np.pi / len(fan.angle)
    # around the point itself all cells of the first ring meet
    size = (np.maximum(node, 1) + 0.5) / (len(fan.r) - 1)
    basis = fan.velocity[[0, len(fan.angle) // 4], 0].T
    v = size[:, None] * (np.stack([np.cos(middle), np.sin(middle)], axis=1) @ basis.T)
    return v, nearest(manifold, np.nan_to_num(fan.theta[ray, node]), end)


def covering(
    chart: Chart, fan: Spray, x: Floats, turns: Sequence[Floats] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of a fan, by ray and node (k,), that cover a point x (2,) of a chart.

    A cell lies between two consecutive rays and two consecutive nodes.  ``turns``: periods of the
    chart; rays that pass a pole on opposite sides are half a period apart and have no cell between
    them.
    """
    corner = chart.forward(fan.theta)
    after = np.roll(corner, -1, axis=0)
    cell = np.stack([corner[:, :-1], after[:, :-1], after[:, 1:], corner[:, 1:]], axis=2)
    covered = _in_triangle(cell[:, :, [0, 1, 2]], x) | _in_triangle(cell[:, :, [0, 2, 3]], x)
    for turn in turns:
        wide = np.ptp(np.nan_to_num(cell), axis=2)
        covered &= ~((turn > 0) & (wide > 0.45 * np.where(turn > 0, turn, 1.0))).any(axis=-1)
    ray, node = np.nonzero(covered)
    return ray, node


def _in_triangle(corner: Floats, point: Floats) -> np.ndarray:
    """Whether triangles (..., 3, 2) contain a point (2,); False if a corner is NaN."""
    gap = corner - point
    after = np.roll(gap, -1, axis=-2)
    cross = gap[..., 0] * after[..., 1] - gap[..., 1] * after[..., 0]
    return np.asarray((cross >= 0).all(axis=-1) | (cross <= 0).all(axis=-1))


def _distinct(engine: Engine, manifold: Manifold, paths: Paths) -> np.ndarray:
    """Return which converged paths to keep, shortest first; the very first path if none converged."""
    good = [int(i) for i in np.argsort(paths.length, kind="stable") if paths.status[i] == 0]
    if not good:
        return np.array([0])
    start = paths.theta[:1, 0]
    g = engine.geometry(GeometryRequest(manifold, start)).metric[0]
    kept: list[int] = []
    for i in good:
        gaps = paths.velocity[kept, 0] - paths.velocity[i, 0]
        if not (np.sqrt(np.einsum("ni,ij,nj->n", gaps, g, gaps)) < SAME * paths.length[i]).any():
            kept.append(i)
    return np.array(kept)
