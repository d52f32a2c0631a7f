"""Clusters, neighbours, maps and tests of points for scripts, with the conventions of scikit-learn.

>>> import compute
>>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
>>> found = compute.KMedoids(gaussian, k=2, engine=engine).fit([[0.0, 1.0], [9.0, 1.0], [0.2, 1.0]])
>>> found.labels_.tolist(), found.status_.name
([0, 1, 0], 'OK')
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compute.api.points import Points
from compute.api.statistics import Fits
from compute.core.arrays import Floats, same_length
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.engine.opening import engine_of
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.statistics import k_medoids, neighbours, scaling, silhouettes, two_groups
from compute.statistics.distance_matrix import FISHER_RAO, Distances, distances
from compute.statistics.hierarchy import hierarchy

Labels = NDArray[np.intp]


class _OfDistances:
    """An estimator that needs the distances of points alone, of a kind such as "fisher_rao",
    "jeffreys", "hellinger", "bhattacharyya" or "wasserstein".
    """

    def __init__(self, manifold: Manifold, metric: str, engine: Engine | None) -> None:
        self.manifold, self.metric = manifold, metric
        self.engine = engine_of(engine)

    def _distances(self, theta: ArrayLike) -> Distances:
        points = points_of(self.manifold, "theta", theta)
        return distances(self.engine, self.manifold, points, self.metric)


class KMedoids(_OfDistances):
    """k clusters of least Σ d(θᵢ, medoid), whose centres are points, by PAM.

    After `fit`: ``labels_`` (n,), −1 for a point with an unknown distance; ``medoid_indices_`` (k,),
    ``cluster_centers_`` (k, 2), ``inertia_``, ``n_iter_``, ``status_``, ``distances_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> points = [[0.0, 1.0], [0.1, 1.0], [0.3, 1.0], [9.0, 1.0]]
    >>> KMedoids(gaussian, k=2, engine=engine).fit(points).medoid_indices_.tolist()
    [1, 3]
    """

    def __init__(
        self,
        manifold: Manifold,
        k: int = 3,
        metric: str = FISHER_RAO,
        engine: Engine | None = None,
    ) -> None:
        super().__init__(manifold, metric, engine)
        self.k = k

    def fit(self, theta: ArrayLike) -> Self:
        """Find the clusters of points (n, 2)."""
        self.distances_ = self._distances(theta)
        found = k_medoids.k_medoids(self.distances_, self.k)
        self.labels_, self.medoid_indices_ = found.labels, found.medoids
        self.cluster_centers_ = np.asarray(theta, np.float64)[found.medoids]
        self.inertia_, self.n_iter_, self.status_ = found.inertia, found.exchanges, found.status
        return self

    def fit_predict(self, theta: ArrayLike) -> Labels:
        """Find the clusters of points (n, 2), and return their labels (n,)."""
        return self.fit(theta).labels_

    def predict(self, theta: ArrayLike) -> Labels:
        """Return the number (n,) of the nearest medoid of each point (n, 2); −1 if a distance to a
        medoid is unknown.
        """
        asked = points_of(self.manifold, "theta", theta)
        found = neighbours.neighbours(
            self.engine,
            self.manifold,
            self.cluster_centers_,
            asked,
            len(self.cluster_centers_),
            self.metric,
        )
        return np.where(np.isnan(found.distances).any(axis=1), -1, found.indices[:, 0])


class AgglomerativeClustering(_OfDistances):
    """A dendrogram by average, complete or single linkage, cut into k clusters.

    Ward's linkage is refused: it is not defined for distances on a curved manifold.

    After `fit`: ``labels_`` (n,), ``dendrogram_`` with ``merges``, ``order``, ``cut(height)`` and
    ``clusters(k)``, ``status_``, ``distances_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> points = [[0.0, 1.0], [0.1, 1.0], [9.0, 1.0], [9.2, 1.0]]
    >>> found = AgglomerativeClustering(gaussian, k=2, engine=engine).fit(points)
    >>> found.labels_[0] == found.labels_[1] != found.labels_[2] == found.labels_[3]
    np.True_
    """

    def __init__(
        self,
        manifold: Manifold,
        k: int = 2,
        linkage: str = "average",
        metric: str = FISHER_RAO,
        engine: Engine | None = None,
    ) -> None:
        super().__init__(manifold, metric, engine)
        self.k, self.linkage = k, linkage

    def fit(self, theta: ArrayLike) -> Self:
        """Find the clusters of points (n, 2)."""
        self.distances_ = self._distances(theta)
        self.dendrogram_ = hierarchy(self.distances_, self.linkage)
        self.labels_, self.status_ = self.dendrogram_.clusters(self.k), self.dendrogram_.status
        return self

    def fit_predict(self, theta: ArrayLike) -> Labels:
        """Find the clusters of points (n, 2), and return their labels (n,)."""
        return self.fit(theta).labels_


class NearestNeighbors(_OfDistances):
    """The nearest of given points.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> near = NearestNeighbors(gaussian, k=1, engine=engine).fit([[-1.0, 1.0], [1.0, 1.0]])
    >>> distance, index = near.kneighbors([[0.9, 1.0]])
    >>> index.tolist(), near.status_[0].name
    ([[1]], 'OK')
    """

    def __init__(
        self,
        manifold: Manifold,
        k: int = 5,
        metric: str = FISHER_RAO,
        engine: Engine | None = None,
    ) -> None:
        super().__init__(manifold, metric, engine)
        self.k = k

    def fit(self, theta: ArrayLike) -> Self:
        """Remember points (n, 2)."""
        self.theta_ = points_of(self.manifold, "theta", theta)
        return self

    def kneighbors(self, theta: ArrayLike, k: int | None = None) -> tuple[Floats, Labels]:
        """Return the distances and the numbers (m, k) of the nearest points of each (m, 2), nearest
        first.

        ``status_`` (m,) then says whether all distances of each row were found.
        """
        asked = points_of(self.manifold, "theta", theta)
        found = neighbours.neighbours(
            self.engine, self.manifold, self.theta_, asked, k or self.k, self.metric
        )
        self.status_ = tuple(Status(int(s)) for s in found.status)
        return found.distances, found.indices


class KNeighborsClassifier(_OfDistances):
    """Classification by the vote of the k nearest points, ties to the nearest.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> found = KNeighborsClassifier(gaussian, k=3, engine=engine)
    >>> found = found.fit([[0, 1], [0, 2], [5, 1], [5, 2]], ["left", "left", "right", "right"])
    >>> found.predict([[1.0, 1.0], [4.0, 1.0]])
    ('left', 'right')
    """

    def __init__(
        self,
        manifold: Manifold,
        k: int = 5,
        metric: str = FISHER_RAO,
        engine: Engine | None = None,
    ) -> None:
        super().__init__(manifold, metric, engine)
        self.k = k

    def fit(self, theta: ArrayLike, names: Sequence[object]) -> Self:
        """Remember points (n, 2) and the names (n,) of their classes."""
        self.theta_ = points_of(self.manifold, "theta", theta)
        self.names_ = tuple(map(str, names))
        same_length(theta=self.theta_, names=np.zeros(len(self.names_)))
        self.classes_ = tuple(dict.fromkeys(self.names_))
        return self

    def predict(self, theta: ArrayLike) -> tuple[str, ...]:
        """Return the class (m,) of each point (m, 2), "" if no distance was found.

        ``share_`` (m,) is then its share of the votes, and ``status_`` (m,) says whether all distances
        of each row were found.
        """
        asked = points_of(self.manifold, "theta", theta)
        found = neighbours.neighbours(
            self.engine, self.manifold, self.theta_, asked, self.k, self.metric
        )
        self.status_ = tuple(Status(int(s)) for s in found.status)
        chosen, self.share_ = neighbours.vote(found, self.names_)
        return chosen

    def score(self, theta: ArrayLike, names: Sequence[object]) -> float:
        """Return the share of points (m, 2) whose class is found to be the one in ``names`` (m,)."""
        found, stated = self.predict(theta), tuple(map(str, names))
        same_length(theta=np.zeros(len(found)), names=np.zeros(len(stated)))
        return sum(a == b for a, b in zip(found, stated, strict=True)) / len(found)


class ClassicalMDS(_OfDistances):
    """A plane in which points lie about as far apart as they are, by classical scaling.

    After `fit`: ``embedding_`` (n, 2), ``eigenvalues_``, ``share_`` (λ₁ + λ₂)/Σ|λ|, ``negative_`` the
    share of negative eigenvalues, which no map can hold, ``error_`` the relative error of the map's
    distances, ``status_``, ``distances_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> found = ClassicalMDS(gaussian, engine=engine).fit([[0, 1], [0, 2], [0, 4]])  # on a geodesic
    >>> f"{found.share_:.6f} {found.error_:.1e}"[:8]
    '1.000000'
    """

    def __init__(
        self, manifold: Manifold, metric: str = FISHER_RAO, engine: Engine | None = None
    ) -> None:
        super().__init__(manifold, metric, engine)

    def fit(self, theta: ArrayLike) -> Self:
        """Find the map of points (n, 2)."""
        self.distances_ = self._distances(theta)
        found = scaling.scaling(self.distances_)
        self.embedding_, self.eigenvalues_ = found.xy, found.eigenvalues
        self.share_, self.negative_, self.error_ = found.share, found.negative, found.error
        self.status_ = found.status
        return self

    def fit_transform(self, theta: ArrayLike) -> Floats:
        """Find the map of points (n, 2), and return their coordinates (n, 2) on it."""
        return self.fit(theta).embedding_


def silhouette_samples(found: Distances, labels: ArrayLike) -> Floats:
    """Return the silhouettes (n,) of points with distances (n, n) and labels (n,): 1 well inside the
    own cluster, 0 between two, negative nearer to another one.

    NaN for the label −1 and where a distance is unknown.  Raises ValueError for fewer than two
    clusters.

    >>> import compute
    >>> points = Points(compute.family("gaussian"), [[0, 1], [0, 1.1], [9, 1], [9, 1.1]])
    >>> apart = points.distances(compute.open_engine("reference"))
    >>> silhouette_samples(apart, [0, 0, 1, 1]).round(2).tolist()
    [0.97, 0.97, 0.97, 0.97]
    """
    return silhouettes.silhouettes(found, np.asarray(labels))


def likelihood_ratio_test(fits: Fits) -> two_groups.LikelihoodRatio:
    """Test whether the samples of all groups have one distribution: ``statistic``, ``freedom``,
    ``p_value`` (asymptotic, χ²), ``pooled``, ``status``.

    >>> import compute
    >>> fits = compute.fit({"x": [1.0, 2.0, 4.0], "y": [1.5, 3.0, 3.5]}, "gaussian")
    >>> found = likelihood_ratio_test(fits)
    >>> f"{found.statistic:.4f} {found.freedom} {found.p_value:.4f} {found.status.name}"
    '0.5757 2 0.7499 OK'
    """
    return two_groups.likelihood_ratio(fits.manifold, fits.samples)


def permutation_test(
    points: Points,
    groups: Sequence[object],
    permutations: int = 9999,
    seed: int = 0,
    metric: str = FISHER_RAO,
    engine: Engine | None = None,
) -> two_groups.Permutation:
    """Test whether two groups of points have one distribution, by the energy statistic of their
    distances: ``statistic``, ``p_value``, ``permutations``, ``exact``, ``status``.

    ``groups`` (n,) has two different entries.  Raises ValueError for another number, for a group of
    fewer than two points, and for more than a million permutations.

    >>> import compute
    >>> points = Points(compute.family("gaussian"), [[0, 1], [0, 1.1], [0, 1.2], [9, 1], [9, 2]])
    >>> engine = compute.open_engine("reference")
    >>> found = permutation_test(points, ["a", "a", "a", "b", "b"], engine=engine)
    >>> found.p_value, found.permutations, found.exact
    (0.1, 10, True)
    """
    names = list(dict.fromkeys(map(str, groups)))
    if len(names) != 2:
        raise Refused(f"groups must have two different entries, got {shown(names)}")
    first = np.array([str(group) == names[0] for group in groups])
    found = distances(engine_of(engine), points.manifold, points.theta, metric)
    return two_groups.permutation(found, first, permutations, seed)
