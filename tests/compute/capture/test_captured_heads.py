"""Captured heads without PyTorch: calls of arrays, their comparison, and the files that they become."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import compute
from app.cli.main import main
from compute.capture.captured_heads import gathered, parts_of
from compute.core.array_files import words_of
from compute.heads import attention_rows
from compute.heads import head as heads
from compute.heads.attention_call import AttentionCall, verified

H, M, N, D = 2, 4, 5, 3


def softmax(logits):
    """Rows by the definition, in NumPy of its own."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def call(seed=0, place="blocks.3.attn", own=None, **stated):
    random = np.random.default_rng(seed)
    q, k, v = (random.normal(size=(H, n, D)).astype(np.float32) for n in (M, N, N))
    found = AttentionCall(q, k, v, **{"scale": 0.5, **stated}, own=own, place=place)
    return found, np.einsum("hmd,hnd->hmn", q.astype(float), k.astype(float))


def labels(part, m, n):
    return tuple(f"q{i}" for i in range(m)), tuple(f"k{i}" for i in range(n))


def whole(seed, place):
    """A call with every term that a logit may have, and its rows by the definition."""
    random = np.random.default_rng(seed + 9)
    bias = random.normal(size=(H, M, N)).astype(np.float32)
    bias[:, 0, 3:] = np.finfo(np.float32).min
    sinks = np.array([0.3, -1.0])
    stated, scores = call(seed, place, added=bias, softcap=1.5, sinks=sinks)
    logits = 1.5 * np.tanh(0.5 * scores / 1.5) + bias
    sink = np.broadcast_to(sinks[:, None, None], (H, M, 1))
    rows = softmax(np.concatenate([logits, sink], axis=2))[..., :N]
    return verified(AttentionCall(**{**vars(stated), "own": rows.astype(np.float32)})), rows


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_file_has_the_whole_logit_and_says_what_it_is(tmp_path, suffix):
    calls, wanted = zip(*(whole(i, f"blocks.{3 + 4 * i}.attn") for i in range(2)), strict=True)
    captured = gathered(calls, labels, "small", "a text\nof two lines")
    assert captured.layer_numbers == (3, 7) and captured.difference < 1e-6
    path = captured.save(tmp_path / f"heads{suffix}")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    file = heads.load(str(path))
    assert file.tokens == ("q0", "q1", "q2", "q3") and file.key_tokens[-1] == "k4"
    for layer in range(2):
        for head in range(H):
            found = attention_rows.rows(file, layer, head)
            assert np.abs(found - wanted[layer][head]).max() < 1e-6
            assert attention_rows.difference(file, layer, head, found) < 1e-6
            again = attention_rows.rows(captured.file, layer, head)
            assert np.array_equal(again, found, equal_nan=True)
    if suffix == ".safetensors":
        said = words_of(str(path))
        assert json.loads(said["layer_numbers"]) == [3, 7] and said["model"] == "small"
        assert said["text"] == "a text\nof two lines" and said["verdict"] == captured.verdict
    else:
        with np.load(path) as arrays:
            assert arrays["layer_numbers"].tolist() == [3, 7] and str(arrays["model"]) == "small"
            assert arrays["verified"].shape == (2, H)


def test_rows_of_another_scale_or_bias_are_found_in_the_logits():
    stated, scores = call()
    own = softmax(0.2 * scores).astype(np.float32)
    found = verified(AttentionCall(**{**vars(stated), "own": own}), 0.2 * scores + 7.0)
    assert found.scale == pytest.approx(0.2, rel=1e-6) and not found.inferred
    bias = np.random.default_rng(5).normal(size=(H, M, N))
    own = softmax(0.5 * scores + bias).astype(np.float32)
    found = verified(AttentionCall(**{**vars(stated), "own": own}), 0.5 * scores + bias)
    assert found.inferred and found.difference.max() < 1e-6 and found.lacking == ""
    assert found.added == pytest.approx(bias, abs=1e-5)


