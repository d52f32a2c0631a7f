"""Stencils of grid neighbours that are causal for anisotropic metrics.

A front that crosses the angle between two neighbours p, q of a node is captured if ⟨p, q⟩ ≥ 0 in the
metric of the node.  With a reduced lattice basis u, v, 2|⟨u, v⟩| ≤ |u|² ≤ |v|² (Gauss), this holds for
the eight neighbours ±u, ±v, ±(u + v), ±(v − u).  For an isotropic metric they are the adjacent cells.
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
# largest offset of a neighbour, in cells along either axis
REACH = 16
# maximum swaps of a reduction, more than this reach allows
SWAPS = 32
# largest cosine of the angle between u and v of a reduced basis
REDUCED = 0.5


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The stencil neighbours of all nodes of a grid.

    offsets (8, rows, columns, 2): column and row offsets.  reached (8, rows, columns): whether the
    neighbour and all nodes on the line to it are usable.  wide (rows, columns): whether the metric is
    more anisotropic than `REACH` allows.
    """

    offsets: Ints
    reached: NDArray[np.bool_]
    wide: NDArray[np.bool_]


def stencil(metric: Floats, usable: NDArray[np.bool_]) -> Neighbours:
    """Return the neighbours for packed metrics (rows, columns, 3) in units of cells."""
    u, v = _reduced(metric)
    offsets = np.stack([a * u + b * v for a, b in AROUND])
    reached = np.stack([_is_clear(usable, offset) for offset in offsets])
    return Neighbours(offsets, reached, _is_wide(metric, u, v))


def _reduced(metric: Floats) -> tuple[Ints, Ints]:
    """Return the reduced integer basis u, v (..., 2) in each metric, within `REACH`."""
    u = np.broadcast_to(np.array([1, 0]), (*metric.shape[:-1], 2)).copy()
    v = np.broadcast_to(np.array([0, 1]), u.shape).copy()
    for _ in range(SWAPS):
        longer = _inner(metric, u, u) > _inner(metric, v, v)
        u, v = np.where(longer[..., None], v, u), np.where(longer[..., None], u, v)
        turns = np.rint(_inner(metric, u, v) / _inner(metric, u, u))
        # reduced only while u ± v stay in reach
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
    """Whether every node on the line to a neighbour at offset (rows, columns, 2) is usable."""
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
