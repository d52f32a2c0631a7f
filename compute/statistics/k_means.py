"""k-means by Fisher–Rao distance.

Restarts are cheap on the matrix of all distances, where a centre is a medoid, the point of least sum of
squares in its cluster.  The best of them are refined with Fréchet means as centres (Lloyd's algorithm),
which is what the inertia Σ d²(θᵢ, centre) of the result refers to.  Where certified geodesics are
expensive, all of this is done with rough ones, of which nothing is claimed, and the best clusters are
then refined with certified ones until these agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.statistics.distance_matrix import AT_ONCE, between, distances
from compute.statistics.logarithms import RoughLogarithms
from compute.statistics.means import hold, rough_mean

# restarts that are refined, and maximum numbers of restarts and of rounds
FINALISTS, MOST_RESTARTS, ROUNDS = 3, 10_000, 100


@dataclass(frozen=True, eq=False)
class Clusters:
    """labels (n,) from 0, centres (k, 2), inertia Σ d²(θᵢ, centre), and the number of rounds.

    status: OK if no point changes its cluster any more; else NOT_CONVERGED, or that of the first
    geodesic that was not found.
    """

    labels: NDArray[np.intp]
    centres: Floats
    inertia: float
    rounds: int
    status: Status


def k_means(
    engine: Engine, manifold: Manifold, theta: Floats, k: int, restarts: int = 20, seed: int = 0
) -> Clusters:
    """Return k clusters of points θ (n, 2), the best of several random starts.

    Clusters are numbered by decreasing size.  Raises Refused unless 1 ≤ k ≤ n different points.
    """
    points = points_of(manifold, "points", theta)
    different = len(np.unique(points, axis=0))
    if not 1 <= k <= different:
        raise Refused(f"k must be from 1 to the {different} different points, got {shown(k)}")
    if not 1 <= restarts <= MOST_RESTARTS:
        raise Refused(f"restarts must be from 1 to {MOST_RESTARTS}, got {shown(restarts)}")
    if seed < 0:
        raise Refused(f"seed must not be negative, got {shown(seed)}")
    rough = engine.name == "reference" and RoughLogarithms.pay(manifold)
    squares = _squares(engine, manifold, points, rough)
    dice = np.random.default_rng(seed)
    found: dict[bytes, tuple[float, NDArray[np.intp]]] = {}
    for _ in range(restarts):
        checkpoint()
        labels, inertia = _medoids(squares, _spread(squares, k, dice))
        found[_renumbered(labels).tobytes()] = inertia, labels
    best = sorted(found.values(), key=lambda one: one[0])[:FINALISTS]
    certified = _Centres(engine, manifold, points)
    means = _RoughCentres(engine, manifold, points) if rough else certified
    refined = [_lloyd(means, labels) for _, labels in best]
    found_best = min(refined, key=lambda one: (one.status != Status.OK, one.inertia))
    return _lloyd(certified, found_best.labels) if rough else found_best


def _squares(engine: Engine, manifold: Manifold, points: Floats, rough: bool) -> Floats:
    """Return the squares (n, n) of all distances, infinite where unknown."""
    if rough:
        values = _rough(engine, manifold, points)
    else:
        values = distances(engine, manifold, points).values
    return np.where(np.isnan(values), np.inf, values**2)


def _rough(engine: Engine, manifold: Manifold, points: Floats) -> Floats:
    """Return rough distances (n, n), certified ones where these are not found."""
    values, (i, j) = np.zeros((len(points),) * 2), np.triu_indices(len(points), 1)
    for begin in range(0, len(i), AT_ONCE):
        checkpoint()
        some = slice(begin, begin + AT_ONCE)
        a, b = i[some], j[some]
        found = RoughLogarithms.lengths(manifold, points[a], points[b])
        if (lost := np.isnan(found)).any():
            found[lost], _ = between(engine, manifold, points[a[lost]], points[b[lost]])
        values[a, b] = found
    return values + values.T


def _spread(squares: Floats, k: int, dice: np.random.Generator) -> list[int]:
    """Choose k different points at random, far ones more likely by d² (k-means++); equally likely ones
    where every d² is 0.
    """
    chosen = [int(dice.integers(len(squares)))]
    while len(chosen) < k:
        near = np.minimum(squares[chosen].min(axis=0), 1e300)
        if not near.any():
            near = np.ones(len(squares))
            near[chosen] = 0.0
        near = near / near.max()
        chosen.append(int(dice.choice(len(squares), p=near / near.sum())))
    return chosen


def _medoids(squares: Floats, chosen: list[int]) -> tuple[NDArray[np.intp], float]:
    """Return labels (n,) and Σ d² once the medoids stay."""
    centres = np.array(chosen)
    for _ in range(ROUNDS):
        labels = np.argmin(squares[centres], axis=0)
        labels[centres] = np.arange(len(centres))
        members = [np.flatnonzero(labels == c) for c in range(len(centres))]
        moved = np.array([m[np.argmin(squares[np.ix_(m, m)].sum(axis=1))] for m in members])
        if (moved == centres).all():
            break
        centres = moved
    return labels, float(squares[centres[labels], np.arange(len(labels))].sum())


class _Centres:
    """The Fréchet means of clusters of points, each computed once, with their distances from all."""

    def __init__(self, engine: Engine, manifold: Manifold, points: Floats) -> None:
        self.engine, self.manifold, self.points = engine, manifold, points
        self._known: dict[bytes, tuple[Floats, Floats, Status]] = {}

    def of(self, labels: NDArray[np.intp], k: int) -> tuple[Floats, Floats, Status]:
        """Return the means (k, 2), their distances (k, n) from the points, infinite where unknown, and
        OK or the first other status.
        """
        found = [self._one(labels == c) for c in range(k)]
        status = Status.first_failure([one[2] for one in found])
        return np.stack([one[0] for one in found]), np.stack([one[1] for one in found]), status

    def _one(self, members: NDArray[np.bool_]) -> tuple[Floats, Floats, Status]:
        key = members.tobytes()
        if key not in self._known:
            self._known[key] = self._computed(members)
        return self._known[key]

    def _computed(self, members: NDArray[np.bool_]) -> tuple[Floats, Floats, Status]:
        """Return the mean (2,) of some points, its distances (n,) from all, and the first status that
        is not OK.
        """
        held = hold(self.engine, self.manifold, self.points[members])
        apart, status = np.zeros(len(members)), np.zeros(len(members), np.int32)
        apart[members], status[members] = held.logs.lengths, held.logs.status
        others = self.points[~members]
        at = np.broadcast_to(held.mean.theta, others.shape)
        apart[~members], status[~members] = between(self.engine, self.manifold, at, others)
        worst = Status.first_failure([held.mean.status, *status])
        return held.mean.theta, np.where(np.isnan(apart), np.inf, apart), worst


class _RoughCentres(_Centres):
    """The same by rough geodesics."""

    def _computed(self, members: NDArray[np.bool_]) -> tuple[Floats, Floats, Status]:
        centre = rough_mean(self.manifold, self.points[members])
        at = np.broadcast_to(centre, self.points.shape)
        apart = RoughLogarithms.lengths(self.manifold, at, self.points)
        status = Status.NOT_CONVERGED if np.isnan(apart).any() else Status.OK
        return centre, np.where(np.isnan(apart), np.inf, apart), status


def _renumbered(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return labels (n,) in the order in which they occur, the same for the same clusters."""
    _, first, each = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[each])


