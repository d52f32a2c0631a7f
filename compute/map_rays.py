"""Distances along the geodesics that leave a point in all directions, read off at cells of a chart.

Neighbouring rays and neighbouring nodes of them are the corners of triangles.  In a triangle the length r
of the way from the source is interpolated from the three corners, where its gradient is the covector g v
of the ray that has unit speed there:
    r(x) = Σ λ_c (r_c + ½ ∂r_c (x − x_c)),
which is exact for polynomials of degree 2.  Where rays part, others are put between them.  The least over
all triangles that cover a cell is the length of the shortest geodesic to it; what no ray reaches, such as
cells behind a hole of the domain, has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compute.charts import Chart
from compute.eikonal import FAR
from compute.geodesic import RK4, Fire, shoot
from compute.interrupt import checkpoint
from compute.manifold import Manifold, inside_only
from compute.types import (
    DistanceRequest,
    Floats,
    Geometry,
    GeometryRequest,
    Ints,
    Paths,
    ShootRequest,
)

Local = Callable[[GeometryRequest], Geometry]

# rays to begin with and at most, steps of each, and nodes that cubics put into a step
RAYS, MOST, STEPS, FINER = 96, 2048, 64, 4
# neighbours farther apart than so many cells get rays between them, at most so many times over, so many
# at once; triangles wider than so many cells are not trusted
APART, ROUNDS, PARTS, WIDEST = 1.5, 4, 8, 6.0
# rays are this much longer than the largest distance that is looked for
LONGER = 1.02
# what the gradients may change of a length, as a share of it
BENT = 0.03


def fire(request: ShootRequest) -> Paths:
    """Rays in float64 by the classical method, whose error is far below a map's."""
    return shoot(request, RK4)


@dataclass(frozen=True, eq=False)
class Rays:
    """n rays by increasing angle (n,) with m nodes: theta, velocity (n, m, 2) of unit speed, r (n, m)
    their lengths; smooth (n, m): whether a node lies before the ray's last step.  After the end of a ray
    its end is repeated.
    """

    angle: Floats
    theta: Floats
    velocity: Floats
    r: Floats
    smooth: np.ndarray


def lengths(
    request: DistanceRequest, geometry: Local, reach: float, shooter: Fire = fire
) -> Floats:
    """The least length (rows, columns) of a ray to each cell, `FAR` where none arrives.

    reach: the largest distance that is looked for.
    """
    basis = _frame(geometry, request.manifold, request.source)
    if basis is None or not 0.0 < reach < FAR:
        return np.full(request.shape, FAR)
    angle = 2 * np.pi * np.arange(RAYS) / RAYS
    rays = _shot(request, shooter, basis, angle, LONGER * reach)
    for _ in range(ROUNDS):
        between = _between(request, rays)
        if not len(between):
            break
        more = _shot(request, shooter, basis, between, LONGER * reach)
        rays = _merged(rays, more)
    found = np.full(request.shape[0] * request.shape[1], FAR)
    for theta in _copies(request, rays.theta):
        _cover(request, geometry, replace(rays, theta=theta), found)
    return found.reshape(request.shape)


def _frame(geometry: Local, manifold: Manifold, source: Floats) -> Floats | None:
    """An orthonormal frame (2, 2) at the source, its vectors as columns; None where g is singular."""
    metric = geometry(GeometryRequest(manifold, source[None])).metric[0]
    if not np.isfinite(metric).all() or not np.linalg.eigvalsh(metric)[0] > 0.0:
        return None
    frame: Floats = np.linalg.inv(np.linalg.cholesky(metric)).T
    return frame


def _shot(
    request: DistanceRequest, shooter: Fire, basis: Floats, angle: Floats, reach: float
) -> Rays:
    """Rays at some angles."""
    checkpoint()
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    start = np.broadcast_to(request.source, wheel.shape).copy()
    wanted = ShootRequest(request.manifold, start, reach * wheel @ basis.T, 0.0, STEPS)
    paths = shooter(wanted)
    return _finer(paths, angle, reach)


def _finer(paths: Paths, angle: Floats, reach: float) -> Rays:
    """Rays with nodes between those of paths, by Hermite's cubics, up to where each of them ends."""
    count = len(angle)
    t = np.linspace(0.0, 1.0, STEPS * FINER + 1)
    low = np.minimum((t * STEPS + 1e-9).astype(int), STEPS - 1)
    last = np.maximum(paths.nodes - 1, 0)
    each = np.arange(count)[:, None]
    # the interval of each node; in the last one, which a ray does not pass, straight to where it stops
    node = np.minimum(low, np.maximum(last[:, None] - 1, 0))
    share = (t * STEPS - node)[..., None]
    a, b = paths.theta[each, node], paths.theta[each, np.minimum(node + 1, STEPS)]
    u, v = paths.velocity[each, node] / STEPS, paths.velocity[each, np.minimum(node + 1, STEPS)] / STEPS
    s = np.clip(share, 0.0, 1.0)
    theta = a + s * s * (3 - 2 * s) * (b - a) + s * (1 - s) ** 2 * u - s * s * (1 - s) * v
    speed = 6 * s * (1 - s) * (b - a) + (1 - s) * (1 - 3 * s) * u + s * (3 * s - 2) * v
    end = np.minimum(paths.reached, 1.0)[:, None]
    smooth = (t <= last[:, None] / STEPS + 1e-9) & (last[:, None] > 0)
    tail = np.clip((t - last[:, None] / STEPS) / np.maximum(end - last[:, None] / STEPS, 1e-12), 0, 1)
    foot = paths.theta[each[:, 0], last][:, None]
    straight = foot + tail[..., None] * (paths.stop[:, None] - foot)
    theta = np.where(smooth[..., None], theta, straight)
    return Rays(
        angle, theta, np.where(smooth[..., None], speed * STEPS / reach, 0.0),
        reach * np.minimum(t, end), smooth,
    )  # fmt: skip


