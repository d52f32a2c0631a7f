"""The cells of a grid, and how much of the area and of the metric each corner of them stands for.

A corner c stands for the integrals over its cell, as far as that lies in the domain,
    mass ∫√D φ_c dx,   raised ∫√D g^ij φ_c dx,   plain ∫φ_c dx,
with φ_c the corner's bilinear weight, 1 there and 0 at the three others.  Inside the domain all three
are a quarter of the cell by the value at the corner; at its edge `compute.flow.edge` integrates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.flow.grid import Grid

# where the neighbours of the links lie: rows down and columns to the right
EAST, NORTH, NORTH_EAST, NORTH_WEST = LINKS = ((0, 1), (1, 0), (1, 1), (1, -1))
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells (rows, columns), named by their first nodes, and what their `CORNERS` stand for.

    grid: whose frames at nodes outside the domain, where cells reach beyond its edge, are those of the
    points next to them inside; open (rows, columns): which cells are in use; mass and plain (4, rows,
    columns), raised (4, rows, columns, 3): g¹¹, g¹², g²²; turns (2, rows, columns): ∫ω along the links
    to the east and to the north, by θ from the neighbour; beyond: the share of the domain's area in
    the grid's rectangle that no cell covers, infinite where its edge is infinitely far away, NaN where
    that is not known; rooted: whether the distance to the edge is a root of the chart's there.
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
        """The cells in use (rows, columns) that are not whole."""
        return np.asarray(self.open & ~cells(self.grid))

    @property
    def used(self) -> np.ndarray:
        """The nodes (rows, columns) of cells in use."""
        return around(self.open) > 0

    @property
    def outside(self) -> np.ndarray:
        """The nodes in use (rows, columns) that lie outside the domain."""
        return np.asarray(self.used & ~self.grid.usable)


def ahead(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Shift by rows down and columns to the right, round the edges."""
    return np.roll(array, (-way[0], -way[1]), axis=(0, 1))


def behind(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Shift by rows up and columns to the left, round the edges."""
    return np.roll(array, way, axis=(0, 1))


def cells(grid: Grid) -> np.ndarray:
    """Return which cells (rows, columns), named by their first nodes, have four nodes in use."""
    inside = np.logical_and.reduce([ahead(grid.usable, way) for way in CORNERS])
    return np.asarray(inside & there(grid))


def there(grid: Grid) -> np.ndarray:
    """Return which cells (rows, columns) there are: the last nodes of a grid begin none unless it
    closes.
    """
    found = np.ones(grid.shape, bool)
    found[:, -1] &= grid.wraps[0]
    found[-1] &= grid.wraps[1]
    return found


def around(of: np.ndarray) -> np.ndarray:
    """Return how many of some cells each node (rows, columns) belongs to."""
    return np.asarray(sum(behind(of, way).astype(int) for way in CORNERS))


def sampled(grid: Grid, beyond: float = 0.0) -> Cells:
    """Return the whole cells, whose corners each stand for a quarter with their own metric."""
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
    """∫ω (rows, columns) from a neighbour to each node by the values at both."""
    gap = grid.theta - ahead(grid.theta, way)
    for axis, period in enumerate(grid.manifold.periods):
        if period > 0.0:
            gap[..., axis] -= period * np.round(gap[..., axis] / period)
    turn: Floats = (0.5 * (grid.omega + ahead(grid.omega, way)) * gap).sum(axis=-1)
    return turn
