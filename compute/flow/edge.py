"""Cut cells at a boundary at finite distance, such as that of a triangle or a disk.

A cell cut by the boundary is used with its part inside (cut-cell finite volumes; Ingram, Causon,
Mingham 2003): its corners represent ∫√D and ∫√D g^ij over that part, and corners outside hold the
extended field.  Solutions without flux through the boundary are smooth in a chart in which √D diverges
as 1/√distance, so the error is of second order in the spacing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.flow.cells import (
    CORNERS,
    EAST,
    NORTH,
    Cells,
    ahead,
    around,
    behind,
    sampled,
    there,
)
from compute.flow.cut_cells import FAR, NEAR, STEEPEST, CellQuadrature, CutCells
from compute.flow.grid import Grid, connection
from compute.flow.links import integral
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import full

# rows of cells along the boundary that are integrated along lines ending at it, and further rows by
# Gauss's rule: near corners its error falls with the power 3/2 of the distance in cells
CLOSE, WIDE = 1, 24
# cells with a smaller share of the mean cell's area are left out
LEAST = 1e-9
# a frame outside is that at this distance from the boundary towards the next node
INWARDS = 1e-5
# halvings that locate the boundary well enough for its distance
ROUGH = 16
# where √D grows faster than this power, lengths across the boundary are square roots of the chart's
ROOTED = 0.25
NONE = (0, 0)
Places = tuple[np.ndarray, ...]


def is_cut(grid: Grid) -> bool:
    """Whether part of a grid's rectangle lies outside the domain."""
    return not bool(grid.inside.all())


def cells_of(grid: Grid, follows: bool, vectors: bool = True) -> Cells:
    """Return the cells of a grid, cut at the domain's boundary or whole."""
    if not is_cut(grid):
        return sampled(grid)
    return fitted(grid, vectors) if follows else sampled(grid, beyond(grid))


def fitted(grid: Grid, vectors: bool = True) -> Cells:
    """Return the whole cells and those cut by a boundary at finite distance.

    For a family given by data, whose charts are inverted numerically, only whole cells.  ``vectors``:
    whether links carry vectors up to the boundary.
    """
    found = sampled(grid)
    if grid.manifold.slot.loops:
        return replace(found, beyond=np.nan)
    cut = _cut(grid, found.open)
    if not cut.any():
        return replace(found, beyond=_beyond(grid, found, cut, found.mass))
    growth = _growth(grid, cut)
    if growth > STEEPEST:
        return replace(found, beyond=np.inf)
    quadrature, at = _along_edge(grid, found.open, cut)
    keep = _finite(grid, cut, quadrature, at)
    weights = _integrated(grid, quadrature, at)
    beyond = _beyond(grid, found, cut & ~keep, weights[0])
    if quadrature.steep.any():
        beyond = np.inf
    gauss = _close(grid, keep, WIDE) & found.open
    parts = [found.mass, found.plain, *np.moveaxis(found.raised, -1, 0)]
    lines = keep | (_close(grid, keep, CLOSE) & found.open)
    for new, where in ((_by_gauss(grid, gauss), gauss), (weights, lines)):
        parts = [np.where(where, one, old) for old, one in zip(parts, new, strict=True)]
    whole = replace(
        found, open=found.open | keep, mass=parts[0], plain=parts[1],
        raised=np.stack(parts[2:], axis=-1), beyond=beyond, rooted=growth > ROOTED,
    )  # fmt: skip
    return _framed(whole, vectors)


def beyond(grid: Grid) -> float:
    """Return the share of the domain's area in the rectangle that the whole cells do not cover.

    Infinite if the boundary is infinitely far away, NaN for a family given by data.
    """
    if grid.manifold.slot.loops:
        return np.nan
    found = sampled(grid)
    cut = _cut(grid, found.open)
    if not cut.any():
        return _beyond(grid, found, cut, found.mass)
    if _growth(grid, cut) > STEEPEST:
        return np.inf
    quadrature, at = _along_edge(grid, found.open, cut)
    if quadrature.steep.any():
        return np.inf
    near = _close(grid, cut, WIDE) & found.open
    exact = np.where(near, _by_gauss(grid, near)[0], found.mass)
    mass = _integrated(grid, quadrature, at)[0]
    return _beyond(grid, replace(found, mass=exact), cut, mass)


