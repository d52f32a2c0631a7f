"""The captured output layer of models that NumPy stands for: factors, biases, softcaps, precision."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from compute.capture.captured_heads import gathered
from compute.capture.captured_output import OutputCalls, captured_output, watching
from compute.heads import output_file
from tests.compute.capture.test_captured_heads import labels, whole

RNG = np.random.default_rng(4)
WEIGHT = RNG.normal(size=(30, 5)).astype(np.float32)
BIAS = RNG.normal(size=30).astype(np.float32)
HIDDEN = RNG.normal(size=(2, 4, 5)).astype(np.float32)
WORDS, TOKENS = tuple(f"w{j}" for j in range(30)), ("a", "b", "c", "d")


class Model:
    """A model whose output layer has a weight, and perhaps a bias."""

    def __init__(self, bias=None):
        self.layer = SimpleNamespace(weight=WEIGHT, bias=bias)

    def get_output_embeddings(self):
        return self.layer


def run(change=lambda z: z, bias=None, sequence=0):
    logits = HIDDEN @ WEIGHT.T + (0 if bias is None else bias)
    calls = OutputCalls([HIDDEN], [change(logits)])
    return captured_output(Model(bias), calls, sequence, WORDS, TOKENS)


@pytest.mark.parametrize("bias", [None, BIAS])
@pytest.mark.parametrize("factor", [1.0, 0.0625, 1 / 13])
def test_a_factor_of_the_logits_is_found(bias, factor):
    found = run(lambda z: factor * z, bias, sequence=1)
    assert found.layer.scale == pytest.approx(factor, rel=1e-6)
    assert factor != 1.0 or found.layer.scale == 1.0
    assert found.difference < 1e-6 and found.holds
    own = factor * (HIDDEN[1] @ WEIGHT.T + (0 if bias is None else bias))
    p = np.exp(own) / np.exp(own).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(found.layer.log_rows(HIDDEN[1])), p, atol=1e-6)


def test_a_softcap_is_not_represented_and_says_so():
    found = run(lambda z: 2 * np.tanh(z / 2))
    assert not found.holds and found.difference > 0.01
    assert found.verdict.startswith(f"differs by {found.difference:.2g}: the logits are not")


def test_the_file_has_the_layer_and_the_models_own_rows(tmp_path):
    heads = gathered([whole(0, "blocks.3.attn")[0]], labels, "small", "a text")
    path = replace(heads, output=run(bias=BIAS)).save(tmp_path / "out.safetensors")
    found = output_file.load(str(path))
    np.testing.assert_array_equal(found.unembedding, WEIGHT)
    np.testing.assert_array_equal(found.hidden, HIDDEN[0])
    assert found.words == WORDS and found.difference() < 1e-6 and found.verified < 1e-6


@pytest.mark.parametrize("bits", [16, 13])
def test_weights_of_16_bits_are_stored_in_16_bits(tmp_path, bits):
    """bfloat16 has the upper 16 bits of a float32; float16 has 10 bits after the point."""
    short = (WEIGHT.view(np.uint32) >> bits << bits).view(np.float32)
    heads = gathered([whole(0, "blocks.3.attn")[0]], labels, "small", "a text")
    model = Model()
    model.layer.weight = short
    calls = OutputCalls([HIDDEN], [HIDDEN @ short.T])
    output = captured_output(model, calls, 0, WORDS, TOKENS)
    path = replace(heads, output=output).save(tmp_path / "out.safetensors")
    found = output_file.load(str(path))
    np.testing.assert_array_equal(found.unembedding.astype(np.float32), short)
    assert found.unembedding.dtype == (np.float32 if bits == 16 else np.float16)
    assert (b'"BF16"' in path.read_bytes()) == (bits == 16)


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (OutputCalls([], []), "must be called once in a run, got 0 calls"),
        (OutputCalls([HIDDEN, HIDDEN], [HIDDEN]), "got 2 calls and 1 logits"),
        (OutputCalls([HIDDEN[0]], [HIDDEN[0]]), r"must be called with \(batch, tokens, d\)"),
        (OutputCalls([HIDDEN[:, 3:]], [HIDDEN @ WEIGHT.T]), "expected one row of logits"),
    ],
)
def test_a_layer_that_is_used_in_another_way_is_refused(calls, words):
    with pytest.raises(ValueError, match=words):
        captured_output(Model(), calls, 0, WORDS, TOKENS)


def test_a_model_without_an_output_layer_is_refused():
    for model in (SimpleNamespace(), SimpleNamespace(get_output_embeddings=lambda: None)):
        with pytest.raises(ValueError, match="has no output layer over words"), watching(model):
            pass
