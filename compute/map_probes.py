"""Geodesics that a map of distances is held against where a grid cannot be trusted by itself.

A front that runs between two neighbours of a node sees neither where the angle between them is wide in
the metric: what such a grid finds is too long, by a share that no finer grid lessens, so that two grids
agree on it.  There the map is compared with geodesics to some of its cells.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from compute import logarithmic, shooting
from compute.interrupt import checkpoint
from compute.manifold import Bools, Manifold
from compute.types import ConnectRequest, DistanceRequest, Floats, Status

# the cosine of an angle between neighbours below which a front passes between them unseen
WIDEST = -0.5
# the share of nodes with such angles from which a map is not trusted by itself
FEW = 0.02
# geodesics along each side of a map, and where each is a quadrature; their steps
ALONG, QUICK, STEPS = 6, 32, 8
# how many of them a cell is held against
BESIDE = 4
# the error where one is not found
UNKNOWN = 1.0
_NEIGHBOURS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)])


def are_cheap(manifold: Manifold) -> bool:
    """Whether geodesics of the family are found at once, without means over outcomes or nodes."""
    direct = manifold.revolution is not None or logarithmic.chart_of(manifold) is not None
    return direct and manifold.averages is None and not manifold.singular


def is_wide(metric: Floats, usable: Bools) -> bool:
    """Whether packed metrics (rows, columns, 3) in cells have wide angles between neighbours."""
    g11, g12, g22 = np.moveaxis(metric[usable], -1, 0)

    def inner(a: Floats, b: Floats) -> Floats:
        return np.asarray(g11 * a[0] * b[0] + g12 * (a[0] * b[1] + a[1] * b[0]) + g22 * a[1] * b[1])

    wide = np.zeros(len(g11), dtype=bool)
    for a, b in pairwise(_NEIGHBOURS):
        wide |= inner(a, b) < WIDEST * np.sqrt(inner(a, a) * inner(b, b))
    return bool(wide.mean() > FEW) if len(wide) else False


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
    near = cKDTree(np.stack([row, column], axis=1) / size).query(cells, min(BESIDE, len(row)))[1]
    return np.asarray(found[near.reshape(*values.shape, -1)].max(axis=-1))


def _spread(count: int, along: int) -> np.ndarray:
    """So many places among ``count`` cells, each in the middle of its share of them."""
    return np.unique(((np.arange(along) + 0.5) * count / along).astype(int))
