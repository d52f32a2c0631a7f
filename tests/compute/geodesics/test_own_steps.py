"""Steps of each curve's own: against great circles where coordinates run away, with few evaluations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value, known_rays
from compute.geodesics.way import Way
from compute.manifold.tangent import norm
from compute.requests.geodesics import ShootRequest


def fan(name: str, length: float, steps: int, count: int = 32) -> ShootRequest:
    """Rays of a Fisher length in all directions."""
    manifold = manifold_of(name)
    angle = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    theta = np.tile(manifold.pins[0], (count, 1))
    v = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    v *= length / norm(manifold.geometry(theta).metric, v)[:, None]
    return ShootRequest(manifold, theta, v, steps=steps)


@pytest.mark.parametrize(
    ("name", "length"), [("categorical3_natural", 2.0), ("poisson_poisson", 6.0)]
)
def test_nodes_are_at_equal_times_up_to_the_edge(name, length):
    """Log-odds run away where a great circle leaves the simplex; rates end at a bound."""
    request = fan(name, length, 64)
    found, known = initial_value.shoot(request), known_rays.shoot(request)
    left = known.status == Status.LEFT_DOMAIN
    assert 4 < left.sum() < 28
    np.testing.assert_array_equal(found.status == Status.OK, ~left)
    np.testing.assert_allclose(found.reached, known.reached, atol=2e-3)
    both = np.arange(65) < np.minimum(found.nodes, known.nodes)[:, None]
    # where they run away, log-odds amplify what is wrong
    both &= (np.abs(known.theta).max(axis=-1) < 10.0) | (name == "poisson_poisson")
    np.testing.assert_allclose(found.theta[both], known.theta[both], rtol=2e-9, atol=2e-9)
    np.testing.assert_allclose(found.velocity[both], known.velocity[both], rtol=1e-7, atol=1e-8)
    assert found.error.max() < 1e-8
    np.testing.assert_allclose(found.length, length * found.reached, rtol=1e-9)


def test_a_singularity_at_infinity_takes_few_steps():
    """Steps in time would shrink with the rest of it, and take 29_881 evaluations."""
    request, points = fan("categorical3_natural", 3.0, 128), []

    def counted(theta):
        points.append(len(theta))
        return request.manifold.geometry(theta)

    initial_value.shoot(replace(request, manifold=replace(request.manifold, geometry=counted)))
    assert sum(points) < 18_000


def test_a_step_ends_at_the_time_one_whatever_the_number_of_nodes():
    ends = []
    for steps in (2, 3, 64):
        request = fan("beta", 1.5, steps, 8)
        found = initial_value.shoot(request)
        assert (found.status == Status.OK).all() and (found.reached == 1.0).all()
        np.testing.assert_array_equal(found.stop, found.theta[:, -1])
        ends.append(found.stop)
    np.testing.assert_allclose(ends[0], ends[2], rtol=1e-9)
    np.testing.assert_allclose(ends[1], ends[2], rtol=1e-9)


@pytest.mark.parametrize("alpha", [0.0, -1.0])
def test_slow_rays_between_many_nodes_have_all_digits_of_v(alpha):
    """θ changes by 1e-9 from end to end of a step, v like v₀ + t θ''."""
    request = fan("beta", 2e-8, 1000, 8)
    found = initial_value.shoot(replace(request, alpha=alpha))
    assert (found.status == Status.OK).all()
    own = Way(request.manifold, alpha, 1000)
    bend = own.acceleration(request.theta.T, request.velocity.T)[0].T
    wanted = request.velocity[:, None] + found.t[:, None] * bend[:, None]
    np.testing.assert_allclose(found.velocity, wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("steps", [2, 7, 128])
def test_few_nodes_do_not_bound_the_error_of_steps(steps):
    """√λ is linear in t, and λ₁ grows by ten million: a share of the first node was too long a step."""
    manifold = manifold_of("poisson_poisson")
    theta, v = np.array([[3e-6, 12.0]]), np.array([[0.023, 15.0]])
    found = initial_value.shoot(ShootRequest(manifold, theta, v, steps=steps))
    assert found.status[0] == Status.OK
    root = np.sqrt(theta) + 0.5 * v / np.sqrt(theta) * found.t[:, None]
    np.testing.assert_allclose(found.theta[0], root**2, rtol=1e-9)
    np.testing.assert_allclose(found.velocity[0], v / np.sqrt(theta) * root, rtol=1e-9)


def test_a_ray_whose_errors_are_rounding_ends_with_a_status():
    """Where 1 − p₁ is 1e-5, rounding of p₁ is the whole error, and all smaller steps fail too."""
    family, asked = manifold_of("geometric_geometric"), []

    def geometry(theta):
        asked.append(len(theta))
        return family.geometry(theta)

    theta, v = np.array([[0.98494416, 0.73433305]]), np.array([[0.24051457, -0.07518443]])
    request = ShootRequest(replace(family, geometry=geometry), theta, v, 0.5, steps=64)
    found = initial_value.shoot(request)
    assert found.status[0] == Status.NOT_CONVERGED and found.reached[0] < 0.5
    # at most a dozen for each of 1024 steps
    assert len(asked) < 13000
