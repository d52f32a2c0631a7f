"""Labelled points of a family, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, same_length
from compute.core.pictured import Pictured
from compute.engine.opening import engine_of
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.statistics.checkpoint_path import CheckpointPath, checkpoint_path
from compute.statistics.distance_matrix import FISHER_RAO, Distances, distances

# points listed beside a picture
LISTED = 12


class Points(Pictured):
    """Labelled points of a family: theta (n, 2), labels (n,).

    Raises ValueError for points outside the domain and for another number of labels.

    >>> import compute
    >>> points = Points(compute.family("gaussian"), [[-1.0, 1.0], [1.0, 1.0]], ["left", "right"])
    >>> print(f"{points.distances(compute.open_engine('reference')).values[0, 1]:.8f}")
    1.86245972
    """

    def __init__(
        self, manifold: Manifold, theta: ArrayLike, labels: Sequence[str] | None = None
    ) -> None:
        self.manifold = manifold
        self.theta = points_of(manifold, "theta", theta)
        stated = [str(i + 1) for i in range(len(self.theta))] if labels is None else labels
        self.labels = tuple(map(str, stated))
        same_length(theta=self.theta, labels=np.array(self.labels))

    def __len__(self) -> int:
        return len(self.theta)

    def facts(self) -> dict[str, str]:
        """Return the family, and the coordinates of the first points."""
        return {"Family": self.manifold.title, **listed(self.manifold, self.labels, self.theta)}

    def distances(self, engine: Engine | None = None, metric: str = FISHER_RAO) -> Distances:
        """Return all distances (n, n) with their statuses, by default those of Fisher and Rao."""
        return distances(engine_of(engine), self.manifold, self.theta, metric)

    def path(self, times: ArrayLike | None = None, engine: Engine | None = None) -> CheckpointPath:
        """Return the path through the points in their order, such as checkpoints of a training: its
        length, excess over the geodesic of its ends, action and turning.

        >>> import compute
        >>> points = compute.Points(compute.family("gaussian"), [[0, 1], [1, 2], [2, 1]])
        >>> found = points.path(engine=compute.open_engine("reference"))
        >>> print(f"{found.length:.6f} {found.excess:.6f}")
        2.378762 1.277215
        """
        return checkpoint_path(engine_of(engine), self.manifold, self.theta, times)


def listed(manifold: Manifold, labels: Sequence[str], theta: Floats) -> dict[str, str]:
    """Return the coordinates of the first points by label, and how many more there are."""
    named = [
        (label, ", ".join(f"{n} = {x:.6g}" for n, x in zip(manifold.coordinates, at, strict=True)))
        for label, at in zip(labels[:LISTED], theta[:LISTED], strict=True)
    ]
    more = len(labels) - LISTED
    return dict([*named, *([("and", f"{more} more")] if more > 0 else [])])