def _merged(one: Rays, other: Rays) -> Rays:
    angle = np.concatenate([one.angle, other.angle])
    order = np.argsort(angle, kind="stable")
    parts = (
        np.concatenate([a, b])[order]
        for a, b in (
            (one.theta, other.theta),
            (one.velocity, other.velocity),
            (one.r, other.r),
            (one.smooth, other.smooth),
        )
    )
    return Rays(angle[order], *parts)


def _places(request: DistanceRequest, theta: Floats) -> Floats:
    """Places in cells (..., 2), columns and rows from the centre of the first, of θ (..., 2)."""
    extent, (rows, columns) = request.extent, request.shape
    safe, inside = inside_only(request.manifold, theta)
    x = request.chart.forward(safe)
    size = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0])
    place = (x - (extent.x0, extent.y0)) / size * (columns, rows) - 0.5
    found: Floats = np.where(inside[..., None], place, np.nan)
    return found


def _between(request: DistanceRequest, rays: Rays) -> Floats:
    """Angles of rays that are missing between neighbours which part."""
    place = _places(request, rays.theta[:, ::FINER])
    room = np.array(request.shape[::-1])
    near = ((place > -2.0) & (place < room + 1.0)).all(axis=-1)
    after = np.roll(place, -1, axis=0)
    with np.errstate(invalid="ignore"):
        gap = np.abs(after - place).max(axis=-1)
    seen = (near | np.roll(near, -1, axis=0)) & np.isfinite(gap)
    wide = np.where(seen, gap, 0.0).max(axis=1) / APART
    parts = np.clip(np.ceil(wide), 1, PARTS).astype(int)
    turn = np.diff(rays.angle, append=rays.angle[0] + 2 * np.pi)
    parts[turn < 1e-7] = 1
    room_left = MOST - len(rays.angle)
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
    """Rays' nodes (n, m, 2), and the same points a period further where the chart shows them elsewhere."""
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


def _cover(request: DistanceRequest, geometry: Local, rays: Rays, found: Floats) -> None:
    """Lower what is found (cells,) to the lengths of the triangles that cover cells."""
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
    smooth = rays.smooth.reshape(-1)[corner].all(axis=1) & (corner % m > 0).all(axis=1)
    bend = np.zeros(len(value))
    bend[smooth] = _bend(request, geometry, rays, corner[smooth], cell[smooth], weights[smooth])
    kept = np.abs(bend) <= BENT * value + 1e-12
    np.minimum.at(found, cell[kept], (value + bend)[kept])


def covered(corner: Floats, shape: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
    """Which triangles, of corners (k, 3, 2) in cells, cover which cells, and the weights (…, 3) of their
    corners there.
    """
    rows, columns = shape
    low, high = np.ceil(corner.min(axis=1) - 1e-9), np.floor(corner.max(axis=1) + 1e-9)
    with np.errstate(invalid="ignore"):
        wide = (corner.max(axis=1) - corner.min(axis=1) > WIDEST).any(axis=1)
        low, high = np.maximum(low, 0.0), np.minimum(high, (columns - 1, rows - 1))
        some = np.flatnonzero((high >= low).all(axis=1) & ~wide)
    first = low[some].astype(int)
    size = (high[some] - low[some]).astype(int) + 1
    count = size.prod(axis=1)
    triangle = np.repeat(some, count)
    own = np.repeat(np.arange(len(some)), count)
    step = np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    column = first[own, 0] + step % size[own, 0]
    row = first[own, 1] + step // size[own, 0]
    p, q, s = np.moveaxis(corner[triangle], 1, 0)
    x = np.stack([column, row], axis=1)
    u, v, w = q - p, s - p, x - p
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    kept = np.abs(area) > 1e-12
    area = np.where(kept, area, 1.0)
    b = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
    c = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
    weights = np.stack([1.0 - b - c, b, c], axis=1)
    kept &= (weights >= -1e-6).all(axis=1)
    return triangle[kept], (row * columns + column)[kept], weights[kept]


def _bend(
    request: DistanceRequest, geometry: Local, rays: Rays, corner: Ints, cell: Ints, weights: Floats
) -> Floats:
    """½ Σ λ_c ∂r_c (x − x_c) (k,) of cells in triangles, in drawing coordinates."""
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