def _lloyd(means: _Centres, labels: NDArray[np.intp]) -> Clusters:
    """Alternate between Fréchet means and nearest centres until no label changes."""
    k = int(labels.max()) + 1
    for rounds in range(1, ROUNDS + 1):
        centres, apart, status = means.of(labels, k)
        following = _filled(apart, np.argmin(apart, axis=0), k)
        if status != Status.OK or (following == labels).all():
            return _numbered(centres, apart, labels, rounds, status)
        labels = following
    return _numbered(centres, apart, labels, rounds, Status.NOT_CONVERGED)


def _numbered(
    centres: Floats, apart: Floats, labels: NDArray[np.intp], rounds: int, status: Status
) -> Clusters:
    """Return the clusters, the largest first."""
    order = np.argsort(-np.bincount(labels, minlength=len(centres)), kind="stable")
    inertia = float((apart[labels, np.arange(len(labels))] ** 2).sum())
    return Clusters(np.argsort(order)[labels], centres[order], inertia, rounds, status)


def _filled(apart: Floats, labels: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Give a cluster that has lost all its points the one that is farthest from its centre."""
    filled, near = labels.copy(), apart[labels, np.arange(len(labels))].copy()
    for empty in np.flatnonzero(np.bincount(labels, minlength=k) == 0):
        shared = np.bincount(filled, minlength=k)[filled] > 1
        farthest = int(np.argmax(np.where(shared, near, -1.0)))
        filled[farthest], near[farthest] = empty, -1.0
    return filled
