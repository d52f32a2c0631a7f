"""Files that are complete or absent, and remains of killed processes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from compute.core.replacing import hidden, replacing, sweep
from tests import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")

SAFE = ("beside(", "replacing(", "replacing.replacing(", "unfinished(")
# the path that a film is written to is one that `beside` gave
GIVEN = {"app/export/gif.py", "app/export/mp4.py", "app/export/webm.py"}


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    target = tmp_path / "a.txt"
    with replacing(target) as path:
        path.write_text("first")
        assert not target.exists()
    with pytest.raises(ZeroDivisionError), replacing(target) as path:
        path.write_text("half")
        raise ZeroDivisionError
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "first")]


def test_what_only_its_owner_could_read_stays_so(tmp_path):
    target = tmp_path / "a.json"
    target.touch(0o600)
    with replacing(target) as path:
        path.write_text("new")
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o600)


@pytest.mark.parametrize("name", ["n" * 250 + ".json", "ö" * 122 + "n.json", "a." + "x" * 253])
def test_names_may_be_as_long_as_the_system_lets_them(name, tmp_path, dead):
    """Files that open can be saved, and files left half written are found."""
    target = tmp_path / name
    assert len(hidden(target).name.encode()) <= 255
    with replacing(target) as path:
        path.write_text("new")
    path.with_name(path.name.replace(str(os.getpid()), str(dead))).touch()
    sweep(tmp_path, target.stem)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_only_what_the_dead_left_is_swept(tmp_path, dead):
    names = (
        f".a.{dead}.png", f".a.{os.getpid()}.png", f".b.{dead}.png", f"a.{dead}.png", ".a.png",
        ".a.old.png", f".a.b.{dead}",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / f".a.{dead}").mkdir()
    (tmp_path / f".a.{dead}" / "a-0001.png").touch()
    sweep(tmp_path, "a")
    assert {path.name for path in tmp_path.iterdir()} == set(names) - {f".a.{dead}.png"}
    sweep(tmp_path)
    gone = {f".a.{dead}.png", f".b.{dead}.png", f".a.b.{dead}"}
    assert {path.name for path in tmp_path.iterdir()} == set(names) - gone


def test_where_nothing_can_be_swept_nothing_happens(tmp_path):
    sweep(tmp_path / "nowhere")
    sweep(tmp_path / "nowhere", "a")
    assert list(tmp_path.iterdir()) == []


def test_the_next_to_write_sweeps(tmp_path, dead):
    from app.export.files import checked
    from app.model import scene_file

    for name in ("scene.json", "film.mp4"):
        (tmp_path / f".{name.replace('.', f'.{dead}.')}").touch()
    scene_file.save(scene_file.load("gaussian"), tmp_path / "scene.json")
    checked(tmp_path / "film.mp4", (".mp4",))
    assert [path.name for path in tmp_path.iterdir()] == ["scene.json"]


def test_a_hidden_name_keeps_the_kind_of_the_file(tmp_path):
    assert hidden(tmp_path / "a.b.png").name == f".a.b.{os.getpid()}.png"


# --- all files of the program ----------------------------------------------------------------
def writes(node: ast.AST) -> bool:
    """Whether a node opens a file by its name to write it."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
    opens = name == "open" and any(mode in ("w", "wb", "x", "a", "ab") for mode in modes)
    return name in ("write_text", "write_bytes") or opens


def unsafe(node: ast.AST) -> Iterator[int]:
    """Yield the lines that write a file outside a block which replaces it when it is complete."""
    items = node.items if isinstance(node, ast.With) else []
    if any(ast.unparse(item.context_expr).startswith(SAFE) for item in items):
        return
    if writes(node):
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from unsafe(child)


def test_files_are_written_beside_and_renamed():
    paths = [path for room in ("app", "compute") for path in (ROOT / room).rglob("*.py")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}
    rest = {name for name in texts if not name.startswith("app/bench/")} - GIVEN
    found = {name: lines for name in rest if (lines := list(unsafe(ast.parse(texts[name]))))}
    assert len(rest) > 300 and found == {}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("path.write_text('a')", [1]),
        ("with path.open('wb') as file:\n    pass", [1]),
        ("with suppress(OSError):\n    path.write_bytes(b'')", [2]),
        ("with replacing(target) as path:\n    path.write_text('a')", []),
        ("with beside(target) as path, path.open('w') as file:\n    pass", []),
        ("path.open('rb')", []),
    ],
)
def test_a_file_that_is_written_in_its_place_would_be_found(text, lines):
    assert list(unsafe(ast.parse(text))) == lines
