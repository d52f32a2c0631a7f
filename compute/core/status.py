"""Statuses of results: success, or the reason for failure."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike


class Status(IntEnum):
    """The status of a result: success, or the reason for failure.  The integers are shared with the
    kernels.
    """

    OK = 0
    LEFT_DOMAIN = 1
    NOT_CONVERGED = 2
    ILL_CONDITIONED = 3
    CONJUGATE_POINT = 4
    NOT_RESOLVED = 5
    NOT_SHORTEST = 6
    NOT_VERIFIED = 7

    @classmethod
    def first_failure(cls, statuses: ArrayLike) -> Status:
        """Return the first of statuses (...), in their order, that is not OK; OK if there is none."""
        codes = np.ravel(statuses)
        return cls(int(codes[np.argmax(codes != cls.OK)])) if codes.size else cls.OK

    @property
    def arrived(self) -> bool:
        """Whether the path is a geodesic that reaches its end, shortest or not."""
        return self in (Status.OK, Status.CONJUGATE_POINT, Status.NOT_SHORTEST)

    @property
    def words(self) -> str:
        """The status in words, for a status bar."""
        return _WORDS[self]


_WORDS = {
    Status.OK: "converged",
    Status.LEFT_DOMAIN: "stopped at the boundary of the model's domain",
    Status.NOT_CONVERGED: "not converged: the curve is not a geodesic to the end point",
    Status.ILL_CONDITIONED: "the metric is nearly singular or undefined here: few digits are reliable",
    Status.NOT_RESOLVED: "the metric is unknown here: the density is invalid or not resolved",
    Status.NOT_SHORTEST: "a geodesic, but not the shortest one: it is longer than √Jeffreys",
    Status.NOT_VERIFIED: "a rough, unverified value",
    Status.CONJUGATE_POINT: "passes a conjugate point: a geodesic, but not the shortest one",
}
