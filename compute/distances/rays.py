"""Distances along geodesics from a point in all directions, interpolated at cells of a chart.

Nodes of neighbouring rays form triangles.  In a triangle the distance r from the source is interpolated
from the three corners, where its gradient is the covector g v of the unit-speed ray:
    r(x) = Σ λ_c (r_c + ½ ∂r_c (x − x_c)),
which is exact for polynomials of degree 2.  Rays are added where neighbours diverge.  The minimum over
all triangles that cover a cell is the length of the shortest geodesic to it; cells that no ray reaches,
such as those behind a hole of the domain, have no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.distances.eikonal import FAR
from compute.distances.triangles import covered
from compute.geodesics.initial_value import Fire, shoot
from compute.geodesics.runge_kutta import RK4
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold, inside_only
from compute.requests.fields import DistanceRequest
from compute.requests.geodesics import Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest

Local = Callable[[GeometryRequest], Geometry]


@dataclass(frozen=True)
class Density:
    """The density of rays and of their nodes.

    rays: initial and largest number; outer, inner, further: steps in the outer half of all rays, in the
    next quarter, and in each further halving; apart: rays are added between neighbours farther apart
    than this number of cells.
    """

    rays: int
    most: int
    outer: int
    inner: int
    further: int
    apart: float


# for formulas, and where a metric is a sum over at least this many terms
FINE, COARSE, TERMS = Density(64, 1536, 40, 20, 8, 3.0), Density(32, 512, 24, 12, 6, 4.0), 64
# length of rays relative to the largest requested distance
LONGER = 1.02
# maximum halvings of a ray, until it turns by at most this angle in the innermost part
HALVES, TURN = 14, 2.0
# rounds of inserting rays between others, and rays per round
ROUNDS, PARTS = 4, 8
# nodes farther apart than this many cells get others between them by cubics, at most this many
CLOSE, FINER = 1.5, 16
# a ray whose speed drifts by more than this share ends
DRIFT = 1e-2
# largest relative change of a length by the gradients
BENT = 0.03
# where no gradients are known, a triangle's lengths differ by at most this share
EVEN = 0.05
# rays are doubled while more than this share of the cells is not reached, at most this many times
LEFT, DOUBLED = 0.1, 3


def fire(request: ShootRequest) -> Paths:
    """Integrate rays in float64 by classical Runge–Kutta, whose error is far below that of a map."""
    return shoot(request, RK4)


@dataclass(frozen=True, eq=False)
class Rays:
    """n rays ordered by angle (n,), with nodes at m lengths r (m,).

    theta, velocity (n, m, 2) of unit speed; last (n,): index of the last node that each reaches; stop
    (n, 2) and end (n,): where it stops beyond that, and its length there.
    """

    angle: Floats
    r: Floats
    theta: Floats
    velocity: Floats
    last: np.ndarray
    stop: Floats
    end: Floats


@dataclass(frozen=True, eq=False)
class Net:
    """Nodes (n, m) of rays ordered by angle: theta, velocity (n, m, 2), r (n, m): lengths, and smooth
    (n, m): whether a node lies before the ray's last step, which is a straight line to its end.
    """

    theta: Floats
    velocity: Floats
    r: Floats
    smooth: np.ndarray


def lengths(
    request: DistanceRequest,
    geometry: Local,
    reach: float,
    inside: np.ndarray,
    shooter: Fire = fire,
    guessed: bool = False,
) -> Floats:
    """Return the smallest length (rows, columns) of a ray to each cell, `FAR` where none arrives.

    reach: the largest distance; inside (rows, columns): the cells of interest; ``guessed``: reach is
    only a guess.
    """
    found = np.full(request.shape, FAR)
    for _ in range(1 + DOUBLED * guessed):
        one, goes_on = _within(request, geometry, reach, shooter)
        found = np.minimum(found, one)
        if not goes_on or (found < FAR)[inside].mean() >= 1.0 - LEFT:
            break
        reach = 2.0 * reach
    return found


def _within(
    request: DistanceRequest, geometry: Local, reach: float, shooter: Fire
) -> tuple[Floats, bool]:
    """Return the smallest lengths (rows, columns) up to a reach, and whether rays continue beyond it on
    the map.
    """
    basis, turn = _frame(geometry, request.manifold, request.source)
    if basis is None or not 0.0 < reach < FAR:
        return np.full(request.shape, FAR), False
    density = COARSE if request.manifold.slot.loops >= TERMS else FINE
    r = _knots(density, LONGER * reach, turn)
    angle = 2 * np.pi * np.arange(density.rays) / density.rays
    rays = _shot(request, shooter, basis, angle, r)
    for _ in range(ROUNDS):
        between = _between(request, rays, density)
        if not len(between):
            break
        rays = _merged(rays, _shot(request, shooter, basis, between, r))
    found = np.full(request.shape[0] * request.shape[1], FAR)
    net = _finer(request, rays)
    for theta in _copies(request, net.theta):
        _cover(request, geometry, replace(net, theta=theta), found)
    ends = rays.theta[rays.last == len(r) - 1, -1]
    goes_on = bool(_near(request, _places(request, ends)).any())
    return found.reshape(request.shape), goes_on


def _frame(geometry: Local, manifold: Manifold, source: Floats) -> tuple[Floats | None, float]:
    """Return an orthonormal frame (2, 2) at the source, with vectors as columns, None if g is singular;
    and the turning rate of geodesics in coordinates there, per unit length.
    """
    found = geometry(GeometryRequest(manifold, source[None]))
    metric = found.metric[0]
    if not np.isfinite(metric).all() or not np.linalg.eigvalsh(metric)[0] > 0.0:
        return None, 0.0
    frame = np.asarray(np.linalg.inv(np.linalg.cholesky(metric)).T)
    turns = [0.0]
    for way in ((1.0, 0.0), (0.0, 1.0), (0.71, 0.71), (0.71, -0.71)):
        u = frame @ np.array(way)
        bend = np.einsum("kij,i,j->k", np.nan_to_num(found.christoffel[0]), u, u)
        turns.append(float(np.sqrt(max(bend @ metric @ bend, 0.0))))
    return frame, max(turns)


def _knots(density: Density, reach: float, turn: float) -> Floats:
    """Return the lengths (m,) of the nodes of rays, denser towards the source."""
    halves = int(np.clip(np.ceil(np.log2(max(turn * reach / TURN, 1.0))), 1, HALVES))
    pieces = [np.zeros(1)]
    for half in range(halves, -1, -1):
        low = 0.0 if half == halves else 0.5 ** (half + 1)
        steps = (density.outer, density.inner)[half] if half < 2 else density.further
        pieces.append(np.linspace(low, 0.5**half, steps + 1)[1:])
    found: Floats = reach * np.concatenate(pieces)
    return found


def _stages(r: Floats) -> list[tuple[int, int]]:
    """Return first and last nodes of runs of equal steps."""
    step = np.diff(r)
    breaks = np.flatnonzero(np.abs(np.diff(step)) > 1e-9 * step[:-1]) + 1
    edges = [0, *breaks.tolist(), len(step)]
    return list(pairwise(edges))


def _shot(request: DistanceRequest, shooter: Fire, basis: Floats, angle: Floats, r: Floats) -> Rays:
    """Integrate rays at some angles, one run of equal steps after another."""
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    n, m = len(angle), len(r)
    theta, velocity = np.zeros((n, m, 2)), np.zeros((n, m, 2))
    theta[:], velocity[:, 0] = request.source, wheel @ basis.T
    last = np.zeros(n, np.int64)
    stop, end = theta[:, 0].copy(), np.zeros(n)
    on = np.arange(n)
    for low, high in _stages(r):
        checkpoint()
        size = r[high] - r[low]
        wanted = ShootRequest(
            request.manifold, theta[on, low], size * velocity[on, low], 0.0, high - low
        )
        paths = shooter(wanted)
        part = slice(low + 1, high + 1)
        theta[on, part] = np.nan_to_num(paths.theta[:, 1:])
        velocity[on, part] = np.nan_to_num(paths.velocity[:, 1:]) / size
        good = paths.error <= DRIFT
        reached = np.where(good, np.clip(paths.reached, 0.0, 1.0), 0.0)
        last[on] = low + np.where(good, paths.nodes - 1, 0)
        end[on] = r[low] + size * reached
        stop[on] = np.where(good[:, None], paths.stop, paths.theta[:, 0])
        on = on[good & (paths.nodes == high - low + 1)]
        if not len(on):
            break
    return Rays(angle, r, theta, velocity, last, stop, end)


def _merged(one: Rays, other: Rays) -> Rays:
    """Return the rays of both, with nodes at the same lengths, by increasing angle."""
    order = np.argsort(np.concatenate([one.angle, other.angle]), kind="stable")
    each = (f.name for f in fields(Rays) if f.name != "r")
    both = {k: np.concatenate([getattr(one, k), getattr(other, k)])[order] for k in each}
    return replace(one, **both)


def _finer(request: DistanceRequest, rays: Rays) -> Net:
    """Insert nodes between those of rays, by cubic Hermite interpolation, up to the end of each."""
    place = _places(request, rays.theta)
    near = _near(request, place)
    gap = np.abs(np.diff(place, axis=1)).max(axis=-1)
    gap = np.where(near[:, 1:] | near[:, :-1], np.nan_to_num(gap), 0.0)
    gap = np.where(np.arange(len(rays.r) - 1) < rays.last[:, None], gap, 0.0).max(axis=0)
    parts = np.clip(np.ceil(gap / CLOSE), 2, FINER).astype(int)
    node = np.append(np.repeat(np.arange(len(parts)), parts), len(parts) - 1)
    share = np.append(np.concatenate([np.arange(k) / k for k in parts]), 1.0)
    width = np.diff(rays.r)[node]
    at = rays.r[node] + share * width
    a, b = rays.theta[:, node], rays.theta[:, node + 1]
    h, s = width[:, None], share[:, None]
    u, v = h * rays.velocity[:, node], h * rays.velocity[:, node + 1]
    theta = a + s * s * (3 - 2 * s) * (b - a) + s * (1 - s) ** 2 * u - s * s * (1 - s) * v
    speed = (6 * s * (1 - s) * (b - a) + (1 - s) * (1 - 3 * s) * u + s * (3 * s - 2) * v) / h
    whole = rays.r[rays.last][:, None]
    smooth = at <= whole * (1.0 + 1e-12)
    tail = np.clip((at - whole) / np.maximum(rays.end[:, None] - whole, 1e-300), 0.0, 1.0)
    foot = rays.theta[np.arange(len(rays.last)), rays.last][:, None]
    straight = foot + tail[..., None] * (rays.stop[:, None] - foot)
    theta = np.where(smooth[..., None], theta, straight)
    return Net(theta, speed, np.minimum(at, rays.end[:, None]), smooth)


def _near(request: DistanceRequest, place: Floats) -> np.ndarray:
    """Return which places (..., 2) lie on the map or next to it."""
    with np.errstate(invalid="ignore"):
        return np.asarray(
            ((place > -2.0) & (place < np.array(request.shape[::-1]) + 1.0)).all(axis=-1)
        )


def _places(request: DistanceRequest, theta: Floats) -> Floats:
    """Return places in cells (..., 2), columns and rows from the centre of the first, of θ (..., 2)."""
    extent, (rows, columns) = request.extent, request.shape
    safe, inside = inside_only(request.manifold, theta)
    x = request.chart.forward(safe)
    size = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0])
    place = (x - (extent.x0, extent.y0)) / size * (columns, rows) - 0.5
    found: Floats = np.where(inside[..., None], place, np.nan)
    return found


def _between(request: DistanceRequest, rays: Rays, density: Density) -> Floats:
    """Return the angles of rays to add between neighbours that diverge."""
    known = np.arange(len(rays.r)) <= rays.last[:, None]
    place = np.where(known[..., None], _places(request, rays.theta), np.nan)
    near = _near(request, place)
    with np.errstate(invalid="ignore"):
        gap = np.abs(np.roll(place, -1, axis=0) - place).max(axis=-1)
    seen = (near | np.roll(near, -1, axis=0)) & np.isfinite(gap)
    wide = np.where(seen, gap, 0.0).max(axis=1) / density.apart
    parts = np.clip(np.ceil(wide), 1, PARTS).astype(int)
    turn = np.diff(rays.angle, append=rays.angle[0] + 2 * np.pi)
    parts[turn < 1e-7] = 1
    room_left = density.most - len(rays.angle)
    if (parts - 1).sum() > room_left:
        order = np.argsort(-wide)
        parts[order[np.cumsum((parts - 1)[order]) > room_left]] = 1
    if (parts == 1).all():
        return np.zeros(0)
    share = np.concatenate([np.arange(1, k) / k for k in parts if k > 1])
    ray = np.repeat(np.arange(len(parts)), parts - 1)
    found: Floats = rays.angle[ray] + turn[ray] * share
    return found


def _copies(request: DistanceRequest, theta: Floats) -> Sequence[Floats]:
    """Return nodes (n, m, 2) of rays, and their periodic copies that the chart shows elsewhere."""
    manifold = request.manifold
    place = _places(request, theta)
    copies = [theta]
    for axis in np.flatnonzero(np.asarray(manifold.periods)):
        step = np.asarray(manifold.periods) * (np.arange(2) == axis)
        for turn in (1, -1, 2, -2):
            apart = np.abs(_places(request, theta + turn * step) - place)
            if np.nan_to_num(apart).max() > 0.5:
                copies.append(theta + turn * step)
    return copies


def _cover(request: DistanceRequest, geometry: Local, rays: Net, found: Floats) -> None:
    """Lower the values found (cells,) to those of the triangles that cover cells."""
    place = _places(request, rays.theta)
    n, m = place.shape[:2]
    number = np.arange(n * m).reshape(n, m)
    after = np.roll(number, -1, axis=0)
    corners = np.concatenate([
        np.stack([number[:, :-1], number[:, 1:], after[:, 1:]], axis=-1).reshape(-1, 3),
        np.stack([number[:, :-1], after[:, 1:], after[:, :-1]], axis=-1).reshape(-1, 3),
    ])  # fmt: skip
    flat = place.reshape(-1, 2)
    triangle, cell, weights = covered(flat[corners], request.shape)
    if not len(cell):
        return
    corner = corners[triangle]
    value = (weights * rays.r.reshape(-1)[corner]).sum(axis=1)
    first, sizes = (corner % m == 0).any(axis=1), rays.r.reshape(-1)[corner]
    smooth = rays.smooth.reshape(-1)[corner].all(axis=1) & ~first
    bend = np.zeros(len(value))
    bend[smooth] = _bend(request, geometry, rays, corner[smooth], cell[smooth], weights[smooth])
    even = smooth | first | (np.ptp(sizes, axis=1) <= EVEN * value)
    kept = even & (np.abs(bend) <= BENT * value + 1e-12)
    np.minimum.at(found, cell[kept], (value + bend)[kept])


def _bend(
    request: DistanceRequest, geometry: Local, rays: Net, corner: Ints, cell: Ints, weights: Floats
) -> Floats:
    """Return ½ Σ λ_c ∂r_c (x − x_c) (k,) of cells in triangles, in drawing coordinates."""
    chart: Chart = request.chart
    extent, (rows, columns) = request.extent, request.shape
    size = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / (columns, rows)
    centre = np.stack([cell % columns, cell // columns], axis=1) + 0.5
    x = (extent.x0, extent.y0) + centre * size
    used, back = np.unique(corner, return_inverse=True)
    theta = rays.theta.reshape(-1, 2)[used]
    velocity = rays.velocity.reshape(-1, 2)[used]
    metric = geometry(GeometryRequest(request.manifold, theta)).metric
    covector = np.nan_to_num((metric @ velocity[..., None])[..., 0])
    slope = np.linalg.solve(np.swapaxes(chart.jacobian(theta), -1, -2), covector[..., None])[..., 0]
    gap = x[:, None] - chart.forward(theta)[back.reshape(corner.shape)]
    bent = (slope[back.reshape(corner.shape)] * gap).sum(axis=-1)
    found: Floats = 0.5 * (weights * bent).sum(axis=1)
    return found
