"""Geodesics that a map of distances is held against where a grid cannot be trusted by itself.

Where a metric is stretched more than a stencil reaches (`compute.stencil`) a front passes between two
neighbours of a node unseen: what such a grid finds is too long, by a share that no finer grid lessens,
so that two grids agree on it.  There the map is compared with geodesics to some of its cells.
"""

from __future__ import annotations

import numpy as np

from compute import logarithmic, shooting
from compute.eikonal import Grid
from compute.interrupt import checkpoint
from compute.manifold import Bools, Manifold
from compute.stencil import stencil
from compute.types import ConnectRequest, DistanceRequest, Floats, Status

# the share of such nodes from which a map is not trusted by itself
FEW = 0.02
# geodesics along each side of a map, and where each is a quadrature; their steps
ALONG, QUICK, STEPS = 6, 32, 8
# how many of them a cell is held against
BESIDE = 4
# the error where one is not found
UNKNOWN = 1.0


def are_cheap(manifold: Manifold) -> bool:
    """Whether geodesics of the family are found at once, without means over outcomes or nodes."""
    direct = manifold.revolution is not None or logarithmic.chart_of(manifold) is not None
    return direct and manifold.averages is None and not manifold.singular


def is_wide(grid: Grid) -> bool:
    """Whether the metric is stretched more than a stencil allows for at more than `FEW` nodes."""
    if not grid.usable.any():
        return False
    return bool(stencil(grid.metric, grid.usable).wide[grid.usable].mean() > FEW)


def errors(request: DistanceRequest, theta: Floats, values: Floats, sure: Bools) -> Floats:
    """The share by which distances (rows, columns) to θ (rows, columns, 2) are off, at most at
    the nearest of some cells that are ``sure``, to which geodesics are found; UNKNOWN where one is not.
    """
    along = ALONG if request.manifold.revolution is None else QUICK
    rows, columns = (_spread(count, along) for count in values.shape)
    row, column = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    asked = sure[row, column] & (values[row, column] > 0.0)
    if not asked.any():
        return np.full(values.shape, UNKNOWN)
    row, column = row[asked], column[asked]
    end = theta[row, column]
    start = np.broadcast_to(request.source, end.shape).copy()
    paths = shooting.connect(ConnectRequest(request.manifold, start, end, 0.0, STEPS))
    checkpoint()
    off = np.abs(values[row, column] / np.maximum(paths.length, 1e-300) - 1.0)
    found = np.where(paths.status == Status.OK, off, UNKNOWN)
    size = np.array(values.shape)
    cells = np.moveaxis(np.indices(values.shape), 0, -1) / size
    from scipy.spatial import cKDTree

    near = cKDTree(np.stack([row, column], axis=1) / size).query(cells, min(BESIDE, len(row)))[1]
    return np.asarray(found[near.reshape(*values.shape, -1)].max(axis=-1))


def _spread(count: int, along: int) -> np.ndarray:
    """So many places among ``count`` cells, each in the middle of its share of them."""
    return np.unique(((np.arange(along) + 0.5) * count / along).astype(int))
