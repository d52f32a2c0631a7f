"""Triangles against hyperbolic and spherical trigonometry, and the theorem of Gauss and Bonnet."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.constructions.triangle import triangle
from compute.core.status import Status
from tests.compute.constructions import half_plane

REFERENCE = compute.open_engine("reference")


def test_triangles_of_normals_are_those_of_the_half_plane():
    a = np.array([[-1.0, 1.0], [0.0, 1.0]])
    b, c = np.array([[1.0, 1.5], [3.0, 0.7]]), np.array([[0.3, 3.0], [1.0, 2.0]])
    found = triangle(REFERENCE, compute.family("gaussian"), a, b, c)
    assert (found.status == Status.OK).all()
    angles = half_plane.angles(a, b, c)
    np.testing.assert_allclose(found.angles, angles, atol=1e-10)
    # K = −1/2: area = 2(π − angle sum)
    np.testing.assert_allclose(found.area, 2 * (np.pi - angles.sum(axis=1)), rtol=1e-9)
    np.testing.assert_allclose(found.total_curvature, angles.sum(axis=1) - np.pi, rtol=1e-9)
    np.testing.assert_allclose(found.sides[:, 0], half_plane.distance(b, c), rtol=1e-10)
    assert (found.certificate < 1e-9).all()


def test_the_octant_has_three_right_angles():
    e = 1e-7
    corners = np.array([[1 - 2 * e, e], [e, 1 - 2 * e], [e, e]])
    z = np.sqrt(np.column_stack([corners, 1 - corners.sum(axis=1)]))
    found = triangle(
        REFERENCE, compute.family("categorical3_natural"), *(naturals(p)[None] for p in corners)
    )
    np.testing.assert_allclose(found.angles[0], spherical(z), atol=1e-8)
    np.testing.assert_allclose(found.angles[0], np.pi / 2, atol=2e-3)


def test_a_triangle_of_three_outcomes_is_spherical():
    p = np.array([[0.2, 0.3], [0.6, 0.2], [0.1, 0.8]])
    z = np.sqrt(np.column_stack([p, 1 - p.sum(axis=1)]))
    found = triangle(REFERENCE, compute.family("categorical3_expectation"), *(x[None] for x in p))
    angles = spherical(z)
    np.testing.assert_allclose(found.angles[0], angles, atol=1e-11)
    # radius 2: area = 4(angle sum − π), K = 1/4
    np.testing.assert_allclose(found.area[0], 4 * (angles.sum() - np.pi), rtol=1e-9)
    assert found.certificate[0] < 1e-10


def naturals(p: np.ndarray) -> np.ndarray:
    return np.log(p / (1 - p.sum()))


def spherical(z: np.ndarray) -> np.ndarray:
    """The angles of the triangle of unit vectors z (3, 3)."""
    found = []
    for i in range(3):
        here, one, other = z[i], z[(i + 1) % 3], z[(i + 2) % 3]
        u, v = np.cross(here, one), np.cross(here, other)
        found.append(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))
    return np.array(found)


def test_a_flat_triangle_has_no_excess_and_the_area_of_heron():
    a, b, c = (np.array([x]) for x in ([1.0, 1.0], [2.0, 3.0], [3.0, 1.0]))
    found = triangle(REFERENCE, compute.family("flat_exponential_pair"), a, b, c)
    s = found.sides[0].sum() / 2
    np.testing.assert_allclose(found.area[0], np.sqrt(s * np.prod(s - found.sides[0])), rtol=1e-11)
    np.testing.assert_allclose(found.excess[0], 0.0, atol=1e-11)


@pytest.mark.parametrize("name", ["gamma", "beta", "inverse_gaussian"])
def test_the_theorem_of_gauss_and_bonnet_holds_where_curvature_varies(name):
    manifold = compute.family(name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    inside = np.array([manifold.interior])
    found = triangle(REFERENCE, manifold, a, b, inside)
    assert found.status[0] == Status.OK
    assert abs(found.excess[0]) > 1e-3
    assert found.certificate[0] < 1e-8


def test_the_order_of_vertices_does_not_change_area_or_curvature():
    manifold = compute.family("gamma")
    p = [np.array([x]) for x in ([2.0, 1.0], [5.0, 3.0], [3.0, 1.0])]
    one, other = triangle(REFERENCE, manifold, *p), triangle(REFERENCE, manifold, *p[::-1])
    np.testing.assert_allclose(one.area, other.area, rtol=1e-9)
    np.testing.assert_allclose(one.total_curvature, other.total_curvature, rtol=1e-9)
    assert one.area[0] > 0.0


def test_two_equal_vertices_are_refused():
    p, q = np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])
    with pytest.raises(ValueError, match="A and C must differ"):
        triangle(REFERENCE, compute.family("gaussian"), p, q, p)