def test_what_is_no_softmax_is_said_with_its_difference():
    stated, scores = call()
    own = (softmax(0.5 * scores) ** 2).astype(np.float32)
    found = verified(AttentionCall(**{**vars(stated), "own": own}), 0.5 * scores)
    wanted = np.abs(softmax(0.5 * scores) - own).max()
    assert found.difference.max() == pytest.approx(wanted, rel=1e-5)
    captured = gathered([found], labels)
    assert captured.verdict == f"differs by {wanted:.2g}: its weights do not add up to 1"
    assert not captured.holds.any()


def test_positions_that_are_no_tokens_of_the_text_are_said():
    """Such as landmarks for groups of keys, over which a model may also take a softmax."""

    def landmarks(part, m, n):
        return labels(part, m, n)[0], tuple(str(i) for i in range(n))

    found, _ = whole(0, "blocks.3.attn")
    assert "not the tokens" not in gathered([found], labels, "small", "a text").verdict
    said = gathered([found], landmarks, "small", "a text").verdict
    assert said.endswith(f"; its {N} keys are not the tokens of the text")
    assert "not the tokens" not in gathered([found], landmarks, "small").verdict, "there is no text"


def test_without_the_models_weights_nothing_is_verified():
    captured = gathered([verified(call()[0])], labels)
    assert captured.verdict == "not verified: the model's own weights are not known"
    assert captured.difference is None and not captured.holds.any()


def test_stacks_are_told_apart_and_a_shared_module_is_as_many_layers_as_it_has_calls():
    places = ["encoder.0.attn", "encoder.1.attn", "decoder.0.self", "shared", "shared"]
    found = parts_of([call(i, place)[0] for i, place in enumerate(places)])
    assert [(name, len(calls)) for name, calls in found] == [
        ("encoder.*.attn", 2),
        ("decoder.*.self", 1),
        ("shared", 2),
    ]
    captured = gathered([call(i, p)[0] for i, p in enumerate(places)], labels, part="shared")
    assert captured.layer_numbers == (0, 1) and len(captured.parts) == 3
    assert captured.of_part("decoder").layer_numbers == (0,)
    with pytest.raises(ValueError, match=r"part must name one of encoder\.\*\.attn"):
        captured.of_part("attn.5")


def test_a_file_is_refused_before_anything_is_written(tmp_path):
    captured = gathered([verified(call()[0])], labels)
    with pytest.raises(ValueError, match=r"must end in \.npz or \.safetensors, got '.*heads\.pt'"):
        captured.save(tmp_path / "heads.pt")
    with pytest.raises(ValueError, match="there is no folder to write"):
        captured.save(tmp_path / "none" / "heads.npz")
    assert list(tmp_path.iterdir()) == []


WITHOUT = """
import sys
sys.modules["torch"] = None
import compute
for asked in (lambda: compute.capture("folder", "text"), lambda: compute.capture_sdpa().__enter__()):
    try:
        asked()
    except ValueError as problem:
        print(problem)
"""


def test_without_pytorch_the_extra_is_named_and_nothing_else_needs_it():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    line = (
        'capture needs PyTorch, which is not installed: pip install "attention-geodesics[models]"'
    )
    assert done.stdout.splitlines() == [line, line] and done.stderr == ""


def test_nothing_is_imported_before_it_is_asked_for():
    code = "import sys, compute; print([n for n in sys.modules if n.startswith('compute.capture')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['compute.capture']"
    assert callable(compute.capture)


def test_programs_are_not_read_as_models(tmp_path, capsys):
    given = ["capture", "model.pt", "--text", "a", "-o", str(tmp_path / "heads.npz")]
    assert main(given) == 2
    assert ".pt files are not read because they can contain programs" in capsys.readouterr().err


def test_a_model_must_be_one(monkeypatch):
    class Module:
        pass

    torch = type(sys)("torch")
    torch.nn = type(sys)("nn")
    torch.nn.Module = Module
    monkeypatch.setitem(sys.modules, "torch", torch)
    with pytest.raises(ValueError, match="from_transformer_lens"):
        compute.capture({"hook_q": 1}, "text")
