"""Estimated errors of integrated rays: not below the error against closed forms, nor far above it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value, known_rays, ray_errors
from compute.manifold.charts import named
from compute.manifold.tangent import norm
from compute.requests.geodesics import ShootRequest


def fan(length, count=24, steps=16):
    """Rays of normals of a length in units of the radius of curvature, √2."""
    manifold = manifold_of("gaussian")
    theta = np.tile((0.0, 1.0), (count, 1))
    angle = 2 * np.pi * np.arange(count) / count + 1e-3 * np.arange(count)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= length * np.sqrt(2) / norm(manifold.metric(theta), v)[:, None]
    return ShootRequest(manifold, theta, v, steps=steps)


def missed(request, paths):
    """The distance of the ends of rays from those of the closed form, as shares of the length."""
    chart = named(request.manifold.charts, "half_plane")
    x, y = (chart.forward(p.theta[:, -1]) for p in (known_rays.shoot(request), paths))
    gap = np.hypot(*(x - y).T) / (2 * np.sqrt(x[:, 1] * y[:, 1]))
    return 2 * np.arcsinh(gap) * np.sqrt(2) / paths.length


@pytest.mark.parametrize("length", [3.0, 7.0, 10.0, 13.0, 16.0])
def test_long_rays_in_a_hyperbolic_plane_are_as_good_as_they_say(length):
    """The speed is constant to 1e-9 where ends of the usual steps are off by e^length · 5e-13."""
    request = fan(length)
    found = ray_errors.shoot(request)
    good = found.status == Status.OK
    assert good.any()
    error = missed(request, found)[good]
    assert (error <= found.error[good]).all()
    assert found.error[good].max() <= 1e-8
    if length > 10.0:
        plain = missed(request, initial_value.shoot(request))[good]
        assert plain.max() > 20 * error.max()


def test_a_ray_that_does_not_move_has_no_error():
    manifold = manifold_of("beta")
    found = ray_errors.shoot(ShootRequest(manifold, np.array([[2.0, 3.0]]), np.zeros((1, 2))))
    assert found.status[0] == Status.OK and found.error[0] == 0.0


def test_a_ray_that_rounding_spoils_is_not_converged():
    """Up and down again: 21 radii long and inside the domain."""
    manifold = manifold_of("gaussian")
    theta, v = np.array([[0.0, 0.01]]), np.array([[2e-6, 1.0]])
    v *= 21 * np.sqrt(2) / norm(manifold.metric(theta), v)[:, None]
    request = ShootRequest(manifold, theta, v, steps=16)
    found = ray_errors.shoot(request)
    assert known_rays.shoot(request).status[0] == Status.OK
    assert found.status[0] == Status.NOT_CONVERGED
    assert found.error[0] > 1e-8


@pytest.mark.parametrize(("name", "alpha"), [("gamma", 0.5), ("gaussian", -0.5), ("laplace", 1.0)])
def test_errors_for_other_connections_are_those_against_scipy(name, alpha):
    manifold = manifold_of(name)
    theta = np.array(manifold.pins)
    v = 0.2 * (theta[::-1] - theta)
    found = known_rays.shoot(ShootRequest(manifold, theta, v, alpha, steps=16))
    assert (found.status == Status.OK).all()

    def slope(_, y):
        local = manifold.geometry(y[:2])
        first = local.first - 0.5 * alpha * local.cubic[[0, 1, 2, 1, 2, 3]].reshape(2, 3)
        a, b = y[2:]
        bend = first @ [a * a, 2 * a * b, b * b]
        (g11, g12, g22), det = local.metric, local.det
        return [a, b, (g12 * bend[1] - g22 * bend[0]) / det, (g12 * bend[0] - g11 * bend[1]) / det]

    for i in range(2):
        y = solve_ivp(slope, (0, 1), [*theta[i], *v[i]], "DOP853", rtol=1e-13, atol=1e-14).y[:2, -1]
        gap = norm(manifold.metric(y[None]), (found.theta[i, -1] - y)[None])[0] / found.length[i]
        assert 0.0 < found.error[i] < 1e-10
        assert gap < found.error[i] + 1e-13


@pytest.mark.parametrize(
    ("alpha", "v"), [(0.5, (2.0, 0.5)), (1.0, (1.9, 0.45)), (-1.0, (1.2, 0.3))]
)
def test_a_rough_first_try_is_found_out(monkeypatch, alpha, v):
    """By a second try, or by the velocity in the flat chart."""
    monkeypatch.setattr("compute.geodesics.own_steps.STEP_ERROR", 1e-5)
    monkeypatch.setattr(initial_value, "DRIFT_LIMIT", {8: 1e-10})
    manifold = manifold_of("gaussian")
    request = ShootRequest(manifold, np.array([[0.0, 1.0]]), np.array([v]), alpha, steps=16)
    found = ray_errors.shoot(request)
    assert found.reached[0] == 1.0
    assert found.status[0] == Status.NOT_CONVERGED
    assert 1e-9 < found.error[0] < 1e-4
