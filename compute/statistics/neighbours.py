"""Nearest neighbours by distance, and classification by their vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.statistics.distance_matrix import FISHER_RAO, between, check_kind

# pairs solved at once
AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Neighbours:
    """distances (m, k) and numbers (m, k) of the nearest points, nearest first; status (m,): OK, or
    that of the first distance that was not found, beyond which there may be nearer points.
    """

    distances: Floats
    indices: NDArray[np.intp]
    status: Ints


def neighbours(
    engine: Engine,
    manifold: Manifold,
    points: Floats,
    queries: Floats,
    k: int,
    kind: str = FISHER_RAO,
) -> Neighbours:
    """Return the k nearest of points θ (n, 2) of each query (m, 2).

    A point whose distance is unknown comes last, with NaN.  Raises Refused unless 1 ≤ k ≤ n.
    """
    theta = points_of(manifold, "points", points)
    asked = points_of(manifold, "queries", queries)
    check_kind(manifold, kind)
    if not 1 <= k <= len(theta):
        raise Refused(f"k must be from 1 to {len(theta)} points, got {shown(k)}")
    values = np.zeros((len(asked), len(theta)))
    status = np.zeros((len(asked), len(theta)), np.int32)
    rows = max(AT_ONCE // len(theta), 1)
    for begin in range(0, len(asked), rows):
        checkpoint()
        some = asked[begin : begin + rows]
        a, b = np.repeat(some, len(theta), axis=0), np.tile(theta, (len(some), 1))
        found, how = between(engine, manifold, a, b, kind)
        values[begin : begin + rows] = found.reshape(len(some), -1)
        status[begin : begin + rows] = how.reshape(len(some), -1)
    order = np.argsort(values, axis=1, kind="stable")[:, :k]  # NaN is last
    first = (status != Status.OK).argmax(axis=1)
    return Neighbours(
        np.take_along_axis(values, order, 1), order, status[np.arange(len(asked)), first]
    )


def vote(found: Neighbours, names: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Return the most frequent name among the neighbours of each query, and its share of votes (m,).

    Of equally frequent names the one with the nearest neighbour is chosen.  A neighbour whose distance
    is unknown has no vote; "" if none has one.
    """
    chosen, share = [], []
    for row, gaps in zip(found.indices, found.distances, strict=True):
        votes = [names[i] for i, gap in zip(row, gaps, strict=True) if np.isfinite(gap)]
        best = max(votes, key=votes.count, default="")
        chosen.append(best)
        share.append(votes.count(best) / len(votes) if votes else 0.0)
    return tuple(chosen), np.array(share)
