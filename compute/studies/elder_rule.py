"""Components of the sublevel sets of a map: where each is born, and where it joins an older one.

The pixels enter in a total order.  Each belongs to the basin of the minimum that steepest descent
leads to, and basins join at the lowest pixel pair between them; so union–find runs over minima only, of
which a smooth map has few.  (Edelsbrunner, Letscher, Zomorodian 2002)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Ints

SIDES = ((0, 1), (1, 0))
CORNERS = ((1, 1), (1, -1))


def joins(rank: Ints, corners: bool, source: int = 1) -> tuple[Ints, Ints]:
    """Return the ranks (k,) at which components are born and at which they join older ones.

    rank (rows, columns): a permutation of 0 … N − 1, in the order in which the pixels enter.  Pixels
    are adjacent if they share an edge, with ``corners`` also if they share a corner; those of rank
    below ``source`` are one component from the start.  The component of rank 0 never joins another.
    """
    steps = SIDES + CORNERS if corners else SIDES
    basin = _basins(rank, steps, source)
    one, other, saddle = _passes(rank, basin, steps)
    minima, ends = np.unique(np.stack([one, other]), return_inverse=True)
    parent = list(range(len(minima)))  # by age
    births, deaths = [], []
    for a, b, level in zip(*ends.reshape(2, -1).tolist(), saddle.tolist(), strict=True):
        older, younger = sorted((_root(parent, a), _root(parent, b)))
        if older != younger:
            parent[younger] = older
            births.append(younger)
            deaths.append(level)
    return minima[np.array(births, np.int32)], np.array(deaths, np.int32)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _basins(rank: Ints, steps: tuple[tuple[int, int], ...], source: int) -> Ints:
    """Return the minimum (rows, columns) that steepest descent from each pixel leads to, by rank."""
    lowest = rank.copy()
    for step in steps:
        for here, there in (_pair(step), _pair(step)[::-1]):
            lowest[here] = np.minimum(lowest[here], rank[there])
    down = np.empty(rank.size, np.int32)
    down[rank.ravel()] = lowest.ravel()
    down[:source] = 0
    while True:
        further = down[down]
        if (further == down).all():
            return down[rank]
        down = further


def _passes(rank: Ints, basin: Ints, steps: tuple[tuple[int, int], ...]) -> tuple[Ints, Ints, Ints]:
    """Return the lowest passes (m,) between adjacent basins, in order: the two basins, and the rank of
    the higher pixel.
    """
    found = []
    for here, there in map(_pair, steps):
        a, b = basin[here], basin[there]
        apart = a != b
        a, b, level = a[apart], b[apart], np.maximum(rank[here], rank[there])[apart]
        found.append(np.stack([np.minimum(a, b), np.maximum(a, b), level]))
    every = np.concatenate(found, axis=1)
    every = every[:, np.lexsort(every[::-1])]
    first = np.ones(every.shape[1], bool)
    first[1:] = (every[:2, 1:] != every[:2, :-1]).any(axis=0)
    lowest = every[:, first]
    one, other, saddle = lowest[:, np.argsort(lowest[2], kind="stable")]
    return one, other, saddle


def _pair(step: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the slices of all pixels that have a neighbour at ``step``, and of these neighbours."""
    down, right = step
    rows = slice(None, -down or None), slice(down, None)
    columns = (
        slice(max(-right, 0), -right if right > 0 else None),
        slice(max(right, 0), right if right < 0 else None),
    )
    return (rows[0], columns[0]), (rows[1], columns[1])
