"""Initial-value geodesics, α = 0, in closed form where curvature is constant, else by integration.

With u₀ the first point in the embedding space, w₀ its velocity there and d its speed,
    u(t) = C(td) u₀ + S(td)/d w₀,
C = cos, S = sin on a sphere of radius 1 and C = cosh, S = sinh on the hyperboloid; on a plane
u₀ + t w₀.  In the half-plane, relative to (X₀, Y₀), with (p, q) = (X′, Y′)/Y₀ and d² = p² + q²,
    1/Y = ½(1 + q/d) e^(−dt) + ½(1 − q/d) e^(dt),   X = (p/d) sinh(dt) Y,   X′ = pY².
A ray ends where it leaves the domain or g becomes singular, at a time found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.geodesics import initial_value, log_odds, logarithmic, ray_errors
from compute.geodesics.constant_curvature import FLAT, SPHERES
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import is_singular, norm
from compute.requests import batch
from compute.requests.geodesics import Paths, ShootRequest

# below this speed a ray does not move
NEXT_TO_NOTHING = 1e-150
# halvings of the time at which a ray ends, and parts of the time around a node next to the edge
HALVINGS, PARTS = 44, 64
# longest step in search of an end, in units of the radius of curvature, and least number of steps
STRIDE, STRIDES = 0.25, 256
# drawing coordinates and their derivatives (k, m, d) at times (k, m, 1), from points and velocities
Motion = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


def shoot(request: ShootRequest) -> Paths:
    """Return the geodesics of Γ^(α) of a request in float64: in closed form where there is one, else as
    in `ray_errors.shoot`, in logarithms or log-odds for a family that has such a chart.
    """
    found = _charted(request.manifold) if request.alpha == 0.0 else None
    if found is not None and len(request.theta):
        return _paths(_Rays(request, *found))
    if request.manifold.steep and request.alpha == 0.0 and len(request.theta):
        return _on_each_side(request)
    regular = _regular(request.manifold, request.alpha)
    return ray_errors.shoot(request) if regular is None else _in_chart(request, *regular)


def _in_chart(request: ShootRequest, chart: Chart, manifold: Manifold) -> Paths:
    x, w = chart.forward(request.theta), chart.push(request.theta, request.velocity)
    paths = ray_errors.shoot(replace(request, manifold=manifold, theta=x, velocity=w))
    theta = np.where(np.isfinite(paths.theta), chart.inverse(paths.theta), np.nan)
    theta[:, 0] = request.theta
    velocity = chart.pull(theta, paths.velocity)
    return replace(paths, theta=theta, velocity=velocity, stop=chart.inverse(paths.stop))


def _on_each_side(request: ShootRequest) -> Paths:
    """Return rays, integrated in log |θ|, those with the same signs of θ together; in θ itself those
    that begin where a coordinate is 0.
    """
    manifold, signs = request.manifold, np.sign(request.theta)
    found, inverse = np.unique(signs, axis=0, return_inverse=True)
    side = inverse.ravel()
    order, parts = np.argsort(side, kind="stable"), []
    for number, own in enumerate(found):
        rows = np.flatnonzero(side == number)
        some = replace(request, theta=request.theta[rows], velocity=request.velocity[rows])
        if (own == 0.0).any():
            parts.append(ray_errors.shoot(some))
        else:
            chart = logarithmic.of_size(manifold.coordinates, own)
            parts.append(_in_chart(some, chart, logarithmic.in_chart(manifold, chart)))
    return batch.rows(batch.all_of(parts), np.argsort(order))


def _regular(manifold: Manifold, alpha: float) -> tuple[Chart, Manifold] | None:
    """Return a chart in which geodesics of Γ^(α) are easier to integrate, with the family in it, or
    None.
    """
    chart, odds = logarithmic.chart_of(manifold), log_odds.chart_of(manifold)
    scaled = logarithmic.scaled(manifold)
    if chart is not None and scaled is not None:
        return chart, scaled
    # m-geodesics are straight lines of probabilities
    return None if odds is None or alpha == -1.0 else (odds, log_odds.scaled(manifold, odds))


@dataclass(frozen=True, eq=False)
class _Rays:
    """Geodesics in a chart: ``motion(x, w, t)`` from points x with velocities w (k, 1, d).

    longest: a length, in units of the radius of curvature, at which every ray has left the domain.
    """

    request: ShootRequest
    chart: Chart
    motion: Motion
    longest: float

    def at(self, rows: np.ndarray, t: Floats) -> tuple[Floats, Floats]:
        """Return θ and θ′ (k, m, 2) of some rays at times t (k, m); NaN outside the domain."""
        theta, v = self.request.theta[rows], self.request.velocity[rows]
        x, w = self.chart.forward(theta)[:, None], self.chart.push(theta, v)[:, None]
        with np.errstate(all="ignore"):  # far outside the domain anything may come
            place, slope = self.motion(x, w, t[..., None])
            found = self.chart.inverse(place)
        known = np.asarray(known_inside(self.request.manifold, found))[..., None]
        safe = np.where(known, found, self.request.manifold.interior)
        return np.where(known, found, np.nan), self.chart.pull(safe, np.where(known, slope, 0.0))

    def verdict(self, theta: Floats) -> Ints:
        """Return OK, or the reason why a ray ends (...,), at θ (..., 2)."""
        manifold = self.request.manifold
        inside = np.asarray(known_inside(manifold, theta))
        safe = np.where(inside[..., None], theta, manifold.interior)
        wrong = np.where(is_singular(manifold.geometry(safe)), Status.ILL_CONDITIONED, Status.OK)
        return np.where(inside, wrong, Status.LEFT_DOMAIN).astype(np.int32)


def _charted(manifold: Manifold) -> tuple[Chart, Motion, float] | None:
    """Return a chart in which geodesics have a closed form, with their motion and the longest length
    inside, or None.
    """
    for name in ("half_plane", *SPHERES, FLAT):
        chart = named(manifold.charts, name)
        if chart is not None:
            return chart, *_MOTIONS[name]
    return None


def _hyperbolic(x: Floats, w: Floats, t: Floats) -> tuple[Floats, Floats]:
    unit = x[..., 1:]
    p, q = np.moveaxis(w / unit, -1, 0)
    p, q = p[..., None], q[..., None]
    d = np.hypot(p, q)
    moves = d > NEXT_TO_NOTHING
    safe = np.where(moves, d, 1.0)
    # ½(1 − |q|/d), without cancellation
    less = 0.5 * (p / safe) * (p / (safe + np.abs(q)))
    falls, rises = np.where(q > 0, 1.0 - less, less), np.where(q > 0, less, 1.0 - less)
    down, up = np.exp(-safe * t), np.exp(safe * t)
    height = np.where(moves, 1.0 / (falls * down + rises * up), 1.0)
    across = np.where(moves, p / safe * np.sinh(safe * t) * height, 0.0)
    climb = np.where(moves, safe * (falls * down - rises * up) * height**2, q)
    place = np.concatenate([across, height], axis=-1) * unit
    place[..., :1] += x[..., :1]
    return place, np.concatenate([p * height**2, climb], axis=-1) * unit


def _spherical(x: Floats, w: Floats, t: Floats) -> tuple[Floats, Floats]:
    radius = np.linalg.norm(x, axis=-1, keepdims=True)
    d = np.linalg.norm(w, axis=-1, keepdims=True) / radius
    moves = d > NEXT_TO_NOTHING
    safe = np.where(moves, d, 1.0)
    wave = np.where(moves, np.sin(safe * t) / safe, t)
    level = np.where(moves, np.cos(safe * t), 1.0)
    return level * x + wave * w, level * w - d**2 * wave * x


def _straight(x: Floats, w: Floats, t: Floats) -> tuple[Floats, Floats]:
    return x + t * w, np.broadcast_to(w, (*t.shape[:-1], w.shape[-1]))


# in half-planes: from the least scale to the largest and back
_MOTIONS: dict[str, tuple[Motion, float]] = {
    "half_plane": (_hyperbolic, 100.0),
    **dict.fromkeys(SPHERES, (_spherical, np.pi)),
    FLAT: (_straight, np.inf),
}


def _paths(rays: _Rays) -> Paths:
    request, every = rays.request, np.arange(len(rays.request.theta))
    t = np.broadcast_to(np.linspace(0.0, 1.0, request.steps + 1), (len(every), request.steps + 1))
    theta, v = rays.at(every, t)
    theta[:, 0], v[:, 0] = request.theta, request.velocity
    speed = norm(request.manifold.geometry(request.theta).metric, request.velocity)
    begin, after = _bisected(rays, *_brackets(rays, t, theta, speed))
    stop, last = (a[:, 0] for a in rays.at(every, begin[:, None]))
    still = begin <= 0.0
    stop[still], last[still] = request.theta[still], request.velocity[still]
    past = (t > begin[:, None])[..., None]
    theta, v = np.where(past, stop[:, None], theta), np.where(past, last[:, None], v)
    sums = np.stack([speed, speed**2], axis=1) * begin[:, None]
    status = _status(rays, after)
    return initial_value.measured(request, theta, v, begin, status, "reference", sums)


def _brackets(rays: _Rays, t: Floats, theta: Floats, speed: Floats) -> tuple[Floats, Floats]:
    """Return times before and after the ends of rays, as `_bracket` at their nodes, or at more times
    for rays that nodes are too far apart for.
    """
    request = rays.request
    bend = np.sqrt(np.abs(request.manifold.curvature(request.theta)))
    d = np.maximum(speed * bend, np.finfo(float).tiny)
    far = (d > rays.longest) | (d > STRIDE * request.steps)
    begin, after = np.ones((2, len(t)))
    for rows in (np.flatnonzero(~far), np.flatnonzero(far & np.isfinite(rays.longest))):
        if rows.size == 0:
            continue
        times, places = t[rows], theta[rows]
        if far[rows[0]]:
            count = max(STRIDES, int(np.ceil(min(rays.longest, d[rows].max()) / STRIDE)))
            span = np.minimum(1.0, rays.longest / d[rows])[:, None]
            times = np.linspace(0.0, 1.0, count + 1) * span
            places = rays.at(rows, times)[0]
            places[:, 0] = request.theta[rows]
        begin[rows], after[rows] = _bracket(rays, rows, times, places)
    return begin, after


def _bracket(rays: _Rays, rows: np.ndarray, t: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return the latest time known to be before a ray's end and the earliest known to be after it, each
    (k,), both the last time for rays without an end, from θ (k, m, 2) of some rays at times t (k, m).
    """
    wrong = rays.verdict(theta) != Status.OK
    first = np.where(wrong.any(axis=1), wrong.argmax(axis=1), t.shape[1])
    row = np.arange(len(t))
    begin = t[row, np.clip(first - 1, 0, t.shape[1] - 1)]
    after = t[row, np.minimum(first, t.shape[1] - 1)]
    near, node = _touching(rays, theta, first)
    for ray, i in zip(near[::-1], node[::-1], strict=True):  # of several nodes the first counts
        fine = np.linspace(t[ray, i - 1], t[ray, i + 1], PARTS + 1)[None]
        ends = rays.verdict(rays.at(rows[ray : ray + 1], fine)[0])[0] != Status.OK
        if ends.any():
            end = max(int(ends.argmax()), 1)
            begin[ray], after[ray] = fine[0, end - 1], fine[0, end]
    return begin, after


