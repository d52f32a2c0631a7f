"""Circumcentres and incentres against closed forms: half-plane, sphere, and equal distances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import compute
from compute.constructions.centres import circumcentre, incentre
from compute.constructions.foot import foot
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.requests.geodesics import ShootRequest
from tests.compute.constructions import half_plane

REFERENCE, NORMALS = compute.open_engine("reference"), compute.family("gaussian")


def on_circle(middle: complex, radius: float, angles) -> np.ndarray:
    """Points of a Euclidean circle of the half-plane (k, 2)."""
    return half_plane.from_plane(middle + radius * np.exp(1j * np.array(angles)))


def test_a_circle_of_the_half_plane_has_its_centre_at_the_geometric_mean_of_its_heights():
    """Heights from h − r to h + r: the centre √(h² − r²), the radius √2 artanh r/h."""
    h, r = 2.0, 1.2
    found = circumcentre(REFERENCE, NORMALS, *on_circle(0.3 + 1j * h, r, [0.2, 2.0, 4.4]))
    wanted = half_plane.from_plane(np.array(0.3 + 1j * np.sqrt(h**2 - r**2)))
    np.testing.assert_allclose(found.theta, wanted, rtol=1e-10)
    assert found.radius == pytest.approx(np.sqrt(2) * np.arctanh(r / h), abs=1e-10)
    assert found.certificate <= 1e-12 and found.status == Status.OK


@pytest.mark.parametrize(
    ("height", "statuses"),
    [
        # all distances from the ideal point are equal to rounding
        (1.0, {Status.NOT_RESOLVED}),
        (0.6, {Status.LEFT_DOMAIN, Status.NOT_CONVERGED}),
    ],
)
def test_three_points_on_a_horocycle_or_beyond_have_no_circumcentre(height, statuses):
    found = circumcentre(REFERENCE, NORMALS, *on_circle(1j * height, 1.0, [0.4, 1.5, 2.5]))
    assert found.status in statuses
    assert np.isnan([*found.theta, found.radius, found.certificate]).all()


def test_the_circumcentre_of_a_sphere_is_the_normal_of_a_plane():
    """Three outcomes are a sphere of radius 2, x = √p."""
    p = np.array([[0.2, 0.3], [0.6, 0.2], [0.3, 0.6]])
    x = np.sqrt(np.column_stack([p, 1.0 - p.sum(axis=1)]))
    normal = np.cross(x[1] - x[0], x[2] - x[0])
    normal = normal / np.linalg.norm(normal) * np.sign(normal.sum())
    found = circumcentre(REFERENCE, compute.family("categorical3_expectation"), *p)
    np.testing.assert_allclose(found.theta, normal[:2] ** 2, rtol=1e-10)
    assert found.radius == pytest.approx(2.0 * np.arccos(normal @ x[0]), abs=1e-10)


def test_the_incircle_of_the_half_plane_has_the_formula_of_its_angles():
    """With cosines x, y, z of the angles, tanh² r = (x² + y² + z² + 2xyz − 1)/(2(1 + x)(1 + y)(1 + z)),
    r = d/√2 (A. F. Beardon, The Geometry of Discrete Groups, 7.14).
    """
    corners = np.array([[-1.0, 1.0], [1.2, 0.8], [0.3, 3.0]])
    found = incentre(REFERENCE, NORMALS, *corners)
    sides = [
        half_plane.distance(corners[i], corners[j]) / half_plane.ROOT2
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    angles = []
    for i in range(3):
        a, b, c = sides[i], sides[(i + 1) % 3], sides[(i + 2) % 3]
        angles.append((np.cosh(b) * np.cosh(c) - np.cosh(a)) / (np.sinh(b) * np.sinh(c)))
    x, y, z = angles
    top = x**2 + y**2 + z**2 + 2 * x * y * z - 1
    wanted = np.arctanh(np.sqrt(top / (2 * (1 + x) * (1 + y) * (1 + z)))) * half_plane.ROOT2
    assert found.radius == pytest.approx(float(wanted), abs=1e-9)
    assert found.status == Status.OK and found.certificate <= 1e-12
    others = corners[[1, 2, 0]], corners[[2, 0, 1]]
    at = np.repeat(found.theta[None], 3, axis=0)
    feet = np.stack([half_plane.foot(*row) for row in zip(*others, at, strict=True)])
    np.testing.assert_allclose(half_plane.distance(at, feet), found.radius, atol=1e-9)


def test_centres_of_a_family_without_formulas_have_equal_distances():
    gamma = compute.family("gamma")
    corners = np.array([[2.0, 1.0], [3.0, 1.4], [2.2, 1.6]])
    for find in (circumcentre, incentre):
        found = find(REFERENCE, gamma, *corners)
        assert found.status == Status.OK and found.certificate <= 1e-10
    with pytest.raises(Refused, match="A and C must differ"):
        incentre(REFERENCE, gamma, corners[0], corners[1], corners[0])


@pytest.mark.parametrize(
    ("family", "corners"),
    [
        ("gaussian", [(-2.6, 0.7), (3.2, 1.0), (-2.0, 0.5)]),
        ("beta", [(0.51, 1.83), (1.67, 1.75), (0.05, 1.84)]),
        ("von_mises", [(-0.6, 3.0), (1.2, 4.0), (0.5, 3.14)]),
        ("weibull", [(1.18, 0.26), (2.7, 1.9), (1.16, 0.7)]),
    ],
)
def test_a_thin_triangle_has_an_incircle_with_feet_between_the_vertices(family, corners):
    """Its distance from each side is that of the feet that `foot` finds."""
    manifold, points = compute.family(family), np.array(corners)
    found = incentre(REFERENCE, manifold, *points)
    assert found.status == Status.OK and found.certificate <= 1e-12
    at = np.repeat(found.theta[None], 3, axis=0)
    feet = foot(REFERENCE, manifold, points[[1, 2, 0]], points[[2, 0, 1]], at)
    assert ((feet.t > 0.0) & (feet.t < 1.0)).all()
    np.testing.assert_allclose(np.abs(feet.distance), found.radius, rtol=1e-8)


@pytest.mark.parametrize("angle", [0.3, 12.0])
@pytest.mark.parametrize("concentration", [0.002, 0.05])
def test_a_circumcentre_near_the_pole_of_polar_coordinates_is_found(angle, concentration):
    """Rays of one length from it, which are integrated in polar coordinates, lead to the corners."""
    own = compute.family("von_mises")
    centre = np.array([angle, concentration])
    turns = np.array([0.2, 1.5, 2.9])  # away from the pole
    g = own.metric(centre)
    away = 0.7 * np.stack([np.cos(turns) / np.sqrt(g[0]), np.sin(turns) / np.sqrt(g[2])], axis=1)
    corners = REFERENCE.shoot(ShootRequest(own, np.repeat(centre[None], 3, axis=0), away))
    assert (corners.status == Status.OK).all()
    evaluated = []

    def counted(theta):
        evaluated.append(theta.size // 2)
        return own.geometry(theta)

    found = circumcentre(REFERENCE, replace(own, geometry=counted), *corners.theta[:, -1])
    assert found.status == Status.OK
    assert sum(evaluated) < 5000  # 300,000 in polar coordinates near the pole
    assert found.radius == pytest.approx(0.7, abs=1e-9)
    x, y = (t[1] * np.array([np.cos(t[0]), np.sin(t[0])]) for t in (found.theta, centre))
    np.testing.assert_allclose(x, y, atol=1e-8)
    assert abs(found.theta[0] - angle) < np.pi


def test_three_points_round_the_pole_have_no_centre_inside():
    own = compute.family("von_mises")
    corners = np.array([[0.1, 2.0], [0.1 + 2 * np.pi / 3, 2.0], [0.1 - 2 * np.pi / 3, 2.0]])
    assert circumcentre(REFERENCE, own, *corners).status == Status.LEFT_DOMAIN
