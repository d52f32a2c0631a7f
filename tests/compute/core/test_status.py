"""The first failure among statuses."""

from __future__ import annotations

import numpy as np

from compute.core.status import Status


def test_the_first_failure_is_found_in_order():
    codes = np.array([[0, 0, 2], [1, 0, 3]], np.int32)
    assert Status.first_failure(codes) is Status.NOT_CONVERGED
    assert Status.first_failure(codes[::-1]) is Status.LEFT_DOMAIN
    assert Status.first_failure([Status.OK, Status.NOT_VERIFIED]) is Status.NOT_VERIFIED


def test_without_a_failure_it_is_ok():
    assert Status.first_failure(np.zeros(3, np.int32)) is Status.OK
    assert Status.first_failure([]) is Status.OK
