"""The stated error of transport against SciPy's integration of the same equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute import attention_manifold, family
from compute.engine.reference import ReferenceEngine
from compute.geodesics.transport_errors import errors
from compute.manifold.tangent import connection_first, contracted, norm, raised
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.transport import TransportRequest

VECTOR = np.array([0.3, 0.7])


def saturated():
    """Eight keys of which one has nearly all in most of the view."""
    return attention_manifold(10 * np.random.default_rng(1).normal(size=(8, 4)))


def exact(own, theta, velocity, alpha):
    """Return the vector carried along the geodesic of a point and a velocity."""

    def slope(_, y):
        local = own.geometry(y[:2])
        first, u = connection_first(local, alpha), y[2:4]
        bent = [-raised(local, contracted(first, u, x)) for x in (u, y[4:])]
        return np.concatenate([u, *bent])

    start = np.concatenate([theta, velocity, VECTOR])
    return solve_ivp(slope, (0, 1), start, method="DOP853", rtol=1e-12, atol=1e-14).y[4:, -1]


# the drift of g(w, w) is below 1e-6 on each of the first two, and 0 for α ≠ 0
@pytest.mark.parametrize(
    ("own", "alpha", "start", "end", "steps"),
    [
        (saturated(), 0.0, (-0.22, 0.28), (0.64, -0.68), 64),
        (family("gaussian"), 0.0, (-1.0, 0.5), (3.0, 0.7), 16),
        (family("gamma"), 0.5, (0.5, 0.4), (9.0, 6.0), 8),
    ],
    ids=["saturated", "gaussian", "gamma"],
)
def test_the_error_is_that_of_the_vector(engine, own, alpha, start, end, steps):
    request = ConnectRequest(own, np.array([start]), np.array([end]), alpha, steps)
    paths = engine.connect(request)
    theta, velocity = paths.theta, paths.velocity
    carried = engine.transport(TransportRequest(own, theta, velocity, VECTOR[None], alpha))
    stated = errors(own, theta, velocity, carried)[0]
    sure = ReferenceEngine().connect(replace(request, steps=1024))
    off = carried.vectors[0, -1] - exact(own, sure.theta[0, 0], sure.velocity[0, 0], alpha)
    metric = own.metric(theta[0, -1])
    true = norm(metric, off) / norm(metric, carried.vectors[0, -1])
    rounding = 1e-13 if engine.name == "reference" else 1e-6
    assert 0.9 * true - rounding <= stated <= 10.0 * true + 40 * rounding


def test_nothing_is_stated_of_what_is_not_carried():
    own = family("gaussian")
    nodes = np.array([[[0.0, 1.0], [np.nan, np.nan], [np.nan, np.nan]]])
    carried = ReferenceEngine().transport(TransportRequest(own, nodes, nodes, VECTOR[None]))
    assert np.isnan(errors(own, nodes, nodes, carried)).all()


def test_a_curve_that_stopped_is_judged_where_it_stopped():
    own = family("categorical3_expectation")
    shot = ShootRequest(own, np.array([[0.2, 0.3]]), np.array([[-2.0, 0.5]]), steps=64)
    paths = ReferenceEngine().shoot(shot)
    request = TransportRequest(own, paths.theta, paths.velocity, VECTOR[None])
    carried = ReferenceEngine().transport(request)
    assert paths.nodes[0] < 65
    found = errors(own, paths.theta, paths.velocity, carried)[0]
    assert 0.0 < found < 1e-5
