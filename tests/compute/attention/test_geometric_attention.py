"""Attention by distances: limits, invariances, bad input, the command."""

from __future__ import annotations

import json

import numpy as np
import pytest

import compute
from app.cli.main import main
from compute.divergences.wasserstein import (
    Normal,
    centred_distance,
    displaced,
    qubit_distances,
    wasserstein,
)

MODES = ("flat", "ambient", "jeffreys", "geodesic")


@pytest.fixture
def qkv():
    rng = np.random.default_rng(5)
    return rng.normal(size=(5, 4)), rng.normal(size=(6, 4)), rng.normal(size=(6, 4))


def attention(q, k, v):
    """softmax(QKᵀ/√d)V, the standard one."""
    weights = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    return weights / weights.sum(axis=1, keepdims=True) @ v


def attend(mode, engine, *arrays, temperature=1.0):
    return compute.GeometricAttention(mode, temperature, engine).attend(*arrays)


def test_flat_is_softmax_attention(qkv, reference_engine):
    found = attend("flat", reference_engine, *qkv)
    np.testing.assert_allclose(found.output, attention(*qkv), atol=1e-12)
    np.testing.assert_allclose(found.softmax, attention(*qkv), atol=1e-15)


@pytest.mark.parametrize("mode", MODES)
def test_rows_sum_to_one_and_keys_may_be_permuted(mode, qkv, reference_engine):
    q, k, v = qkv
    found = attend(mode, reference_engine, *qkv)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1.0, atol=1e-12)
    assert (found.status == 0).all()
    order = np.random.default_rng(0).permutation(len(k))
    turned = attend(mode, reference_engine, q, k[order], v[order])
    np.testing.assert_allclose(turned.output, found.output, atol=1e-7)
    np.testing.assert_allclose(turned.distances, found.distances[:, order], atol=1e-7)


def test_jeffreys_bounds_the_geodesic_and_the_sphere_is_below(qkv, reference_engine):
    q, k, v = qkv
    # on the plane itself, where all three speak of the same points
    basis = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 2)))[0]
    q, k = q @ basis @ basis.T, k @ basis @ basis.T
    low, d, high = (
        attend(mode, reference_engine, q, k, v).distances
        for mode in ("ambient", "geodesic", "jeffreys")
    )
    assert (low <= d + 1e-7).all()
    assert (d <= high + 1e-7).all()


def test_a_query_that_is_a_key_lies_at_no_distance(qkv, engine):
    _, k, v = qkv
    for mode in ("ambient", "jeffreys", "geodesic"):
        found = attend(mode, engine, k, k, v)
        np.testing.assert_allclose(np.diag(found.distances), 0.0, atol=1e-7)
        np.testing.assert_allclose(found.distances, found.distances.T, atol=1e-4)


def test_temperatures_at_their_limits(qkv, reference_engine):
    q, _, v = qkv
    hot = attend("ambient", reference_engine, *qkv, temperature=1e9)
    np.testing.assert_allclose(hot.output, np.tile(v.mean(axis=0), (len(q), 1)), atol=1e-6)
    cold = attend("ambient", reference_engine, *qkv, temperature=1e-6)
    nearest = cold.distances.argmin(axis=1)
    np.testing.assert_allclose(cold.output, v[nearest], atol=1e-9)


def test_scalars_as_values(qkv, reference_engine):
    q, k, _ = qkv
    found = attend("geodesic", reference_engine, q, k, np.arange(6.0)[:, None])
    np.testing.assert_allclose(found.output, found.weights @ np.arange(6.0)[:, None])


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda q, k, v: (q[:, :3], k, v), "agree in their last axis"),
        (lambda q, k, v: (q, k, v[:3]), "same number of rows"),
        (lambda q, k, v: (q, k * np.nan, v), "K must be finite"),
        (lambda q, k, v: (q[:0], k, v), "none of them 0"),
        (lambda q, k, v: ("no", k, v), "Q must be numbers"),
        (lambda q, k, v: (q, k, v * 1e200), r"V must lie within ±1e\+15, got [0-9.]+e\+200"),
        (lambda q, k, v: (q, k[:0], v[:0]), "K must have shape"),
    ],
)
def test_bad_input(change, words, qkv, reference_engine):
    with pytest.raises(ValueError, match=words):
        attend("ambient", reference_engine, *change(*qkv))


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda q, k, v: (q[:, :1], k[:, :1], v), r"at least 2 dimensions, got \(5, 1\)"),
        (lambda q, k, v: (q, k[:1], v[:1]), "needs 3 to 4096 keys, got 1"),
        (lambda q, k, v: (q, np.tile(k[:1], (6, 1)), v), "its metric is singular"),
    ],
)
def test_planes_that_hold_no_geodesics(change, words, qkv, engine):
    """Geodesics refuse it in one line; the other modes need no plane, and answer."""
    arrays = change(*qkv)
    with pytest.raises(ValueError, match=words):
        attend("geodesic", engine, *arrays)
    for mode in ("flat", "ambient", "jeffreys"):
        found = attend(mode, engine, *arrays)
        np.testing.assert_allclose(found.weights.sum(axis=1), 1.0, atol=1e-6)
        assert np.isfinite(found.output).all()


