"""Classical multidimensional scaling: a plane in which points lie about as far apart as they are.

B = −½ J D² J, with the squared distances D² and J = 1 − 11ᵀ/n, is the Gram matrix of the points if
there are points of a vector space with these distances; the coordinates are √λᵢ uᵢ of its two largest
eigenvalues.  Distances on a curved manifold also have negative eigenvalues, which no map can hold
(Torgerson, Psychometrika 17, 1952; Gower, Biometrika 53, 1966).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.statistics.distance_matrix import Distances


@dataclass(frozen=True, eq=False)
class Scaling:
    """xy (n, 2), NaN for a point with an unknown distance; eigenvalues (m,), the largest first.

    share: (λ₁ + λ₂)/Σ|λ|, of the two that are positive; negative: Σ_{λ<0}|λ|/Σ|λ|; error: the root mean
    square of the errors of distances on the map, relative to that of the distances; the worst pair
    (2,) of points.  status: OK, or the first other status of the distances.
    """

    xy: Floats
    eigenvalues: Floats
    share: float
    negative: float
    error: float
    worst_pair: tuple[int, int]
    status: Status


def scaling(found: Distances) -> Scaling:
    """Return the map of points by their distances (n, n).

    The sign of each axis makes its largest coordinate positive.  Raises Refused for fewer than two
    points with known distances.
    """
    kept = found.complete
    if len(kept) < 2:
        raise Refused(f"there must be at least two points with known distances, got {len(kept)}")
    apart = found.values[np.ix_(kept, kept)]
    values, axes = np.linalg.eigh(_gram(apart))
    values, axes = values[::-1], axes[:, ::-1]
    flat = np.zeros((len(kept), 2))
    flat[:, : min(2, len(values))] = axes[:, :2] * np.sqrt(np.maximum(values[:2], 0.0))
    largest = flat[np.abs(flat).argmax(axis=0), [0, 1]]
    flat *= np.where(largest < 0, -1.0, 1.0)
    xy = np.full((len(found.values), 2), np.nan)
    xy[kept] = flat
    total = float(np.abs(values).sum()) or 1.0
    error, pair = _errors(apart, flat)
    return Scaling(
        xy,
        values,
        float(np.maximum(values[:2], 0.0).sum()) / total,
        float(np.maximum(-values, 0.0).sum()) / total,
        error,
        (int(kept[pair[0]]), int(kept[pair[1]])),
        found.worst,
    )


def _gram(apart: Floats) -> Floats:
    """Return −½ J D² J (n, n)."""
    squares = apart**2
    middle = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    gram: Floats = -0.25 * (middle + middle.T)
    return gram


def _errors(apart: Floats, flat: Floats) -> tuple[float, NDArray[np.intp]]:
    """Return the relative error of the map's distances, and the pair (2,) with the largest one."""
    on_map = np.linalg.norm(flat[:, None] - flat, axis=2)
    gaps = np.abs(on_map - apart)
    size = float(np.sqrt((apart**2).sum())) or 1.0
    pair = np.array(np.unravel_index(int(gaps.argmax()), gaps.shape))
    return float(np.sqrt((gaps**2).sum())) / size, pair
