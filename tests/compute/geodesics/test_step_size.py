"""Step sizes from error estimates: the classical rule, and the trend near a singularity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.families import manifold
from compute.geodesics.initial_value import shoot
from compute.geodesics.runge_kutta import turns
from compute.geodesics.step_size import SAFETY, Pace, unturned
from compute.requests.geodesics import ShootRequest

ONE, YES, MOST = np.array([0]), np.array([True]), np.array([4.0])


def after(pace: Pace, size: float, share: float, accepted: np.ndarray = YES) -> float:
    return float(pace.wanted(ONE, np.array([size]), np.array([share]), accepted, MOST)[0])


def test_an_error_of_order_eight_asks_for_the_step_that_meets_the_tolerance():
    for size in (0.01, 0.02, 0.03):
        error = 1e13 * size**8  # in units of the tolerance
        wanted = after(Pace(np.ones(1)), size, error)
        np.testing.assert_allclose(1e13 * (wanted / SAFETY) ** 8, 1.0, rtol=1e-12)


def test_changes_are_bounded():
    assert after(Pace(np.ones(1)), 0.1, 0.0) <= 0.4
    np.testing.assert_allclose(after(Pace(np.ones(1)), 0.1, 1e30), 0.025)


def test_steps_into_a_singularity_are_not_rejected():
    # errors (2h/x)⁸ at distance x: the right step is half of x
    x, size, pace, rejected = 1.0, 0.45, Pace(np.ones(1)), 0
    for _ in range(20):
        share = (2.0 * size / x) ** 8
        wanted = after(pace, size, share, np.array([share <= 1.0]))
        rejected += share > 1.0
        x, size = x - (size if share <= 1.0 else 0.0), wanted
    assert rejected <= 2 and 0.0 < x < 1e-4


def test_a_rejected_step_is_not_remembered():
    pace, fresh = Pace(np.ones(1)), Pace(np.ones(1))
    after(pace, 0.1, 50.0, ~YES)
    assert after(pace, 0.05, 0.5) == after(fresh, 0.05, 0.5)


def test_a_step_turns_too_far_when_it_takes_that_share_of_the_time_for_a_whole_turn():
    random = np.random.default_rng(7)
    metric = np.abs(random.normal(size=(3, 50)))
    v, a = np.exp(3.0 * random.normal(size=(2, 2, 50)))
    time, limit = np.exp(2.0 * random.normal(size=50)), 0.4
    found = time > limit * unturned(metric, v, a)
    np.testing.assert_array_equal(found, turns(metric.T, time, a.T, v.T, limit))
    assert 10 < found.sum() < 40
    straight, still = unturned(np.ones((3, 1)), np.ones((2, 1)), np.zeros((2, 1))), np.zeros((2, 1))
    assert straight[0] == np.inf
    assert not (unturned(np.ones((3, 1)), still, still) < 1.0)[0]
    assert (unturned(np.ones((3, 1)), still, np.ones((2, 1))) < 1.0)[0]


def test_steps_towards_the_edge_are_seldom_rejected():
    """Great circles of the hemisphere leave it at its rim, where the metric diverges."""
    family, points = manifold("bures_slice_qfi"), []

    def counted(theta):
        points.append(len(theta))
        return family.geometry(theta)

    angle = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
    velocity = 2.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    start = np.tile([0.1, 0.2], (16, 1))
    shoot(ShootRequest(replace(family, geometry=counted), start, velocity))
    assert sum(points) < 17_000  # 22_124 if every step forgets the last
