"""Means that follow a point, against the mean computed from the beginning."""

from __future__ import annotations

import numpy as np

import compute
from compute.core.status import Status
from compute.statistics.means import mean
from compute.statistics.moving_mean import known_mean, moved_mean, moved_rows

REFERENCE = compute.open_engine("reference")
BETA, NORMALS = compute.family("beta"), compute.family("gaussian")


def points(n: int = 12) -> np.ndarray:
    return np.exp(np.random.default_rng(3).normal(0.3, 0.4, (n, 2)))


def miss(family, by: float) -> float:
    """The distance in θ of the followed mean from the mean, after one point has moved."""
    before = points()
    known = known_mean(REFERENCE, family, mean(REFERENCE, family, before).theta, before)
    after = before.copy()
    after[4] += [by, 2 * by]
    found = moved_mean(REFERENCE, family, known, after)
    assert found.status == Status.OK
    assert moved_rows(known, after).tolist() == [4]
    return float(np.abs(found.theta - mean(REFERENCE, family, after).theta).max())


def test_the_mean_that_follows_errs_in_the_second_order_where_curvature_is_constant():
    assert 3.5 < miss(NORMALS, 0.02) / miss(NORMALS, 0.01) < 4.5


def test_the_mean_that_follows_is_near_where_curvature_varies():
    assert miss(BETA, 0.2) < 2e-5  # the mean moves by 0.02


def test_nothing_that_moved_leaves_the_mean_where_it_is():
    theta = points()
    centre = mean(REFERENCE, BETA, theta).theta
    found = moved_mean(REFERENCE, BETA, known_mean(REFERENCE, BETA, centre, theta), theta)
    np.testing.assert_allclose(found.theta, centre, rtol=1e-8)
    assert found.step < 1e-8


def test_a_mean_that_starts_near_is_the_same_mean():
    theta = points()
    plain = mean(REFERENCE, BETA, theta)
    near = mean(REFERENCE, BETA, theta, start=plain.theta * 1.01)
    np.testing.assert_allclose(near.theta, plain.theta, rtol=1e-8)
    assert near.certificate < 1e-9


def test_a_mean_of_points_that_no_geodesic_reaches_has_a_status():
    holed = compute.custom_family(
        {
            "name": "hole", "coordinates": ["a", "b"], "metric": ["1", "0", "1"],
            "domain": ["a^2 + b^2 > 1"],
        }
    )  # fmt: skip
    theta = np.array([[-2.0, 0.0], [-2.0, 0.1]])
    known = known_mean(REFERENCE, holed, np.array([-2.0, 0.05]), theta)
    found = moved_mean(REFERENCE, holed, known, np.array([[2.0, 0.05], [-2.0, 0.1]]))
    assert found.status != Status.OK
    assert np.isnan(found.theta).all()
