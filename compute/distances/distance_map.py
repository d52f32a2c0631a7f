"""The Fisher–Rao distance d from one point to all cells of a chart, and how far it can be trusted.

Where the family knows the distance in closed form, that is the map.  Elsewhere it is the length of
the geodesics that leave the point (`rays`).  For cells that none reaches the eikonal
equation |∂d|_g = 1 (`eikonal`) is solved in the family's first chart, on a grid that has
the view's cells in the middle and grows beyond them, because shortest paths leave the view.  A grid
of half as many lines, which reaches less far, is solved too: the difference of the two is what the
finer one may be off by, and is taken off (Richardson).  Cells where the two differ by more than
`LIMIT` of the distance, or that differ so from a neighbour that a geodesic reaches, are
NOT_CONVERGED.  Every value is held between the bounds
    2 arccos Σ√(pq)  (a softmax)  ≤ d ≤  √J = √(KL(A‖B) + KL(B‖A))  (an exponential family).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.distances import polylines, rays, triangles
from compute.distances.eikonal import FAR, Grid, settled
from compute.distances.lines import Lines, lines_of
from compute.divergences.divergence import natural_chart
from compute.geodesics.initial_value import Fire
from compute.geodesics.scalar_field import centres
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import norm
from compute.requests.fields import DistanceRequest, Field
from compute.requests.geometry import Geometry, GeometryRequest

Local = Callable[[GeometryRequest], Geometry]
Settle = Callable[[Grid], Floats]
# cells within this many of the source begin with the length of the straight line to it
NEAR = 3.5
# and within this many no value exceeds it: between nodes so near the source little is linear
WIDE = 12.0
# the coarser grid leaves out this share of those
TRIMMED = 1 / 3
# a share of the distance that two grids may differ by, and by which their difference corrects at most
LIMIT, MOST = 0.05, 0.2
# and where no geodesic is asked, since two grids may agree and both be off
QUICK = 0.01
# of cells that no geodesic reaches: shares by which two grids may differ there, and a grid from the
# lengths of geodesics at the cells beside
AGREED, BESIDE = 0.0075, 0.025
# a value that is longer by this share than the way by neighbouring cells came round a long way
ROUND = 0.02
# a geodesic that is longer than the distance on grids by more than this share is not the shortest way
DISPUTED = 0.15
# of fewer cells than this share a grid does not know the largest distance
SOLVED = 0.75


def distance(
    request: DistanceRequest,
    geometry: Local,
    settle: Settle = settled,
    engine: str = "reference",
    shoot: Fire = rays.fire,
) -> Field:
    """d (rows, columns), NaN outside the domain, where nothing leads to a cell and where the grid is
    too coarse to say.
    """
    x, theta, inside = _cells(request)
    if request.manifold.distance is not None:
        values, sure = _closed(request, theta)
    else:
        values, sure = _measured(request, geometry, settle, shoot, x, theta, inside)
    status = np.where(sure, Status.OK, Status.NOT_CONVERGED)
    if request.manifold.singular:
        status = np.full_like(status, Status.ILL_CONDITIONED)
    status = np.where(inside, status, Status.LEFT_DOMAIN)
    shown = np.where(status == Status.OK, values, np.nan)
    return Field(shown, status.astype(np.int32), request.extent, engine)


def _cells(request: DistanceRequest) -> tuple[Floats, Floats, np.ndarray]:
    """Drawing coordinates and θ (rows, columns, 2) of the cells, and which lie in the domain."""
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


def _closed(request: DistanceRequest, theta: Floats) -> tuple[Floats, np.ndarray]:
    """The closed form, cell by cell, and where it is a number."""
    assert request.manifold.distance is not None
    with np.errstate(all="ignore"):
        values = request.manifold.distance(np.broadcast_to(request.source, theta.shape), theta)
    sure = np.isfinite(values)
    return np.where(sure, values, 0.0), sure


def _measured(
    request: DistanceRequest,
    geometry: Local,
    settle: Settle,
    shoot: Fire,
    x: Floats,
    theta: Floats,
    inside: np.ndarray,
) -> tuple[Floats, np.ndarray]:
    """Return the distance (rows, columns) by geodesics and two grids, and where it is known.

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
    if request.doubtful or request.quick:
        return _judged(request, theta, one, other)
    return _by_rays(request, geometry, shoot, theta, inside, (one, other))


