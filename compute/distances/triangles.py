"""Rasterisation of triangles on the cells of a map, and neighbours of known cells."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats, Ints

# triangles wider than this many cells are not trusted
WIDEST = 8.0
# values of unreached cells are checked against this many reached neighbours
BESIDE = 4


def covered(corner: Floats, shape: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
    """Return which triangles, with corners (k, 3, 2) in cells, cover which cells, and barycentric
    weights (…, 3).
    """
    rows, columns = shape
    low, high = np.ceil(corner.min(axis=1) - 1e-9), np.floor(corner.max(axis=1) + 1e-9)
    with np.errstate(invalid="ignore"):
        wide = (corner.max(axis=1) - corner.min(axis=1) > WIDEST).any(axis=1)
        low, high = np.maximum(low, 0.0), np.minimum(high, (columns - 1, rows - 1))
        some = np.flatnonzero((high >= low).all(axis=1) & ~wide)
    first = low[some].astype(int)
    size = (high[some] - low[some]).astype(int) + 1
    count = size.prod(axis=1)
    triangle = np.repeat(some, count)
    own = np.repeat(np.arange(len(some)), count)
    step = np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    column = first[own, 0] + step % size[own, 0]
    row = first[own, 1] + step // size[own, 0]
    p, q, s = np.moveaxis(corner[triangle], 1, 0)
    x = np.stack([column, row], axis=1)
    u, v, w = q - p, s - p, x - p
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    kept = np.abs(area) > 1e-12
    area = np.where(kept, area, 1.0)
    b = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
    c = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
    weights = np.stack([1.0 - b - c, b, c], axis=1)
    kept &= (weights >= -1e-6).all(axis=1)
    return triangle[kept], (row * columns + column)[kept], weights[kept]


def beside(lit: np.ndarray) -> tuple[Ints, Ints]:
    """Return rows and columns (…, k) of the known cells next to each cell (rows, columns)."""
    from scipy.spatial import cKDTree

    at, every = np.argwhere(lit), np.moveaxis(np.indices(lit.shape), 0, -1).reshape(-1, 2)
    near = cKDTree(at).query(every, min(BESIDE, len(at)))[1].reshape(*lit.shape, -1)
    return at[near][..., 0], at[near][..., 1]
