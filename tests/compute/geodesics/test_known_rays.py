"""Rays in closed form: against SciPy, closed distances, the integrator's statuses and known ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value
from compute.geodesics.known_rays import shoot
from compute.manifold.tangent import contracted, norm, raised
from compute.requests.geodesics import ShootRequest

# a half-plane in θ and one in powers of it, an octant, a hemisphere, a plane
CURVED = ("gaussian", "weibull", "inverse_gaussian", "categorical", "bures_slice_bures")
KINDS = (*CURVED, "poisson_poisson")


def rays(name: str, count: int, longest: float, steps: int = 32) -> ShootRequest:
    """Random rays of Fisher lengths up to ``longest`` from points between a family's pins."""
    manifold, random = manifold_of(name), np.random.default_rng(2)
    share, angle = random.uniform(size=(count, 1)), random.uniform(0, 2 * np.pi, count)
    start, end = np.array(manifold.pins)
    theta = start + share * (end - start)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    size = random.uniform(0.1, longest, count) / norm(manifold.geometry(theta).metric, v)
    return ShootRequest(manifold, theta, v * size[:, None], steps=steps)


@pytest.mark.parametrize("name", KINDS)
def test_against_scipy(name):
    request = rays(name, 4, 0.5)
    found = ReferenceEngine().shoot(request)

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        local = request.manifold.geometry(y[:2])
        return np.concatenate([y[2:], -raised(local, contracted(local.first, y[2:], y[2:]))])

    assert (found.status == Status.OK).all()
    for i, begin in enumerate(np.concatenate([request.theta, request.velocity], axis=1)):
        ends = solve_ivp(rate, (0, 1), begin, "DOP853", [0.5, 1.0], rtol=1e-12, atol=1e-14).y.T
        np.testing.assert_allclose(found.theta[i, [16, 32]], ends[:, :2], rtol=1e-10, atol=1e-11)
        np.testing.assert_allclose(found.velocity[i, [16, 32]], ends[:, 2:], rtol=1e-9, atol=1e-10)
    assert found.error.max() < 1e-13


@pytest.mark.parametrize("name", KINDS)
def test_lengths_are_distances_and_ends_are_those_of_the_integrator(name):
    request = rays(name, 60, 5.0)
    found, other = shoot(request), initial_value.shoot(request)
    np.testing.assert_array_equal(found.status == Status.OK, other.status == Status.OK)
    # near an edge the integrator may turn too fast to say that it leaves
    assert (found.status == other.status).mean() > 0.9
    assert set(found.status.tolist()) <= {Status.OK, Status.LEFT_DOMAIN}
    assert (found.status == Status.LEFT_DOMAIN).any() or name == "gaussian"
    # the integrator stops some way before an edge where its coordinates run away
    np.testing.assert_allclose(found.reached, other.reached, atol=2e-3)
    assert (found.reached >= other.reached - 1e-12).all()
    speed = norm(request.manifold.geometry(request.theta).metric, request.velocity)
    np.testing.assert_allclose(found.length, speed * found.reached, rtol=1e-14)
    if request.manifold.distance is not None:
        distance = request.manifold.distance(request.theta, found.stop)
        np.testing.assert_allclose(distance, found.length, rtol=2e-8, atol=1e-9)


def test_a_ray_ends_at_the_edge_of_the_domain():
    """σ = e^(vt) along a vertical of the half-plane, up to the largest σ."""
    manifold = manifold_of("gaussian")
    for speed in (20.0, 3e4):
        found = shoot(ShootRequest(manifold, np.array([[0.3, 1.0]]), np.array([[0.0, speed]])))
        assert found.status[0] == Status.LEFT_DOMAIN
        assert manifold.in_domain(found.stop).all()
        edge = found.stop[0, 1]
        assert not manifold.in_domain(np.array([0.3, edge * (1 + 1e-9)]))
        assert found.reached[0] == pytest.approx(np.log(edge) / speed, rel=1e-11, abs=0.0)
        assert found.nodes[0] == int(found.reached[0] * 128) + 1
        assert np.isnan(found.theta[0, found.nodes[0] :]).all()