def _by_rays(
    request: DistanceRequest,
    geometry: Local,
    shoot: Fire,
    theta: Floats,
    inside: np.ndarray,
    grids: tuple[Floats, Floats],
) -> tuple[Floats, np.ndarray]:
    """The lengths of geodesics where they arrive, else the distances of two grids, and which are known.

    What no ray reaches is known where two grids agree and are right at the cells next to it that rays
    reach, or where d(A, y) ± d(x, y) is narrow for one of these cells y.
    """
    values, sure = _judged(request, theta, *grids)
    solved = inside & np.isfinite(grids[0])
    largest = float(np.max(grids[0], where=solved, initial=0.0))
    guessed = bool(solved.sum() < SOLVED * inside.sum())
    length = rays.lengths(request, geometry, largest, inside, shoot, guessed)
    low, high = _bounds(request, theta)
    known = length < FAR
    lit = inside & known & (length <= high * (1.0 + LIMIT)) & (length >= low * (1.0 - LIMIT))
    disputed = lit & sure & (values < (1.0 - DISPUTED) * length)
    found = np.where(lit, np.clip(length, low, high), values)
    lit &= ~disputed
    of_rays = np.where(lit, found, np.inf)
    bound = polylines.least(
        request, geometry, lambda a, b: _bounds(request, b, a)[1], (theta, inside), of_rays
    )
    lit &= found <= (1.0 + ROUND) * bound
    sure &= values <= (1.0 + ROUND) * bound
    if not lit.any():
        return found, sure & ~disputed
    near = triangles.beside(lit)
    off = np.abs(values / np.where(lit, length, 1.0) - 1.0)
    # a grid may be off by more than another of half its lines differs from it, along an edge
    agree = np.abs(grids[1] - grids[0]) <= AGREED * grids[0]
    sure &= (off[near].max(axis=-1) <= BESIDE) & agree & ~disputed
    dark = inside & ~lit & ~sure
    found[dark], enclosed = _enclosed(request, theta, (low, high), found, near, dark)
    sure[dark] = enclosed
    return found, lit | sure


def _enclosed(
    request: DistanceRequest,
    theta: Floats,
    bounds: tuple[Floats, Floats],
    found: Floats,
    near: tuple[np.ndarray, np.ndarray],
    dark: np.ndarray,
) -> tuple[Floats, np.ndarray]:
    """d of some cells from that of cells y next to them: |d(A, x) − d(A, y)| ≤ d(x, y) ≤ √J(x, y)."""
    low, high = bounds[0][dark], bounds[1][dark]
    for k in range(near[0].shape[-1]):
        y = near[0][dark, k], near[1][dark, k]
        _, apart = _bounds(request, theta[dark], theta[y])
        low = np.maximum(low, found[y] - apart)
        high = np.minimum(high, found[y] + apart)
    tight = (high < FAR) & (high <= (1.0 + LIMIT) * low) & (high >= low)
    return np.where(tight, 0.5 * (low + high), found[dark]), tight


def _judged(
    request: DistanceRequest, theta: Floats, fine: Floats, coarse: Floats
) -> tuple[Floats, np.ndarray]:
    """The distance from those of two grids, NaN where they have none, and where it is known."""
    known = np.isfinite(fine) & np.isfinite(coarse)
    fine, coarse = np.where(known, fine, 1.0), np.where(known, coarse, 2.0)
    apart = np.abs(coarse - fine)
    values = fine + np.clip(fine - coarse, -MOST * fine, MOST * fine)
    low, high = _bounds(request, theta)
    values = np.clip(values, low, high)
    limit = QUICK if request.quick else LIMIT
    sure = known & (request.doubtful | (apart <= limit * values))
    tight = high <= (1.0 + LIMIT) * low
    return values, sure | tight


