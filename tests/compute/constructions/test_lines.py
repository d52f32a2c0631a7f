"""Geodesics without ends, and the statuses of their points."""

from __future__ import annotations

import numpy as np

import compute
from compute.constructions import lines
from compute.constructions.midpoint import Midpoint
from compute.core.status import Status

REFERENCE = compute.open_engine("reference")


def test_a_line_goes_on_beyond_both_of_its_points():
    manifold = compute.family("flat_exponential_pair")
    a, b = np.array([[1.0, 1.0]]), np.array([[2.0, 3.0]])
    line = lines.through(REFERENCE, manifold, a, b)
    for t in (-1.0, 0.0, 0.5, 2.0):
        place = lines.at(REFERENCE, manifold, line, np.array([t]))
        np.testing.assert_allclose(np.log(place.theta), t * np.log(b), atol=1e-10)
        np.testing.assert_allclose(place.velocity / place.theta, np.log(b), atol=1e-9)
        assert place.reached[0] == t


def test_a_line_that_leaves_the_domain_says_where():
    manifold = compute.family("categorical3_expectation")
    a, b = np.array([[0.3, 0.3]]), np.array([[0.4, 0.2]])
    line = lines.through(REFERENCE, manifold, a, b)
    place = lines.at(REFERENCE, manifold, line, np.array([20.0]))
    assert place.status[0] == Status.LEFT_DOMAIN
    assert 1.0 < place.reached[0] < 20.0


def test_the_first_failure_counts():
    ok, left, lost = (np.full(2, s, np.int32) for s in (Status.OK, Status.LEFT_DOMAIN, 2))
    assert lines.first_failure(ok, left, lost).tolist() == [1, 1]


def test_failed_rows_have_no_numbers():
    found = Midpoint(np.ones((2, 2)), np.ones(2), np.ones(2), np.array([0, 2], np.int32))
    masked = lines.without_failures(found)
    assert np.isfinite(masked.theta[0]).all()
    assert np.isnan(masked.theta[1]).all()
    assert np.isnan(masked.distance[1])
