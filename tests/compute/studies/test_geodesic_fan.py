"""Sprays, wavefronts, conjugate points, and all geodesics between two points."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.families import manifold as manifold_of
from compute.families.attention import softmax_manifold
from compute.manifold.tangent import inner
from compute.requests.geodesics import ShootRequest
from compute.studies import jacobi_fields
from compute.studies.cut_locus import cut_points
from compute.studies.geodesic_fan import all_geodesics, spray

CORNERS = [[1, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]]


def sink():
    """Three keys around one of weight 100: a lens."""
    return softmax_manifold([*CORNERS, [0, 0]], [0, 0, 0, np.log(100)])


def test_wavefronts_lie_at_their_distance(engine):
    manifold, start = manifold_of("gaussian"), np.array([0.3, 1.2])
    fan = spray(engine, manifold, start, 1.5, 64, 64)
    for r in (0.4, 1.0, 1.5):
        front = fan.front(r)
        gap = np.abs(manifold.distance(np.broadcast_to(start, front.shape), front) - r)
        assert gap.max() < 2e-5
    assert np.isnan(fan.conjugate).all()  # K < 0
    np.testing.assert_allclose(fan.spread[:, -1], np.sqrt(2) * np.sinh(1.5 / np.sqrt(2)), rtol=1e-5)


def test_on_a_sphere_all_rays_meet_at_the_antipode(engine):
    """Radius 2: J = 2 sin(r/2) first vanishes at 2π; the hemisphere of radius 1 is left before π."""
    manifold = manifold_of("bures_slice_qfi")
    fan = spray(engine, manifold, np.array([0.0, 0.1]), 1.2, 32, 128)
    np.testing.assert_allclose(fan.spread[:, -1], np.sin(1.2), rtol=1e-4)
    assert np.isnan(fan.conjugate).all()


def test_rays_end_at_the_edge_of_the_triangle(engine):
    """A great circle ends where its first z_i = 2√p_i is zero: there p_i only touches zero, and steps
    that turned back with it would go on outside.
    """
    manifold, length, steps = manifold_of("categorical3_expectation"), 2.2, 64
    phi = np.linspace(0.0, 2 * np.pi, 64, endpoint=False)
    theta = np.full((64, 2), 0.3)
    v = np.stack([np.cos(phi), np.sin(phi)], axis=1)
    v *= length / np.sqrt(inner(manifold.geometry(theta).metric, v, v))[:, None]
    p = np.column_stack([theta, 1 - theta.sum(axis=1)])
    slope = np.column_stack([v, -v.sum(axis=1)]) / np.sqrt(p) * 2 / length
    angle = np.arctan2(2 * np.sqrt(p), -slope) % np.pi
    leaving = np.minimum(2 / length * angle.min(axis=1), 1.0)
    path = engine.shoot(ShootRequest(manifold, theta, v, steps=steps))
    assert (path.reached <= leaving + 1e-6).all()
    assert (path.reached > leaving - 0.5 / steps).all()


def test_a_sink_is_a_lens(engine):
    """Behind it there are three geodesics, of which the one through the middle has index 1."""
    solver = compute.AttentionGeodesic(sink(), engine=engine, steps=64)
    paths = solver.all_paths((-4.0, 0.1), (7.3, 0.25))
    assert [path.morse_index for path in paths] == [0, 0, 1]
    assert [path.status for path in paths] == [0, 0, compute.Status.CONJUGATE_POINT]
    lengths = [path.length for path in paths]
    assert lengths == sorted(lengths)
    for path in paths:
        assert path.residual < 1e-4
        np.testing.assert_allclose(path.theta[-1], (7.3, 0.25), atol=2e-3)


def test_where_geodesics_are_unique_there_is_one(engine):
    manifold = manifold_of("gamma")
    found = all_geodesics(engine, manifold, np.array([0.5, 0.4]), np.array([6.0, 3.0]), steps=64)
    assert len(found.length) == 1


def test_caustic_of_the_lens(gpu_engine):
    fan = spray(gpu_engine, sink(), np.array([-4.0, 0.1]), 3.0, 512, 256)
    turned = np.isfinite(fan.conjugate)
    assert 20 < turned.sum() < 100
    assert len(fan.caustic()) == turned.sum()
    assert 1.5 < np.nanmin(fan.conjugate) < 1.6


def test_bad_sprays(reference_engine):
    manifold = manifold_of("gaussian")
    with pytest.raises(ValueError, match=r"length must be positive and finite, got -1"):
        spray(reference_engine, manifold, np.array([0.0, 1.0]), -1)
    with pytest.raises(ValueError, match=r"start must lie in"):
        spray(reference_engine, manifold, np.array([0.0, -1.0]), 1)
    with pytest.raises(ValueError, match=r"directions"):
        spray(reference_engine, manifold, np.array([0.0, 1.0]), 1, 2)


def test_the_cut_locus_of_a_point_on_the_axis_is_the_axis(gpu_engine):
    """Behind the lens the two sides mirror each other: geodesics of equal length meet on b = 0."""
    manifold = sink()
    fan = spray(gpu_engine, manifold, np.array([-4.0, 0.0]), 3.2, 512, 128)
    cut = cut_points(manifold, fan)
    assert len(cut) > 40
    assert np.abs(cut[:, 1]).max() < 0.02
    assert 3.5 < cut[0, 0] < 5.5
    assert (np.diff(cut[:, 0]) > 0).all()


def test_there_is_no_cut_locus_where_curvature_is_negative(gpu_engine):
    manifold = manifold_of("beta")
    fan = spray(gpu_engine, manifold, np.array(manifold.pins[0]), 2.0, 64, 64)
    assert len(cut_points(manifold, fan)) == 0


def custom(metric, periods, domain):
    return compute.custom_family(
        {
            "coordinates": ["u", "v"],
            "domain": domain,
            "metric": metric,
            "periods": periods,
            "view": [0.2, 2.9, -4, 4],
            "pins": [[1.0, 0.3], [1.5, 1.0]],
        }
    )


def test_the_cut_locus_of_a_sphere_is_the_antipode(engine):
    sphere = custom(["1", "0", "sin(u)^2"], [0, 2 * np.pi], ["0 < u < 3.14159"])
    start = np.array([1.0, 0.3])
    assert len(cut_points(sphere, spray(engine, sphere, start, 3.0, 64, 64))) == 0
    (cut,) = cut_points(sphere, spray(engine, sphere, start, 3.6, 64, 64))
    assert cut[0] == pytest.approx(np.pi - 1.0, abs=2e-3)
    assert np.cos(cut[1] - 0.3) == pytest.approx(-1.0, abs=1e-5)


def test_the_cut_locus_of_a_cylinder_is_the_opposite_line(engine):
    cylinder = custom(["1", "0", "1"], [2 * np.pi, 0], ["-20 < v < 20"])
    start = np.array([1.0, 2.0])
    cut = cut_points(cylinder, spray(engine, cylinder, start, 4.5, 64, 64))
    assert len(cut) > 10
    np.testing.assert_allclose(cut[:, 0], 1.0 + np.pi, atol=1e-5)
    assert np.abs(cut[:, 1] - 2.0).max() == pytest.approx(np.sqrt(4.5**2 - np.pi**2), abs=0.1)


@pytest.mark.parametrize("steps", [6, 7, 64, 129])
def test_a_morse_index_does_not_depend_on_the_nodes(reference_engine, steps):
    """Along a great circle of length 3.5π lie three conjugate points."""
    sphere = custom(["1", "0", "sin(u)^2"], [0, 2 * np.pi], ["0 < u < 3.14159"])
    start, velocity = np.array([[np.pi / 2, 0.0]] * 2), np.array([[0.0, 3.5], [0.0, 0.9]]) * np.pi
    paths = reference_engine.shoot(ShootRequest(sphere, start, velocity, steps=steps))
    assert (paths.status == 0).all()
    assert jacobi_fields.morse_index(reference_engine, sphere, paths).tolist() == [3, 0]


def test_rays_that_pass_beside_a_pole_keep_clairauts_constant(gpu_engine):
    """Steps of float32 drift there; what is drawn has the speed and g_μμ μ' that it began with."""
    manifold, start, length = manifold_of("von_mises"), np.array([-0.6, 3.0]), 2.55871
    fan = spray(gpu_engine, manifold, start, length, 1024, 48)
    known = np.isfinite(fan.theta[:, -1]).all(axis=1)
    assert 1000 < known.sum() < 1024  # some run into κ = 0
    last, v = fan.theta[known, -1], fan.velocity[known, -1]
    g = manifold.geometry(last).metric
    np.testing.assert_allclose(np.sqrt(inner(g, v, v)), length, rtol=1e-3)
    constant = (manifold.geometry(start).metric[0] * fan.velocity[known, 0, 0], g[:, 0] * v[:, 0])
    np.testing.assert_allclose(*constant, atol=1e-3 * length)
