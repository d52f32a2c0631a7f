"""All distances between points: by Fisher–Rao distance, or by a divergence that is symmetric.

Beside the Fisher–Rao distance: Jeffreys' divergence KL(p‖q) + KL(q‖p), the mean over e- and m-geodesic
of the same quantity; Hellinger's distance √(1 − ∫√(pq)); the Bhattacharyya angle 2 arccos ∫√(pq),
which is the distance on the sphere of all distributions; and Wasserstein-2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.divergences.divergence import divergences
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest

# pairs solved at once, and maximum number of points
AT_ONCE, MOST_POINTS = 4096, 4000
STEPS = 16
FISHER_RAO = "fisher_rao"
# units of each kind
UNITS = {
    FISHER_RAO: "√nat",
    "jeffreys": "nat",
    "hellinger": "",
    "bhattacharyya": "√nat",
    "wasserstein": "units of x",
}
KINDS = tuple(UNITS)


@dataclass(frozen=True, eq=False)
class Distances:
    """Distances (n, n) of one of KINDS and their statuses (n, n).

    A distance is NaN where no geodesic was found, or where a divergence is infinite or unknown.  Where
    a geodesic passes a conjugate point, or a bound shows that it is not the shortest, the status says
    so and the distance is its length.
    """

    values: Floats
    status: Ints
    kind: str = FISHER_RAO

    @property
    def worst(self) -> Status:
        """OK, or the first other status."""
        return Status.first_failure(self.status)

    @property
    def unknown(self) -> NDArray[np.intp]:
        """The pairs i < j (k, 2) whose distance is NaN."""
        return np.argwhere(np.triu(np.isnan(self.values), 1))

    @property
    def complete(self) -> NDArray[np.intp]:
        """Points (m,) with no unknown distance between them: those with most unknown ones left out."""
        kept = np.arange(len(self.values))
        missing = np.isnan(self.values)
        while True:
            counts = missing[np.ix_(kept, kept)].sum(axis=1)
            if not counts.any():
                return kept
            kept = np.delete(kept, int(counts.argmax()))


def distances(
    engine: Engine, manifold: Manifold, theta: Floats, kind: str = FISHER_RAO
) -> Distances:
    """Return all distances between points θ (n, 2), n ≤ MOST_POINTS, of one of KINDS.

    By a closed form where the family has one.  Raises Refused for more points, for another kind, and
    for a family without it.
    """
    points = points_of(manifold, "points", theta)
    if len(points) > MOST_POINTS:
        raise Refused(f"there must be at most {MOST_POINTS} points, got {len(points)}")
    check_kind(manifold, kind)
    values, status = np.zeros((len(points),) * 2), np.zeros((len(points),) * 2, np.int32)
    i, j = np.triu_indices(len(points), 1)
    for begin in range(0, len(i), AT_ONCE):
        checkpoint()
        some = slice(begin, begin + AT_ONCE)
        a, b = i[some], j[some]
        values[a, b], status[a, b] = between(engine, manifold, points[a], points[b], kind)
    return Distances(values + values.T, status + status.T, kind)


def kinds(manifold: Manifold) -> tuple[str, ...]:
    """Return the kinds of distance that a family has."""
    space = manifold.support(np.array(manifold.pins)).space
    if space in ("none", "measurements"):
        return (FISHER_RAO,)
    on_line = space in ("line", "half-line", "interval", "two half-lines")
    return tuple(kind for kind in KINDS if on_line or kind != "wasserstein")


def check_kind(manifold: Manifold, kind: str) -> None:
    """Raise Refused for a kind that is unknown, or that a family lacks."""
    if kind not in KINDS:
        raise Refused(f"distance must be one of {', '.join(KINDS)}, got {shown(kind)}")
    if kind not in kinds(manifold):
        known = ", ".join(kinds(manifold))
        raise Refused(f"{manifold.name} has no distance {kind}, only {known}")


def between(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, kind: str = FISHER_RAO
) -> tuple[Floats, Ints]:
    """Return the distances (n,) of pairs of points (n, 2), NaN where unknown, and the statuses (n,)."""
    if kind != FISHER_RAO:
        return _divergences(manifold, a, b, kind)
    if manifold.distance is not None:
        known = manifold.distance(a, b)
        is_known = np.isfinite(known)
        status = np.where(is_known, Status.OK, Status.ILL_CONDITIONED)
        return np.where(is_known, known, np.nan), status.astype(np.int32)
    paths = engine.connect(ConnectRequest(manifold, a, b, 0.0, STEPS))
    arrived = np.array([Status(int(s)).arrived for s in paths.status], bool)
    return np.where(arrived, paths.length, np.nan), paths.status


def _divergences(manifold: Manifold, a: Floats, b: Floats, kind: str) -> tuple[Floats, Ints]:
    values = np.zeros(len(a))
    for i in np.flatnonzero((a != b).any(axis=1)):
        checkpoint()
        values[i] = _divergence(manifold, a[i], b[i], kind)
    status = np.where(np.isnan(values), Status.NOT_RESOLVED, Status.OK)
    return values, status.astype(np.int32)


def _divergence(manifold: Manifold, a: Floats, b: Floats, kind: str) -> float:
    """Return one divergence between points (2,), NaN if it is infinite or unknown."""
    wanted = {"jeffreys": ("forward", "backward"), "wasserstein": ("wasserstein",)}
    found = divergences(manifold, a, b, wanted.get(kind, ("bhattacharyya",)))
    if found is None:
        return float("nan")
    angle = found.bhattacharyya
    value = {
        "jeffreys": found.jeffreys,
        "wasserstein": found.wasserstein,
        "bhattacharyya": angle,
        # 1 − cos(angle/2) = 2 sin²(angle/4)
        "hellinger": None if angle is None else float(np.sqrt(2.0) * np.sin(angle / 4.0)),
    }[kind]
    return float("nan") if value is None else value
