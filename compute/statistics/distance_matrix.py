"""All distances between points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest

# pairs solved at once, and maximum number of points
AT_ONCE, MOST_POINTS = 4096, 4000
STEPS = 16


@dataclass(frozen=True, eq=False)
class Distances:
    """Fisher–Rao distances (n, n) and their statuses (n, n).

    A distance is NaN where no geodesic was found.  Where a geodesic passes a conjugate point, or a
    bound shows that it is not the shortest, the status says so and the distance is its length.
    """

    values: Floats
    status: Ints

    @property
    def worst(self) -> Status:
        """OK, or the first other status."""
        bad = self.status[self.status != Status.OK]
        return Status(int(bad[0])) if bad.size else Status.OK


def distances(engine: Engine, manifold: Manifold, theta: Floats) -> Distances:
    """Return all distances between points θ (n, 2), n ≤ MOST_POINTS.

    By a closed form where the family has one.  Raises Refused for more points.
    """
    points = points_of(manifold, "points", theta)
    if len(points) > MOST_POINTS:
        raise Refused(f"there must be at most {MOST_POINTS} points, got {len(points)}")
    values, status = np.zeros((len(points),) * 2), np.zeros((len(points),) * 2, np.int32)
    i, j = np.triu_indices(len(points), 1)
    for begin in range(0, len(i), AT_ONCE):
        checkpoint()
        some = slice(begin, begin + AT_ONCE)
        a, b = i[some], j[some]
        values[a, b], status[a, b] = between(engine, manifold, points[a], points[b])
    return Distances(values + values.T, status + status.T)


def between(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> tuple[Floats, Ints]:
    """Return the distances (n,) of pairs of points (n, 2), NaN where no geodesic was found, and the
    statuses (n,).
    """
    if manifold.distance is not None:
        known = manifold.distance(a, b)
        return known, np.zeros(len(known), np.int32)
    paths = engine.connect(ConnectRequest(manifold, a, b, 0.0, STEPS))
    arrived = np.array([Status(int(s)).arrived for s in paths.status], bool)
    return np.where(arrived, paths.length, np.nan), paths.status
