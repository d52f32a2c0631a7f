"""Components of the sublevel sets of a map: where each is born, and where it joins an older one.

The pixels enter in a total order.  Each belongs to the basin of the minimum that steepest descent
leads to.  A pixel joins components only if its lower neighbours are not one already, around it and
below it, which is so at saddles: union–find runs over their basins, by age.
(Edelsbrunner, Letscher, Zomorodian 2002)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Ints

# the neighbours of a pixel, in order around it: sides are even
AROUND = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))


def joins(rank: Ints, corners: bool, source: int = 1) -> tuple[Ints, Ints]:
    """Return the ranks (k,) at which components are born and at which they join older ones.

    rank (rows, columns): a permutation of 0 … N − 1, in the order in which the pixels enter.  Pixels
    are adjacent if they share an edge, with ``corners`` also if they share a corner; those of rank
    below ``source`` are one component from the start.  The component of rank 0 never joins another.
    """
    # within a frame that no pixel is above
    padded = np.pad(rank, 1, constant_values=rank.size)
    basin = _basins(rank, padded, corners, source)
    passes = _passes(rank, padded, basin, corners, source)
    is_minimum = np.zeros(rank.size, bool)
    is_minimum[passes[:2]] = True
    minima = np.flatnonzero(is_minimum).astype(np.int32)
    one, other = (np.cumsum(is_minimum, dtype=np.int32) - 1)[passes[:2]]
    parent = list(range(len(minima)))  # by age
    births, deaths = [], []
    for a, b, level in zip(one.tolist(), other.tolist(), passes[2].tolist(), strict=True):
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        while parent[b] != b:
            parent[b] = b = parent[parent[b]]
        if a != b:
            older, younger = (a, b) if a < b else (b, a)
            parent[younger] = older
            births.append(younger)
            deaths.append(level)
    return minima[np.array(births, np.int32)], np.array(deaths, np.int32)


def _followed(down: Ints) -> Ints:
    """Return where ``down`` (n,), which never leads up, leads in the end."""
    while True:
        further = down[down]
        if (further == down).all():
            return down
        down = further


def _basins(rank: Ints, padded: Ints, corners: bool, source: int) -> Ints:
    """Return the minimum (rows, columns) that steepest descent from each pixel leads to, by rank."""
    lowest = rank.copy()
    for step in AROUND[:: 1 if corners else 2]:
        np.minimum(lowest, _moved(padded, step), out=lowest)
    down = np.empty(rank.size, np.int32)
    down[rank.ravel()] = lowest.ravel()
    down[:source] = 0
    return _followed(down)[rank]


def _passes(rank: Ints, padded: Ints, basin: Ints, corners: bool, source: int) -> Ints:
    """Return the passes (3, m) at saddles, in order: the two basins, and the rank of the pixel.

    Lower neighbours next to each other are one component below the pixel; the first of each run stands
    for all.
    """
    lower = [_moved(padded, step) < rank for step in AROUND]
    if corners:
        first = [x & ~lower[k - 1] for k, x in enumerate(lower)]
        for k in range(0, 8, 2):  # two sides share a corner
            first[k] &= ~lower[k - 2]
    else:
        first = [lower[k] & ~(lower[k - 1] & lower[k - 2]) for k in range(0, 8, 2)]
    runs = np.sum(first, axis=0, dtype=np.int8)
    saddles = np.flatnonzero((runs > 1) & (rank >= source))
    level = rank.ravel()[saddles]
    order = np.argsort(level)
    saddles, level = saddles[order], level[order]
    steps = np.array(AROUND[:: 1 if corners else 2]) @ (rank.shape[1], 1)
    chosen = np.stack([x.ravel()[saddles] for x in first], axis=1)
    own, flat = np.nonzero(chosen)[0], basin.ravel()
    one, other = flat[saddles[own]], flat[(saddles[:, None] + steps)[chosen]]
    apart = one != other
    return np.stack([one, other, level[own]])[:, apart]


def _moved(padded: Ints, step: tuple[int, int]) -> Ints:
    """Return the neighbours (rows, columns) at ``step`` of the pixels within a frame."""
    (rows, columns), (down, right) = padded.shape, step
    return padded[1 + down : rows - 1 + down, 1 + right : columns - 1 + right]