def _cut(grid: Grid, whole: np.ndarray) -> np.ndarray:
    """Return the cells (rows, columns) that the domain's boundary may cut, next to usable nodes."""
    usable = np.stack([ahead(grid.usable, way) for way in CORNERS])
    lost = np.stack([ahead(grid.inside & ~grid.usable, way) for way in CORNERS]).any(axis=0)
    touched = usable.any(axis=0) & there(grid)
    return np.asarray(_close_to(touched, 1, grid) & there(grid) & ~whole & ~lost)


def _growth(grid: Grid, cut: np.ndarray) -> float:
    """Return the exponent of the growth of √D towards the boundary, at the middle of the cells'
    sides.
    """
    at = np.nonzero(cut)
    inside, area = _functions(grid.manifold, grid.chart)
    places, ways = [], []
    sides: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
        (NONE, EAST),
        (NONE, NORTH),
        (NORTH, EAST),
        (EAST, NORTH),
    )
    for start, way in sides:
        end = start[0] + way[0], start[1] + way[1]
        one, other = (ahead(grid.inside, corner)[at] for corner in (start, end))
        x = grid.x[at] + np.array([start[1], start[0]]) * np.array(grid.step)
        step = np.array([way[1], way[0]]) * np.array(grid.step)
        places += [x[one & ~other], (x + step)[other & ~one]]
        ways += [
            np.broadcast_to(s, p.shape) for s, p in zip((step, -step), places[-2:], strict=True)
        ]
    x, outwards = np.concatenate(places), np.concatenate(ways)
    if not len(x):
        return 0.0
    low, high = np.zeros(len(x)), np.ones(len(x))
    for _ in range(ROUGH):
        checkpoint()
        middle = 0.5 * (low + high)
        found = inside(x + middle[:, None] * outwards)
        low, high = np.where(found, middle, low), np.where(found, high, middle)
    near, far = (x + (low - gap)[:, None] * outwards for gap in (NEAR, FAR))
    known = inside(near) & inside(far)
    power = np.log(area(near[known]) / area(far[known])) / np.log(FAR / NEAR)
    return float(np.median(power)) if len(power) else 0.0


def _close_to(of: np.ndarray, count: int, grid: Grid) -> np.ndarray:
    """Return which cells are within a number of cells of given ones."""
    from scipy.ndimage import maximum_filter

    modes = ["wrap" if goes_round else "constant" for goes_round in grid.wraps[::-1]]
    return np.asarray(maximum_filter(of, size=2 * count + 1, mode=modes), bool)


def _close(grid: Grid, of: np.ndarray, count: int) -> np.ndarray:
    return _close_to(of, count, grid)


def _along_edge(grid: Grid, whole: np.ndarray, cut: np.ndarray) -> tuple[CellQuadrature, Places]:
    """Return quadrature nodes over the inner parts of cells at the boundary, and these cells."""
    at = np.nonzero(cut | (_close(grid, cut, CLOSE) & whole))
    is_inside, area = _functions(grid.manifold, grid.chart)
    # the lines run along the axis in which more boundary cells have an open and a closed side
    inside = np.where(grid.inside, 1.0, 0.0)
    across, up = _slope(inside, EAST, grid), _slope(inside, NORTH, grid)
    cells = CutCells(
        grid.x[at], np.array(grid.step), (up >= across)[at], is_inside, area
    )  # fmt: skip
    return cells.quadrature(), at


def _slope(inside: Floats, way: tuple[int, int], grid: Grid) -> Floats:
    """Return how steeply the inside ends near each cell, along an axis."""
    from scipy.ndimage import uniform_filter

    axis = 0 if way == NORTH else 1
    modes = ["wrap" if goes_round else "nearest" for goes_round in grid.wraps[::-1]]
    smooth = uniform_filter(inside, 2 * CLOSE + 3, mode=modes)
    slope: Floats = np.abs(np.gradient(smooth, axis=axis))
    return slope


def _functions(
    manifold: Manifold, chart: Chart
) -> tuple[Callable[[Floats], np.ndarray], Callable[[Floats], Floats]]:
    """Return functions for whether chart positions are in the domain, and for √D there."""

    def inside(x: Floats) -> np.ndarray:
        return np.asarray(known_inside(manifold, chart.inverse(x)))

    def area(x: Floats) -> Floats:
        theta = chart.inverse(x)
        det = np.linalg.det(chart.jacobian(theta))
        return np.asarray(np.sqrt(np.maximum(manifold.geometry(theta).det, 0.0)) / np.abs(det))

    return inside, area


