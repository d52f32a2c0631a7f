"""Attention by distances on the GPU against its float64 twin; tiles; limits."""

from __future__ import annotations

import numpy as np
import pytest

from compute import GeometricAttention
from compute.gpu import geometric_attention as gpu

pytestmark = pytest.mark.gpu


def both(mode, gpu_engine, reference_engine, shape, temperature=0.7):
    nq, nk, d, dv = shape
    rng = np.random.default_rng(2)
    arrays = (rng.normal(size=(nq, d)), rng.normal(size=(nk, d)), rng.normal(size=(nk, dv)))
    return [
        GeometricAttention(mode, temperature, engine).attend(*arrays)
        for engine in (gpu_engine, reference_engine)
    ]


def agree(found, exact, tolerance):
    for name in ("output", "weights", "distances", "softmax"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(exact, name), atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("mode", ["flat", "ambient", "jeffreys"])
def test_kernels_agree_with_float64(mode, gpu_engine, reference_engine):
    found, exact = both(mode, gpu_engine, reference_engine, (70, 130, 17, 3))
    agree(found, exact, 5e-6)
    assert (found.engine, exact.engine) == ("gpu", "reference")
    assert not found.status.any()


@pytest.mark.parametrize("mode", ["flat", "ambient", "jeffreys"])
def test_tiles_change_nothing(mode, gpu_engine, reference_engine, monkeypatch):
    whole, exact = both(mode, gpu_engine, reference_engine, (50, 40, 5, 4))
    monkeypatch.setattr(gpu, "LARGEST", 4 * 40 * 13)
    parts, _ = both(mode, gpu_engine, reference_engine, (50, 40, 5, 4))
    agree(parts, whole, 1e-7)
    agree(parts, exact, 5e-6)


def test_geodesics_by_the_kernels(gpu_engine, reference_engine):
    found, exact = both("geodesic", gpu_engine, reference_engine, (4, 6, 4, 4))
    agree(found, exact, 2e-4)


def test_flat_is_softmax_attention_and_a_key_is_at_no_distance_from_itself(gpu_engine):
    rng = np.random.default_rng(4)
    k, v = rng.normal(size=(64, 64)), rng.normal(size=(64, 64))
    flat = GeometricAttention("flat", engine=gpu_engine).attend(k, k, v)
    np.testing.assert_allclose(flat.output, flat.softmax, atol=1e-5)
    ambient = GeometricAttention("ambient", engine=gpu_engine).attend(k, k, v)
    assert np.abs(np.diag(ambient.distances)).max() == 0.0


def test_more_keys_than_a_dispatch_may_sum_over(gpu_engine):
    k = np.zeros((gpu.MOST_COLUMNS + 1, 1))
    with pytest.raises(ValueError, match="at most 15000 keys"):
        GeometricAttention("flat", engine=gpu_engine).attend(k[:1], k, k)
