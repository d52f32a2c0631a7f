"""Silhouettes: how clearly points belong to their clusters (Rousseeuw, J. Comput. Appl. Math. 20,
1987).

s = (b − a)/max(a, b), where a is the mean distance to the other points of the own cluster and b the
least mean distance to the points of another one; 0 for the only point of a cluster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, same_length
from compute.core.refusal import Refused
from compute.statistics.distance_matrix import Distances


def silhouettes(found: Distances, labels: NDArray[np.intp]) -> Floats:
    """Return s (n,) of points with labels (n,); NaN where a distance that it needs is unknown, and for
    the label −1.

    Raises Refused for fewer than two clusters.
    """
    labels = np.asarray(labels)
    same_length(points=found.values, labels=labels.astype(np.float64))
    names = np.unique(labels[labels >= 0])
    if len(names) < 2:
        raise Refused(f"there must be at least two clusters, got {len(names)}")
    member = (labels[:, None] == names).astype(np.float64)
    size = member.sum(axis=0)
    with np.errstate(invalid="ignore"):
        # NaN times 0 would make all means unknown
        sums = np.stack([found.values[:, labels == name].sum(axis=1) for name in names], axis=1)
    own = member > 0
    alone = (own & (size == 1)).any(axis=1)
    inside = np.where(own, sums, 0.0).sum(axis=1) / np.maximum((member @ size) - 1, 1)
    others = np.where(own, np.inf, sums / size)
    outside = np.where(np.isnan(others).any(axis=1), np.nan, others.min(axis=1))
    largest = np.maximum(inside, outside)
    with np.errstate(invalid="ignore"):
        value = np.where(largest > 0, (outside - inside) / np.where(largest > 0, largest, 1.0), 0.0)
    value = np.where(np.isnan(largest), np.nan, value)
    return np.where(labels < 0, np.nan, np.where(alone, 0.0, value))
