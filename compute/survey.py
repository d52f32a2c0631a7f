"""A head at a glance: how sharp its attention is, how well its metric is conditioned, and a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute import planes
from compute.families.attention import of_head
from compute.field import field, scalar_at
from compute.heads import Head
from compute.types import FieldRequest, Floats, Status

# rows and columns of the picture
PICTURE = (28, 28)
# queries that medians are taken over, evenly spread over all
QUERIES = 256


@dataclass(frozen=True, eq=False)
class Glance:
    """Of one head: the median entropy of its rows, in nats and as a share of log n; the median
    condition number of g at the queries on the plane through three tokens (∞ where g is singular for
    most); and ``picture`` (28, 28), the entropy over that plane as a share of log n.

    problem: why there is no such plane, "" if there is one; the picture is then empty (0, 0).
    """

    entropy: float
    share: float
    condition: float
    picture: Floats
    problem: str = ""


def glance(head: Head) -> Glance:
    """The numbers and the picture of a head."""
    some = np.unique(np.linspace(0, len(head.q) - 1, QUERIES).astype(int))
    rows = head.rows(only=[int(i) for i in some])
    tiny = np.finfo(np.float64).tiny
    with np.errstate(under="ignore"):
        entropy = float(np.median(-(rows * np.log(np.maximum(rows, tiny))).sum(axis=1)))
    most = float(np.log(max(len(head.k), 2)))
    try:
        condition, picture = _on_plane(head, some)
    except ValueError as problem:
        return Glance(entropy, entropy / most, np.inf, np.zeros((0, 0)), str(problem))
    return Glance(entropy, entropy / most, condition, picture / most)


def _on_plane(head: Head, some: np.ndarray) -> tuple[float, Floats]:
    plane = planes.plane_of(head)
    manifold = of_head(head, plane)
    powers, status = scalar_at(manifold, "log_condition", plane.theta[some], 0)
    powers = np.where(status == Status.OK, powers, np.inf)
    with np.errstate(over="ignore"):
        condition = float(10.0 ** np.median(powers))
    view = manifold.view.with_aspect(1, 1)
    request = FieldRequest(manifold, manifold.charts[0], "entropy", view, PICTURE)
    return condition, field(request).values
