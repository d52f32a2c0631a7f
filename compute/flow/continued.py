"""Extension of a field to the nodes just outside the domain, whose boundary cuts cells."""

from __future__ import annotations

import numpy as np

from compute.flow.cells import EAST, NORTH, Cells, ahead

WAYS = (EAST, (0, -1), NORTH, (-1, 0))
# rounds of extension: from nodes inside, then from the nodes just reached
ROUNDS = 4
# weight of a straight line through two nodes, beside a constant through one
STRAIGHT = 16.0


def continued(cells: Cells, z: np.ndarray) -> np.ndarray:
    """Return z (rows, columns) in the frames, linearly extrapolated to nodes outside.

    Vectors, which are complex, are transported along the links; the mean over all inward links is used.
    """
    todo, known, found = cells.outside, cells.used & cells.grid.usable, z.copy()
    for _ in range(ROUNDS):
        if not todo.any():
            break
        total, weights = np.zeros_like(found), np.zeros(found.shape)
        for way in WAYS:
            near = _carried(cells, found, way)
            far = _carried(cells, near, way)
            has = _there(cells, known, way)
            has_both = has & _there(cells, has, way)
            weight = np.where(has_both, STRAIGHT, np.where(has, 1.0, 0.0))
            total = total + weight * np.where(has_both, 2.0 * near - far, near)
            weights += weight
        new = todo & (weights > 0.0)
        found = np.where(new, total / np.where(weights > 0.0, weights, 1.0), found)
        known, todo = known | new, todo & ~new
    return found


def _there(cells: Cells, known: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Return whether the value one step away is known; False beyond the grid."""
    found = ahead(known, way)
    for axis, closes in enumerate(cells.grid.wraps[::-1]):
        if way[axis] != 0 and not closes:
            edge = [slice(None), slice(None)]
            edge[axis] = slice(-1, None) if way[axis] > 0 else slice(0, 1)
            found[tuple(edge)] = False
    return found


def _carried(cells: Cells, z: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """Return the values one step away, in each node's own frame."""
    if not np.iscomplexobj(z):
        return ahead(z, way)
    forward = way in (EAST, NORTH)
    turn = cells.turns[0 if way[0] == 0 else 1]
    link = np.exp(-1j * turn) if forward else np.exp(1j * ahead(turn, way))
    return np.asarray(link * ahead(z, way))
