"""The Fisher–Rao distance d from one point to all cells of a chart: the eikonal equation |∂d|_g = 1.

The value of a cell is the least, over the eight triangles that it makes with two adjoining neighbours
at offsets p and q, of
    min over t in [0, 1] of  (1 − t) d_p + t d_q + |p + t(q − p)|_g,
with g the mean metric of the three cells.  With e = q − p, A = |e|², B = ⟨p, e⟩ and k = (d_q − d_p)/√A
the least lies at t = −B/A − k m/√(1 − k²), m² = |p|²/A − B²/A².  All cells are renewed at once until
none changes, so that the result depends on no order.  The error is O(h), h the length of a cell's
edge.  Triangles of neighbours are too coarse for an anisotropy beyond about ten.  The twin of
``shaders/kernels/distance.wgsl``.  (Sethian and Vladimirsky, SIAM J. Numer. Anal. 41, 2003.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.charts import Chart
from compute.field import centres
from compute.interrupt import checkpoint
from compute.manifold import norm
from compute.types import (
    DistanceRequest,
    Extent,
    Field,
    Floats,
    Geometry,
    GeometryRequest,
    Ints,
    Status,
)

# neighbours (column, row) around a cell; each makes a triangle with the next
AROUND = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
# cells within this many of the source begin with the length of the straight line to it
NEAR = 3.5
# what stands for a distance that is not known
FAR = 1e30
# values that fall by less than this share of themselves have settled
SETTLED = 1e-12


@dataclass(frozen=True, eq=False)
class Grid:
    """What the eikonal equation needs of a chart: metric (rows, columns, 3), packed, in units of
    cells; first (rows, columns) where the distance begins; status (rows, columns) of the geometry.
    """

    metric: Floats
    first: Floats
    status: Ints


def distance(request: DistanceRequest, geometry: Callable[[GeometryRequest], Geometry]) -> Field:
    """d (rows, columns) in float64, NaN outside the domain and where nothing leads to a cell."""
    grid = prepared(request, geometry)
    values = _settled(grid)
    return finished(request, grid, values, "reference")


def prepared(request: DistanceRequest, geometry: Callable[[GeometryRequest], Geometry]) -> Grid:
    """The metric at all cells, and the straight lines' lengths near the source."""
    rows, columns = request.shape
    extent, chart, manifold = request.extent, request.chart, request.manifold
    cell = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / (columns, rows)
    x = np.stack(
        np.meshgrid(centres(extent.x0, extent.x1, columns), centres(extent.y0, extent.y1, rows)),
        axis=-1,
    )
    theta = chart.inverse(x)
    known = np.isfinite(theta).all(axis=-1, keepdims=True)
    theta = np.where(known, theta, manifold.interior).reshape(-1, 2)
    found = geometry(GeometryRequest(manifold, _inside(request, theta)))
    status = np.where(manifold.in_domain(theta), found.status, Status.LEFT_DOMAIN)
    status = np.where(known.ravel(), status, Status.LEFT_DOMAIN).reshape(rows, columns)
    metric = drawn(chart, theta, found.metric, cell).reshape(rows, columns, 3)
    usable = status == Status.OK
    metric = np.where(usable[..., None], metric, (1.0, 0.0, 1.0))
    own = geometry(GeometryRequest(manifold, request.source[None]))
    here = drawn(chart, request.source[None], own.metric, cell)[0]
    gap = (x - chart.forward(request.source)) / cell
    line = norm(0.5 * (metric + here), gap)
    near = usable & (np.hypot(gap[..., 0], gap[..., 1]) < NEAR)
    return Grid(metric, np.where(near, line, FAR), status.astype(np.int32))


def _inside(request: DistanceRequest, theta: Floats) -> Floats:
    inside = request.manifold.in_domain(theta)
    return np.where(inside[:, None], theta, np.asarray(request.manifold.interior))


def drawn(chart: Chart, theta: Floats, metric: Floats, cell: Floats) -> Floats:
    """g (k, 2, 2) at θ (k, 2) pulled back to drawing coordinates in units of cells, packed (k, 3)."""
    back = np.linalg.inv(chart.jacobian(theta)) * cell
    pulled = np.swapaxes(back, -1, -2) @ metric @ back
    packed: Floats = pulled.reshape(-1, 4)[:, [0, 1, 3]]
    return packed


