"""``capture`` prints which layers were verified and which differ, and its exit status says so too."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import compute
from app.cli.main import main
from compute.capture.captured_heads import gathered
from compute.heads import head as heads
from compute.heads import output_file
from compute.heads.attention_call import AttentionCall, verified
from tests.compute.capture.test_captured_output import run

HEADS, TOKENS, WIDTH = 2, 4, 3


def rows_of(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def layer(number, power=1):
    """A layer whose model gives the rows of its own formula to a power."""
    random = np.random.default_rng(number)
    q, k, v = random.normal(size=(3, HEADS, TOKENS, WIDTH)).astype(np.float32)
    scores = 0.5 * np.einsum("hmd,hnd->hmn", q.astype(float), k.astype(float))
    own = (rows_of(scores) ** power).astype(np.float32)
    call = AttentionCall(q, k, v, scale=0.5, own=own, place=f"blocks.{number}.attn")
    return verified(call, scores), float(np.abs(rows_of(scores) - own).max())


def captured(monkeypatch, *layers):
    words = tuple(f"word{i}" for i in range(TOKENS))
    found = gathered(list(layers), lambda part, m, n: (words, words), "small", "a text")
    monkeypatch.setattr(compute, "capture", lambda *given, **stated: found)
    return found


def test_layers_that_differ_are_listed_with_their_numbers(monkeypatch, tmp_path, capsys):
    (right, _), (wrong, gap) = layer(3), layer(7, 2)
    captured(monkeypatch, right, wrong)
    path = tmp_path / "heads.npz"
    assert main(["capture", "small", "--text", "a text", "-o", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    (told,) = (line for line in lines if "differs by" in line and "layer" in line)
    assert told.strip() == f"layer 7 differs by {gap:.2g}: its weights do not add up to 1"
    assert "heads     2 layers of 2, 4 tokens, 4 keys" in lines
    assert heads.load(str(path)).tokens[-1] == "word3"


@pytest.mark.parametrize(("power", "status", "end"), [(1, "OK", 0), (2, "NOT_VERIFIED", 1)])
def test_the_json_says_what_holds(monkeypatch, tmp_path, capsys, power, status, end):
    found, gap = layer(3, power)
    captured(monkeypatch, found)
    path = tmp_path / "heads.npz"
    assert main(["capture", "small", "--text", "a text", "-o", str(path), "--json"]) == end
    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["layer_numbers"], said["layers"]) == (status, [3], 1)
    assert said["verified"] == pytest.approx(gap, abs=1e-6) and said["file"] == str(path)


@pytest.mark.parametrize("wrong", [["--output", "b.safetensors"], ["--output=b.npz"]])
def test_output_is_a_flag_and_not_a_file(capsys, wrong):
    assert main(["capture", "small", "--text", "a text", *wrong]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("attention-geodesics: --output takes no value")
    assert "expected -o FILE --output, got 'b." in said


def test_the_output_layer_is_asked_for_by_the_flag_and_compared(monkeypatch, tmp_path, capsys):
    found, _ = layer(3)
    words = tuple(f"word{i}" for i in range(TOKENS))
    heads_of = gathered([found], lambda part, m, n: (words, words), "small", "a text")
    asked = []

    def capture(*given, output, **stated):
        asked.append(output)
        return replace(heads_of, output=run(lambda z: 2 * np.tanh(z / 2)) if output else None)

    monkeypatch.setattr(compute, "capture", capture)
    path = tmp_path / "heads.safetensors"
    base = ["capture", "small", "--text", "a text", "-o", str(path)]
    assert main(base) == 0 and main([*base, "--output"]) == 1 and asked == [False, True]
    assert "output    30 words: differs by" in capsys.readouterr().out
    assert output_file.has_output(str(path)) and heads.load(str(path)).tokens == words
