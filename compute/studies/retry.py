"""A second attempt at geodesics that did not reach their end: in float64, and along a distance map.

The eikonal equation gives the distance d from the end point at every cell.  From the start it decreases
fastest along
    x' = −g⁻¹∂d / |∂d|,
which is the shortest path to O(h), and a good initial curve where a straight one fails.  For a softmax
the polygon of least energy (`sphere_polygon`) is better still, and is itself the result where one key
has nearly all the weight and shooting fails.  An attempt costs about a second per pair, so only failed
pairs are tried.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.distances.distance_map import drawn, interpolated
from compute.geodesics import (
    alpha_geodesics,
    boundary_values,
    direct_solutions,
    multiple_shooting,
    outcome_bounds,
    pole,
    sphere_polygon,
)
from compute.geodesics.discrete_energy import SEGMENTS, descend
from compute.geodesics.initial_curves import straight
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import full, norm
from compute.requests import batch
from compute.requests.engine import Engine
from compute.requests.fields import DistanceRequest, Effort, Field
from compute.requests.geodesics import ConnectRequest, Paths

# minimum segments of an answer's polygon, and maximum of vertices times outcomes
FINE, MOST_VERTICES = (1024, 4096), 1 << 22
# tolerances for its length, and for the squared lengths of its segments
LENGTH_ERROR, UNEVEN = 1e-4, 0.05
# and for a distance used only for drawing
SEEN = 1e-3
# cells per side of the map, and its margin beyond the pins, as a share of their distance
SIDE = 160
BORDER = 0.75
# step of the descent in cells, and the distance from the end at which it stops
STRIDE, NEAR = 0.5, 3.0
MOST_STRIDES = 8 * SIDE


def second_try(engine: Engine, request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths`` (n) with failed ones replaced by the results of a second attempt.

    The attempts are, in order: the reference solver, if another engine was used; for a softmax, a
    polygon of least energy; the descent on a distance map.  If all fail, the path and its status stay
    unchanged; ends where g is singular are tried by polygons only, and LEFT_DOMAIN is not retried.
    Raises `Interrupted` inside `interruptible`.
    """
    paths = direct_solutions.repaired(request, paths)
    if paths.engine != "reference":
        paths = _better(paths, request, boundary_values.solve)
        if pole.applies(request.manifold):
            paths = _better(paths, request, pole.connect)
    paths = _better(paths, request, along_polygon)
    return _better(paths, request, partial(_guided, engine))


