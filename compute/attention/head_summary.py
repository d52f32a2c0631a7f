"""Summary of a head: sharpness of attention, conditioning of the metric, and a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families.attention import of_head
from compute.geodesics.scalar_field import field, scalar_at
from compute.heads import query_plane
from compute.heads.head import Head
from compute.requests.fields import FieldRequest

# rows and columns of the picture
PICTURE = (28, 28)
# number of queries, evenly spaced, over which medians are taken
QUERIES = 256


@dataclass(frozen=True, eq=False)
class Glance:
    """Summary of one head: the median entropy of its rows, in nats and relative to log n for the n keys
    that a query sees; the median condition number of g at the queries, on the plane through three
    tokens (∞ if g is singular for most); and ``picture`` (28, 28), the entropy over that plane relative
    to log n.

    problem: why there is no such plane, or ""; then the picture is empty (0, 0) and the condition
    number NaN.
    """

    entropy: float
    share: float
    condition: float
    picture: Floats
    problem: str = ""


def glance(
    head: Head,
    own: tuple[Floats, Floats] | None = None,
    mask: NDArray[np.bool_] | None = None,
) -> Glance:
    """Return the numbers and the picture of a head.

    own: of queries under masks of their own, the entropies (k,) of their rows and the log (k,) of how
    many keys each sees, as `attention_rows.entropies` has them; by default all see the head's keys.
    mask (m,): the queries whose own mask the head has, None: all.
    """
    some = sample(len(head.q))
    most = float(np.log(max(len(head.k), 2)))
    if own is None:
        rows = head.rows(only=some)
        with np.errstate(under="ignore"):
            logs = np.log(np.maximum(rows, np.finfo(np.float64).tiny))
        own = -(rows * logs).sum(axis=1), np.full(len(rows), most)
    entropy, share = _medians(*own)
    try:
        condition, picture = _on_plane(head, np.array(some), mask)
    except ValueError as problem:
        return Glance(entropy, share, np.nan, np.zeros((0, 0)), str(problem))
    return Glance(entropy, share, condition, picture / most)


def without_plane(own: tuple[Floats, Floats], problem: str) -> Glance:
    """Return the summary of a head without a plane, because of ``problem``."""
    return Glance(*_medians(*own), np.nan, np.zeros((0, 0)), problem)


def sample(count: int) -> list[int]:
    """Return the indices of at most `QUERIES` evenly spaced queries."""
    return [int(i) for i in np.unique(np.linspace(0, count - 1, QUERIES).astype(int))]


def _medians(entropies: Floats, most: Floats) -> tuple[float, float]:
    """Return the median entropy, and the median relative to the maximum for each query's keys.

    Queries that see no key are ignored; those that see one key have no relative entropy.
    """
    known, several = np.isfinite(entropies), most > 0
    entropy = float(np.median(entropies[known])) if known.any() else 0.0
    both = known & several
    share = float(np.median(entropies[both] / most[both])) if both.any() else 0.0
    return entropy, share


def _on_plane(head: Head, some: np.ndarray, mask: NDArray[np.bool_] | None) -> tuple[float, Floats]:
    plane = query_plane.plane_of(head, own=mask)
    manifold = of_head(head, plane)
    powers, status = scalar_at(manifold, "log_condition", plane.theta[some], 0)
    powers = np.where(status == Status.OK, powers, np.inf)
    with np.errstate(over="ignore"):
        condition = float(10.0 ** np.median(powers))
    view = manifold.view.with_aspect(1, 1)
    request = FieldRequest(manifold, manifold.charts[0], "entropy", view, PICTURE)
    return condition, field(request).values
