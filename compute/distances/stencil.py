"""Neighbours of grid nodes between which no front passes unseen, however stretched the metric.

A front that crosses the angle between two neighbours of a node is seen where ⟨p, q⟩ ≥ 0 in the metric
of the node.  With a basis u, v of the whole numbers for which 2|⟨u, v⟩| ≤ |u|² ≤ |v|² (Gauss's
reduction) the eight neighbours ±u, ±v, ±(u + v), ±(v − u) leave no other angle.  Where the metric is
as wide as high they are the cells around the node.
(Mirebeau, SIAM J. Numer. Anal. 52, 2014.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats

Ints = NDArray[np.integer]

# coefficients of u and v of the neighbours; each makes a triangle with the next
AROUND = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
# how far a neighbour may be, in cells along either axis
REACH = 16
# swaps of a reduction, more than such a reach allows
SWAPS = 32
# the cosine of the angle between u and v of a basis that is reduced, at most
REDUCED = 0.5


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Neighbours of all nodes of a grid.

    offsets (8, rows, columns, 2): how many columns and rows further each is.  reached (8, rows,
    columns): whether it and all nodes on the way to it are usable.  wide (rows, columns): whether
    the metric is stretched more than `REACH` allows for.
    """

    offsets: Ints
    reached: NDArray[np.bool_]
    wide: NDArray[np.bool_]


def stencil(metric: Floats, usable: NDArray[np.bool_]) -> Neighbours:
    """Return the neighbours by packed metrics (rows, columns, 3) in units of cells."""
    u, v = _reduced(metric)
    offsets = np.stack([a * u + b * v for a, b in AROUND])
    reached = np.stack([_is_clear(usable, offset) for offset in offsets])
    return Neighbours(offsets, reached, _is_wide(metric, u, v))


def _reduced(metric: Floats) -> tuple[Ints, Ints]:
    """Return the shortest basis u, v (..., 2) of whole numbers in each metric, as far as `REACH`
    allows.
    """
    u = np.broadcast_to(np.array([1, 0]), (*metric.shape[:-1], 2)).copy()
    v = np.broadcast_to(np.array([0, 1]), u.shape).copy()
    for _ in range(SWAPS):
        longer = _inner(metric, u, u) > _inner(metric, v, v)
        u, v = np.where(longer[..., None], v, u), np.where(longer[..., None], u, v)
        turns = np.rint(_inner(metric, u, v) / _inner(metric, u, u))
        # as much of it as leaves u ± v in reach
        room = (REACH - np.abs(u) - np.abs(v)) // np.maximum(np.abs(u), 1)
        room = np.where(u == 0, REACH, room).min(axis=-1)
        turns = np.clip(turns, -room, room).astype(int)
        if not turns.any():
            break
        v = v - turns[..., None] * u
    return u, v


def _inner(metric: Floats, a: Ints, b: Ints) -> Floats:
    g11, g12, g22 = np.moveaxis(metric, -1, 0)
    crossed = a[..., 0] * b[..., 1] + a[..., 1] * b[..., 0]
    found: Floats = g11 * a[..., 0] * b[..., 0] + g12 * crossed + g22 * a[..., 1] * b[..., 1]
    return found


def _is_wide(metric: Floats, u: Ints, v: Ints) -> NDArray[np.bool_]:
    size = np.sqrt(_inner(metric, u, u) * _inner(metric, v, v))
    return np.asarray(np.abs(_inner(metric, u, v)) > REDUCED * size * (1.0 + 1e-9))


def _is_clear(usable: NDArray[np.bool_], offset: Ints) -> NDArray[np.bool_]:
    """Whether each node on the line to a neighbour (rows, columns, 2) further is usable."""
    size = np.array(usable.shape)
    clear = usable.ravel().copy()
    start = np.stack(np.unravel_index(np.arange(usable.size), usable.shape), axis=1)
    along = offset[..., ::-1].reshape(-1, 2)
    steps = np.abs(along).max(axis=1)
    for step in range(1, int(steps.max(initial=1)) + 1):
        some = np.flatnonzero(clear & (step <= steps))
        to = start[some] + np.rint(along[some] * (step / steps[some])[:, None]).astype(int)
        inside = ((to >= 0) & (to < size)).all(axis=1)
        to = np.where(inside[:, None], to, 0)
        clear[some] = inside & usable[to[:, 0], to[:, 1]]
    return clear.reshape(usable.shape)