@pytest.mark.parametrize("turns", [0.4, 3.0, 1e4])
def test_a_fast_ray_does_not_come_back_round_the_sphere(turns):
    """From the pole of the hemisphere z > 1e-3 every ray leaves at the angle arccos 1e-3."""
    manifold, speed = manifold_of("bures_slice_qfi"), 2 * np.pi * turns
    found = shoot(ShootRequest(manifold, np.zeros((1, 2)), np.array([[speed, 0.0]]), steps=16))
    assert found.status[0] == Status.LEFT_DOMAIN
    assert found.reached[0] == pytest.approx(np.arccos(1e-3) / speed, rel=1e-9, abs=0.0)


def test_a_ray_that_only_touches_the_edge_between_nodes_has_left():
    """A half circle whose top is above the largest σ for a hundredth of its time."""
    manifold = manifold_of("gaussian")
    largest = shoot(ShootRequest(manifold, np.array([[0.0, 1.0]]), np.array([[0.0, 50.0]]))).stop
    top, half = largest[0, 1] * np.array([1 + 1e-5, 1 - 1e-5]), 2.0
    # at the angle s from its top a circle of radius r has σ = r/cosh s, X = r tanh s, X = μ/√2
    sigma, across = top / np.cosh(half), -top * np.tanh(half)
    climb = 2 * half * np.stack([np.sqrt(2) * sigma / np.cosh(half), sigma * np.tanh(half)], axis=1)
    start = np.stack([np.sqrt(2) * across, sigma], axis=1)
    found = shoot(ShootRequest(manifold, start, climb, steps=17))
    assert found.status.tolist() == [Status.LEFT_DOMAIN, Status.OK]
    assert found.reached[0] == pytest.approx(0.5 - np.arccosh(1 + 1e-5) / (2 * half), abs=1e-6)
    np.testing.assert_allclose(found.theta[1, -1], start[1] * [-1, 1], rtol=1e-12)


