"""The cache of derived families: damaged entries are made again, and it stays small."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compute.definitions import disk_cache, sources
from compute.definitions.derived import Derived, plain_of, read_plain
from compute.definitions.disk_cache import cached
from compute.definitions.tape import Tape
from compute.families import gaussian
from tests import ROOT


def derived(number: float = 1.0) -> Derived:
    """Tapes of a flat plane whose margin is a number."""
    first = Tape(("t0", "t1"), (("const", number),), (2,))
    return Derived(
        geometry=Tape(("t0", "t1"), (("const", 1.0), ("const", 0.0)), (2, 3, 2, *(3,) * 10, 2)),
        margin=first,
        curvature=first,
        scores=None,
        sight=None,
        density=Tape(("t0", "t1", "t2"), (("const", 0.0),), (3,)),
        scalars=(),
        scalar=Tape(("t0", "t1"), (), ()),
        distance=None,
        divergence=None,
        wasserstein=None,
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The cache's folder, which does not exist yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "attention-geodesics"


def times_made(key: str = "key") -> int:
    """The number of times that one request makes the entry."""
    made = []
    assert cached(key, lambda: made.append(1) or derived()) == derived()
    return len(made)


def entry(folder: Path) -> Path:
    (found,) = folder.glob("*.json")
    return found


def signed(content: bytes) -> bytes:
    """Content with the digest that is its own under the usual key."""
    name = hashlib.sha256(b"key").hexdigest() + ".json"
    return hashlib.sha256(name.encode() + b"\n" + content).hexdigest().encode() + b"\n" + content


def test_an_entry_of_another_key_is_not_taken_for_this_one(folder):
    assert times_made("another") == 1
    entry(folder).rename(folder / (hashlib.sha256(b"key").hexdigest() + ".json"))
    assert times_made() == 1


def test_an_answer_is_kept_by_its_key(folder):
    assert [times_made(), times_made(), times_made("another")] == [1, 0, 1]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b"",
        lambda b: b[: len(b) // 2],
        lambda b: b.replace(b"1.0", b"2.0", 1),
        lambda b: b + b" ",
        lambda b: b"\xff\xfe" + b,
        lambda b: b.partition(b"\n")[2],
        lambda b: signed(b"[" * 100_000),
        lambda b: signed(b"null"),
        lambda b: b"0" * ((4 << 20) + 1),
    ],
)
def test_a_damaged_entry_is_made_again(folder, damage):
    assert times_made() == 1
    path = entry(folder)
    path.write_bytes(damage(path.read_bytes()))
    assert [times_made(), times_made()] == [1, 0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("margin", None),
        ("geometry", None),
        ("scalars", ["a"]),
        ("scalars", [1]),
        ("scores", [["t0", "t1"], [], [0]]),
        ("margin", [["t0", "t1"], [["const", 1e999]], [2]]),
        ("margin", [["t0", "t1"], [["const", True]], [2]]),
        ("margin", [["t0", "t1"], [["exec", 0]], [2]]),
        ("margin", [["t0", "t1"], [["neg", 7]], [2]]),
        ("margin", [["t0", "t1"], [["neg", 0.5]], [2]]),
        ("margin", [["t0", "t1"], [[]], [2]]),
        ("margin", [["t0", "t1"], [], [-1]]),
        ("margin", [["t0; discard", "t1"], [], [0]]),
        ("margin", [["t0", "t1"], [], [0, 1]]),
    ],
)
def test_an_entry_of_another_shape_is_refused(folder, name, value):
    """Even one whose digest is right, as another program may write it."""
    data = json.loads(json.dumps(plain_of(derived())))
    assert read_plain(data) == derived()
    data[name] = value
    with pytest.raises(ValueError, match=r"must|expected"):
        read_plain(data)
    times_made()
    entry(folder).write_bytes(signed(json.dumps(data).encode()))
    assert [times_made(), times_made()] == [1, 0]


def test_a_pipe_in_the_place_of_an_entry_does_not_stop_the_program(folder):
    times_made()
    path = entry(folder)
    path.unlink()
    os.mkfifo(path)
    assert [times_made(), times_made()] == [1, 0]


def test_a_folder_that_cannot_be_written_costs_the_making_alone(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", Path("/proc/none")):
        monkeypatch.setenv("XDG_CACHE_HOME", str(place))
        assert [times_made(), times_made()] == [1, 1]
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    assert times_made() == 1


def test_what_was_not_used_for_longest_goes(folder, monkeypatch):
    monkeypatch.setattr(disk_cache, "MOST_ENTRIES", 3)
    for number, key in enumerate("abc"):
        times_made(key)
        path = folder / (hashlib.sha256(key.encode()).hexdigest() + ".json")
        os.utime(path, (number, number))
    assert times_made("a") == 0, "which makes it the youngest"
    times_made("d")
    assert [times_made(key) for key in "acd"] == [0, 0, 0]
    assert len(list(folder.iterdir())) == 3
    assert times_made("b") == 1


def test_bytes_are_bounded_with_what_was_left_half_written(folder, monkeypatch):
    times_made("a")
    size = entry(folder).stat().st_size
    monkeypatch.setattr(disk_cache, "MOST_BYTES", 3 * size)
    left = folder / "tmpabc.part"
    left.write_bytes(b" " * 2 * size)
    os.utime(left, (0, 0))
    times_made("b")
    assert not left.exists() and len(list(folder.iterdir())) == 2


def test_the_key_has_all_sources_of_the_generator(monkeypatch):
    """Found by their imports, also those within functions."""
    from compute.custom.define import definition_of

    reached = sources.closure(*sources.DERIVATION, definition_of.__module__)
    assert {
        "compute.definitions.lowering",
        "compute.definitions.tape",
        "compute.definitions.special_functions",
        "compute.definitions.symbolic_functions",
        "compute.custom.algebra",
        "compute.custom.parse",
    } <= set(reached)
    assert not {"compute.definitions.family", "compute.api.geodesics", "compute"} & set(reached)
    before = sources.identity(definition_of)
    assert "sympy 1." in before
    source = sources.text_of
    for name in ("compute.custom.algebra", "compute.definitions.tape"):
        changed = lambda n, name=name: source(n) + ("# changed" if n == name else "")  # noqa: E731
        monkeypatch.setattr(sources, "text_of", changed)
        assert sources.identity(definition_of) != before
    assert sources.identity(gaussian.define) != before


# only what a family needs of the package, so that eight begin quickly
PROGRAM = """
import sys, types
from importlib.machinery import ModuleSpec
package = types.ModuleType("compute")
package.__spec__ = ModuleSpec("compute", None, is_package=True)
package.__path__ = [sys.argv[1]]
sys.modules["compute"] = package
from compute.families.gaussian import FAMILY
made = FAMILY.build("gaussian")
print(float(made.curvature([[0.0, 2.0]])[0]))
"""


def test_four_processes_on_an_empty_cache_get_the_same(folder, monkeypatch):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "compute")]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for _ in range(4)
    ]
    for process in started:
        told, wrong = process.communicate(timeout=300)
        assert (float(told), wrong) == (-0.5, b"")
    assert [path.suffix for path in folder.iterdir()] == [".json"]
    # what they left is read, not made again
    monkeypatch.setattr("compute.definitions.derive.derive", None)
    assert float(gaussian.FAMILY.build("gaussian").curvature([[0.0, 2.0]])[0]) == -0.5
