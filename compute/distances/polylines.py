"""Upper bounds of a distance map along polylines of cells.

d(A, x) ≤ d(A, y) + (length of any curve from y to x).  So a geodesic from A that reaches a cell by a
detour is detected if its neighbours are reached by a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.distances.eikonal import FAR
from compute.manifold.tangent import norm
from compute.requests.fields import DistanceRequest
from compute.requests.geometry import Geometry, GeometryRequest

Local = Callable[[GeometryRequest], Geometry]
Bound = Callable[[Floats, Floats], Floats]

# steps to neighbouring cells, in rows and columns, each with its opposite
MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (1, -2), (2, 1), (2, -1))
# up to this distance in cells the path to the source is straight
NEAR = 2.0
# positive, since a sparse matrix ignores zeros
LEAST = 1e-300


def least(
    request: DistanceRequest,
    geometry: Local,
    most: Bound,
    cells: tuple[Floats, np.ndarray],
    values: Floats,
) -> Floats:
    """Return the minimum of values (rows, columns) plus the length of a polyline from cell to cell.

    cells: θ (rows, columns, 2) and which of them lie inside; values: lengths of curves from the source,
    infinite where unknown; most(a, b): an upper bound of the distance between points (k, 2), `FAR` if
    there is none.  Then a step is the trapezoidal rule for √g(Δθ, Δθ), whose error is the variation of
    the metric within a cell.  Infinite where unreachable.
    """
    theta, inside = cells
    number = np.arange(inside.size).reshape(inside.shape)
    metric = np.ones((*inside.shape, 3))
    metric[inside] = _packed(geometry, request, theta[inside])
    known = inside & np.isfinite(metric).all(axis=-1)
    known &= (metric[..., 0] > 0.0) & (metric[..., 2] > 0.0)
    ends, weights = [], list[np.ndarray]()

    def step(a: Floats, b: Floats, at: Floats, to: Floats) -> Floats:
        bound = most(a, b)
        straight = 0.5 * (norm(at, b - a) + norm(to, b - a))
        return np.where(bound < FAR, bound, straight)

    for move in MOVES:
        one, other = _shifted(inside.shape, move)
        both = known[one] & known[other]
        ends.append(np.stack([number[one][both], number[other][both]]))
        points, metrics = ([x[one][both], x[other][both]] for x in (theta, metric))
        weights.append(step(*points, *metrics))
    start = inside.size
    reached = known & np.isfinite(values)
    ends.append(np.stack([np.full(int(reached.sum()), start), number[reached]]))
    weights.append(values[reached])
    beside = known & _beside(request)
    ends.append(np.stack([np.full(int(beside.sum()), start), number[beside]]))
    source = np.broadcast_to(request.source, theta[beside].shape)
    own = np.broadcast_to(_packed(geometry, request, request.source[None]), metric[beside].shape)
    weights.append(step(source, theta[beside], own, metric[beside]))
    found = _shortest(np.concatenate(ends, axis=1), np.concatenate(weights), start)
    return found[:-1].reshape(inside.shape)


def _shortest(ends: np.ndarray, weights: Floats, start: int) -> Floats:
    """Return lengths (start + 1,) of shortest paths from the last node; ends (2, k), weights (k,)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    weights = np.maximum(weights, LEAST)
    # the shortest of several paths between two nodes: a sparse matrix would add them
    order = np.lexsort((weights, ends[1], ends[0]))
    ends, weights = ends[:, order], weights[order]
    first = np.append(True, (np.diff(ends) != 0).any(axis=0))
    ways = coo_matrix((weights[first], tuple(ends[:, first])), (start + 1, start + 1)).tocsr()
    found: Floats = dijkstra(ways, directed=False, indices=start)
    return found


def _packed(geometry: Local, request: DistanceRequest, theta: Floats) -> Floats:
    """Return packed g (n, 3) at θ (n, 2), from the g (n, 2, 2) of an engine."""
    metric = geometry(GeometryRequest(request.manifold, theta)).metric
    return np.stack([metric[:, 0, 0], metric[:, 0, 1], metric[:, 1, 1]], axis=1)


def _shifted(shape: tuple[int, ...], step: tuple[int, int]) -> tuple[tuple[slice, slice], ...]:
    """Return two windows of a grid of this shape, the second shifted by a step (≥ 0, any)."""
    (rows, columns), (down, across) = shape, step
    first = slice(0, rows - down), slice(max(-across, 0), columns - max(across, 0))
    second = slice(down, rows), slice(max(across, 0), columns - max(-across, 0))
    return first, second


def _beside(request: DistanceRequest) -> np.ndarray:
    """Return which cells (rows, columns) are next to the source."""
    extent, (rows, columns) = request.extent, request.shape
    size = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0])
    at = (request.chart.forward(request.source) - (extent.x0, extent.y0)) / size
    column, row = at * (columns, rows) - 0.5
    down, across = np.indices(request.shape)
    return np.asarray(np.hypot(down - row, across - column) <= NEAR)
