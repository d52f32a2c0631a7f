"""The yardsticks of workload G solve the same problem as the program."""

from __future__ import annotations

import numpy as np
import pytest

from app.bench import float64
from compute import AttentionGeodesic, family
from compute.geodesics.runge_kutta import acceleration
from compute.manifold.tangent import norm


def test_the_beta_equation_in_polygamma_functions_is_the_familys_own():
    random = np.random.default_rng(1)
    theta, v = random.uniform(0.3, 9.0, (20, 2)), random.normal(size=(20, 2))
    own = acceleration(family("beta"), theta, v, 0.0)
    np.testing.assert_allclose(float64.beta_acceleration(theta.T, v.T).T, own, rtol=1e-11)


def test_a_fan_is_as_long_as_the_way_between_the_pins():
    manifold = family("gaussian")
    request = float64.fan_of(manifold)
    size = norm(manifold.geometry(request.theta).metric, request.velocity)
    np.testing.assert_allclose(size, manifold.distance(*np.array(manifold.pins)), rtol=1e-12)
    assert len(np.unique(request.velocity, axis=0)) == float64.RAYS


def test_scipy_finds_the_same_length():
    start, end = np.array([0.5, 2.0]), np.array([6.0, 1.5])

    def speed(theta, v):
        metric = family("beta").geometry(theta).metric
        return float(np.sqrt(metric @ [v[0] ** 2, 2 * v[0] * v[1], v[1] ** 2]))

    theirs = float64.solved(float64.beta_acceleration, speed, start, end)
    path = AttentionGeodesic(family("beta")).compute_path(start, end)
    assert theirs == pytest.approx(path.length, rel=1e-10, abs=1e-10)