def _finite(grid: Grid, cut: np.ndarray, found: CellQuadrature, at: Places) -> np.ndarray:
    """Return which cut cells have an inner part of finite, non-negligible area."""
    steep = np.zeros(grid.shape, bool)
    steep[at] = found.steep
    shares = np.zeros(grid.shape)
    shares[at] = np.bincount(found.cell, found.weight, len(at[0]))
    return np.asarray(cut & ~_close_to(steep, 1, grid) & (shares > LEAST))


def _integrated(grid: Grid, found: CellQuadrature, at: Places) -> list[Floats]:
    """Integrate over the corners of some cells: mass, plain, and raised by components."""
    corner = grid.x[at][found.cell]
    mass, raised = _metric(grid, corner + found.place * grid.step)
    weight = found.weight * np.prod(grid.step)
    values = [weight * mass, weight, *(weight * mass * each for each in raised)]
    return [_shared(grid, at, found.cell, found.place, value) for value in values]


def _shared(grid: Grid, at: Places, cell: np.ndarray, place: Floats, value: Floats) -> Floats:
    """Return sums (4, rows, columns) over the nodes of each cell, weighted for its corners."""
    found = np.zeros((4, *grid.shape))
    for k, (up, right) in enumerate(CORNERS):
        along, above = (
            place[:, i] if far else 1.0 - place[:, i] for i, far in enumerate((right, up))
        )
        found[k][at] = np.bincount(cell, value * along * above, len(at[0]))
    return found


def _metric(grid: Grid, x: Floats) -> tuple[Floats, list[Floats]]:
    """Return √D (m,) and g¹¹, g¹², g²² (m,) of the chart at positions (m, 2); 0 where there is no
    metric.
    """
    checkpoint()
    theta = grid.chart.inverse(x)
    known = known_inside(grid.manifold, theta)
    theta = np.where(known[:, None], theta, np.asarray(grid.manifold.interior))
    local, jacobian = grid.manifold.geometry(theta), grid.chart.jacobian(theta)
    g11, g12, g22 = np.moveaxis(local.metric, -1, 0)
    det = np.where(known & (local.det > 0.0), local.det, 1.0)
    inverse = np.stack([g22, -g12, -g12, g11], axis=-1).reshape(-1, 2, 2) / det[:, None, None]
    raised = jacobian @ inverse @ np.swapaxes(jacobian, -1, -2)
    known = known & (local.det > 0.0)
    area = np.where(known, np.sqrt(det) / np.abs(np.linalg.det(jacobian)), 0.0)
    return area, [raised[:, 0, 0], raised[:, 0, 1], raised[:, 1, 1]]


def _by_gauss(grid: Grid, some: np.ndarray) -> list[Floats]:
    """Integrate over the corners of some whole cells, by 3 × 3 Gauss nodes."""
    at = np.nonzero(some)
    nodes, weights = np.polynomial.legendre.leggauss(3)
    place = np.stack(np.meshgrid(0.5 * (nodes + 1), 0.5 * (nodes + 1)), axis=-1).reshape(-1, 2)
    count = len(at[0])
    found = CellQuadrature(
        np.repeat(np.arange(count), len(place)),
        np.tile(place, (count, 1)),
        np.tile(0.25 * np.outer(weights, weights).reshape(-1), count),
        np.zeros(count, bool),
    )
    return _integrated(grid, found, at)


def _beyond(grid: Grid, found: Cells, left: np.ndarray, mass: Floats) -> float:
    """Return the share of the area in cut cells, or around nodes, that are omitted."""
    steep = grid.inside & ~grid.usable & np.isfinite(grid.area)
    lost = np.prod(grid.step) * grid.area[steep].sum() + mass[:, left].sum()
    whole = lost + found.mass.sum()
    return float(lost / whole) if whole > 0.0 else 0.0


