"""Many heads at once, each query under its own mask, bias and scale."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import softmax

from app.cli.main import main
from compute import GeometricAttention

DRAW = np.random.default_rng(8)
Q, K = DRAW.normal(size=(2, 3, 5, 4)), DRAW.normal(size=(2, 3, 6, 4))
V = DRAW.normal(size=(2, 3, 6, 2))
MASK = DRAW.random((3, 5, 6)) < 0.6
MASK[..., 2] = True
BIAS = DRAW.normal(size=(5, 6))
MODES = ("flat", "ambient", "jeffreys", "geodesic")


def test_flat_attention_is_that_of_models():
    found = GeometricAttention().attend(Q, K, V, MASK, BIAS, 0.8)
    logits = 0.8 * np.einsum("...id,...jd->...ij", Q, K) + BIAS
    expected = softmax(np.where(MASK, logits, -np.inf), axis=-1)
    np.testing.assert_allclose(found.weights, expected, atol=1e-14)
    np.testing.assert_allclose(found.output, expected @ V, atol=1e-14)
    np.testing.assert_allclose(found.softmax, expected @ V, atol=1e-14)
    seen = np.broadcast_to(MASK, found.distances.shape)
    assert np.isnan(found.distances[~seen]).all() and np.isfinite(found.distances[seen]).all()


def test_the_distance_is_that_of_the_biased_distributions():
    """2 arccos Σ√(pr), p and r both under the query's own mask and bias."""
    found = GeometricAttention("ambient").attend(Q, K, V, MASK, BIAS, 0.8)
    for b, h, i in np.ndindex(2, 3, 5):
        keys = np.flatnonzero(MASK[h, i])
        p, *r = softmax(
            0.8 * np.stack([Q[b, h, i], *K[b, h, keys]]) @ K[b, h, keys].T + BIAS[i, keys], axis=1
        )
        expected = 2 * np.arccos(np.clip([np.sqrt(p * one).sum() for one in r], 0, 1))
        np.testing.assert_allclose(found.distances[b, h, i, keys], expected, atol=3e-8)


@pytest.mark.parametrize("mode", MODES)
def test_heads_are_attended_to_one_by_one(mode, reference_engine):
    attention = GeometricAttention(mode, engine=reference_engine)
    whole = attention.attend(Q[:, :1], K[:, :1], V[:, :1])
    one = attention.attend(Q[1, 0], K[1, 0], V[1, 0])
    for name in ("output", "weights", "distances", "status", "softmax"):
        np.testing.assert_array_equal(getattr(whole, name)[1, 0], getattr(one, name))


@pytest.mark.gpu
@pytest.mark.parametrize("mode", ["flat", "ambient", "jeffreys"])
def test_a_masked_head_on_the_gpu(mode, gpu_engine, reference_engine):
    found, expected = (
        GeometricAttention(mode, engine=engine).attend(Q, K, V, MASK, None, 0.8)
        for engine in (gpu_engine, reference_engine)
    )
    np.testing.assert_allclose(found.weights, expected.weights, atol=2e-6)
    assert found.engine == "gpu"


def test_a_bias_is_not_what_the_kernels_compute_and_the_answer_says_so():
    from compute import open_engine
    from compute.requests.engine import NoAdapter

    try:
        engine = open_engine("gpu")
    except NoAdapter:
        pytest.skip("there is no adapter")
    found = GeometricAttention("flat", engine=engine).attend(Q, K, V, bias=BIAS)
    assert found.engine == "reference"


class Tensor(np.ndarray):
    """The part of the interface of PyTorch's tensors that `attend` uses."""

    requires_grad = False

    def detach(self):
        return self

    cpu = detach

    def double(self):
        return np.asarray(self, np.float64).view(Tensor)

    def numpy(self):
        return np.asarray(self)

    def new_tensor(self, values):
        return np.asarray(values, self.dtype).view(Tensor)


def test_tensors_are_answered_by_tensors_of_their_kind():
    half = [array.astype(np.float16).view(Tensor) for array in (Q, K, V)]
    found = GeometricAttention().attend(*half)
    assert isinstance(found.output, Tensor) and found.output.dtype == np.float16
    half[1].requires_grad = True
    with pytest.raises(ValueError, match=r"K must not require gradients.*K\.detach"):
        GeometricAttention().attend(*half)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mask": MASK[:, :, :5]}, r"mask must broadcast to \(2, 3, 5, 6\), got \(3, 5, 5\)"),
        ({"mask": -1.0 * MASK}, "mask must be boolean"),
        (
            {"mask": MASK & (np.arange(5) != 3)[:, None]},
            "a key to each query, got none for query 3",
        ),
        ({"bias": np.full((5, 6), np.inf)}, "bias must be finite"),
        ({"scale": -1.0}, r"scale must be positive and finite, got -1"),
        ({"K": K[0]}, "Q, K and V must have the same leading axes"),
        ({"Q": Q[0, 0, 0]}, r"Q must have shape \(…, rows, columns\), got \(4,\)"),
        ({"Q": Q[:0], "K": K[:0], "V": V[:0]}, "Q must not be empty"),
        ({"Q": "words"}, "Q must be numbers, got str"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        GeometricAttention().attend(**{"Q": Q, "K": K, "V": V, **change})


def test_the_command_uses_the_masks_the_bias_and_the_scale_of_a_file(tmp_path, capsys):
    arrays = {"q": Q[0], "k": K[0], "v": V[0], "mask": MASK[:, None, :, :][:1, 0], "bias": BIAS}
    np.savez(tmp_path / "head.npz", **arrays, scale=np.array(0.8))
    words = ["attend", str(tmp_path / "head.npz"), "--head", "2", "--json"]
    assert main([*words, "-o", str(tmp_path / "out.npz")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pairs"] == MASK[0].sum() and told["difference_from_softmax"] < 1e-12
    logits = np.where(MASK[0], 0.8 * Q[0, 2] @ K[0, 2].T + BIAS, -np.inf)
    weights = np.load(tmp_path / "out.npz")["weights"]
    np.testing.assert_allclose(weights, softmax(logits, axis=1), atol=1e-14)
    np.savez(tmp_path / "capped.npz", **arrays, softcap=np.array(3.0))
    assert main(["attend", str(tmp_path / "capped.npz")]) == 2
    assert "attend does not support a softcap" in capsys.readouterr().err
