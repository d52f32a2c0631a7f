"""Geodesics on few segments: those called OK are exact."""

from __future__ import annotations

import numpy as np

from compute.core.status import Status
from compute.families import manifold
from compute.geodesics import few_segments, gauss_collocation, shooting
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import first_curve
from compute.requests.geodesics import ConnectRequest


def request(name: str, start, end, steps: int = 32) -> ConnectRequest:
    return ConnectRequest(manifold(name), np.array(start, float), np.array(end, float), 0.0, steps)


def curves(own: ConnectRequest, segments: int) -> np.ndarray:
    line = first_curve(own.manifold, own.start, own.end, segments=segments)
    return descend(own.manifold, line).theta


def test_they_agree_with_many_segments():
    random = np.random.default_rng(5)
    own = request("beta", random.uniform(0.5, 6, (12, 2)), random.uniform(0.5, 6, (12, 2)))
    found = few_segments.connect(own, curves(own, 16))
    exact = gauss_collocation.connect(own, curves(own, 64))
    assert (found.status == Status.OK).all() and (exact.status == Status.OK).all()
    np.testing.assert_allclose(found.length, exact.length, rtol=1e-10)
    np.testing.assert_allclose(found.theta, exact.theta, rtol=1e-8)
    np.testing.assert_allclose(found.velocity, exact.velocity, rtol=1e-6, atol=1e-7)


def test_normals_have_their_closed_form():
    own = request("gaussian", [[0.0, 1.0]], [[2.0, 1.5]])
    found = few_segments.connect(own, curves(own, 16))
    across = 1.0 + (2.0**2 / 2 + 0.5**2) / (2 * 1.5)
    np.testing.assert_allclose(found.length, np.sqrt(2) * np.arccosh(across), rtol=1e-12)


def test_where_more_segments_are_needed_they_are_taken():
    own = request("mixture_wm", [[0.3, 0.5]], [[0.7, 1.5]])
    found = few_segments.connect(own, curves(own, 16))
    assert found.status[0] == Status.OK and found.error[0] < 1e-10
    exact = gauss_collocation.connect(own, curves(own, 64))
    np.testing.assert_allclose(found.length, exact.length, rtol=1e-9)


def test_a_curve_that_few_segments_cannot_hold_is_not_ok():
    own = request("beta", [[0.01, 900.0]], [[900.0, 0.01]])
    found = few_segments.connect(own, curves(own, 4))
    assert found.status[0] == Status.NOT_CONVERGED


def test_no_pairs_have_no_paths():
    none = np.zeros((0, 2))
    for alpha in (0.0, 0.5):
        found = shooting.connect(ConnectRequest(manifold("beta"), none, none, alpha, 8))
        assert found.theta.shape == (0, 9, 2) and found.status.shape == (0,)
