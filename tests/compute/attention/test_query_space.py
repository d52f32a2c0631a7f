"""The whole query space: great circles, gauge, and the plane as a part of it."""

from __future__ import annotations

import numpy as np
import pytest

from compute.attention.query_space import QuerySpace
from compute.core.status import Status
from compute.families.attention import attention_manifold
from compute.requests.geodesics import ConnectRequest, ShootRequest
from tests import campaign_queries

RNG = np.random.default_rng(4)


def test_independent_keys_have_great_circles():
    """Shooting along the great circle arrives where it does, at its length."""
    space = QuerySpace(RNG.normal(size=(5, 7)))
    assert space.is_sphere
    a, b = RNG.normal(size=(2, 7))
    t = np.linspace(0, 1, 5)
    circle = space.great_circle(a, b, t)
    np.testing.assert_allclose(space.weights(circle[0]), space.weights(a), atol=1e-12)
    np.testing.assert_allclose(space.weights(circle[-1]), space.weights(b), atol=1e-12)
    h = 1e-5
    ahead = space.great_circle(a, b, [0.0, h, 2 * h])
    velocity = (-1.5 * ahead[0] + 2 * ahead[1] - 0.5 * ahead[2]) / h
    nodes, speeds = space.shoot(a, velocity, 256)
    np.testing.assert_allclose(nodes[[64, 128, 256]], circle[[1, 2, 4]], atol=2e-5)
    length = space.distance(a, b)
    assert space.speed(a, velocity) == pytest.approx(length, rel=1e-6)
    assert space.speed(nodes[-1], speeds[-1]) == pytest.approx(length, rel=1e-6)
    low, high = space.bounds(a, b)
    assert low == pytest.approx(length)
    assert high >= length


def test_keys_of_a_plane_give_the_plane(reference_engine):
    """Where all keys lie in U the whole space is the slice."""
    U = np.linalg.qr(RNG.normal(size=(6, 2)))[0]
    keys = RNG.normal(size=(9, 2)) @ U.T
    space = QuerySpace(keys)
    assert space.rank == 2
    assert not space.is_sphere
    theta, v = np.array([0.3, -0.4]), np.array([0.8, 0.5])
    nodes, _ = space.shoot(U @ theta, U @ v, 128)
    manifold = attention_manifold(keys, np.zeros(6), U)
    path = reference_engine.shoot(ShootRequest(manifold, theta[None], v[None], steps=128))
    np.testing.assert_allclose(nodes @ U, path.theta[0], atol=1e-7)


def test_gauge_directions_change_nothing():
    space = QuerySpace(RNG.normal(size=(3, 6)))
    a, v = RNG.normal(size=(2, 6))
    gauge = np.linalg.svd(space.keys - space.keys.mean(axis=0))[2][-1]
    one, two = space.shoot(a, v, 64), space.shoot(a + 5 * gauge, v - 3 * gauge, 64)
    np.testing.assert_allclose(one[0], two[0], atol=1e-9)


def test_bad_input():
    with pytest.raises(ValueError, match="different keys"):
        QuerySpace(np.ones((4, 3)))
    with pytest.raises(ValueError, match="affinely independent"):
        QuerySpace(RNG.normal(size=(9, 3))).distance(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="temperature"):
        QuerySpace(np.eye(3), 0.0)


class Relaxed(QuerySpace):
    """A space that does not know its closed form."""

    @property
    def is_sphere(self) -> bool:
        return False


def test_the_polygon_of_least_energy_is_the_great_circle():
    keys = RNG.normal(size=(5, 7))
    a, b = 2.0 * RNG.normal(size=(2, 7))
    exact, found = QuerySpace(keys).between(a, b), Relaxed(keys).between(a, b)
    assert exact.exact and not found.exact and found.converged
    assert found.length == pytest.approx(exact.length, rel=1e-9, abs=0.0)
    np.testing.assert_allclose(found.rows, exact.rows, atol=1e-6)
    for path in (exact, found):
        np.testing.assert_allclose(path.queries[[0, -1]], [a, b], atol=1e-9)


def test_in_two_dimensions_it_is_the_geodesic_of_the_plane(reference_engine):
    keys, (a, b) = 1.4 * RNG.normal(size=(9, 2)), np.array([[-1.0, 0.5], [1.3, -0.8]])
    bias = RNG.normal(size=9)
    manifold = attention_manifold(keys, bias=bias)
    plane = reference_engine.connect(ConnectRequest(manifold, a[None], b[None]))
    path = QuerySpace(keys, bias=bias).between(a, b)
    assert path.converged and path.error < 1e-4
    assert path.length == pytest.approx(plane.length[0], abs=2.0 * path.error)
    middle = plane.theta[0, len(plane.theta[0]) // 2]
    np.testing.assert_allclose(path.queries[32], middle, atol=2e-3)


def test_what_cannot_be_joined_is_said():
    space = QuerySpace(np.eye(3))
    with pytest.raises(ValueError, match="segments must be even, 2 or more, got 3"):
        space.between(np.zeros(3), np.ones(3), 3)
    with pytest.raises(ValueError, match="a must"):
        space.between(np.zeros(2), np.ones(3))
    assert space.between(np.ones(3), np.ones(3)).length == 0.0


def test_attention_that_underflows_has_its_great_circle_too():
    """At a low temperature a key may have less than any number: the way is found by logarithms."""
    rng = np.random.default_rng(4)
    space = QuerySpace(rng.normal(size=(4, 6)), 1e-3)
    a, b = rng.normal(size=(2, 6))
    path = space.between(a, b)
    assert path.converged and np.isfinite(path.queries).all()
    root = np.sqrt(path.rows)
    chords = np.linalg.norm(np.diff(root, axis=0), axis=1)
    np.testing.assert_allclose(chords, chords[0], rtol=1e-6)
    np.testing.assert_allclose(path.rows[[0, -1]], space.weights(np.stack([a, b])), atol=1e-12)


def test_speed_does_not_hang_on_what_keys_share():
    rng = np.random.default_rng(5)
    keys, q, v = rng.normal(size=(7, 4)), np.zeros(4), rng.normal(size=4)
    assert QuerySpace(keys + 1e7).speed(q, v) == pytest.approx(QuerySpace(keys).speed(q, v), 1e-6)


def test_the_stated_error_covers_the_geodesic_and_no_start_is_shorter():
    """Against polygons that L-BFGS finds from several curves, extrapolated."""
    random = np.random.default_rng(11)
    for _ in range(2):
        space = QuerySpace(1.5 * random.normal(size=(8, 3)))
        found = space.between(*1.5 * random.normal(size=(2, 3)), 32)
        assert found.converged and found.status == Status.OK
        off = abs(found.length - campaign_queries.least(space, found, random, 16))
        assert off <= campaign_queries.MOST * found.error


def test_a_ray_without_an_inverse_metric_has_a_status():
    """Far out one key has all the weight, and the metric vanishes in rounding."""
    space = QuerySpace(40.0 * np.random.default_rng(2).normal(size=(9, 3)))
    ray = space.shoot(np.array([3.0, -1.0, 2.0]), np.array([90.0, 40.0, -60.0]), 32)
    assert ray.status == Status.ILL_CONDITIONED
    fine = QuerySpace(np.random.default_rng(2).normal(size=(9, 3)))
    ray = fine.shoot(np.zeros(3), np.array([0.4, 0.1, -0.3]), 64)
    assert ray.status == Status.OK and ray.drift < 1e-8
