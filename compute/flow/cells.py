"""The cells of a grid, and the area and metric represented by each of their corners.

A corner c represents the integrals over the part of its cell inside the domain,
    mass ∫√D φ_c dx,   raised ∫√D g^ij φ_c dx,   plain ∫φ_c dx,
with φ_c the corner's bilinear weight, 1 there and 0 at the three others.  Inside the domain all three
are a quarter of the cell times the value at the corner; at the boundary `compute.flow.edge` integrates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.flow.grid import Grid

# offsets of the links' neighbours: rows down and columns to the right
EAST, NORTH, NORTH_EAST, NORTH_WEST = LINKS = ((0, 1), (1, 0), (1, 1), (1, -1))
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells (rows, columns), indexed by their first nodes, with the integrals of their `CORNERS`.

    grid: its frames at nodes outside the domain, where cells extend beyond the boundary, are those of
    adjacent points inside; open (rows, columns): which cells are used; mass and plain
    (4, rows, columns), raised (4, rows, columns, 3): g¹¹, g¹², g²²; turns (2, rows, columns): ∫ω along
    the links from the eastern and northern neighbours; beyond: the share of the domain's area in the
    grid's rectangle that no cell covers, infinite if the boundary is infinitely far away, NaN if
    unknown; rooted: whether the distance to the boundary is the square root of that in the chart.
    """

    grid: Grid
    open: np.ndarray
    mass: Floats
    plain: Floats
    raised: Floats
    turns: Floats
    beyond: float
    rooted: bool = False

    @property
    def cut(self) -> np.ndarray:
        """The used cells (rows, columns) that are cut."""
        return np.asarray(self.open & ~cells(self.grid))

    @property
    def used(self) -> np.ndarray:
        """The nodes (rows, columns) of used cells."""
        return around(self.open) > 0

    @property
    def outside(self) -> np.ndarray:
        """The used nodes (rows, columns) that lie outside the domain."""
        return np.asarray(self.used & ~self.grid.usable)


def ahead(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Shift by rows down and columns to the right, with wrap-around."""
    return np.roll(array, (-way[0], -way[1]), axis=(0, 1))


def behind(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Shift by rows up and columns to the left, with wrap-around."""
    return np.roll(array, way, axis=(0, 1))


def cells(grid: Grid) -> np.ndarray:
    """Return which cells (rows, columns), indexed by their first nodes, have four used nodes."""
    inside = np.logical_and.reduce([ahead(grid.usable, way) for way in CORNERS])
    return np.asarray(inside & there(grid))


def there(grid: Grid) -> np.ndarray:
    """Return which cells (rows, columns) exist: the last nodes of a grid start none unless it is
    periodic.
    """
    found = np.ones(grid.shape, bool)
    found[:, -1] &= grid.wraps[0]
    found[-1] &= grid.wraps[1]
    return found


def around(of: np.ndarray) -> np.ndarray:
    """Count, for each node (rows, columns), the given cells to which it belongs."""
    return np.asarray(sum(behind(of, way).astype(int) for way in CORNERS))


def sampled(grid: Grid, beyond: float = 0.0) -> Cells:
    """Return the whole cells, whose corners each represent a quarter with their own metric."""
    whole = cells(grid)
    quarter = np.where(whole, 0.25 * np.prod(grid.step), 0.0)
    mass = np.stack([quarter * ahead(grid.area, corner) for corner in CORNERS])
    raised = np.stack([ahead(grid.raised, corner) for corner in CORNERS])
    packed = raised.reshape(*raised.shape[:-2], 4)[..., [0, 1, 3]]
    turns = np.stack([_trapezoid(grid, way) for way in (EAST, NORTH)])
    return Cells(
        grid, whole, mass, np.stack([quarter] * 4), mass[..., None] * packed, turns, beyond
    )


def _trapezoid(grid: Grid, way: tuple[int, int]) -> Floats:
    """Return ∫ω (rows, columns) from a neighbour to each node by the trapezoidal rule."""
    gap = grid.theta - ahead(grid.theta, way)
    for axis, period in enumerate(grid.manifold.periods):
        if period > 0.0:
            gap[..., axis] -= period * np.round(gap[..., axis] / period)
    turn: Floats = (0.5 * (grid.omega + ahead(grid.omega, way)) * gap).sum(axis=-1)
    return turn
