"""Hierarchical clustering of points by their distances, with SciPy's linkage.

The distance between two clusters is the mean (average), the largest (complete) or the smallest (single)
distance between their points.  Ward's linkage is a variance in a vector space and is not defined for
distances on a curved manifold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.statistics.distance_matrix import Distances

LINKAGES = ("average", "complete", "single")
# number of points up to which neighbouring leaves are brought close together
MOST_ORDERED = 400


@dataclass(frozen=True, eq=False)
class Dendrogram:
    """A tree of merges.

    points (m,): the numbers of the points that are leaves; merges (m − 1, 4): two nodes, the height at
    which they are joined, and the number of points, as SciPy's linkage; nodes below m are leaves, m + i
    is the i-th merge.  order (m,): the leaves from left to right.  n: the number of all points; a point
    with an unknown distance is no leaf.  cophenetic: the correlation of heights and distances, NaN for
    fewer than three points.  status: OK, or the first other status of the distances.
    """

    points: NDArray[np.intp]
    merges: Floats
    order: NDArray[np.intp]
    n: int
    cophenetic: float
    status: Status

    def cut(self, height: float) -> NDArray[np.intp]:
        """Return labels (n,) of the clusters below a height, from left to right, −1 for points that
        are no leaves.
        """
        return self._labels(int((self.merges[:, 2] <= height).sum()))

    def clusters(self, k: int) -> NDArray[np.intp]:
        """Return labels (n,) of k clusters.  Raises Refused unless 1 ≤ k ≤ m."""
        if not 1 <= k <= len(self.points):
            raise Refused(f"k must be from 1 to {len(self.points)} points, got {shown(k)}")
        return self._labels(len(self.points) - k)

    def height(self, k: int) -> float:
        """Return a height at which there are k clusters: the middle between two merges."""
        heights = np.concatenate([[0.0], self.merges[:, 2]])
        if k <= 1:
            return float(1.05 * heights[-1])
        return float(0.5 * (heights[-k] + heights[-k + 1]))

    def _labels(self, merged: int) -> NDArray[np.intp]:
        """Return labels (n,) after the first merges."""
        m = len(self.points)
        parent = np.arange(2 * m - 1)
        for i, (a, b) in enumerate(self.merges[:merged, :2].astype(int)):
            parent[[a, b]] = m + i
        root = parent.copy()
        for node in range(len(parent) - 1, -1, -1):
            root[node] = node if parent[node] == node else root[parent[node]]
        names = list(dict.fromkeys(root[self.order].tolist()))
        labels = np.full(self.n, -1)
        labels[self.points] = [names.index(node) for node in root[:m]]
        return labels


def hierarchy(found: Distances, linkage: str = "average") -> Dendrogram:
    """Return the dendrogram of points by one of LINKAGES.

    Raises Refused for another linkage, and for fewer than two points with known distances.
    """
    from scipy.cluster import hierarchy as scipy_hierarchy

    if linkage == "ward":
        raise Refused(
            "linkage must not be ward, which needs a vector space: it is not defined for "
            f"distances on a manifold; choose {', '.join(LINKAGES)}"
        )
    if linkage not in LINKAGES:
        raise Refused(f"linkage must be one of {', '.join(LINKAGES)}, got {shown(linkage)}")
    kept = found.complete
    if len(kept) < 2:
        raise Refused(f"there must be at least two points with known distances, got {len(kept)}")
    apart = found.values[np.ix_(kept, kept)][np.triu_indices(len(kept), 1)]
    merges = scipy_hierarchy.linkage(apart, linkage, optimal_ordering=len(kept) <= MOST_ORDERED)
    order = scipy_hierarchy.leaves_list(merges)
    fits = len(kept) > 2 and np.ptp(apart) > 0
    heights = scipy_hierarchy.cophenet(merges)
    close = float(np.corrcoef(heights, apart)[0, 1]) if fits and np.ptp(heights) > 0 else np.nan
    return Dendrogram(kept, merges, order, len(found.values), close, found.worst)
