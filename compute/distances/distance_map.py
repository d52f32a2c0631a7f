"""The Fisher–Rao distance d from one point to all cells of a chart, with verification.

If the family has a closed form of the distance, that is the map.  Otherwise it is the length of
geodesics from the point (`rays`).  For cells that none reaches, the eikonal equation |∂d|_g = 1
(`eikonal`) is solved in the family's first chart, on a grid that contains the view's cells and extends
beyond them, because shortest paths may leave the view.  A second grid with half as many lines gives an
error estimate and a Richardson correction.  Cells where the two differ by too much relative to the
distance, or that differ so from a neighbour that a geodesic reaches, are NOT_CONVERGED; values from
grids alone are NOT_VERIFIED (`map_verification`).  Every value is checked against the bounds
    2 arccos Σ√(pq)  (a softmax)  ≤ d ≤  √J = √(KL(A‖B) + KL(B‖A))  (an exponential family).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.distances import rays
from compute.distances.eikonal import FAR, EikonalGrid, settled
from compute.distances.lines import Lines, lines_of
from compute.distances.map_verification import Distances, Gap, by_grids, by_rays, closed
from compute.geodesics.initial_value import Fire
from compute.geodesics.scalar_field import centres
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import norm
from compute.requests.fields import DistanceRequest, Effort, Field
from compute.requests.geometry import Geometry, GeometryRequest

Local = Callable[[GeometryRequest], Geometry]
Settle = Callable[[EikonalGrid], Floats]
# cells within this distance of the source start with the length of the straight line
NEAR = 3.5
# and within this distance no value may exceed it: near the source interpolation is inaccurate
WIDE = 12.0
# the coarser grid omits this share of them
TRIMMED = 1 / 3


def distance(
    request: DistanceRequest,
    geometry: Local,
    settle: Settle = settled,
    engine: str = "reference",
    shoot: Fire = rays.fire,
) -> Field:
    """Return d (rows, columns); NaN outside the domain, where no path reaches a cell and where the grid
    is too coarse.
    """
    x, theta, inside = _cells(request)
    if request.manifold.distance is not None:
        found = closed(request, theta)
    else:
        found = _measured(request, geometry, settle, shoot, x, theta, inside)
    status = np.where(found.gaps == Gap.NONE, Status.OK, Status.NOT_CONVERGED)
    status = np.where((status == Status.OK) & found.rough, Status.NOT_VERIFIED, status)
    if request.manifold.singular:
        status = np.full_like(status, Status.ILL_CONDITIONED)
    status = np.where(inside, status, Status.LEFT_DOMAIN)
    known = (status == Status.OK) | (status == Status.NOT_VERIFIED)
    shown = np.where(known, found.values, np.nan)
    gaps = np.where(status == Status.NOT_CONVERGED, found.gaps, Gap.NONE)
    return Field(shown, status.astype(np.int32), request.extent, engine, gaps.astype(np.int32))


def _cells(request: DistanceRequest) -> tuple[Floats, Floats, np.ndarray]:
    """Return drawing coordinates and θ (rows, columns, 2) of the cells, and which lie in the domain."""
    extent, (rows, columns) = request.extent, request.shape
    x = np.stack(
        np.meshgrid(centres(extent.x0, extent.x1, columns), centres(extent.y0, extent.y1, rows)),
        axis=-1,
    )
    theta = request.chart.inverse(x)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    theta = np.where(known[..., None], theta, request.manifold.interior)
    theta, inside = inside_only(request.manifold, theta)
    return x, theta, known & inside


def _measured(
    request: DistanceRequest,
    geometry: Local,
    settle: Settle,
    shoot: Fire,
    x: Floats,
    theta: Floats,
    inside: np.ndarray,
) -> Distances:
    """Return the distance (rows, columns) by geodesics and two grids, or by the grids alone.

    x, theta (rows, columns, 2): the cells' drawing coordinates and θ; inside: those in the domain.
    """
    manifold, chart = request.manifold, request.manifold.charts[0]
    at = x if request.chart is chart else np.where(inside[..., None], chart.forward(theta), np.nan)
    period = period_of(manifold)
    a = chart.forward(request.source)
    if period is not None:
        turns = np.round((at - a) / np.where(period > 0, period, 1.0))
        at = at - turns * period
    lines, border = lines_of(request, at, a, period)
    metric, usable = _metric(manifold, geometry, lines.nodes)
    near = _Near(request, geometry, a)
    fine = _solved(settle, lines, metric, usable, near)
    trim = tuple(int(TRIMMED * cells) // 2 * 2 for cells in border)
    part = tuple(
        np.s_[cut : length - cut : 2] for cut, length in zip(trim, metric.shape, strict=False)
    )
    half = Lines(lines.x[part[1]], lines.y[part[0]])
    coarse = _solved(settle, half, metric[part], usable[part], near)
    one, other = _at(lines, fine, at, period), _at(half, coarse, at, period)
    close = near.close(lines, at, WIDE)
    line = near.lengths(at[close])
    one[close], other[close] = np.fmin(one[close], line), np.fmin(other[close], line)
    if request.effort is Effort.GEODESICS:
        return by_rays(request, geometry, shoot, (theta, inside), (one, other))
    return by_grids(request, theta, (one, other))


def period_of(manifold: Manifold) -> Floats | None:
    """Return the shift of the first chart's coordinates (2,) by a period; None without one."""
    periods = np.asarray(manifold.periods)
    if not periods.any():
        return None
    inside = np.asarray(manifold.interior)
    chart = manifold.charts[0]
    shift = np.zeros(2)
    for axis in np.flatnonzero(periods):
        moved = inside + periods * (np.arange(2) == axis)
        shift += np.abs(chart.forward(moved) - chart.forward(inside))
    shift = np.where(shift > 1e-9 * np.abs(periods).max(), shift, 0.0)
    return shift if shift.any() else None


