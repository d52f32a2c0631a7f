"""Files with an output layer, of others too."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from compute.heads import output_file
from tests.compute.steering import outputs

LAYER = outputs.random(40, 5)
WORDS = ["Ġthe", "cat", "ing", *(f"Ġw{j}" for j in range(37))]


def test_safetensors_hold_what_npz_holds(tmp_path):
    path = tmp_path / "out.safetensors"
    arrays = {"unembedding": LAYER.unembedding, "hidden": LAYER.hidden.astype(np.float32)}
    save_file(arrays, path, {"words": json.dumps(WORDS), "tokens": json.dumps(list("abcdef"))})
    found = output_file.load(str(path))
    np.testing.assert_array_equal(found.unembedding, LAYER.unembedding)
    assert found.words == tuple(WORDS) and found.labels == tuple("abcdef")
    assert (found.scale, found.bias.tolist()) == (1.0, [0.0] * 40) and np.isnan(found.difference())
    assert (found.word(0), found.word(1), found.word(3)) == ("the", "…cat", "w0")
    assert output_file.has_output(str(path))


def test_large_files_are_read_array_by_array(tmp_path, monkeypatch):
    path = outputs.written(tmp_path / "out.npz", LAYER, q=np.zeros((2, 3, 4, 5), np.float32))
    whole = output_file.load(path)
    monkeypatch.setattr(output_file, "LARGE", 10)
    other = outputs.written(tmp_path / "large.npz", LAYER, words=None)
    found = output_file.load(other)
    np.testing.assert_array_equal(found.unembedding, whole.unembedding)
    np.testing.assert_array_equal(found.hidden, whole.hidden)
    assert found.words[:2] == ("0", "1")
    monkeypatch.setattr(output_file, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="must have at most 100 bytes"):
        output_file.load(outputs.written(tmp_path / "larger.npz", LAYER, words=None))


def test_rows_of_the_model_are_compared(tmp_path):
    p = outputs.softmax(LAYER, LAYER.hidden).astype(np.float32)
    found = output_file.load(outputs.written(tmp_path / "own.npz", LAYER, next_rows=p))
    assert found.difference() < 1e-7
    p[2, 3] = 0.75
    wrong = output_file.load(outputs.written(tmp_path / "wrong.npz", LAYER, next_rows=p))
    true = outputs.softmax(LAYER, LAYER.hidden)[2, 3]
    assert wrong.difference() == pytest.approx(0.75 - true, abs=1e-6)


U, H = LAYER.unembedding, LAYER.hidden
NAN = np.where(np.arange(40)[:, None] == 3, np.nan, U)
BAD = {
    "no hidden states": ({"hidden": None}, "missing hidden: capture MODEL"),
    "no unembedding": ({"unembedding": None}, "missing unembedding: capture MODEL"),
    "sizes differ": ({"hidden": H[:, :4]}, r"\(40, 5\) and hidden \(6, 4\) must agree"),
    "one axis": ({"unembedding": U[0]}, r"unembedding must be floats of two axes"),
    "empty": ({"hidden": H[:0]}, "hidden must be floats of two axes"),
    "whole numbers": ({"unembedding": U.astype(int)}, "must be floats of two axes, got int"),
    "not finite": ({"unembedding": NAN}, r"unembedding must be finite, got nan at \(3, 0\)"),
    "huge": ({"hidden": H * 1e18}, "hidden must lie within"),
    "two words": ({"unembedding": U[:2], "output_bias": None, "words": None}, "at least 3 rows"),
    "bias": ({"output_bias": np.zeros(39)}, r"output_bias must be numbers of shape \(40,\)"),
    "factor": ({"output_scale": np.array([0.0])}, "output_scale must be from"),
    "factors": ({"output_scale": np.ones(2)}, "output_scale must be numbers of shape"),
    "words": ({"words": np.array(["a"])}, "words must be 40 strings, got 1"),
    "words of numbers": ({"words": np.zeros(40)}, "words must be a list of strings"),
    "tokens": ({"tokens": np.array(["a"])}, "tokens must be 6 strings, got 1"),
    "rows": ({"next_rows": np.ones((6, 39))}, r"next_rows must be floats of shape \(6, 40\)"),
    "no rows": ({"next_rows": np.full((6, 40), 2.0)}, "next_rows must be probabilities, got 2"),
    "gap": ({"output_verified": np.array([-1.0])}, "output_verified must be a difference"),
    "others": ({"output_others": np.array([2.5])}, "output_others must be a number of words, got 2.5"),
    "gap in words": ({"output_verified": np.array(["small"])}, "output_verified must be numbers"),
    "objects": ({"hidden": np.array([{}], object)}, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_entry_is_refused_in_one_line(case, tmp_path):
    changes, words = BAD[case]
    path = outputs.written(tmp_path / "bad.npz", LAYER, **changes)
    with pytest.raises(ValueError, match=words) as caught:
        output_file.load(path)
    assert "\n" not in str(caught.value) and "bad.npz" in str(caught.value)


ENTRY = {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}
LYING = {
    "longer than the file": ({"unembedding": {**ENTRY, "data_offsets": [0, 800]}}, b"\0" * 64, None),
    "another shape": ({"unembedding": {**ENTRY, "shape": [4, 400]}}, b"\0" * 64, None),
    "overflowing": ({"hidden": {**ENTRY, "shape": [2**40, 2**40]}}, b"\0" * 64, None),
    "unknown kind": ({"unembedding": {**ENTRY, "dtype": "F99"}}, b"\0" * 64, None),
    "no JSON": (b"{garbage", b"", None),
    "a list": (b"[]", b"", None),
    "a huge header": (b"{}", b"", 1 << 60),
    "nothing": (b"{}", b"", None),
}  # fmt: skip


@pytest.mark.parametrize("case", LYING)
def test_a_header_that_lies_is_refused_in_one_line(case, tmp_path):
    header, data, length = LYING[case]
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = tmp_path / "bad.safetensors"
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    with pytest.raises(ValueError, match=r"bad\.safetensors") as caught:
        output_file.load(str(path))
    assert "\n" not in str(caught.value)


def test_what_is_no_regular_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    for name in ("pipe.npz", "missing.npz", "."):
        with pytest.raises(ValueError, match="must be a file, got"):
            output_file.load(str(tmp_path / name))
    (tmp_path / "text.npz").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"text\.npz must be an \.npz file"):
        output_file.load(str(tmp_path / "text.npz"))


@pytest.mark.parametrize("code", [0xD800, 0x110000, 0x1FFFFF])
def test_words_of_code_points_that_do_not_exist_are_read(tmp_path, code):
    words = np.array([f"w{j}" for j in range(40)])
    words.view(np.uint32)[1] = code
    found = output_file.load(outputs.written(tmp_path / "out.npz", LAYER, words=words))
    assert found.words[0][1:].strip("?\ufffd") == "" and found.words[1] == "w1"
