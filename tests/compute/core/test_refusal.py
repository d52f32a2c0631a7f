"""Errors of foreign parsers become refusals in one short line, and a shown value is never long."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from app.cli.main import main
from app.model import scene_file
from compute.core.arrays import points
from compute.core.json_text import MOST_LEVELS, read_json
from compute.core.refusal import (
    MOST_CHARACTERS,
    MOST_SHOWN,
    Refused,
    refusing,
    shorten,
    shown,
    unmet,
)
from compute.divergences.wasserstein import Normal
from compute.heads import head


def check(problem: BaseException) -> None:
    """One line, and no long one."""
    assert "\n" not in str(problem) and 0 < len(str(problem)) <= MOST_CHARACTERS


# --- containers ------------------------------------------------------------------------------
def header(text: str, data: bytes = b"") -> bytes:
    """A member of an .npz with a header of one's own."""
    line = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(line)) + line + data


def archive(member: bytes, name: str = "q.npy", method: int = 0) -> bytes:
    """An archive of q, k, v and further members, one of which is given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for each in sorted({"q.npy", "k.npy", "v.npy"} - {name}):
            file.writestr(each, array())
        file.writestr(name, member)
    return buffer.getvalue()


def array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ones((4, 4), np.float32))
    return buffer.getvalue()


def flagged(offset: int, value: int) -> bytes:
    """An archive whose directory and member contradict each other."""
    made = bytearray(archive(array()))
    for mark, shift in ((b"PK\x01\x02", 0), (b"PK\x03\x04", -2)):
        at = made.index(mark) + offset + shift
        made[at : at + 2] = struct.pack("<H", value)
    return bytes(made)


def damaged_lzma() -> bytes:
    made = bytearray(archive(array() * 9, method=zipfile.ZIP_LZMA))
    made[60:80] = bytes(20)
    return bytes(made)


DESCR = "{'descr': '<f4', 'fortran_order': False, 'shape': "
NPZ: dict[str, Callable[[], bytes]] = {
    "member without .npy": lambda: archive(b"1, 2, 3", "q"),
    "shape without an end": lambda: archive(header("{'shape': (2")),
    "minus signs": lambda: archive(header(DESCR + "-" * 4000 + "1}")),
    "descr of one": lambda: archive(header(DESCR.replace("'<f4'", "('<f4',)") + "(2, 2)}")),
    "a huge shape": lambda: archive(header(DESCR + "(100000000000000000000,)}")),
    "a shape of floats": lambda: archive(header(DESCR + "(2.0, 2)}")),
    "a shape of 40 GB": lambda: archive(header(DESCR + "(10000000000,)}")),
    "endless labels": lambda: archive(header(DESCR.replace("<f4", "<U0") + "(1000000000,)}")),
    "numbers that are no characters": lambda: archive(
        header(DESCR.replace("<f4", "<U1") + "(2,)}", b"\xff" * 8), "tokens.npy"
    ),
    "encrypted": lambda: flagged(8, 1),
    "unknown compression": lambda: flagged(10, 99),
    "damaged LZMA": damaged_lzma,
    "cut off": lambda: archive(array())[:-30],
}


@pytest.mark.parametrize("case", NPZ)
def test_a_damaged_archive_is_refused(case, tmp_path):
    path = tmp_path / "head.npz"
    path.write_bytes(NPZ[case]())
    with pytest.raises(ValueError, match=r"head\.npz") as refused:
        head.load(str(path))
    check(refused.value)


ENTRY = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
TENSORS = {
    "metadata null": {"__metadata__": None, "x": ENTRY},
    "no dictionary": [1],
    "entry null": {"q": None},
    "shape of floats": {"q": {**ENTRY, "shape": [2.0, 2]}},
    "negative": {"q": {**ENTRY, "shape": [-2, -2]}},
    "offsets of one": {"q": {**ENTRY, "data_offsets": [0]}},
    "backwards": {"q": {**ENTRY, "data_offsets": [16, 0]}},
    "beyond": {"q": {**ENTRY, "data_offsets": [10**9, 10**9 + 16]}},
    "400 digits": {"q": {**ENTRY, "data_offsets": [10**400, 10**400 + 16]}},
    "a dictionary as kind": {"q": {**ENTRY, "dtype": {}}},
}


@pytest.mark.parametrize("case", TENSORS)
def test_a_damaged_tensor_file_is_refused(case, tmp_path):
    text = json.dumps(TENSORS[case]).encode()
    path = tmp_path / "head.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(16))
    with pytest.raises(ValueError, match=r"head\.safetensors") as refused:
        head.load(str(path))
    check(refused.value)


def test_many_stars_in_a_name_are_refused_at_once(tmp_path):
    """Each of them multiplied the ways in which a name of digits may match."""
    path = tmp_path / "head.npz"
    np.savez(path, **{"1" * 60 + "x": np.ones((4, 4)), "k": np.ones((4, 4)), "v": np.ones((4, 4))})
    with pytest.raises(ValueError, match="at most 3 of") as refused:
        head.load(str(path), head.Names(q="*" * 40))
    check(refused.value)


# --- JSON ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9" * 400, "must be finite, got one of 400 digits"),
        ("9" * 10_000, "must be finite, got one of 10000 digits"),
        ("[" * 100_000, "is not JSON"),
        ("[" * 100 + "]" * 100, f"nested at most {MOST_LEVELS} levels"),
        ('{"a": "\\ud800"}', r"got half a character in .*ud800"),
        ('{"\\udfff": 1}', "half a character"),
        ("{'a': 1}", "is not JSON"),
    ],
)
def test_json_that_could_not_be_written_again_is_refused(text, words):
    with pytest.raises(Refused, match=words) as refused:
        read_json(text, "it")
    check(refused.value)


def test_json_of_a_million_values_is_refused_before_it_is_checked():
    with pytest.raises(Refused, match="at most 250000 values"):
        read_json("[" + "1," * 10**6 + "1]", "it")


def test_json_that_can_be_is_read():
    text = '{"a": ["\\ud83d\\ude00", 1e5, -0.0, ' + "9" * 308 + "]}"
    assert read_json(text, "it") == json.loads(text)
    assert read_json("[" * MOST_LEVELS + "]" * MOST_LEVELS, "it")


BARE = {"format": scene_file.FORMAT, "version": 1, "family": "gaussian"}
HUGE = 10**400
HUGE_NUMBERS = {
    "vector": {"vector": [HUGE, 0]},
    "view": {"view": [0, HUGE, 0, 1]},
    "pin": {"start": {"theta": [HUGE, 1]}},
    "token of a pin": {"start": {"theta": [0, 1], "token": HUGE}},
    "keyframe": {"timeline": {"duration": 1, "tracks": [
        {"field": "alpha", "keys": [{"at": 0, "value": HUGE}]}]}},
    "time of a keyframe": {"timeline": {"duration": 1, "tracks": [
        {"field": "alpha", "keys": [{"at": HUGE, "value": 0}]}]}},
    "normal": {"normals": {"a": [HUGE, 0, 1, 0, 1]}},
    "loop": {"loop": [[0, 1], [HUGE, 1], [0, 2]]},
    "stroke": {"flow": {"strokes": [[[0, 1], [HUGE, 1]]]}},
    "camera": {"camera": [HUGE, 0, 1, 0, 0]},
    "unknown": {"later": HUGE},
}  # fmt: skip


@pytest.mark.parametrize("case", HUGE_NUMBERS)
def test_numbers_of_hundreds_of_digits_in_a_scene_are_refused(case):
    with pytest.raises(
        scene_file.NotAScene, match="must be finite, got one of 401 digits"
    ) as refused:
        scene_file.from_text(json.dumps(BARE | HUGE_NUMBERS[case]), "scene.json", Path())
    check(refused.value)


LONG = {
    "title": {"title": "x" * 3_000_000},
    "alpha": {"alpha": "x" * 3_000_000},
    "loop": {"loop": [[0, "x"]] * 70_000},
    "family": {"family": "x" * 60_000},
    "name of a layer": {"layers": {"map": {"x" * 3_000_000: 1}}},
    "format": {"format": "x" * 3_000_000},
    "chart": {"chart": ["x" * 3_000_000]},
    "keys": {"timeline": {"duration": 1, "tracks": [
        {"field": "alpha", "keys": [{"at": i % 2, "value": 0} for i in range(999)]}]}},
}  # fmt: skip


@pytest.mark.parametrize("case", LONG)
def test_a_message_about_a_long_value_is_short(case):
    with pytest.raises(scene_file.NotAScene) as refused:
        scene_file.from_text(json.dumps(BARE | LONG[case]), "scene.json", Path())
    check(refused.value)


FORMS = {"description": "a number or none; the rest is for editors", "anyOf": [{"type": "number"}]}


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        (FORMS, "x", "must be a number or none, got 'x'"),
        ({"description": "a name", "type": "string"}, 5, "5 is not of type 'string'"),
        ({"anyOf": [{"type": "number"}]}, "x", "'x' is not valid under any of the given schemas"),
        ({"maxItems": 2}, [0, 1, 2], "must have at most 2 items, got 3"),
        ({"type": "string", "minLength": 4}, "abc", "must have at least 4 characters, got 3"),
    ],
)
def test_a_value_that_no_schema_fits_is_told_what_was_expected(schema, value, words):
    (problem,) = jsonschema.Draft202012Validator(schema).iter_errors(value)
    assert unmet(problem) == words


# --- what is shown ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a", "'a'"),
        (0.1, "0.1"),
        (None, "None"),
        ([1, 2.5], "[1, 2.5]"),
        (10**4000, "a number of about 4001 digits"),
        (np.ones((128, 128)), "an array of shape (128, 128)"),
        (np.array([1.0, 2.0]), "[1.0, 2.0]"),
    ],
)
def test_a_value_is_shown(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, ["x"] * 10**5, {"x" * 10**5: [1] * 10**5}, b"x" * 10**6, range(10**9), object()],
)
def test_what_is_shown_is_short(value):
    assert 0 < len(shown(value)) <= MOST_SHOWN


def test_a_value_that_cannot_be_shown_hides_nothing():
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert shown(Silent()) and len(shown(Silent())) <= MOST_SHOWN


def test_a_message_keeps_both_ends_on_one_line():
    words = shorten("begin " + "x" * 1000 + "\nend \x1b[2J\u202e")
    assert (
        len(words) == MOST_CHARACTERS and words.startswith("begin") and words.endswith("end �[2J�")
    )
    assert shorten("two\n  lines") == "two lines"


def test_whatever_a_parser_raises_is_a_refusal():
    for problem in (
        KeyError("q"),
        MemoryError(),
        RecursionError("deep"),
        OSError(5, "broken", "x"),
    ):
        with (
            pytest.raises(Refused, match=r"^it is damaged: .") as refused,
            refusing("it is damaged"),
        ):
            raise problem
        check(refused.value)
    with pytest.raises(KeyboardInterrupt), refusing("it is damaged"):
        raise KeyboardInterrupt
    with pytest.raises(Refused, match=r"^no$"), refusing("it is damaged"):
        raise Refused("no")


def test_a_covariance_that_is_none_is_described_and_not_laid_out():
    """The message was 349,453 characters long."""
    a = np.random.default_rng(2).normal(size=(128, 100))
    with pytest.raises(
        ValueError, match=r"shape \(128, 128\) of rank 100 with least eigen"
    ) as said:
        Normal(np.zeros(128), a @ a.T - 1e-13 * np.eye(128))
    check(said.value)
    with pytest.raises(ValueError, match=r"with 2 at \(0, 1\) and 1 at \(1, 0\)"):
        Normal(np.zeros(2), np.array([[3.0, 2.0], [1.0, 3.0]]))
    with pytest.raises(ValueError, match="not finite"):
        Normal(np.zeros(2), np.array([[3.0, np.nan], [np.nan, 3.0]]))


def test_points_of_a_million_are_not_laid_out():
    with pytest.raises(ValueError, match="must be numbers") as said:
        points("start", [["x"] * 2] * 10**5)
    check(said.value)
    with pytest.raises(ValueError, match="must be numbers"):
        points("start", [[HUGE, 1]])


def test_the_terminal_gets_one_short_line(tmp_path, capsys):
    path = tmp_path / "scene.json"
    path.write_text(json.dumps(BARE | {"\x1b]0;evil\x07" * 99: 1, "alpha": "x" * 10**6}))
    assert main(["render", str(path), "-o", str(tmp_path / "a.png")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert len(line) <= MOST_CHARACTERS + 30 and "\x1b" not in line
    assert main(["geometry", "x" * 10**6, "--at", "0,1"]) == 2
    assert len(capsys.readouterr().err) <= MOST_CHARACTERS + 30
