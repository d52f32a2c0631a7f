"""Distances between the points of data, and clusters of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.session import Session
from app.model.data_points import Point
from app.views.interface.distances import K_MEANS, K_MEDOIDS, DistancesChosen
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import describe
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.statistics.distance_matrix import FISHER_RAO, Distances, between, check_kind
from compute.statistics.hierarchy import Dendrogram, hierarchy
from compute.statistics.k_means import k_means
from compute.statistics.k_medoids import k_medoids
from compute.statistics.scaling import Scaling, scaling
from compute.statistics.silhouettes import silhouettes
from compute.statistics.two_groups import Permutation, permutation

# pairs computed between two reports: geodesics in large batches, divergences one after another
GEODESICS, DIVERGENCES = 1024, 64
# numbers of clusters whose silhouettes are compared
TRIED = range(2, 9)
PERMUTATIONS, SEED = 1999, 0
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class MatrixTask(Job):
    """All distances of one kind between points, and their map."""

    words: ClassVar[str] = "the distances between the points"

    family: str
    points: tuple[Point, ...]
    kind: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit the progress and one answer, or `NoDistances`."""
        self.perform_in(Session(), engine, emit, cancelled)

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Go on where an earlier attempt was interrupted."""
        try:
            check_kind(manifold_of(self.family), self.kind)
            partial = session.kept(_Partial, self, lambda: _Partial(len(self.points)))
            self._fill(partial, engine, emit)
            found = Distances(
                partial.values + partial.values.T, partial.status + partial.status.T, self.kind
            )
            plane = scaling(found) if len(found.complete) > 1 else None
            emit(MatrixAnswer(self, found, plane))
        except ValueError as problem:
            emit(NoDistances(self, describe(problem)))

    def _fill(self, partial: _Partial, engine: Engine, emit: Emit) -> None:
        manifold, theta = manifold_of(self.family), np.array(self.points)
        size = GEODESICS if self.kind == FISHER_RAO else DIVERGENCES
        total = len(partial.rows)
        while partial.done < total:
            checkpoint()
            some = slice(partial.done, partial.done + size)
            a, b = partial.rows[some], partial.columns[some]
            values, status = between(engine, manifold, theta[a], theta[b], self.kind)
            partial.values[a, b], partial.status[a, b] = values, status
            partial.done = min(partial.done + size, total)
            emit(MatrixProgress(self, partial.done, total))


class _Partial:
    """The part of a matrix of n points that is known: its first ``done`` pairs."""

    def __init__(self, n: int) -> None:
        self.rows, self.columns = np.triu_indices(n, 1)
        self.values, self.status = np.zeros((n, n)), np.zeros((n, n), np.int32)
        self.done = 0


@dataclass(frozen=True)
class MatrixProgress:
    """How many of all pairs are known."""

    job: MatrixTask
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class MatrixAnswer:
    """The distances, and a plane for them; None for fewer than two points with known distances."""

    job: MatrixTask
    found: Distances
    plane: Scaling | None


@dataclass(frozen=True)
class NoDistances:
    """Why there are no distances or clusters."""

    job: MatrixTask | ClusterTask
    words: str


@dataclass(frozen=True)
class ClusterTask(Job):
    """Clusters from known distances, as chosen; ``groups``: of the scene's points, to be tested."""

    words: ClassVar[str] = "the clusters"

    matrix: MatrixAnswer
    chosen: DistancesChosen
    groups: tuple[str, ...]

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `ClusterAnswer`, or `NoDistances`."""
        try:
            emit(self._answer(engine))
        except ValueError as problem:
            emit(NoDistances(self, describe(problem)))

    def _answer(self, engine: Engine) -> ClusterAnswer:
        found, chosen = self.matrix.found, self.chosen
        tree = hierarchy(found, chosen.linkage)
        k = min(chosen.k, len(tree.points))
        labels, centres, inertia, status = tree.clusters(k), None, np.nan, tree.status
        if chosen.method == K_MEANS:
            job = self.matrix.job
            means = k_means(engine, manifold_of(job.family), np.array(job.points), k)
            labels, centres, inertia, status = (
                means.labels, means.centres, means.inertia, means.status,
            )  # fmt: skip
        elif chosen.method == K_MEDOIDS:
            medoids = k_medoids(found, k)
            labels, inertia, status = medoids.labels, medoids.inertia, medoids.status
            centres = np.array(self.matrix.job.points)[medoids.medoids]
        widths = {i: self._silhouette(tree, i) for i in TRIED if i < len(tree.points)}
        own = float(np.nanmean(silhouettes(found, labels))) if 1 < k < len(labels) else np.nan
        return ClusterAnswer(
            self, tree, labels, centres, inertia, own, widths, self._test(), status
        )

    def _silhouette(self, tree: Dendrogram, k: int) -> float:
        """Return the mean silhouette of k clusters, by medoids or by the dendrogram."""
        checkpoint()
        found = self.matrix.found
        by_tree = self.chosen.method not in (K_MEANS, K_MEDOIDS)
        labels = tree.clusters(k) if by_tree else k_medoids(found, k).labels
        return float(np.nanmean(silhouettes(found, labels)))

    def _test(self) -> Permutation | None:
        """Test the two groups of the scene; None if there are not two of at least two points."""
        names = list(dict.fromkeys(name for name in self.groups if name))
        chosen = np.array([bool(name) for name in self.groups])
        first = np.array([name == names[0] for name in self.groups]) if names else chosen
        if len(names) != 2 or min(first.sum(), (chosen & ~first).sum()) < 2:
            return None
        found = self.matrix.found
        part = Distances(
            found.values[np.ix_(chosen, chosen)], found.status[np.ix_(chosen, chosen)], found.kind
        )
        return permutation(part, first[chosen], PERMUTATIONS, SEED)


@dataclass(frozen=True, eq=False)
class ClusterAnswer:
    """A dendrogram; labels (n,) of the clusters; centres (k, 2), or None for those of a dendrogram;
    inertia; the mean silhouette, and that of other numbers of clusters; the test of the scene's groups.
    """

    job: ClusterTask
    tree: Dendrogram
    labels: Labels
    centres: Floats | None
    inertia: float
    silhouette: float
    by_k: dict[int, float]
    test: Permutation | None
    status: Status
