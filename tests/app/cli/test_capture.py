"""``capture`` prints which layers were verified and which differ, and its exit status says so too."""

from __future__ import annotations

import json

import numpy as np
import pytest

import compute
from app.cli.main import main
from compute.capture.captured_heads import gathered
from compute.heads import head as heads
from compute.heads.attention_call import AttentionCall, verified

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