def length_between(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> tuple[float, bool]:
    """Return the length of a geodesic between two points (2,), and True; if none is found, the length
    of a straight line in the first chart, an upper bound, and False.

    By the engine, or for a softmax by a polygon.
    """
    request = ConnectRequest(manifold, a[None], b[None], 0.0, SEGMENTS)
    paths = engine.connect(request)
    if paths.status[0] == Status.OK:
        return float(paths.length[0]), True
    line = straight(manifold.charts[0], request.start, request.end, 2 * SEGMENTS)[0]
    if manifold.logits is not None:
        found = sphere_polygon.relaxed(*manifold.logits, line)
        if found.still and found.error <= SEEN * found.length:
            return found.length, True
    inside = inside_only(manifold, 0.5 * (line[1:] + line[:-1]))[0]
    pieces = norm(manifold.geometry(inside).metric, np.diff(line, axis=0))
    return float(pieces.sum()), False


def _better(
    paths: Paths, request: ConnectRequest, solve: Callable[[ConnectRequest], Paths | None]
) -> Paths:
    """Return ``paths`` with failed ones replaced by results of ``solve``, one by one."""
    failed = batch.undecided(paths)
    # on the sphere of distributions a polygon needs no g
    if solve is not along_polygon or request.manifold.singular:
        failed &= ~multiple_shooting.singular_ends(request)
    for i in np.flatnonzero(failed):
        own = batch.pairs(request, np.array([i]))
        found = solve(own)
        found = None if found is None else outcome_bounds.held(own, found, 4)
        if found is not None and found.status[0] == Status.OK:
            alone = len(paths.status) == 1
            paths = found if alone else batch.replaced(paths, np.array([i]), found)
    return paths


def along_polygon(request: ConnectRequest) -> Paths | None:
    """Return the path for one pair, starting from the polygon of least energy.

    It is that of `boundary_values.near`, or the polygon itself with more segments; None for other
    families than softmax and for α ≠ 0.
    """
    if request.manifold.logits is None or request.alpha != 0.0:
        return None
    keys, bias = request.manifold.logits
    line = np.stack([request.start[0], request.end[0]])
    first = sphere_polygon.relaxed(keys, bias, sphere_polygon.refined(line, SEGMENTS))
    found: Paths | None = None
    if not multiple_shooting.singular_ends(request)[0]:
        found = boundary_values.near(request, first.y[None])
        if found.status[0] == Status.OK:
            return found
    for least in FINE:
        every = 2 * -(-least // (2 * request.steps))
        if every * request.steps * len(keys) > MOST_VERTICES:
            break
        fine = sphere_polygon.refined(first.y, every * request.steps)
        first = sphere_polygon.relaxed(keys, bias, fine)
        found = _paths_of(request, first, every)
        if found.status[0] == Status.OK:
            break
    return found


def _paths_of(request: ConnectRequest, found: sphere_polygon.Polygon, every: int) -> Paths:
    """Return a polygon as a path with every ``every``-th node; error: that of its length."""
    error = found.error / max(found.length, 1e-300)
    good = found.still and error <= LENGTH_ERROR and found.drift <= UNEVEN
    sums = found.length, found.length**2
    return batch.one(request, found.y[::every], found.v[::every], sums, error, good)


def _guided(engine: Engine, request: ConnectRequest) -> Paths | None:
    """Solve from the descent on a distance map; None if that fails."""
    way = way_down(engine, request.manifold, request.start[0], request.end[0])
    if way is None:
        return None
    curve = descend(request.manifold, way[None]).theta

    def levi_civita(own: ConnectRequest) -> Paths:
        return boundary_values.near(own, curve)

    return (
        levi_civita(request)
        if request.alpha == 0.0
        else alpha_geodesics.connect(request, levi_civita)
    )


def way_down(engine: Engine, manifold: Manifold, start: Floats, end: Floats) -> Floats | None:
    """Return θ (SEGMENTS + 1, 2) from start to end by descent of the distance from the end, in steps of
    equal length.

    None if the descent does not arrive.
    """
    chart = manifold.charts[0]
    a, b = chart.forward(start), chart.forward(end)
    request = DistanceRequest(
        manifold, chart, end, _extent(manifold, a, b), (SIDE, SIDE), Effort.SLOPES
    )
    line = _descended(request, engine.distance(request), a, b)
    if line is None:
        return None
    theta = chart.inverse(line)
    theta[0], theta[-1] = start, end
    return _even(manifold, theta)


def _extent(manifold: Manifold, a: Floats, b: Floats) -> Extent:
    """Return a rectangle that contains the family's view and a neighbourhood of both points."""
    view = manifold.view
    reach = BORDER * np.maximum(
        np.abs(b - a), 0.05 * np.array([view.x1 - view.x0, view.y1 - view.y0])
    )
    low, high = np.minimum(a, b) - reach, np.maximum(a, b) + reach
    return Extent(
        float(min(low[0], view.x0)), float(max(high[0], view.x1)),
        float(min(low[1], view.y0)), float(max(high[1], view.y1)),
    )  # fmt: skip


def _descended(request: DistanceRequest, field: Field, a: Floats, b: Floats) -> Floats | None:
    """Return chart coordinates (k, 2) of the descent from a to b; None if it does not arrive."""
    extent, chart = request.extent, request.chart
    rows, columns = request.shape
    cell = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / (columns, rows)
    up, across = np.gradient(field.values)
    slope = np.stack([across, up], axis=-1)
    line, x = [np.asarray(a)], np.asarray(a)
    for _ in range(MOST_STRIDES):
        if np.hypot(*((x - b) / cell)) < NEAR:
            return np.stack([*line, b])
        down = np.array([interpolated(slope[..., i], extent, x) for i in (0, 1)])
        theta, inside = inside_only(request.manifold, chart.inverse(x))
        if not inside or not np.isfinite(down).all():
            return None
        metric = full(request.manifold.geometry(theta).metric)
        g11, g12, g22 = drawn(chart, theta[None], metric[None], cell)[0]
        step = -np.array([g22 * down[0] - g12 * down[1], g11 * down[1] - g12 * down[0]])
        x = x + STRIDE * cell * step / max(float(np.hypot(*step)), 1e-300)
        line.append(x)
    return None


def _even(manifold: Manifold, theta: Floats) -> Floats:
    """Resample a polyline (k, 2) to SEGMENTS pieces of equal Fisher length."""
    middle = 0.5 * (theta[1:] + theta[:-1])
    pieces = norm(manifold.geometry(middle).metric, np.diff(theta, axis=0))
    along = np.concatenate([[0.0], np.cumsum(pieces)])
    at = np.linspace(0.0, along[-1], SEGMENTS + 1)
    return np.stack([np.interp(at, along, theta[:, axis]) for axis in (0, 1)], axis=1)
