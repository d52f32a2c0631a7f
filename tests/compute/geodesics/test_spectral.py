"""Geodesics as single polynomials: exact where they are called OK, and else not called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import manifold
from compute.geodesics import gauss_collocation, initial_value, shooting, spectral
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import first_curve
from compute.manifold.tangent import LocalGeometry
from compute.requests.geodesics import ConnectRequest, ShootRequest


def request(name: str, start, end, steps: int = 32) -> ConnectRequest:
    return ConnectRequest(manifold(name), np.array(start, float), np.array(end, float), 0.0, steps)


def solved(own: ConnectRequest):
    return spectral.connect(own, first_curve(own.manifold, own.start, own.end, segments=16))


def on_segments(own: ConnectRequest):
    line = first_curve(own.manifold, own.start, own.end, segments=64)
    return gauss_collocation.connect(own, descend(own.manifold, line).theta)


def test_they_agree_with_segments():
    random = np.random.default_rng(5)
    own = request("beta", random.uniform(0.5, 6, (12, 2)), random.uniform(0.5, 6, (12, 2)))
    found, exact = solved(own), on_segments(own)
    assert (found.status == Status.OK).all() and (exact.status == Status.OK).all()
    np.testing.assert_allclose(found.length, exact.length, rtol=1e-10)
    np.testing.assert_allclose(found.energy, exact.length**2, rtol=1e-10)
    np.testing.assert_allclose(found.theta, exact.theta, rtol=1e-8)
    np.testing.assert_allclose(found.velocity, exact.velocity, rtol=1e-6, atol=1e-7)


def test_normals_have_their_closed_form():
    own = request("gaussian", [[0.0, 1.0]], [[2.0, 1.5]])
    across = 1.0 + (2.0**2 / 2 + 0.5**2) / (2 * 1.5)
    np.testing.assert_allclose(solved(own).length, np.sqrt(2) * np.arccosh(across), rtol=1e-13)


@pytest.mark.parametrize("name", ["beta", "von_mises", "attention"])
def test_a_ray_with_their_velocity_arrives(name):
    family = manifold(name)
    own = ConnectRequest(family, *(np.array([pin]) for pin in family.pins), 0.0, 32)
    found = solved(own)
    assert found.status[0] == Status.OK and found.residual[0] < 1e-10 * found.length[0]
    shot = ShootRequest(family, own.start, found.velocity[:, 0], 0.0, 32)
    ray = initial_value.shoot(shot)
    assert ray.status[0] == Status.OK
    np.testing.assert_allclose(ray.stop, own.end, atol=3e-8)
    np.testing.assert_allclose(found.theta, ray.theta, atol=3e-8)
    np.testing.assert_allclose(found.length, ray.length, rtol=1e-9)


def ridge(width: float):
    """The plane with g = (1 + 2 exp(−(x/w)²)) times the identity."""
    flat = manifold("categorical3_natural")

    def geometry(theta):
        bump = 2.0 * np.exp(-np.minimum((theta[..., 0] / width) ** 2, 700.0))
        slope = -theta[..., 0] / width**2 * bump
        none, one = np.zeros_like(bump), 1.0 + bump
        first = np.stack([slope, none, -slope, none, slope, none], axis=-1)
        return LocalGeometry(
            np.stack([one, none, one], axis=-1),
            first.reshape(*bump.shape, 2, 3),
            np.zeros((*bump.shape, 4)),
            one**2,
        )

    def curvature(theta):
        x = theta[..., 0] / width
        bump = 2.0 * np.exp(-np.minimum(x**2, 700.0))
        log_second = ((4 * x**2 - 2) * bump * (1 + bump) - (2 * x * bump) ** 2) / (1 + bump) ** 2
        return -0.5 * log_second / width**2 / (1 + bump)

    return replace(flat, geometry=geometry, curvature=curvature, logits=None)


@pytest.mark.parametrize("width", [0.5, 0.1, 0.03])
def test_a_ridge_is_crossed_rightly_or_not_at_all(width):
    ends = np.array([[-1.1, 0.0]]), np.array([[1.0, 0.4]])
    own = ConnectRequest(ridge(width), *ends, 0.0, 32)
    found, exact = solved(own), on_segments(own)
    assert exact.status[0] == Status.OK
    if width == 0.5:
        assert found.status[0] == Status.OK
    if found.status[0] == Status.OK:
        np.testing.assert_allclose(found.length, exact.length, rtol=1e-9)


def test_a_curve_that_one_polynomial_cannot_hold_is_not_ok():
    found = solved(request("beta", [[0.01, 900.0], [1.0, 2.0]], [[900.0, 0.01], [2.0, 2.0]]))
    assert found.status.tolist() == [Status.NOT_CONVERGED, Status.OK]


def test_no_pairs_have_no_paths():
    none = np.zeros((0, 2))
    for alpha in (0.0, 0.5):
        found = shooting.connect(ConnectRequest(manifold("beta"), none, none, alpha, 8))
        assert found.theta.shape == (0, 9, 2) and found.status.shape == (0,)
