"""Groups of heads by their distances: clusters, redundant pairs, and the map.

Clusters are those of k-medoids, so that each has a head in its middle.  A pair of heads is redundant
below a threshold t: for near rows a distance d is KL ≈ d²/2 nats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.atlas.head_distances import HeadDistances
from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.statistics.distance_matrix import Distances
from compute.statistics.k_medoids import k_medoids
from compute.statistics.scaling import Scaling, scaling
from compute.statistics.silhouettes import silhouettes

# the usual number of clusters, and the usual threshold of redundant pairs
NUMBER, THRESHOLD = 4, 0.2


@dataclass(frozen=True, eq=False)
class HeadGroups:
    """plane: the map of classical scaling; labels (h,): the cluster of each head, from 0; medoids (k,):
    the head in the middle of each; widths (h,): silhouettes, NaN for a single cluster.
    """

    plane: Scaling
    labels: NDArray[np.intp]
    medoids: NDArray[np.intp]
    widths: Floats


def head_groups(apart: HeadDistances, number: int = NUMBER) -> HeadGroups:
    """Return the map and ``number`` clusters of heads, of fewer heads that many.

    Raises Refused for a number below 1.
    """
    found = Distances(apart.values, np.zeros(apart.values.shape, np.int32))
    if number < 1:
        raise Refused(f"the number of clusters must be at least 1, got {shown(number)}")
    medoids = k_medoids(found, min(number, len(apart.places)))
    several = len(medoids.medoids) > 1
    widths = silhouettes(found, medoids.labels) if several else np.full(len(apart.places), np.nan)
    return HeadGroups(scaling(found), medoids.labels, medoids.medoids, widths)


def redundant(apart: HeadDistances, threshold: float = THRESHOLD) -> list[tuple[int, int, float]]:
    """Return the pairs of heads with a distance below a threshold, the nearest first.

    Raises Refused unless the threshold is a positive number.
    """
    if not (np.isfinite(threshold) and threshold > 0):
        raise Refused(f"the threshold must be positive, got {shown(threshold)}")
    i, j = np.nonzero(np.triu(apart.values < threshold, 1))
    order = np.argsort(apart.values[i, j], kind="stable")
    return [
        (int(a), int(b), float(apart.values[a, b])) for a, b in zip(i[order], j[order], strict=True)
    ]


def nearest(apart: HeadDistances) -> tuple[NDArray[np.intp], Floats]:
    """Return for each head the nearest other one (h,) and its distance (h,)."""
    values = apart.values + np.diag(np.full(len(apart.places), np.inf))
    at = values.argmin(axis=1)
    return at, np.asarray(values[np.arange(len(at)), at])
