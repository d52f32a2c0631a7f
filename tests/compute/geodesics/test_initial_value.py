"""Geodesics against closed forms, SciPy and their own order; singular and hard cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.geodesics.initial_value import DRIFT_LIMIT, measured, shoot
from compute.geodesics.runge_kutta import DOP853, RK4
from compute.geodesics.shooting import connect
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import contracted, inner, raised
from compute.requests.geodesics import ConnectRequest, ShootRequest


def sphere(theta: np.ndarray, v: np.ndarray, t: np.ndarray) -> np.ndarray:
    """exp on the simplex: great circles of z = 2√p, cut back to (p₁, p₂)."""
    p = np.append(theta, 1 - theta.sum())
    dp = np.append(v, -v.sum())
    z, w = 2 * np.sqrt(p), dp / np.sqrt(p)
    speed = np.linalg.norm(w)
    circle = z * np.cos(speed * t / 2)[:, None] + 2 * w / speed * np.sin(speed * t / 2)[:, None]
    return (circle / 2)[:, :2] ** 2


@pytest.mark.parametrize("tableau", [RK4, DOP853], ids=lambda t: t.name)
def test_the_observed_order_is_the_declared_one(tableau):
    """Error against the great circle for a halving step: the slope in log–log."""
    manifold = manifold_of("categorical3_expectation")
    theta, v = np.array([0.3, 0.4]), np.array([0.25, -0.3])
    steps = np.array([8, 16, 32, 64]) if tableau.order == 4 else np.array([3, 4, 5, 6])
    errors = []
    for n in steps:
        path = shoot(ShootRequest(manifold, theta[None], v[None], steps=int(n)), tableau)
        errors.append(np.abs(path.theta[0, -1] - sphere(theta, v, np.ones(1))[0]).max())
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(tableau.order, abs=0.6)


def test_half_plane_closed_form():
    """ds² = 2(dX² + dY²)/Y² with X = μ/√2: the Möbius form of the geodesic."""
    manifold = manifold_of("gaussian")
    theta, v = np.array([0.4, 1.3]), np.array([1.1, -0.6])
    path = shoot(ShootRequest(manifold, theta[None], v[None]))
    dx, dy = v[0] / np.sqrt(2), v[1]
    s = np.hypot(dx, dy) / theta[1] * path.t
    a = (np.arctan2(dy, dx) - np.pi / 2) / 2
    z = (np.cos(a) * 1j * np.exp(s) + np.sin(a)) / (-np.sin(a) * 1j * np.exp(s) + np.cos(a))
    expected = np.stack([theta[0] + np.sqrt(2) * theta[1] * z.real, theta[1] * z.imag], axis=1)
    np.testing.assert_allclose(path.theta[0], expected, atol=1e-12)


@pytest.mark.parametrize("alpha", [-1.0, -0.3, 0.0, 0.7, 1.0])
@pytest.mark.parametrize("name", ["gaussian", "beta", "attention:bank"])
def test_against_scipy(name, alpha):
    """The same equation handed to SciPy's own adaptive integrator."""
    manifold = manifold_of(name)
    theta = np.array(manifold.pins[1])
    v = 0.1 * (np.array(manifold.pins[0]) - theta)

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        local = manifold.geometry(y[:2])
        first = local.first - 0.5 * alpha * local.cubic[[0, 1, 2, 1, 2, 3]].reshape(2, 3)
        return np.concatenate([y[2:], -raised(local, contracted(first, y[2:], y[2:]))])

    end = solve_ivp(rate, (0, 1), [*theta, *v], method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1]
    path = shoot(ShootRequest(manifold, theta[None], v[None], alpha))
    found = np.concatenate([path.theta[0, -1], path.velocity[0, -1]])
    np.testing.assert_allclose(found, end, rtol=1e-9, atol=1e-10)


def test_exponential_families_are_straight_for_alpha_one():
    """e-geodesics are straight in θ, m-geodesics in η, for three outcomes and for attention."""
    for name in ("categorical3_natural", "attention:bank"):
        manifold = manifold_of(name)
        a, b = (np.array([pin]) * 0.5 for pin in manifold.pins)
        straight = connect(ConnectRequest(manifold, a, b, 1.0))
        share = straight.t[:, None]
        np.testing.assert_allclose(straight.theta[0], a + share * (b - a), atol=1e-9)
        mixed = connect(ConnectRequest(manifold, a, b, -1.0))
        eta = manifold.charts[1].forward(mixed.theta[0])
        np.testing.assert_allclose(eta, eta[0] + share * (eta[-1] - eta[0]), atol=1e-9)