def finished(request: DistanceRequest, grid: Grid, values: Floats, engine: str) -> Field:
    """The answer from settled values; cells that nothing leads to are NOT_CONVERGED."""
    status = np.where(
        (grid.status == Status.OK) & (values >= FAR), Status.NOT_CONVERGED, grid.status
    )
    shown = np.where(status == Status.OK, values, np.nan)
    return Field(shown, status.astype(np.int32), request.extent, engine)


def _settled(grid: Grid) -> Floats:
    """Renew all cells until none changes."""
    usable = np.asarray(grid.status == Status.OK)
    triangles = [_Triangle(grid.metric, usable, i) for i in range(len(AROUND))]
    values = grid.first
    for _ in range(4 * sum(values.shape)):
        checkpoint()
        padded = np.pad(values, 1, constant_values=FAR)
        least = values
        for triangle in triangles:
            least = np.minimum(least, triangle.least(padded))
        least = np.where(usable, least, FAR)
        changed = (values - least) > SETTLED * values
        values = least
        if not changed.any():
            break
    return values


class _Triangle:
    """One of the eight triangles, at all cells: its lengths, and the least way through its far side."""

    def __init__(self, metric: Floats, usable: np.ndarray, number: int) -> None:
        self._p, self._q = AROUND[number], AROUND[(number + 1) % len(AROUND)]
        padded, known = np.pad(metric, ((1, 1), (1, 1), (0, 0))), np.pad(usable, 1)
        mean = (metric + _shifted(padded, self._p) + _shifted(padded, self._q)) / 3
        whole = usable & _shifted(known, self._p) & _shifted(known, self._q)
        mean = np.where(whole[..., None], mean, metric)
        p = np.asarray(self._p, dtype=float)
        e = np.asarray(self._q, dtype=float) - p
        self._a = _inner(mean, e, e)
        self._b = _inner(mean, p, e) / self._a
        self._m = np.sqrt(np.maximum(_inner(mean, p, p) / self._a - self._b**2, 0.0))

    def least(self, padded: Floats) -> Floats:
        """The value that this triangle gives every cell, from padded values."""
        root = np.sqrt(self._a)
        first, second = _shifted(padded, self._p), _shifted(padded, self._q)
        k = np.clip((second - first) / root, -1.0 + 1e-9, 1.0 - 1e-9)
        t = np.clip(-self._b - k * self._m / np.sqrt(1.0 - k * k), 0.0, 1.0)
        way = root * np.sqrt((t + self._b) ** 2 + self._m**2)
        least: Floats = (1.0 - t) * first + t * second + way
        return least


def _inner(metric: Floats, u: Floats, v: Floats) -> Floats:
    cross = u[0] * v[1] + u[1] * v[0]
    total: Floats = (
        metric[..., 0] * u[0] * v[0] + metric[..., 1] * cross + metric[..., 2] * u[1] * v[1]
    )
    return total


def _shifted(padded: Floats, offset: tuple[int, int]) -> Floats:
    """The values (rows, columns, …) of the neighbours at an offset."""
    column, row = offset
    rows, columns = padded.shape[0] - 2, padded.shape[1] - 2
    return padded[1 + row : 1 + row + rows, 1 + column : 1 + column + columns]


def interpolated(values: Floats, extent: Extent, x: Floats) -> Floats:
    """A map at drawing coordinates x (..., 2), bilinear between cell centres; NaN where unknown."""
    rows, columns = values.shape
    place = (x - (extent.x0, extent.y0)) / (extent.x1 - extent.x0, extent.y1 - extent.y0)
    place = place * (columns, rows) - 0.5
    known = np.isfinite(place).all(axis=-1)
    place = np.where(known[..., None], place, 0.0)
    low = np.clip(np.floor(place).astype(int), 0, (columns - 2, rows - 2))
    share = place - low
    i, j, s, t = low[..., 1], low[..., 0], share[..., 0], share[..., 1]
    inside = known & ((share > -0.5) & (share < 1.5)).all(axis=-1)
    below = (1 - s) * values[i, j] + s * values[i, j + 1]
    above = (1 - s) * values[i + 1, j] + s * values[i + 1, j + 1]
    return np.where(inside, (1 - t) * below + t * above, np.nan)
