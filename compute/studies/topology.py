"""Persistent homology of scalar maps: which hills, wells and rings a map has, and how marked they are.

The level rises through the map (for superlevel sets it falls).  A part of {f ≤ level} is born at a
minimum and dies where it meets one that is older, at a saddle (dimension 0); a ring round a hill is
born at a saddle and dies at the maximum that fills it (dimension 1).  Pixels of sublevel sets touch
where they share a corner, those of superlevel sets only along an edge: so the two agree on what
separates what.

By GUDHI's cubical complexes, whose squares are the pixels, or of superlevel sets whose vertices are.
(Wagner, Chen, Vuçini 2012; on the duality of the two Garin, Heiss, Maggs, Bleile, Robins 2020)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, Ints
from compute.core.refusal import shown
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent

MOST_CELLS = 2048 * 2048
Cells = tuple[
    Ints, Ints
]  # pairs (n, 2) of what dies, and births (m,) of what does not, by flat index


@dataclass(frozen=True, eq=False)
class Diagram:
    """n pairs, the most persistent first.

    dimension (n,): 0 a part, 1 a ring; birth, death (n,): levels, death ±∞ for what lasts; of
    superlevel sets birth ≥ death.  birth_cell, death_cell (n, 2): the row and column of the pixels at
    which they happen, (−1, −1) where there is none.  low, high: the map's least and greatest value.
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
        """|death − birth| (n,), ∞ for what lasts."""
        return np.abs(self.death - self.birth)


def persistence(values: ArrayLike, superlevel: bool = False, threshold: float = 0.0) -> Diagram:
    """Return the pairs of a map (rows, columns) whose persistence exceeds ``threshold``, in the map's
    units.

    What is not finite lies outside the map: it belongs to no level set.  Pixels on the edge count as
    any other, so a slope that ends there has its extremum there.  ValueError for what is no map of at
    most 2048² pixels with a finite value, or for a threshold that is negative or not finite.
    """
    f = _checked(values, threshold)
    known = np.isfinite(f)
    rising = np.where(known, -f if superlevel else f, np.inf)
    dimension, births, deaths = _pairs(rising, superlevel, threshold)
    level = np.append(f.ravel(), -np.inf if superlevel else np.inf)
    # what is filled only by what lies outside the map lasts in it
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


def load() -> None:
    """Import the library that finds pairs, which takes some milliseconds: from the main thread of a
    program whose toolkit watches imports.
    """
    import gudhi  # noqa: F401


def places(chart: Chart, extent: Extent, shape: tuple[int, int], cells: Ints) -> Floats:
    """θ (n, 2) of the middles of pixels (n, 2) of a map over ``extent``, NaN for (−1, −1)."""
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
    """Dimension, birth and death (n,) of the sublevel sets, as flat row-major indices, −1 for none."""
    from gudhi import CubicalComplex

    if edges_only:
        made = CubicalComplex(vertices=rising)
        made.compute_persistence(2, threshold)
        dying, lasting = made.vertices_of_persistence_pairs()
    else:
        made = CubicalComplex(top_dimensional_cells=rising)
        made.compute_persistence(2, threshold)
        dying, lasting = made.cofaces_of_persistence_pairs()
    parts = [
        *((k, pairs[:, 0], pairs[:, 1]) for k, pairs in enumerate(dying)),
        *((k, births, np.full(len(births), -1)) for k, births in enumerate(lasting)),
    ]
    dimension = np.concatenate([np.full(len(births), k) for k, births, _ in parts])
    births, deaths = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    return dimension, _row_major(births, rising.shape), _row_major(deaths, rising.shape)


def _row_major(index: Ints, shape: tuple[int, ...]) -> Ints:
    """Flat indices as NumPy counts them; GUDHI counts down the columns."""
    column, row = np.divmod(index, shape[0])
    return np.where(index < 0, -1, row * shape[1] + column)


def _cells(index: Ints, columns: int) -> Ints:
    """Rows and columns (n, 2) of flat indices (n,)."""
    row, column = np.divmod(index, columns)
    return np.where((index < 0)[:, None], -1, np.stack([row, column], axis=1))