def test_the_metric_is_taken_at_every_stage():
    """Held at the start, the curve would miss at first order in the curvature: it must not."""
    manifold = manifold_of("gaussian")
    theta, v = np.array([[0.0, 1.0]]), np.array([[1.5, 0.5]])
    local = manifold.geometry(theta)
    frozen = theta + v - 0.5 * raised(local, contracted(local.first, v, v))
    path = shoot(ShootRequest(manifold, theta, v))
    assert np.abs(frozen - path.theta[:, -1]).max() > 0.1


def test_the_edge_is_reached_where_the_sphere_says():
    """Towards an edge of the triangle a geodesic stops at p₁ = 0 and at its great circle's time."""
    manifold = manifold_of("categorical3_expectation")
    theta, v = np.array([0.2, 0.3]), np.array([-2.0, 0.5])
    path = shoot(ShootRequest(manifold, theta[None], v[None]))
    assert path.status[0] == Status.LEFT_DOMAIN
    z, w = 2 * np.sqrt(theta[0]), v[0] / np.sqrt(theta[0])
    speed = np.sqrt(inner(manifold.geometry(theta).metric, v, v))
    exit_time = 2 / speed * np.arctan2(z, -w * 2 / speed)
    assert path.reached[0] == pytest.approx(exit_time, abs=2e-3)
    assert path.reached[0] < exit_time
    assert 0 < path.stop[0, 0] < 1e-4


def test_three_keys_are_an_octant_and_a_rectangle_is_flat():
    rng = np.random.default_rng(11)
    theta = rng.normal(size=(20, 2))
    octant = softmax_manifold(rng.normal(size=(3, 2)), rng.normal(size=3))
    np.testing.assert_allclose(octant.curvature(theta), 0.25, atol=1e-9)
    flat = softmax_manifold([[1, 1], [1, -1], [-1, 1], [-1, -1]], [0.3, 0.1, 0.1, -0.1])
    np.testing.assert_allclose(flat.curvature(theta), 0.0, atol=1e-9)


def random_heads(count: int) -> list[Manifold]:
    rng = np.random.default_rng(5)
    return [
        softmax_manifold(rng.normal(size=(n, 2)), rng.normal(size=n)) for n in range(4, 4 + count)
    ]


@pytest.mark.parametrize("manifold", random_heads(4), ids=lambda m: f"{len(m.support(0).x)} keys")
def test_distances_lie_between_bhattacharyya_and_jeffreys(manifold):
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=(12, 2)), rng.normal(size=(12, 2))
    paths = connect(ConnectRequest(manifold, a, b, steps=32))
    assert (paths.status == Status.OK).all()
    low, high = manifold.bounds(a, b)
    assert (low <= paths.length * (1 + 1e-6)).all()
    assert (paths.length <= high * (1 + 1e-6)).all()


def sink(weight: float) -> Manifold:
    """Three keys around a heavy one."""
    turn = 2 * np.pi / 3 * np.arange(3)
    keys = np.stack([np.append(np.cos(turn), 0.0), np.append(np.sin(turn), 0.0)], axis=1)
    return softmax_manifold(keys, [0, 0, 0, np.log(weight)])


def test_few_nodes_do_not_cost_accuracy():
    """Across the lens of a heavy key steps are halved: the length is that of 2048 of them.

    Without halving the speed drifts beyond what float64 may, and the status says so.
    """
    manifold, a, b = sink(3000.0), np.array([[10.001, -4.389]]), np.array([[4.02, 8.128]])
    path = connect(ConnectRequest(manifold, a, b, steps=128))
    assert path.status[0] == Status.OK
    assert path.length[0] == pytest.approx(2.19077388, abs=1e-8)
    assert path.error[0] < 1e-9
    request = ShootRequest(manifold, a, path.velocity[:, 0], steps=128)
    careless = shoot(request, DOP853)
    assert DRIFT_LIMIT[8] < careless.error[0] < DRIFT_LIMIT[4]
    assert careless.status[0] == Status.NOT_CONVERGED


def test_collinear_keys_are_said_to_be_singular():
    manifold = softmax_manifold([[0, 0], [1, 1], [2, 2], [3, 3]], [0, 0, 0, 0])
    assert manifold.singular
    paths = connect(ConnectRequest(manifold, np.array([[0.0, 0.5]]), np.array([[1.0, 0.2]])))
    assert paths.status[0] == Status.ILL_CONDITIONED