def _metric(manifold: Manifold, geometry: Local, x: Floats) -> tuple[Floats, np.ndarray]:
    """Return packed g (..., 3) at coordinates (..., 2) of the first chart, and where it is defined."""
    chart = manifold.charts[0]
    theta = chart.inverse(x)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    theta = _wrapped(manifold, np.where(known[..., None], theta, manifold.interior))
    theta, inside = inside_only(manifold, theta)
    flat = theta.reshape(-1, 2)
    found = geometry(GeometryRequest(manifold, flat)).metric
    usable = np.isfinite(found).all(axis=(1, 2)) & (found[:, 0, 0] + found[:, 1, 1] > 0)
    safe = np.where(usable[:, None, None], found, np.eye(2))
    metric = drawn(chart, flat, safe, np.ones(2)).reshape(*x.shape[:-1], 3)
    usable = usable.reshape(known.shape) & known & inside
    return np.where(usable[..., None], metric, (1.0, 0.0, 1.0)), usable


def _wrapped(manifold: Manifold, theta: Floats) -> Floats:
    """Return θ (..., 2) moved by whole periods into the domain, where possible."""
    for axis in np.flatnonzero(np.asarray(manifold.periods)):
        step = np.asarray(manifold.periods) * (np.arange(2) == axis)
        for turn in (1, -1, 2, -2):
            outside = ~manifold.in_domain(theta)
            moved = theta + turn * step
            better = outside & manifold.in_domain(moved)
            theta = np.where(better[..., None], moved, theta)
    return theta


def drawn(chart: Chart, theta: Floats, metric: Floats, cell: Floats) -> Floats:
    """Return g (k, 2, 2) at θ (k, 2) pulled back to drawing coordinates in units of cells, packed
    (k, 3).
    """
    back = np.linalg.inv(chart.jacobian(theta)) * cell
    pulled = np.swapaxes(back, -1, -2) @ metric @ back
    packed: Floats = pulled.reshape(-1, 4)[:, [0, 1, 3]]
    return packed


