"""The convex hull of points in the plane: the boundary of a moment polygon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats

Bools = NDArray[np.bool_]


def hull(points: Floats) -> list[int]:
    """Return the indices of the corners of the convex hull of points (n, 2), counter-clockwise
    (Andrew 1979).
    """
    order = [int(i) for i in np.lexsort((points[:, 1], points[:, 0]))]
    lower, upper = _chain(points, order), _chain(points, order[::-1])
    return [*lower[:-1], *upper[:-1]]


def _chain(points: Floats, order: list[int]) -> list[int]:
    """Return the points at which the path through the points in order turns left."""
    chain: list[int] = []
    for i in order:
        while len(chain) > 1 and _turn(points[chain[-2]], points[chain[-1]], points[i]) <= 0:
            chain.pop()
        chain.append(i)
    return chain


def _turn(a: Floats, b: Floats, c: Floats) -> float:
    """Return twice the area of the triangle abc, positive if counter-clockwise."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def encloses(corners: Floats, points: Floats) -> Bools:
    """Return which points (k, 2) lie strictly inside a convex polygon (m, 2), counter-clockwise."""
    along = np.roll(corners, -1, axis=0) - corners
    across = np.stack([-along[:, 1], along[:, 0]])
    inside: Bools = (points @ across > (corners * across.T).sum(axis=1)).all(axis=1)
    return inside
