"""The names that scripts rely on."""

from __future__ import annotations

import numpy as np
import pytest

import compute


@pytest.fixture
def geodesic(reference_engine):
    return compute.AttentionGeodesic(compute.family("gaussian"), engine=reference_engine)


def test_shapes_follow_the_input(geodesic):
    theta = np.array([[[0.0, 1.0], [1.0, 2.0], [0.5, 0.5]]])
    assert geodesic.fisher_rao_metric(theta).shape == (1, 3, 2, 2)
    assert geodesic.christoffel_symbols(theta).shape == (1, 3, 2, 2, 2)
    assert geodesic.fisher_rao_metric((0, 1)).tolist() == [[1, 0], [0, 2]]


def test_paths(geodesic):
    path = geodesic.compute_path((0, 1), (2, 1.5))
    assert path.length == pytest.approx(1.6388053279384853, abs=1e-12)
    assert (path.t.shape, path.theta.shape, path.velocity.shape) == ((129,), (129, 2), (129, 2))
    assert (path.status, path.engine) == (compute.Status.OK, "reference")
    many = geodesic.compute_paths([(0, 1), (0, 2)], [(1, 1), (3, 1)])
    assert [p.status for p in many] == [compute.Status.OK] * 2
    shot = geodesic.shoot((0, 1), (1, 0), length=0.75)
    assert shot.length == pytest.approx(0.75)


def test_transport_keeps_length_and_angle(geodesic, reference_engine):
    path = geodesic.compute_path((0, 1), (2, 1.5))
    carrier = compute.TileTransport(geodesic.manifold, engine=reference_engine)
    w = carrier.transport_attention((0.3, -0.2), path)
    g = geodesic.fisher_rao_metric(path.theta)
    norm = np.einsum("ni,nij,nj->n", w, g, w)
    angle = np.einsum("ni,nij,nj->n", w, g, path.velocity)
    np.testing.assert_allclose(norm, norm[0], rtol=1e-9)
    np.testing.assert_allclose(angle, angle[0], rtol=1e-8)
    assert carrier.operators(path).shape == (129, 2, 2)


def test_dual_transports_preserve_the_inner_product(reference_engine):
    """g(P^α v, P^−α w) is constant along any curve."""
    manifold = compute.family("beta")
    path = compute.AttentionGeodesic(manifold, engine=reference_engine).compute_path((1, 2), (4, 1))
    v = compute.TileTransport(manifold, 0.6, reference_engine).transport_attention((0.4, 0.1), path)
    w = compute.TileTransport(manifold, -0.6, reference_engine).transport_attention(
        (0.2, -0.5), path
    )
    metric = manifold.geometry(path.theta).metric[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
    product = np.einsum("ni,nij,nj->n", v, metric, w)
    np.testing.assert_allclose(product, product[0], rtol=1e-7)


def test_a_path_that_stops_carries_its_vector_to_there(reference_engine):
    manifold = compute.family("categorical3_expectation")
    geodesic = compute.AttentionGeodesic(manifold, engine=reference_engine)
    path = geodesic.shoot((0.2, 0.3), (-2.0, 0.5))
    assert path.status is compute.Status.LEFT_DOMAIN
    assert path.t[-1] < 1.0
    w = compute.TileTransport(manifold, engine=reference_engine).transport_attention(
        (0.1, 0.2), path
    )
    assert len(w) == len(path.t)
    g = geodesic.fisher_rao_metric(path.theta)
    norm = np.einsum("ni,nij,nj->n", w, g, w)
    np.testing.assert_allclose(norm, norm[0], rtol=1e-4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: g.compute_path((0, -1), (1, 1)), "start must lie in"),
        (lambda g: g.compute_path((0, 1), (np.nan, 1)), "end must be finite"),
        (lambda g: g.compute_path((0, 1, 2), (1, 1)), r"start must have shape \(2\)"),
        (lambda g: g.compute_paths([(0, 1)], [(0, 1), (1, 1)]), "same number of rows"),
        (lambda g: g.fisher_rao_metric(3.0), "theta must have shape"),
        (lambda g: g.shoot((0, 1), (0, 0), length=1.0), "must not be zero"),
        (lambda g: compute.AttentionGeodesic(g.manifold, alpha=1.5), "alpha must lie in"),
        (lambda g: compute.open_engine("cuda"), "engine must be one of"),
        (lambda g: compute.TileTransport(g.manifold, engine="gpu"), "open_engine.*got 'gpu'"),
        (lambda g: compute.AttentionFlow(g.manifold, engine="gpu"), "open_engine.*got 'gpu'"),
        (lambda g: compute.FrechetMean(g.manifold, engine=1), "open_engine.*got 1"),
        (lambda g: compute.family("gausian"), "family must be one of .* gaussian.*, got 'gausian'"),
        (lambda g: compute.family(None), "family must be a name, got None"),
    ],
)
def test_wrong_use_names_the_value(geodesic, call, words):
    with pytest.raises(ValueError, match=words):
        call(geodesic)


def test_only_levi_civita_counts_conjugate_points():
    manifold = compute.attention_manifold(
        2 * np.array([[1, 0], [-0.5, 0.87], [-0.5, -0.87], [0, 0]]), bias=[0, 0, 0, 8]
    )
    start, velocity = (-3.0, 0.1), (7.0, 0.05)
    assert compute.AttentionGeodesic(manifold, 0.0).shoot(start, velocity).morse_index > 0
    assert compute.AttentionGeodesic(manifold, 1.0).shoot(start, velocity).morse_index == 0


def test_a_nearer_copy_outside_the_domain_is_no_end(reference_engine):
    geodesic = compute.AttentionGeodesic(compute.family("von_mises"), 0.0, reference_engine, 32)
    path = geodesic.compute_path((39.9, 2.0), (36.6668, 2.0))
    assert np.abs(path.theta[:, 0]).max() < 40
