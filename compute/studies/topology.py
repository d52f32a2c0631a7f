"""Persistent homology of scalar maps: hills, wells and loops, with their persistence.

The level rises through the map (for superlevel sets it falls).  A component of {f ≤ level} is born at a
minimum and dies at the saddle where it meets an older one (dimension 0); a loop around a hill is born
at a saddle and dies at the maximum that fills it (dimension 1).  Pixels of sublevel sets are adjacent
if they share a corner, those of superlevel sets only if they share an edge, so that the two are
consistent.

A loop of {f ≤ level} goes round a component of {f > level} other than the outside, under the other
adjacency (Alexander duality), so both dimensions are found by the elder rule.
(Garin, Heiss, Maggs, Bleile, Robins 2020)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, Ints
from compute.core.refusal import shown
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.studies.elder_rule import joins

MOST_CELLS = 2048 * 2048


@dataclass(frozen=True, eq=False)
class Diagram:
    """n pairs, the most persistent first.

    dimension (n,): 0 for a component, 1 for a loop; birth, death (n,): levels, death ±∞ if it persists;
    for superlevel sets birth ≥ death.  birth_cell, death_cell (n, 2): row and column of the pixels
    where they occur, (−1, −1) if there is none.  low, high: the smallest and largest value of the map.
    """

    dimension: Ints
    birth: Floats
    death: Floats
    birth_cell: Ints
    death_cell: Ints
    superlevel: bool
    low: float
    high: float

    @property
    def persistence(self) -> Floats:
        """|death − birth| (n,), ∞ for classes that persist."""
        return np.abs(self.death - self.birth)


def persistence(values: ArrayLike, superlevel: bool = False, threshold: float = 0.0) -> Diagram:
    """Return the pairs of a map (rows, columns) whose persistence exceeds ``threshold``, in units of
    the map.

    Pixels that are not finite belong to no level set.  Pixels on the boundary are treated like others,
    so a slope that ends there has its extremum there.  Raises ValueError unless the map has at most
    2048² pixels and a finite value, and for a threshold that is negative or not finite.
    """
    f = _checked(values, threshold)
    known = np.isfinite(f)
    rising = np.where(known, -f if superlevel else f, np.inf)
    dimension, births, deaths = _pairs(rising, superlevel, threshold)
    level = np.append(f.ravel(), -np.inf if superlevel else np.inf)
    # features filled only outside the map persist within it
    deaths = np.where(np.append(known.ravel(), True)[deaths], deaths, -1)
    birth, death = level[births], level[deaths]
    order = np.lexsort((births, dimension, -np.abs(death - birth)))
    return Diagram(
        dimension[order],
        birth[order],
        death[order],
        _cells(births[order], f.shape[1]),
        _cells(deaths[order], f.shape[1]),
        superlevel,
        float(f[known].min()),
        float(f[known].max()),
    )


def places(chart: Chart, extent: Extent, shape: tuple[int, int], cells: Ints) -> Floats:
    """Return θ (n, 2) at the centres of pixels (n, 2) of a map over ``extent``; NaN for (−1, −1)."""
    size = np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]) / (shape[1], shape[0])
    x = np.array([extent.x0, extent.y0]) + (cells[:, ::-1] + 0.5) * size
    theta: Floats = chart.inverse(np.where(cells < 0, np.nan, x))
    return theta


def _checked(values: ArrayLike, threshold: float) -> Floats:
    f = np.asarray(values, dtype=np.float64)
    if f.ndim != 2 or not 0 < f.size <= MOST_CELLS:
        raise ValueError(f"map must have two axes and at most {MOST_CELLS} values, got {f.shape}")
    if not np.isfinite(f).any():
        raise ValueError("map must have a finite value somewhere, got none")
    if not 0.0 <= threshold < np.inf:
        raise ValueError(f"threshold must be finite and not negative, got {shown(threshold)}")
    return f


def _pairs(rising: Floats, edges_only: bool, threshold: float) -> tuple[Ints, Ints, Ints]:
    """Return dimension, birth and death (n,) of the sublevel sets, as flat row-major indices, −1 for
    none.
    """
    order = np.argsort(rising, axis=None, kind="stable")
    rank: Ints = np.empty(rising.size, np.int32)
    rank[order] = np.arange(rising.size)
    rank = rank.reshape(rising.shape)
    born, joined = joins(rank, corners=not edges_only)
    around = _from_outside(rank)
    frame = around.size - rank.size
    filled, closed = joins(around, corners=edges_only, source=frame)
    last = around.size - 1  # of each pixel the sum of its two ranks
    births = np.concatenate([[order[0]], order[born], order[last - closed]])
    deaths = np.concatenate([[-1], order[joined], order[last - filled]])
    dimension = np.repeat([0, 0, 1], [1, len(born), len(closed)])
    level = np.append(rising.ravel(), np.inf)
    lived = np.isfinite(level[births])
    lived[lived] = level[deaths[lived]] - level[births[lived]] > threshold
    return dimension[lived], births[lived], deaths[lived]


def _from_outside(rank: Ints) -> Ints:
    """Return the ranks in the opposite order, within a frame of pixels that come before them."""
    around = np.pad(rank.size - 1 - rank, 1, constant_values=-1)
    frame = around < 0
    around[~frame] += int(frame.sum())
    around[frame] = np.arange(int(frame.sum()))
    return around


def _cells(index: Ints, columns: int) -> Ints:
    """Return rows and columns (n, 2) of flat indices (n,)."""
    row, column = np.divmod(index, columns)
    return np.where((index < 0)[:, None], -1, np.stack([row, column], axis=1))
