"""Parallels and equidistant curves against flat families and the half-plane."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.constructions.parallel import equidistant, parallel
from compute.core.status import Status
from compute.manifold.tangent import norm
from tests.compute.constructions import half_plane

REFERENCE = compute.open_engine("reference")
A, B, C = (np.array([x]) for x in ([-1.0, 1.0], [1.0, 1.0], [0.3, 3.0]))


def test_in_a_flat_family_the_direction_stays_in_logarithms():
    manifold = compute.family("flat_exponential_pair")
    a, b, c = (np.array([x]) for x in ([1.0, 1.0], [2.0, 3.0], [3.0, 1.0]))
    found = parallel(REFERENCE, manifold, a, b, c)
    np.testing.assert_allclose(found.velocity / c, np.log(b / a), rtol=1e-10)


def test_along_a_vertical_geodesic_a_vector_keeps_its_angle_with_it():
    a, b, c = np.array([[0.0, 1.0]]), np.array([[2.0, 1.0]]), np.array([[0.0, 3.0]])
    manifold = compute.family("gaussian")
    begin = compute.AttentionGeodesic(manifold, engine=REFERENCE).compute_path(a[0], b[0])
    found = parallel(REFERENCE, manifold, a, b, c)
    # components relative to σ are constant on μ = const
    np.testing.assert_allclose(found.velocity[0] / 3.0, begin.velocity[0], rtol=1e-9)
    assert found.certificate[0] < 1e-10


@pytest.mark.parametrize("name", ["gamma", "beta", "von_mises"])
def test_transport_keeps_the_length(name):
    manifold = compute.family(name)
    a, b = (np.array([pin]) for pin in manifold.pins)
    c = np.array([manifold.interior])
    found = parallel(REFERENCE, manifold, a, b, c)
    length = compute.AttentionGeodesic(manifold, engine=REFERENCE).compute_path(a[0], b[0]).length
    size = norm(manifold.geometry(c).metric, found.velocity)
    np.testing.assert_allclose(size, length, rtol=1e-7)
    assert found.certificate[0] < 1e-6


def test_the_equidistant_curve_keeps_its_distance_and_passes_through_the_point():
    manifold, t = compute.family("gaussian"), np.linspace(-0.5, 1.5, 9)
    found = equidistant(REFERENCE, manifold, A, B, C, t)
    curve = found.theta[0]
    feet = half_plane.foot(*(np.repeat(x, 9, axis=0) for x in (A, B)), curve)
    apart = half_plane.distance(feet, curve)
    height = half_plane.distance(half_plane.foot(A, B, C), C)[0]
    np.testing.assert_allclose(apart, height, rtol=1e-8)
    own = equidistant(REFERENCE, manifold, A, B, C, found.foot.t)
    np.testing.assert_allclose(own.theta[0, 0], C[0], atol=1e-8)


def test_without_a_foot_there_is_no_equidistant_curve():
    a, b, c = (np.array([x]) for x in ([0.1, 0.07], [0.06, 0.11], [0.07, 0.8]))
    found = equidistant(
        REFERENCE, compute.family("categorical3_expectation"), a, b, c, np.array([0.0, 1.0])
    )
    assert found.status[0] == Status.LEFT_DOMAIN
    assert np.isnan(found.theta).all()
