"""Pairs that one ray cannot aim at: far ones, turning ones, periodic ones, and other connections."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value, multiple_shooting
from compute.requests.geodesics import ConnectRequest, ShootRequest


def far(name: str, count: int, seed: int = 1):
    """Random pairs over the whole first view."""
    manifold = manifold_of(name)
    view = manifold.view
    random = np.random.default_rng(seed)
    x = random.uniform((view.x0, view.y0), (view.x1, view.y1), (6 * count, 2))
    theta = manifold.charts[0].inverse(x)
    theta = theta[np.isfinite(theta).all(axis=1)]
    theta = theta[manifold.in_domain(theta)]
    return manifold, theta[:count], theta[count : 2 * count]


@pytest.mark.parametrize("name", ["gamma", "von_mises", "beta", "inverse_gaussian", "attention"])
def test_far_pairs_are_joined(name, gpu_engine):
    manifold, a, b = far(name, 100)
    paths = gpu_engine.connect(ConnectRequest(manifold, a, b))
    assert (paths.status == Status.OK).sum() >= (95 if name == "von_mises" else 100)
    assert paths.residual[paths.status == Status.OK].max() < 1e-3


def test_the_reference_joins_what_turns_round(reference_engine):
    """Along k the curve turns where λ goes on: coordinates of very different size."""
    manifold = manifold_of("gamma")
    a, b = np.array([[18.75, 0.336]]), np.array([[17.645, 0.1118]])
    paths = reference_engine.connect(ConnectRequest(manifold, a, b))
    assert paths.status[0] == Status.OK
    assert paths.residual[0] < 1e-8
    assert paths.theta[0, :, 0].min() < 6


def test_periodic_coordinates_go_the_short_way_round(engine):
    manifold = manifold_of("von_mises")
    a, b = np.array([[3.0, 2.0]]), np.array([[-3.0, 2.0]])
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=64))
    assert paths.status[0] == Status.OK
    np.testing.assert_allclose(paths.theta[0, -1], (2 * np.pi - 3.0, 2.0), atol=1e-4)
    turned = np.array([[2 * np.pi - 6.0, 2.0]])
    near = engine.connect(ConnectRequest(manifold, np.array([[0.0, 2.0]]), turned, steps=64))
    np.testing.assert_allclose(paths.length, near.length, rtol=1e-4)


def test_pairs_across_a_fold_are_not_joined_and_say_so(gpu_engine):
    """m₁ = m₂ is a singular line of the mixtures."""
    manifold = manifold_of("mixture_mm")
    a, b = np.array([[-1.0, 2.0]]), np.array([[2.0, -1.0]])
    paths = gpu_engine.connect(ConnectRequest(manifold, a, b))
    assert paths.status[0] != Status.OK


def pieces(manifold, *velocities):
    """States (1, n, 4) of geodesics, each from where the last one ended, and where all end."""
    at, states = np.array([[0.0, 1.0]]), []
    for v in velocities:
        states.append([*at[0], *v])
        at = initial_value.shoot(ShootRequest(manifold, at, np.array([v]))).stop
    return np.array([states]), at


def test_the_energy_of_a_whole_path_is_the_square_of_its_length():
    """A geodesic of one speed cut in four: E = ∫g(v, v) dt = L² over a unit of time."""
    manifold, v = manifold_of("gaussian"), np.array([[1.5, 0.5]])
    whole = initial_value.shoot(ShootRequest(manifold, np.array([[0.0, 1.0]]), v, steps=64))
    states = np.concatenate([whole.theta[:, :-1:16], whole.velocity[:, :-1:16] / 4], axis=-1)
    request = ConnectRequest(manifold, whole.theta[:, 0], whole.stop, steps=64)
    paths = multiple_shooting.paths_of(request, states, initial_value.shoot, "f8")
    speed = np.sqrt((1.5**2 + 2 * 0.5**2) / 1.0)  # of g = diag(1, 2)/σ² at σ = 1
    assert paths.status[0] == Status.OK
    assert paths.length[0] == pytest.approx(speed, rel=1e-8)
    assert paths.energy[0] == pytest.approx(speed**2, rel=1e-8)
    np.testing.assert_allclose(paths.theta, whole.theta, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(paths.velocity, whole.velocity, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(paths.t, whole.t, atol=1e-14)


@pytest.mark.parametrize(("second", "status"), [(1.0, Status.OK), (1.01, Status.NOT_CONVERGED)])
def test_pieces_that_meet_at_another_speed_are_no_geodesic(second, status):
    """A kink leaves no gap between the pieces."""
    manifold, half = manifold_of("gaussian"), np.array([0.3, 0.4])
    states, _ = pieces(manifold, half)
    turned = initial_value.shoot(
        ShootRequest(manifold, states[0, :, :2], states[0, :, 2:])
    ).velocity[0, -1]
    states, end = pieces(manifold, half, second * turned)
    request = ConnectRequest(manifold, states[:, 0, :2], end, steps=64)
    paths = multiple_shooting.paths_of(request, states, initial_value.shoot, "f8")
    assert paths.residual[0] < 1e-8 and paths.status[0] == status


def test_gaps_are_closed_relative_to_the_length_and_not_to_the_first_speed(
    gpu_engine, reference_engine
):
    """Of this α-geodesic of length 3.9 the first speed is 36, so that misses show in the energy."""
    pair = np.array([[13.579482, 1.291572]]), np.array([[0.400626, 0.437039]])
    for alpha in (-0.98, -0.9):
        request = ConnectRequest(manifold_of("gamma"), *pair, alpha)
        found, exact = gpu_engine.connect(request), reference_engine.connect(request)
        assert found.status[0] == Status.OK
        # 4e-5 and 1.4e-4 if relative to the first speed
        np.testing.assert_allclose(found.energy, exact.energy, rtol=3e-5)