def _touching(rays: _Rays, theta: Floats, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rays and nodes before the ``first`` outside (n,) next to which a ray may leave the
    domain and come back.
    """
    manifold = rays.request.manifold
    known = np.arange(theta.shape[1]) < first[:, None]
    margin = manifold.margin(np.where(known[..., None], theta, manifold.interior))
    middle, sides = margin[:, 1:-1], np.stack([margin[:, :-2], margin[:, 2:]])
    least = known[:, 2:] & (middle <= sides.min(axis=0)) & (2 * middle < sides.max(axis=0))
    ray, node = np.nonzero(least)
    return ray, node + 1


def _bisected(rays: _Rays, begin: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Return the bracketing times (n,) of the ends of rays, next to each other."""
    begin, after = begin.copy(), after.copy()
    ends = np.flatnonzero(begin < after)
    for _ in range(HALVINGS if ends.size else 0):
        middle = 0.5 * (begin[ends] + after[ends])
        good = rays.verdict(rays.at(ends, middle[:, None])[0])[:, 0] == Status.OK
        begin[ends] = np.where(good, middle, begin[ends])
        after[ends] = np.where(good, after[ends], middle)
    return begin, after


def _status(rays: _Rays, after: Floats) -> Ints:
    """Return why rays end just before the times ``after`` (n,)."""
    every, beyond = np.arange(len(after)), after + 1.0 / rays.request.steps
    why, later = (rays.verdict(rays.at(every, t[:, None])[0])[:, 0] for t in (after, beyond))
    # a metric may be singular only because the edge is near
    edge = (why == Status.ILL_CONDITIONED) & (later == Status.LEFT_DOMAIN)
    return np.where(edge, Status.LEFT_DOMAIN, why).astype(np.int32)