def test_wrong_modes_and_too_many_pairs(reference_engine):
    with pytest.raises(ValueError, match="mode must be one of flat"):
        compute.GeometricAttention("magic")
    with pytest.raises(ValueError, match="temperature"):
        compute.GeometricAttention("flat", 0.0)
    many = np.random.default_rng(0).normal(size=(100, 4))
    with pytest.raises(ValueError, match="at most 4096 pairs"):
        attend("geodesic", reference_engine, many, many, many)


def test_the_command(tmp_path, capsys):
    out = tmp_path / "out.npz"
    arguments = ["attend", "bank", "--layer", "4", "--head", "6", "--mode", "ambient", "--json"]
    assert main([*arguments, "--engine", "reference", "-o", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "OK"
    assert found["difference_from_softmax"] > 0
    with np.load(out) as file:
        assert set(file) == {"output", "weights", "distances"}
        assert file["weights"].shape == file["distances"].shape


def test_normals_move_straight_in_wasserstein():
    a, b = (
        Normal([0.0, 1.0], [[2.0, 0.3], [0.3, 1.0]]),
        Normal([1.0, 0.0], [[1.0, 0.0], [0.0, 3.0]]),
    )
    third = displaced(a, b, 0.3)
    assert wasserstein(a, third) == pytest.approx(0.3 * wasserstein(a, b), rel=1e-9, abs=0.0)
    with pytest.raises(ValueError, match="positive definite"):
        Normal([0.0], [[-1.0]])
    with pytest.raises(ValueError, match="Bloch vector b"):
        qubit_distances([0, 0, 0], [1, 1, 1])


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e7])
def test_what_all_keys_share_changes_no_weight(offset, engine):
    rng = np.random.default_rng(2)
    Q, K, V = rng.normal(size=(3, 5, 4))
    found = compute.GeometricAttention("flat", engine=engine).attend(Q, K + offset, V)
    logits = Q @ ((K + offset) - (K + offset).mean(axis=0)).T / 2
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        found.weights, expected, atol=1e-6 if engine.name == "gpu" else 1e-12
    )
    np.testing.assert_allclose(found.output, expected @ V, atol=1e-5)


@pytest.mark.parametrize("mode", ["flat", "ambient", "jeffreys"])
def test_the_smallest_temperatures_choose_one_key(mode, engine):
    rng = np.random.default_rng(2)
    Q, K, V = rng.normal(size=(3, 5, 4))
    weights = compute.GeometricAttention(mode, 1e-33, engine).attend(Q, K, V).weights
    np.testing.assert_allclose(np.sort(weights, axis=1), np.tile([0, 0, 0, 0, 1.0], (5, 1)))


def test_distances_of_normals_keep_their_digits():
    """Far from round, and next to each other."""
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    a = np.diag([1.0, 1e-10])
    found = centred_distance(Normal([0, 0], a), Normal([0, 0], turn @ a @ turn.T))
    # λ + 1/λ is the trace of A⁻¹B
    trace = 2 * np.cos(0.7) ** 2 + np.sin(0.7) ** 2 * (1e10 + 1e-10)
    assert found == pytest.approx(np.arccosh(trace / 2), rel=1e-6)
    b = (1 + 1e-8) ** 2 * np.eye(2)
    near = wasserstein(Normal([0, 0], np.eye(2)), Normal([0, 0], b))
    assert near == pytest.approx(np.sqrt(2) * 1e-8, rel=1e-6)


def test_a_covariance_is_as_symmetric_as_it_is_large():
    with pytest.raises(ValueError, match="must be symmetric"):
        Normal([0, 0], [[1e-9, 9e-10], [0, 1e-9]])