def test_other_connections_and_families_are_integrated_in_logarithms_if_there_are_any():
    for name, alpha in (("gaussian", 0.5), ("beta", 0.0), ("von_mises", 0.0)):
        request = rays(name, 6, 0.5)
        request = ShootRequest(request.manifold, request.theta, request.velocity, alpha, 16)
        found, expected = shoot(request), initial_value.shoot(request)
        np.testing.assert_array_equal(found.status, expected.status)
        np.testing.assert_allclose(found.theta, expected.theta, rtol=1e-10)
        np.testing.assert_allclose(found.velocity, expected.velocity, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(found.stop, expected.stop, rtol=1e-10)
        np.testing.assert_allclose(found.length, expected.length, rtol=1e-10)


def test_a_ray_of_no_length_stays_and_no_rays_are_no_paths():
    manifold = manifold_of("student_t")
    found = shoot(ShootRequest(manifold, np.array([[0.3, 1.0]]), np.zeros((1, 2)), steps=4))
    assert found.status[0] == Status.OK
    np.testing.assert_array_equal(found.theta[0], [[0.3, 1.0]] * 5)
    for size in (1e-3, 1e-7, 1e-11):
        v = size * np.array([[0.1, -0.9]])
        found = shoot(ShootRequest(manifold, np.array([[0.3, 1.0]]), v, steps=4))
        assert found.status[0] == Status.OK and found.error[0] < 1e-14
    assert shoot(ShootRequest(manifold, np.zeros((0, 2)), np.zeros((0, 2)))).status.shape == (0,)


def test_log_odds_keep_all_digits_where_p3_is_small():
    """A great circle with p₃ ≈ 1e-9, beside the edge that no formula in p₁ and p₂ resolves."""
    manifold = manifold_of("categorical3_natural")
    theta, v = np.array([[-1.5, 20.5]]), np.array([[2.8, -0.3]])
    found = shoot(ShootRequest(manifold, theta, v, steps=16))
    z = 2 * np.exp(0.5 * (np.array([-1.5, 20.5, 0.0]) - np.logaddexp.reduce([-1.5, 20.5, 0.0])))
    p, odds = z**2 / 4, np.array([2.8, -0.3, 0.0])
    w = 0.5 * z * (odds - p @ odds)
    half = 0.5 * np.linalg.norm(w) * found.t[:, None]
    place = z * np.cos(half) + 2 * w / np.linalg.norm(w) * np.sin(half)
    wanted = 2 * np.log(place[:, :2] / place[:, 2:])
    np.testing.assert_allclose(found.theta[0], wanted, rtol=1e-13)
    assert found.status[0] == Status.OK and found.error[0] < 1e-13


def test_rays_of_a_steep_family_are_integrated_on_each_side_and_keep_their_order():
    """Mixtures with means m and −m are mirror images; g is singular on m = 0."""
    family = manifold_of("mixture_wm")
    theta = np.array([[0.25, 3.2], [0.25, -3.2], [0.4, 0.0], [0.6, 1.5]])
    v = np.array([[0.4, 0.3], [0.4, -0.3], [0.1, 0.2], [-0.3, 0.8]])
    request = ShootRequest(family, theta, v, steps=8)
    found, plain = shoot(request), initial_value.shoot(request)
    assert found.status.tolist() == [Status.OK, Status.OK, Status.ILL_CONDITIONED, Status.OK]
    assert found.status.tolist() == plain.status.tolist()
    np.testing.assert_array_equal(found.theta[:, 0], theta)
    np.testing.assert_allclose(found.theta[1], found.theta[0] * [1.0, -1.0], rtol=1e-13)
    np.testing.assert_allclose(found.velocity[1], found.velocity[0] * [1.0, -1.0], rtol=1e-12)
    np.testing.assert_allclose(found.theta, plain.theta, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.velocity, plain.velocity, rtol=0, atol=1e-9)
    none = np.empty((0, 2))
    assert len(shoot(ShootRequest(family, none, none, steps=8)).theta) == 0


def test_a_ray_of_a_steep_family_goes_on_until_its_edge_is_near():
    """It nears m = 0 with wm nearly constant and leaves at w = 1, where w grows a thousand times faster
    than at first.
    """
    family = manifold_of("mixture_wm")
    request = ShootRequest(
        family, np.array([[0.25, 3.2]]), np.array([[-0.37569, -0.37569]]), steps=128
    )
    found, plain = shoot(request), initial_value.shoot(request)
    assert found.status[0] == plain.status[0] == Status.LEFT_DOMAIN
    assert 0.99 < found.stop[0, 0] < 1.0 and 0.028 < found.stop[0, 1] < 0.029
    np.testing.assert_allclose(found.reached, plain.reached, atol=5e-4)


@pytest.mark.parametrize("name", ["bures_slice_bures", "bures_slice_qfi"])
@pytest.mark.parametrize("alpha", [0.5, -1.0])
def test_without_a_cubic_tensor_all_connections_have_the_closed_form(name, alpha):
    """Rays to the edge leave the domain; by integration some did not converge there."""
    manifold = manifold_of(name)
    theta = np.repeat(np.array(manifold.pins), 32, axis=0)
    angle = np.linspace(0.0, 2 * np.pi, 64, endpoint=False)
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= 20.0 / norm(manifold.metric(theta), v)[:, None]
    found = shoot(ShootRequest(manifold, theta, v, alpha))
    assert (found.status == Status.LEFT_DOMAIN).all()
    np.testing.assert_allclose((found.stop**2).sum(axis=1), 1 - 1e-6, atol=1e-9)
    np.testing.assert_allclose(found.length, manifold.distance(theta, found.stop), rtol=1e-6)
