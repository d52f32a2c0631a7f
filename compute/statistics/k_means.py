"""k-means by Fisher–Rao distance.

Restarts are cheap on the matrix of all distances, where a centre is a medoid, the point of least sum of
squares in its cluster.  The best of them are then refined with Fréchet means as centres (Lloyd's
algorithm), which is what the inertia Σ d²(θᵢ, centre) of the result refers to.
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
from compute.statistics.distance_matrix import between, distances
from compute.statistics.means import mean

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
    every = distances(engine, manifold, points)
    squares = np.where(np.isnan(every.values), np.inf, every.values**2)
    dice = np.random.default_rng(seed)
    found: dict[bytes, tuple[float, NDArray[np.intp]]] = {}
    for _ in range(restarts):
        checkpoint()
        labels, inertia = _medoids(squares, _spread(squares, k, dice))
        found[labels.tobytes()] = inertia, labels
    best = sorted(found.values(), key=lambda one: one[0])[:FINALISTS]
    refined = [_lloyd(engine, manifold, points, labels) for _, labels in best]
    return min(refined, key=lambda one: (one.status != Status.OK, one.inertia))


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


def _lloyd(
    engine: Engine, manifold: Manifold, points: Floats, labels: NDArray[np.intp]
) -> Clusters:
    """Alternate between Fréchet means and nearest centres until no label changes."""
    k = int(labels.max()) + 1
    for rounds in range(1, ROUNDS + 1):
        centres, status = _centres(engine, manifold, points, labels, k)
        apart, missed = _apart(engine, manifold, points, centres)
        status = status if status != Status.OK else missed
        following = _filled(apart, np.argmin(apart, axis=0), k)
        if status != Status.OK or (following == labels).all():
            return _numbered(centres, apart, labels, rounds, status)
        labels = following
    return _numbered(centres, apart, labels, rounds, Status.NOT_CONVERGED)


def _centres(
    engine: Engine, manifold: Manifold, points: Floats, labels: NDArray[np.intp], k: int
) -> tuple[Floats, Status]:
    """Return the Fréchet means (k, 2) of the clusters, and OK or the first other status."""
    means = [mean(engine, manifold, points[labels == c]) for c in range(k)]
    status = next((one.status for one in means if one.status != Status.OK), Status.OK)
    return np.stack([one.theta for one in means]), status


def _numbered(
    centres: Floats, apart: Floats, labels: NDArray[np.intp], rounds: int, status: Status
) -> Clusters:
    """Return the clusters, the largest first."""
    order = np.argsort(-np.bincount(labels, minlength=len(centres)), kind="stable")
    inertia = float((apart[labels, np.arange(len(labels))] ** 2).sum())
    return Clusters(np.argsort(order)[labels], centres[order], inertia, rounds, status)


def _apart(
    engine: Engine, manifold: Manifold, points: Floats, centres: Floats
) -> tuple[Floats, Status]:
    """Return the distances (k, n) of centres and points, infinite where unknown, and the status."""
    a, b = np.repeat(centres, len(points), axis=0), np.tile(points, (len(centres), 1))
    found, status = between(engine, manifold, a, b)
    bad = status[status != Status.OK]
    values = np.where(np.isnan(found), np.inf, found).reshape(len(centres), -1)
    return values, Status(int(bad[0])) if bad.size else Status.OK


def _filled(apart: Floats, labels: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Give a cluster that has lost all its points the one that is farthest from its centre."""
    filled, near = labels.copy(), apart[labels, np.arange(len(labels))].copy()
    for empty in np.flatnonzero(np.bincount(labels, minlength=k) == 0):
        shared = np.bincount(filled, minlength=k)[filled] > 1
        farthest = int(np.argmax(np.where(shared, near, -1.0)))
        filled[farthest], near[farthest] = empty, -1.0
    return filled
