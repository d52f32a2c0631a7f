"""Midpoints and perpendiculars against the half-plane, the sphere and flat charts."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.constructions.midpoint import midpoint, perpendicular
from compute.core.status import Status
from compute.manifold.tangent import inner
from compute.requests.geodesics import ConnectRequest
from tests.compute.constructions import half_plane

REFERENCE = compute.open_engine("reference")
A, B = (
    np.array([[-1.0, 1.0], [0.0, 0.5], [2.0, 1.0]]),
    np.array([[1.0, 1.5], [0.3, 2.0], [2.0, 4.0]]),
)


def test_the_midpoint_of_normals_halves_the_distance_of_the_half_plane():
    found = midpoint(REFERENCE, compute.family("gaussian"), A, B)
    whole = half_plane.distance(A, B)
    assert (found.status == Status.OK).all()
    for end in (A, B):
        np.testing.assert_allclose(half_plane.distance(found.theta, end), whole / 2, rtol=1e-11)
    np.testing.assert_allclose(found.distance, whole / 2, rtol=1e-11)
    assert (found.certificate < 1e-11).all()


def test_on_the_sphere_it_is_the_normalised_sum_of_roots():
    manifold = compute.family("categorical3_expectation")
    p, q = np.array([[0.2, 0.3]]), np.array([[0.6, 0.2]])
    roots = [np.sqrt(np.append(x[0], 1 - x.sum())) for x in (p, q)]
    middle = sum(roots) / np.linalg.norm(sum(roots))
    found = midpoint(REFERENCE, manifold, p, q)
    np.testing.assert_allclose(found.theta[0], middle[:2] ** 2, atol=1e-12)


def test_on_a_flat_family_it_is_the_mean_of_logarithms():
    a, b = np.array([[1.0, 4.0]]), np.array([[3.0, 0.5]])
    found = midpoint(REFERENCE, compute.family("flat_exponential_pair"), a, b)
    np.testing.assert_allclose(found.theta, np.sqrt(a * b), rtol=1e-11)


@pytest.mark.parametrize("name", ["gamma", "beta", "von_mises", "student_t"])
def test_a_perpendicular_is_a_unit_vector_at_a_right_angle_on_the_left(name):
    manifold = compute.family(name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    found = perpendicular(REFERENCE, manifold, a, b, 0.3)
    metric = manifold.geometry(found.theta).metric
    back = REFERENCE.connect(ConnectRequest(manifold, found.theta, b, 0.0, 32)).velocity[:, 0]
    np.testing.assert_allclose(inner(metric, found.normal, found.normal), 1.0, rtol=1e-12)
    np.testing.assert_allclose(inner(metric, found.normal, back), 0.0, atol=1e-8)
    turn = back[:, 0] * found.normal[:, 1] - back[:, 1] * found.normal[:, 0]
    assert (turn > 0).all()


def test_equal_points_and_points_outside_are_refused_by_name():
    manifold = compute.family("gaussian")
    with pytest.raises(ValueError, match=r"A and B must differ, got \(0.0, 1.0\) for both"):
        midpoint(REFERENCE, manifold, np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]]))
    with pytest.raises(ValueError, match="b must lie in"):
        midpoint(REFERENCE, manifold, np.array([[0.0, 1.0]]), np.array([[0.0, -1.0]]))
