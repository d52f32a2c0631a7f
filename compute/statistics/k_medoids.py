"""k-medoids on a matrix of distances, by PAM (Kaufman and Rousseeuw, Finding Groups in Data, 1990).

The medoids are points; the inertia is Σ d(θᵢ, medoid).  PAM first chooses each medoid greedily, then
makes the best exchange of a medoid and another point until none lowers the inertia.  The changes of
all exchanges are found at once from the nearest and the second nearest medoid of each point (Schubert
and Rousseeuw, Information Systems 101, 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.statistics.distance_matrix import Distances

# maximum number of exchanges, and the relative gain below which none is made
EXCHANGES, LEAST_GAIN = 1000, 1e-12


@dataclass(frozen=True, eq=False)
class Medoids:
    """labels (n,) from 0, −1 for a point that was left out; medoids (k,), their numbers; inertia
    Σ d(θᵢ, medoid); the number of exchanges.

    status: OK, NOT_CONVERGED, or that of a distance; a point with an unknown distance is left out.
    """

    labels: NDArray[np.intp]
    medoids: NDArray[np.intp]
    inertia: float
    exchanges: int
    status: Status


def k_medoids(found: Distances, k: int) -> Medoids:
    """Return k clusters with medoids, the largest first.  No exchange of one medoid is better.

    Raises Refused unless 1 ≤ k ≤ the number of points with known distances.
    """
    kept = found.complete
    if not 1 <= k <= len(kept):
        raise Refused(f"k must be from 1 to {len(kept)} points, got {shown(k)}")
    apart = found.values[np.ix_(kept, kept)]
    medoids, exchanges = _exchanged(apart, _built(apart, k))
    labels = _nearest(apart, medoids)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    medoids, labels = medoids[order], np.argsort(order)[labels]
    every = np.full(len(found.values), -1)
    every[kept] = labels
    inertia = float(apart[medoids[labels], np.arange(len(labels))].sum())
    status = found.worst
    if status == Status.OK and exchanges == EXCHANGES:
        status = Status.NOT_CONVERGED
    return Medoids(every, kept[medoids], inertia, exchanges, status)


def _built(apart: Floats, k: int) -> NDArray[np.intp]:
    """Choose k medoids, each of which lowers Σ d most."""
    chosen: list[int] = []
    near = np.full(len(apart), np.inf)
    for _ in range(k):
        totals = np.minimum(apart, near).sum(axis=1)
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
        near = np.minimum(near, apart[chosen[-1]])
    return np.array(chosen)


def _exchanged(apart: Floats, medoids: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Make the best exchange until none is left; return the medoids and how often."""
    for count in range(EXCHANGES):
        checkpoint()
        change = _changes(apart, medoids)
        old, new = np.unravel_index(int(change.argmin()), change.shape)
        if change[old, new] >= -LEAST_GAIN * max(float(apart.max()), 1e-300):
            return medoids, count
        medoids = medoids.copy()
        medoids[old] = new
    return medoids, EXCHANGES


def _changes(apart: Floats, medoids: NDArray[np.intp]) -> Floats:
    """Return by how much Σ d changes (k, n) if a medoid is exchanged for a point; ∞ for a medoid."""
    k = len(medoids)
    rows = np.concatenate([apart[medoids], np.full((1, len(apart)), np.inf)])
    label = _nearest(apart, medoids)
    first, second = np.sort(rows, axis=0)[:2]
    gain = np.minimum(apart - first, 0.0)  # (n, n): if the point is added
    alone = np.minimum(apart, second) - first - gain  # and if the own medoid is also removed
    member = np.eye(k)[label]
    change: Floats = gain.sum(axis=1) + (alone @ member).T
    change[:, medoids] = np.inf
    return change


def _nearest(apart: Floats, medoids: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the label (n,) of the nearest medoid; a medoid has its own."""
    labels: NDArray[np.intp] = np.argmin(apart[medoids], axis=0)
    labels[medoids] = np.arange(len(medoids))
    return labels