def _bounds(
    request: DistanceRequest, theta: Floats, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """A lower and an upper bound of d (...,) to θ (..., 2) from the source or from points ``start``
    (..., 2); 0 and `FAR` where none is known.
    """
    manifold = request.manifold
    low: Floats = np.zeros(theta.shape[:-1])
    high: Floats = np.full(theta.shape[:-1], FAR)
    source = np.broadcast_to(request.source if start is None else start, theta.shape)
    with np.errstate(all="ignore"):
        if manifold.bounds is not None:
            low, high = manifold.bounds(source, theta)
        elif manifold.divergence is not None and natural_chart(manifold) is not None:
            both = manifold.divergence(source, theta) + manifold.divergence(theta, source)
            high = np.sqrt(np.maximum(both, 0.0))
    low, high = np.nan_to_num(low), np.where(np.isfinite(high), high, FAR)
    return low, np.maximum(high, low)


def period_of(manifold: Manifold) -> Floats | None:
    """By how much the first chart's coordinates (2,) grow in a period; None if they do not."""
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
    """g at drawing coordinates (..., 2) of the first chart, packed (..., 3), and where there is one."""
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
    """θ (..., 2) moved by whole periods into the domain, where that helps."""
    for axis in np.flatnonzero(np.asarray(manifold.periods)):
        step = np.asarray(manifold.periods) * (np.arange(2) == axis)
        for turn in (1, -1, 2, -2):
            outside = ~manifold.in_domain(theta)
            moved = theta + turn * step
            better = outside & manifold.in_domain(moved)
            theta = np.where(better[..., None], moved, theta)
    return theta


def drawn(chart: Chart, theta: Floats, metric: Floats, cell: Floats) -> Floats:
    """g (k, 2, 2) at θ (k, 2) pulled back to drawing coordinates in units of cells, packed (k, 3)."""
    back = np.linalg.inv(chart.jacobian(theta)) * cell
    pulled = np.swapaxes(back, -1, -2) @ metric @ back
    packed: Floats = pulled.reshape(-1, 4)[:, [0, 1, 3]]
    return packed


# --- around the source -----------------------------------------------------------------------
class _Near:
    """Straight lines of the first chart from the source, whose lengths begin the distance."""

    def __init__(self, request: DistanceRequest, geometry: Local, a: Floats) -> None:
        self._manifold, self._geometry, self._a = request.manifold, geometry, a
        self._metric = _metric(self._manifold, geometry, a[None])[0][0]

    def close(self, lines: Lines, x: Floats, cells: float = NEAR) -> np.ndarray:
        """Which drawing coordinates (..., 2) lie within so many cells of the source, counted along
        both axes or by the metric, whose unit is then the root of a cell's area.
        """
        gap = lines.place(x) - lines.place(self._a)
        metric = self._metric * lines.cell(self._a)
        area = np.sqrt(max(metric[0] * metric[2] - metric[1] ** 2, np.finfo(float).tiny))
        square = norm(np.broadcast_to(metric, (*gap.shape[:-1], 3)), gap) ** 2 / area
        return np.asarray(np.fmin(np.hypot(gap[..., 0], gap[..., 1]), np.sqrt(square)) < cells)

    def lengths(self, x: Floats) -> Floats:
        """Their lengths (k,) to drawing coordinates (k, 2), by Gauss's rule; `FAR` outside."""
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
    return settle(Grid(lines.scaled(metric), first, usable))


def _at(lines: Lines, values: Floats, x: Floats, period: Floats | None) -> Floats:
    """Values of nodes at drawing coordinates (..., 2), and a period further: the least, or NaN."""
    shifts = [np.zeros(2)]
    for axis in range(2):
        if period is not None and period[axis]:
            step = period * (np.arange(2) == axis)
            shifts += [s + turn * step for s in list(shifts) for turn in (1, -1)]
    found = np.stack([_between(lines, values, x + shift) for shift in shifts])
    least = np.where(np.isfinite(found), found, FAR).min(axis=0)
    return np.where(least < FAR, least, np.nan)


def _between(lines: Lines, values: Floats, x: Floats) -> Floats:
    """The root of the squares' bilinear interpolant, by the corners that have a value."""
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
def prepared(request: DistanceRequest, geometry: Local) -> Grid:
    """The metric at the cells of a request, in units of its cells."""
    extent, chart = request.extent, request.chart
    _, theta, inside = _cells(request)
    cell = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / request.shape[::-1]
    found = geometry(GeometryRequest(request.manifold, theta.reshape(-1, 2)))
    metric = drawn(chart, theta.reshape(-1, 2), found.metric, cell).reshape(*inside.shape, 3)
    return Grid(metric, np.full(inside.shape, FAR), inside)


def value_at(field: Field, x: Floats) -> float:
    """The value of a map at one drawing coordinate (2,) of its chart; NaN where it has none."""
    return float(interpolated(field.values, field.extent, np.asarray(x, dtype=float)))


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