# --- around the source -----------------------------------------------------------------------
class _Near:
    """Straight lines of the first chart from the source, whose lengths initialise the distance."""

    def __init__(self, request: DistanceRequest, geometry: Local, a: Floats) -> None:
        self._manifold, self._geometry, self._a = request.manifold, geometry, a
        self._metric = _metric(self._manifold, geometry, a[None])[0][0]

    def close(self, lines: Lines, x: Floats, cells: float = NEAR) -> np.ndarray:
        """Return which drawing coordinates (..., 2) lie within a number of cells of the source, along
        both axes or in the metric, in units of the square root of a cell's area.
        """
        gap = lines.place(x) - lines.place(self._a)
        metric = self._metric * lines.cell(self._a)
        area = np.sqrt(max(metric[0] * metric[2] - metric[1] ** 2, np.finfo(float).tiny))
        square = norm(np.broadcast_to(metric, (*gap.shape[:-1], 3)), gap) ** 2 / area
        return np.asarray(np.fmin(np.hypot(gap[..., 0], gap[..., 1]), np.sqrt(square)) < cells)

    def lengths(self, x: Floats) -> Floats:
        """Return the lengths (k,) of the lines to drawing coordinates (k, 2), by Gauss quadrature;
        `FAR` outside.
        """
        nodes, weights = np.polynomial.legendre.leggauss(3)
        share = 0.5 * (nodes + 1)[:, None, None]
        line = self._a + share * (x - self._a)
        metric, usable = _metric(self._manifold, self._geometry, line)
        speed = norm(metric, np.broadcast_to(x - self._a, line.shape))
        return np.where(usable.all(axis=0), 0.5 * weights @ speed, FAR)


def _solved(
    settle: Settle, lines: Lines, metric: Floats, usable: np.ndarray, near: _Near
) -> Floats:
    nodes = lines.nodes
    close = near.close(lines, nodes) & usable
    first = np.full(usable.shape, FAR)
    first[close] = near.lengths(nodes[close])
    return settle(EikonalGrid(lines.scaled(metric), first, usable))


def _at(lines: Lines, values: Floats, x: Floats, period: Floats | None) -> Floats:
    """Return node values at drawing coordinates (..., 2), the least over periodic copies, or NaN."""
    shifts = [np.zeros(2)]
    for axis in range(2):
        if period is not None and period[axis]:
            step = period * (np.arange(2) == axis)
            shifts += [s + turn * step for s in list(shifts) for turn in (1, -1)]
    found = np.stack([_between(lines, values, x + shift) for shift in shifts])
    least = np.where(np.isfinite(found), found, FAR).min(axis=0)
    return np.where(least < FAR, least, np.nan)


def _between(lines: Lines, values: Floats, x: Floats) -> Floats:
    """Return the square root of the bilinear interpolant of the squared values, using corners with a
    value.
    """
    rows, columns = values.shape
    place = lines.place(x)
    known = np.asarray(np.isfinite(place).all(axis=-1))
    place = np.where(known[..., None], place, 0.0)
    low = np.clip(np.floor(place).astype(int), 0, (columns - 2, rows - 2))
    share = place - low
    total, weight = np.zeros(known.shape), np.zeros(known.shape)
    for i in (0, 1):
        for j in (0, 1):
            value = values[low[..., 1] + i, low[..., 0] + j]
            w = np.abs(1 - j - share[..., 0]) * np.abs(1 - i - share[..., 1])
            w = np.where(value < FAR, w, 0.0)
            total += w * np.where(value < FAR, value, 0.0) ** 2
            weight += w
    known &= weight > 0.0
    return np.where(known, np.sqrt(total / np.where(known, weight, 1.0)), np.nan)


# --- what is done with maps --------------------------------------------------------------------
def prepared(request: DistanceRequest, geometry: Local) -> EikonalGrid:
    """Return the metric at the cells of a request, in units of its cells."""
    extent, chart = request.extent, request.chart
    _, theta, inside = _cells(request)
    cell = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / request.shape[::-1]
    found = geometry(GeometryRequest(request.manifold, theta.reshape(-1, 2)))
    metric = drawn(chart, theta.reshape(-1, 2), found.metric, cell).reshape(*inside.shape, 3)
    return EikonalGrid(metric, np.full(inside.shape, FAR), inside)


def value_at(field: Field, x: Floats) -> float:
    """Return the value of a map at one drawing coordinate (2,) of its chart; NaN where it is
    unknown.
    """
    return float(interpolated(field.values, field.extent, np.asarray(x, dtype=float)))


def interpolated(values: Floats, extent: Extent, x: Floats) -> Floats:
    """Return a map at drawing coordinates x (..., 2), bilinear between cell centres; NaN where
    unknown.
    """
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
