"""Curves that relax: monotone action, second order in the segments, costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import compute
from compute.core.status import Status
from compute.families import manifold as manifold_of
from tests.claims import each

START, END = (0.0, 1.0), (2.0, 1.5)


def squared_distance():
    manifold = manifold_of("gaussian")
    return float(manifold.distance(np.array([START]), np.array([END]))[0]) ** 2


@pytest.mark.parametrize("method", ["newton", "descent"])
def test_the_action_falls_to_the_squared_distance(method, engine):
    solver = compute.PathOptimization(manifold_of("gaussian"), engine, method)
    history = solver.optimize_attention(START, END)
    actions = [state.action for state in history]
    assert each(after < before for before, after in pairwise(actions))
    assert history[-1].status is Status.OK
    assert actions[-1] - squared_distance() == pytest.approx(2.96e-5, abs=1e-6)
    assert [state.round for state in history] == list(range(len(history)))


def test_the_error_is_of_second_order(reference_engine):
    errors = []
    for segments in (32, 64, 128):
        solver = compute.PathOptimization(
            manifold_of("gaussian"), reference_engine, segments=segments
        )
        last = solver.optimize_attention(START, END)[-1]
        errors.append(last.action - squared_distance())
        assert last.acceleration < 1.0 / segments**1.5
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4.0, atol=0.02)


def test_descent_does_not_slow_down_with_the_segments(reference_engine):
    counts = [
        len(
            compute.PathOptimization(
                manifold_of("gaussian"), reference_engine, "descent", segments
            ).optimize_attention(START, END)
        )
        for segments in (32, 256)
    ]
    assert counts[1] < 1.3 * counts[0]


def test_the_first_variation_is_the_slope(reference_engine):
    """Compare with finite differences of the action, with a cost."""

    def cost(theta):
        gap = theta - (1.0, 1.4)
        height = np.exp(-4 * (gap**2).sum(axis=1))
        return height, -8 * gap * height[:, None]

    solver = compute.PathOptimization(
        manifold_of("gaussian"), reference_engine, segments=16, cost=cost, weight=2.0
    )
    t = np.linspace(0, 1, 17)[:, None]
    theta = np.array(START) * (1 - t) + np.array(END) * t + 0.1 * np.sin(np.pi * t)
    varied = solver.vary_path(theta)
    for i, k in ((3, 0), (8, 1), (15, 0)):
        step = np.zeros_like(theta)
        step[i, k] = 1e-6
        slope = (solver.path_action(theta + step) - solver.path_action(theta - step)) / 2e-6
        assert -varied[i, k] == pytest.approx(slope, rel=1e-6, abs=1e-7)
    assert (varied[[0, -1]] == 0).all()


def test_a_cost_bends_the_path_away(reference_engine):
    def cost(theta):
        gap = theta - (1.0, 1.6)
        height = np.exp(-4 * (gap**2).sum(axis=1))
        return height, -8 * gap * height[:, None]

    plain = compute.PathOptimization(manifold_of("gaussian"), reference_engine)
    pushed = compute.PathOptimization(
        manifold_of("gaussian"), reference_engine, cost=cost, weight=4.0
    )
    free, bent = (solver.optimize_attention(START, END)[-1] for solver in (plain, pushed))
    assert bent.status is Status.OK
    assert plain.path_action(bent.theta) > free.action
    assert pushed.path_action(free.theta) > bent.action
    distance = [np.linalg.norm(state.theta - (1.0, 1.6), axis=1).min() for state in (free, bent)]
    assert distance[1] > distance[0]


def test_paths_are_taken_as_they_come(reference_engine):
    manifold = manifold_of("gaussian")
    path = compute.AttentionGeodesic(manifold, engine=reference_engine).compute_path(START, END)
    solver = compute.PathOptimization(manifold, reference_engine, segments=128)
    assert solver.path_action(path) == pytest.approx(path.length**2, rel=1e-4)
    assert solver.path_action(path) == solver.path_action(path.theta.tolist())
    assert np.abs(solver.vary_path(path)).max() < 1e-2


def test_wrong_use():
    with pytest.raises(ValueError, match="method must be one of descent, newton"):
        compute.PathOptimization(manifold_of("gaussian"), method="magic")
    with pytest.raises(ValueError, match="end must lie in"):
        compute.PathOptimization(manifold_of("gaussian")).optimize_attention((0, 1), (1, -1))