# --- frames outside, and links -----------------------------------------------------------------
def _framed(cells: Cells, vectors: bool) -> Cells:
    """Return cells with frames at their outside nodes, and ∫ω along the links at the boundary."""
    grid = cells.grid
    x = _footed(cells)
    outside = cells.outside
    theta = np.where(outside[..., None], grid.chart.inverse(x), grid.theta)
    local = grid.manifold.geometry(theta[outside])
    metric, omega = grid.metric.copy(), grid.omega.copy()
    metric[outside] = full(local.metric)
    omega[outside] = connection(grid.manifold, theta[outside])
    framed = replace(grid, theta=theta, metric=metric, omega=omega)
    if not vectors:
        return replace(cells, grid=framed)
    near = _close(grid, around(outside) > 0, WIDE)
    turns = np.stack([
        _turned(cells, x, way, near & _linked(cells, way), turn)
        for way, turn in zip((EAST, NORTH), cells.turns, strict=True)
    ])  # fmt: skip
    return replace(cells, grid=framed, turns=turns)


def _linked(cells: Cells, way: tuple[int, int]) -> np.ndarray:
    """Return nodes (rows, columns) whose link to a neighbour is a side of a used cell."""
    return np.asarray(cells.open | behind(cells.open, (way[1], way[0])))


def _footed(cells: Cells) -> Floats:
    """Return nodes (rows, columns, 2), with those outside moved just inside, where their frames are
    taken.
    """
    grid, x = cells.grid, cells.grid.x.copy()
    row, column = np.nonzero(cells.outside)
    rows, columns = grid.shape
    inside, _ = _functions(grid.manifold, grid.chart)
    # for each, the adjacent inside node with the most inside neighbours
    deep = around(around(grid.usable) == 4)
    best, mate = np.full(len(row), -1.0), np.stack([row, column])
    for down in range(-2, 3):
        for right in range(-2, 3):
            at = row + down, column + right
            real = [(k >= 0) & (k < n) for k, n in zip(at, (rows, columns), strict=True)]
            there_ = (real[0] | grid.wraps[1]) & (real[1] | grid.wraps[0])
            r, c = at[0] % rows, at[1] % columns
            score = np.where(
                there_ & grid.usable[r, c],
                1.0 + 0.1 * deep[r, c] / (down**2 + right**2 + 1e-9),
                -1.0,
            ) / (1e-9 + down**2 + right**2)
            better = score > best
            best = np.where(better, score, best)
            mate = np.where(better, np.array([[down], [right]]), mate)
    step = mate[::-1].T * np.array(grid.step)
    outer, inner = np.zeros(len(row)), np.ones(len(row))
    for _ in range(40):
        checkpoint()
        middle = 0.5 * (outer + inner)
        found = inside(x[row, column] + middle[:, None] * step)
        outer, inner = np.where(found, outer, middle), np.where(found, middle, inner)
    x[row, column] += (inner + INWARDS * (1.0 - inner))[:, None] * step
    return x


def _turned(
    cells: Cells, x: Floats, way: tuple[int, int], some: np.ndarray, turn: Floats
) -> Floats:
    """Return ∫ω from a neighbour to each of some nodes along a straight line of the chart.

    A line that leaves the domain continues along the boundary to the position of the outside frame.
    """
    grid = cells.grid
    at = np.nonzero(some)
    start, end = ahead(x, way)[at], x[at]
    size = grid.size
    shift = np.where(grid.wraps, size * np.round((end - start) / size), 0.0)
    start = start + shift
    via = 0.5 * (start + end)
    own, other = cells.outside[at], ahead(cells.outside, way)[at]
    one = own != other
    beyond = np.where(own[:, None], grid.x[at], ahead(grid.x, way)[at] + shift)
    within = np.where(own[:, None], start, end)
    via[one] = _exits(grid, within[one], beyond[one])
    found = turn.copy()
    found[at] = integral(grid, start, via) + integral(grid, via, end)
    return found


def _exits(grid: Grid, within: Floats, beyond: Floats) -> Floats:
    """Return the points (k, 2) where straight lines from inside to outside meet the boundary, just
    inside.
    """
    inside, _ = _functions(grid.manifold, grid.chart)
    low, high = np.zeros(len(within)), np.ones(len(within))
    step = beyond - within
    for _ in range(40):
        middle = 0.5 * (low + high)
        found = inside(within + middle[:, None] * step)
        low, high = np.where(found, middle, low), np.where(found, high, middle)
    exits: Floats = within + (1.0 - INWARDS) * low[:, None] * step
    return exits
