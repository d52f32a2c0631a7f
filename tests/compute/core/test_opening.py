"""Files of others: only regular ones are read, without blocking, up to a size, by one function."""

from __future__ import annotations

import ast
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.cli.commands.holonomy import read_loop
from app.model import autosave, document, embedded, scene_file
from app.model.lessons import catalogue
from compute.core.array_files import arrays_of
from compute.core.opening import is_regular, modified, opened, read_bytes, read_text
from compute.core.refusal import Refused
from compute.custom import definition
from compute.flow.initial_fields import MOST_BYTES
from compute.heads import head
from compute.images import image_files
from tests import ROOT

# what reads them, and how a file of that kind is called
READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "scene": (".json", scene_file.load),
    "figure": (".png", scene_file.load),
    "film": (".mp4", scene_file.load),
    "lesson": (".md", catalogue.load),
    "loop": (".json", read_loop),
    "heads": (".npz", head.load),
    "heads of safetensors": (".safetensors", head.load),
    "initial field": (".npz", lambda path: arrays_of(path, ("field",), MOST_BYTES)),
    "photograph": (".png", image_files.read),
    "own family": (".json", definition.read),
}


def make(kind: str, path: Path) -> Path:
    """A path that is not a regular file."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        made = socket.socket(socket.AF_UNIX)
        os.chdir(path.parent)  # names of sockets are short
        made.bind(path.name)
        made.close()
    return path


@pytest.fixture(autouse=True)
def stay(monkeypatch) -> None:
    monkeypatch.chdir(Path.cwd())


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "socket"])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_regular_file_is_refused_at_once(reader, kind, tmp_path):
    suffix, read = READERS[reader]
    path = make(kind, tmp_path / f"a{suffix}")
    with pytest.raises((ValueError, OSError)) as refused:
        read(str(path))
    assert "\n" not in str(refused.value) and len(str(refused.value)) <= 300


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_left_beside_is_passed_over(kind, tmp_path):
    make(kind, tmp_path / "a.unsaved")
    assert autosave.lost(tmp_path, lambda name: False) == []
    assert document.digest(tmp_path / "a.unsaved") == ""
    rng = np.random.default_rng(1)
    np.savez(tmp_path / "b.npz", **{name: rng.normal(size=(4, 4)) for name in "qkv"})
    make(kind, tmp_path / "b.names.json")
    assert head.load(str(tmp_path / "b.npz")).layers == 1


@pytest.mark.parametrize("name", ["ini", "ini.lock"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "socket"])
def test_settings_that_are_no_file_are_not_read_and_that_is_said(kind, name, tmp_path):
    from app.views.qt.window.settings import NAME, store_in

    store, words = store_in(tmp_path)
    assert store is not None and words == ""
    make(kind, tmp_path / NAME / f"{NAME}.{name}")
    store, words = store_in(tmp_path)
    assert store is None and words.startswith("settings are neither read nor saved: ")


def test_no_other_settings_are_read(tmp_path):
    """Qt also looks for those of the organisation and of the system: a pipe there froze the start."""
    from app.views.qt.window.settings import NAME, store_in

    make("pipe", tmp_path / f"{NAME}.ini")
    store, words = store_in(tmp_path)
    store.setValue("lessons", "{}")
    store.sync()
    assert words == "" and (tmp_path / NAME / f"{NAME}.ini").read_text().startswith("[General]")


def test_a_flow_from_a_device_is_refused(tmp_path):
    """It grew without end."""
    with pytest.raises(Refused, match="must be a regular file, got a device"):
        arrays_of("/dev/zero", ("field",), MOST_BYTES)


def test_no_more_than_the_most_is_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(11))
    with pytest.raises(Refused, match="at most 10 bytes, got 11"), opened(path, 10):
        pass
    assert read_bytes(path, 11) == bytes(11)
    if Path("/proc/self/maps").exists():  # a regular file that states no size
        with pytest.raises(Refused, match="at most 10 bytes, got more"):
            read_bytes("/proc/self/maps", 10)


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="no file here fails when it is read"
)
def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(Refused, match="/proc/self/mem cannot be read: Input/output error"):
        read_bytes("/proc/self/mem", 10)


def test_a_file_is_opened_without_waiting(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with opened(tmp_path / "a", 1) as file:
        assert stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        assert not os.get_inheritable(file.fileno())


def test_text_is_in_utf8_with_plain_ends_of_lines(tmp_path):
    path = tmp_path / "a"
    path.write_bytes("θ\r\nx\ry\n".encode())
    assert read_text(path, 100) == "θ\nx\ny\n"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="must be text in UTF-8"):
        read_text(path, 100)


@pytest.mark.parametrize("name", ["a\0b", "a\udcffb", "x" * 5000])
def test_a_name_that_no_text_can_hold_is_refused_in_one_line(name):
    assert not is_regular(name) and modified(name) == 0
    with pytest.raises((ValueError, OSError)):
        read_bytes(name, 10)
    for read in (scene_file.load, head.load):
        with pytest.raises(Refused if read is scene_file.load else ValueError) as refused:
            read(name)
        assert len(str(refused.value)) <= 300


def test_the_mark_of_a_scene_is_found_across_pieces(monkeypatch, tmp_path):
    run = embedded.packed('{"format": "attention-geodesics/scene", "version": 1}')
    path = tmp_path / "a.png"
    for length in range(1, len(embedded.MARK) + 2):
        monkeypatch.setattr(embedded, "CHUNK", length)
        path.write_bytes(b"{" * 7 + embedded.MARK[:9].encode() + run.encode() + b"}}")
        assert embedded.unpacked(path) == run


def test_a_scene_is_looked_for_at_both_ends_of_a_file(tmp_path):
    """A film of 15 GB without one blocked the window while it was read."""
    run = embedded.packed('{"format": "attention-geodesics/scene", "version": 1}')
    path = tmp_path / "a.mp4"
    for place in (0, embedded.MOST_AROUND - 4096):
        path.write_bytes(b"")
        os.truncate(path, embedded.MOST_AROUND)
        with path.open("r+b") as file:
            file.seek(place)
            file.write(run.encode())
        assert embedded.unpacked(path) == run
    path.write_bytes(b"")
    os.truncate(path, embedded.MOST_AROUND)
    began = time.process_time()
    with pytest.raises(ValueError, match="it contains no scene"):
        embedded.unpacked(path)
    assert time.process_time() - began < 3.0


# --- the rule --------------------------------------------------------------------------------
# names of files that `opened` has opened, or that belong to the package
OPEN = ("file", "resources")
READING = {"read_text", "read_bytes"}
PARSING = {"load", "open", "ZipFile", "fromfile", "loadtxt", "genfromtxt", "safe_open", "mmap"}
ELSEWHERE = {
    "compute/core/opening.py": "the place itself",
    "compute/core/packages.py": "what installed packages state of themselves",
    "compute/gpu/compose.py": "text of shaders, which belong to the package",
}


def reads(node: ast.Call) -> bool:
    """Whether a call opens a file by its name to read it."""
    called = node.func
    if isinstance(called, ast.Name):
        return called.id in ("open", "safe_open", "ZipFile") and not _is_open(node)
    if not isinstance(called, ast.Attribute):
        return False
    owner = ast.unparse(called.value)
    if called.attr in READING:
        return not any(word in owner for word in OPEN)
    owns = owner in ("np", "Image", "zipfile", "io", "mmap", "Path", "os") or owner.endswith("path")
    return called.attr in PARSING and owns and not _is_open(node)


def _is_open(node: ast.Call) -> bool:
    given = [ast.unparse(argument) for argument in node.args]
    writes = {"'w'", "'wb'", "os.O_WRONLY"} & {*given}
    return bool(writes) or given[:1] == ["file"]


def calls() -> Iterator[tuple[str, int]]:
    for folder in ("app", "compute"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = str(path.relative_to(ROOT)).replace(os.sep, "/")
            # a workload reads what it has written itself
            if where.startswith("app/bench/") or where in ELSEWHERE:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and reads(node):
                    yield where, node.lineno


def test_files_are_opened_for_reading_in_one_place():
    assert list(calls()) == []


@pytest.mark.parametrize(
    "line",
    [
        "open(path)", "path.open('rb')", "Path(x).read_text()", "path.read_bytes()", "np.load(path)",
        "np.fromfile(name)", "Image.open(path)", "zipfile.ZipFile(path)", "safe_open(p)",
        "os.open(path, os.O_RDONLY)",
    ],
)  # fmt: skip
def test_the_rule_sees(line):
    assert reads(ast.parse(line).body[0].value)


@pytest.mark.parametrize("line", ["path.open('wb')", "open(path, 'w')", "Image.open(file)"])
def test_the_rule_lets_pass(line):
    assert not reads(ast.parse(line).body[0].value)