def test_a_path_from_a_point_to_itself():
    manifold = manifold_of("gaussian")
    paths = connect(ConnectRequest(manifold, np.array([[0.5, 1.0]]), np.array([[0.5, 1.0]])))
    assert paths.status[0] == Status.OK
    assert paths.length[0] == 0.0


def test_long_steps_do_not_pass_over_a_hole():
    """Straight lines in the plane without a disc: towards its centre, and past it."""
    text = '"coordinates": ["a", "b"], "metric": ["1", "0", "1"], "domain": ["a^2 + b^2 > 0.01"]'
    plane = manifold_of(f"custom:{{{text}}}")
    start = np.array([[-3.0, 0.03], [-3.0, 0.5]])
    found = shoot(ShootRequest(plane, start, np.array([[6.0, 0.0]] * 2), steps=64))
    assert found.status.tolist() == [Status.LEFT_DOMAIN, Status.OK]
    edge = (3 - np.sqrt(0.01 - 0.03**2)) / 6
    np.testing.assert_allclose(found.reached, [edge, 1.0], atol=1e-4)
    x = start[:, None] + found.t[:, None] * [6.0, 0.0]
    known = np.arange(65) < found.nodes[:, None]
    np.testing.assert_allclose(found.theta[known], x[known], atol=1e-12)


def test_a_curve_without_a_possible_step_stops_at_its_start():
    family = manifold_of("custom")
    found = shoot(
        ShootRequest(family, np.array([family.pins[0]]), np.array([[1e9, -1e9]]), steps=8)
    )
    assert found.status[0] != Status.OK and found.nodes[0] == 1
    np.testing.assert_array_equal(found.stop, [family.pins[0]])


def test_steps_do_not_pass_over_a_typed_ridge():
    """g = f(a)² da² + db² is flat: u = ∫ f da is linear in time."""
    text = '"coordinates": ["a", "b"], "metric": ["(1 + 6*exp(-((a-0.37)/0.01)^2))^2", "0", "1"]'
    plane = manifold_of(f'custom:{{{text}, "domain": ["-9 < a < 9"], "view": [-2, 2, -2, 2]}}')
    start, v = np.array([[-2.0, -0.3], [-1.0, 0.1]]), np.array([[5.0, 0.4], [3.0, 0.1]])
    ends = start + v - [6 * 0.01 * np.sqrt(np.pi), 0.0]
    for steps in (7, 64):
        found = shoot(ShootRequest(plane, start, v, steps=steps))
        good = found.status == Status.OK
        assert good.all() or steps < 64
        np.testing.assert_allclose(found.theta[good, -1], ends[good], atol=1e-7)


def test_steps_do_not_pass_over_a_thin_wall():
    text = '"coordinates": ["a", "b"], "metric": ["1", "0", "1"]'
    plane = manifold_of(f'custom:{{{text}, "domain": ["(a - 0.1)^2 > 0.000025"]}}')
    speeds = np.linspace(4.0, 7.0, 24)
    v = np.stack([speeds, 0 * speeds], axis=1)
    start = np.broadcast_to([-3.0, 0.2], v.shape)
    for steps in (16, 64):
        found = shoot(ShootRequest(plane, start, v, steps=steps))
        assert (found.status == Status.LEFT_DOMAIN).all()
        np.testing.assert_allclose(found.reached * speeds, 3.095, atol=2e-3)


def test_great_circles_leave_the_simplex_where_its_metric_becomes_singular():
    theta = np.array([[0.39546199, 0.59301806], [0.66845118, 0.15913085], [0.35153596, 0.64075144]])
    v = np.array([[0.41669399, 0.10543652], [0.21880482, 0.24184181], [0.76572721, -0.09734156]])
    found = shoot(ShootRequest(manifold_of("categorical3_expectation"), theta, v, steps=64))
    assert (found.status == Status.LEFT_DOMAIN).all()


@pytest.mark.parametrize("changed", [1, 62, 97])
def test_the_error_is_the_drift_at_whichever_node_it_is(changed):
    """One node before a stop at the 97th has a speed of its own."""
    theta, v = np.tile((2.0, 3.0), (1, 129, 1)), np.tile((0.3, -0.2), (1, 129, 1))
    v[:, changed] *= 1.0 + 1e-7
    request = ShootRequest(manifold_of("beta"), theta[:, 0], v[:, 0], steps=128)
    reached, ok = np.array([97 / 128]), np.zeros(1, np.int32)
    found = measured(request, theta, v, reached, ok, "reference", np.ones((1, 2)))
    assert found.error[0] == pytest.approx(2e-7, rel=1e-5, abs=0)
    assert (found.nodes[0], found.status[0]) == (98, Status.NOT_CONVERGED)
