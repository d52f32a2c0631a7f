"""Feet of perpendiculars against the half-plane, the sphere and a flat family."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.constructions.foot import foot
from compute.core.status import Status
from compute.manifold.tangent import angle_between
from tests.compute.constructions import half_plane

REFERENCE = compute.open_engine("reference")


def test_the_feet_of_normals_are_those_of_the_half_plane():
    die = np.random.default_rng(4)
    a, b, c = (
        np.stack([die.normal(0, 1.5, 8), np.exp(die.normal(0, 0.6, 8))], axis=1) for _ in range(3)
    )
    found = foot(REFERENCE, compute.family("gaussian"), a, b, c)
    assert (found.status == Status.OK).all()
    expected = half_plane.foot(a, b, c)
    np.testing.assert_allclose(found.theta, expected, atol=1e-9)
    np.testing.assert_allclose(np.abs(found.distance), half_plane.distance(expected, c), atol=1e-9)
    assert (found.certificate < 1e-12).all()


def test_the_distance_is_positive_on_the_left():
    a, b = np.array([[-1.0, 1.0]] * 2), np.array([[1.0, 1.0]] * 2)
    found = foot(REFERENCE, compute.family("gaussian"), a, b, np.array([[0.0, 4.0], [0.0, 0.3]]))
    assert found.distance[0] > 0.0 > found.distance[1]
    np.testing.assert_allclose(found.t, 0.5, atol=1e-10)


def test_on_the_sphere_the_distance_is_that_from_the_plane_of_the_great_circle():
    p = np.array([[0.2, 0.3], [0.6, 0.2], [0.1, 0.8]])
    z = np.sqrt(np.column_stack([p, 1 - p.sum(axis=1)]))
    normal = np.cross(z[0], z[1])
    normal /= np.linalg.norm(normal)
    across = z[2] - (z[2] @ normal) * normal
    manifold = compute.family("categorical3_expectation")
    found = foot(REFERENCE, manifold, p[:1], p[1:2], p[2:])
    np.testing.assert_allclose(
        abs(found.distance[0]), 2 * np.arcsin(abs(z[2] @ normal)), rtol=1e-11
    )
    np.testing.assert_allclose(
        found.theta[0], (across / np.linalg.norm(across))[:2] ** 2, atol=1e-11
    )


def test_on_a_flat_family_it_is_the_foot_of_euclid():
    a, b, c = (np.array([x]) for x in ([1.0, 1.0], [2.0, 3.0], [3.0, 1.0]))
    x, y, w = (np.log(p[0]) for p in (a, b, c))
    t = (w - x) @ (y - x) / ((y - x) @ (y - x))
    found = foot(REFERENCE, compute.family("flat_exponential_pair"), a, b, c)
    np.testing.assert_allclose(found.t[0], t, rtol=1e-11)
    np.testing.assert_allclose(np.log(found.theta[0]), x + t * (y - x), rtol=1e-10)


@pytest.mark.parametrize("name", ["gamma", "beta", "von_mises"])
def test_the_angle_at_the_foot_is_right_in_families_without_a_closed_form(name):
    manifold = compute.family(name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    c = np.array([[1.1, 2.7]])
    found = foot(REFERENCE, manifold, a, b, c)
    assert found.status[0] == Status.OK
    metric = manifold.geometry(found.theta).metric
    right = angle_between(metric, found.velocity, found.to_point)
    np.testing.assert_allclose(right, np.pi / 2, atol=1e-11)


def test_a_point_on_the_geodesic_is_its_own_foot():
    a, b = np.array([[-1.0, 1.0]]), np.array([[1.0, 1.0]])
    top = np.array([[0.0, np.sqrt(1.5)]])
    found = foot(REFERENCE, compute.family("gaussian"), a, b, top)
    np.testing.assert_allclose(found.theta, top, atol=1e-10)
    np.testing.assert_allclose(found.distance, 0.0, atol=1e-10)
    same = foot(REFERENCE, compute.family("gaussian"), a, b, a)
    assert (same.theta[0] == a[0]).all()
    assert same.distance[0] == 0.0


def test_a_foot_beyond_the_edge_of_the_domain_does_not_exist():
    # a short arc whose great circle leaves the simplex before it is nearest to C
    a, b, c = (np.array([x]) for x in ([0.1, 0.07], [0.06, 0.11], [0.07, 0.8]))
    found = foot(REFERENCE, compute.family("categorical3_expectation"), a, b, c)
    assert found.status[0] == Status.LEFT_DOMAIN
    assert np.isnan(found.theta).all()
