"""Bisectors against the half-plane, the sphere, and distances computed apart."""

from __future__ import annotations

import numpy as np

import compute
from compute.constructions.bisector import bisector, off_perpendicular
from compute.core.status import Status
from tests.compute.constructions import half_plane

REFERENCE = compute.open_engine("reference")
A, B = np.array([[-1.0, 1.0]]), np.array([[1.0, 1.5]])
S = np.linspace(-2.0, 2.0, 9)


def test_the_bisector_of_normals_is_a_geodesic_of_equal_distances():
    manifold = compute.family("gaussian")
    found = bisector(REFERENCE, manifold, A, B, S)
    assert (found.status == Status.OK).all()
    here = found.theta[0]
    np.testing.assert_allclose(
        half_plane.distance(here, A), half_plane.distance(here, B), atol=1e-10
    )
    assert off_perpendicular(manifold, found) < 1e-9


def test_where_curvature_varies_it_is_no_geodesic():
    manifold = compute.family("beta")
    a, b = np.array([[2.0, 3.0]]), np.array([[5.0, 1.0]])
    found = bisector(REFERENCE, manifold, a, b, S)
    geodesic = compute.AttentionGeodesic(manifold, engine=REFERENCE)
    for theta in found.theta[0, [0, 3, 8]]:
        left, right = (geodesic.compute_path(end[0], theta).length for end in (a, b))
        np.testing.assert_allclose(left, right, atol=1e-8)
    assert 1e-4 < off_perpendicular(manifold, found) < 0.1


def test_points_outside_the_domain_are_left_out():
    manifold = compute.family("categorical3_expectation")
    a, b = np.array([[0.2, 0.3]]), np.array([[0.6, 0.2]])
    found = bisector(REFERENCE, manifold, a, b, np.linspace(-3.0, 3.0, 13))
    good = found.status[0] == Status.OK
    assert good.any()
    assert not good.all()
    assert np.isnan(found.theta[0][~good]).all()
    z = np.sqrt(np.column_stack([found.theta[0][good], 1 - found.theta[0][good].sum(axis=1)]))
    ends = [np.sqrt(np.append(x[0], 1 - x.sum())) for x in (a, b)]
    np.testing.assert_allclose(z @ ends[0], z @ ends[1], atol=1e-11)
