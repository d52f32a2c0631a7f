"""Heads read one by one are the same heads, and mistakes in one are reported when it is read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from compute.core.refusal import Refused
from compute.heads import attention_rows
from compute.heads import head as heads
from compute.heads.verification import verification

RNG = np.random.default_rng(5)
Q, K, V = (RNG.normal(size=(2, 3, 6, 8)).astype(np.float32) for _ in range(3))
MORE = {
    "mask": np.tril(np.ones((6, 6), bool)),
    "scale": np.array([[0.5], [0.25]]),
    "layer_numbers": np.array([7, 11]),
    "attention": np.full((2, 3, 6, 6), 1 / 6, np.float16),
}
BY_LAYER = {
    f"layers.{i}.{name}": array[i]
    for name, array in zip("qkv", (Q, K, V), strict=True)
    for i in (0, 1)
}


@pytest.fixture
def large(monkeypatch):
    """Take every file for a large one."""
    monkeypatch.setattr(heads, "LARGE", 0)


def written(tmp_path, suffix: str, arrays: dict[str, np.ndarray], **words: str) -> str:
    path = tmp_path / f"head{suffix}"
    if suffix == ".npz":
        np.savez(path, **arrays, **words)
    else:
        save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, path, words)
    return str(path)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize(
    ("arrays", "names"),
    [
        ({"q": Q, "k": K, "v": V, **MORE}, heads.Names()),
        ({"Q": Q[0], "K": K[0], "V": V[0]}, heads.Names()),
        ({"q": Q[0, 0], "k": K[0, 0], "v": V[0, 0]}, heads.Names()),
        (BY_LAYER, heads.Names(*(f"layers.*.{name}" for name in "qkv"))),
    ],
    ids=["four axes", "three", "two", "one a layer"],
)
def test_a_head_read_by_itself_is_that_of_the_whole(suffix, arrays, names, tmp_path, monkeypatch):
    path = written(tmp_path, suffix, arrays)
    whole = heads.load(path, names)
    heads.read.cache_clear()
    monkeypatch.setattr(heads, "LARGE", 0)
    file = heads.load(path, names)
    assert not isinstance(file.q, np.ndarray) and file.layer_numbers == whole.layer_numbers
    for layer in range(whole.layers):
        for head in range(whole.heads):
            one, other = file.head(layer, head), whole.head(layer, head)
            for name in ("q", "k", "v", "bias"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
            rows = attention_rows.rows(file, layer, head)
            np.testing.assert_array_equal(rows, attention_rows.rows(whole, layer, head))
            gaps = [attention_rows.difference(f, layer, head, rows) for f in (file, whole)]
            assert gaps[0] == gaps[1]


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_file_says_its_model_its_text_and_its_layers(suffix, tmp_path):
    path = written(tmp_path, suffix, {"q": Q, "k": K, "v": V, **MORE}, model="tiny", text="a b\nc")
    file = heads.load(path)
    assert (file.model, file.text) == ("tiny", "a b c")
    assert [file.number_of(layer) for layer in (0, 1)] == [7, 11]
    with pytest.raises(Refused, match=r"the model's 7, 11\) must be from 0 to 1, got 7"):
        file.head(7, 0)


@pytest.mark.parametrize(
    "numbers", [np.array([7]), np.array([7.0, 11.0]), np.array([[7, 11]])], ids=str
)
def test_layer_numbers_must_fit(numbers, tmp_path):
    path = written(tmp_path, ".npz", {"q": Q, "k": K, "v": V, "layer_numbers": numbers})
    with pytest.raises(Refused, match="layer_numbers must be 2 whole numbers"):
        heads.load(path)


def test_a_bad_number_spoils_its_own_head_alone(large, tmp_path):
    bad = Q.copy()
    bad[1, 2, 0, 0] = np.nan
    file = heads.load(written(tmp_path, ".npz", {"q": bad, "k": K, "v": V}))
    np.testing.assert_array_equal(file.head(1, 1).q, Q[1, 1])
    with pytest.raises(ValueError, match="q of layer 1, head 2 must be finite"):
        file.head(1, 2)


def test_a_file_that_has_changed_is_refused(large, tmp_path):
    path = written(tmp_path, ".npz", {"q": Q, "k": K, "v": V})
    file = heads.load(path)
    written(tmp_path, ".npz", {"q": Q[:, :, :3], "k": K[:, :, :3], "v": V[:, :, :3]})
    with pytest.raises(Refused, match="has changed since it was opened"):
        file.head(0, 0)


def test_what_cannot_be_read_in_blocks_is_read_at_once_or_refused(large, tmp_path):
    packed = tmp_path / "packed.npz"
    np.savez_compressed(packed, q=Q, k=K, v=V)
    assert isinstance(heads.load(str(packed)).q, np.ndarray)
    columns = written(tmp_path, ".npz", {"q": np.asfortranarray(Q), "k": K, "v": V})
    with pytest.raises(Refused, match="q must be numbers in C order"):
        heads.load(columns)


def test_damaged_large_files_are_refused_in_one_line(large, tmp_path):
    path = written(tmp_path, ".safetensors", {"q": Q, "k": K, "v": V}, tokens=json.dumps(["a"] * 6))
    content = Path(path).read_bytes()
    draw = np.random.default_rng(1)
    for _ in range(200):
        spoilt = bytearray(content[: draw.integers(len(content))])
        for place in draw.integers(max(len(spoilt), 1), size=3):
            spoilt[place : place + 1] = bytes([draw.integers(256)])
        bad = tmp_path / "bad.safetensors"
        bad.write_bytes(bytes(spoilt))
        heads.read.cache_clear()
        try:
            heads.load(str(bad)).head(1, 2)
        except ValueError as problem:
            assert "\n" not in str(problem) and len(str(problem)) <= 400


def test_a_record_of_the_capture_is_read_and_said_to_be_one(tmp_path):
    gaps = np.array([[2e-6, 0.5, np.nan], [1e-7, 0.0, 0.0]])
    more = {"verified": gaps, "unrepresented": np.array(["softcap is not represented", ""])}
    file = heads.load(written(tmp_path, ".npz", {"q": Q, "k": K, "v": V, **more}))
    said = [verification(file, 0, head).words for head in range(3)]
    assert said[0] == "the model’s own attention when it was captured, within 2e-06"
    assert "differs from the model’s own attention by 0.5 when it was captured: softcap" in said[1]
    assert said[2].startswith("not verified")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"verified": np.zeros((2, 2))}, r"verified must be differences of shape \(2, 3\)"),
        ({"verified": -np.ones((2, 3))}, "verified must be differences"),
        ({"unrepresented": np.array(["a"])}, "unrepresented must be 2 strings, got 1"),
    ],
)
def test_records_must_fit(more, words, tmp_path):
    with pytest.raises(Refused, match=words):
        heads.load(written(tmp_path, ".npz", {"q": Q, "k": K, "v": V, **more}))
