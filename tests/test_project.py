"""Rules of the project: small files, a complete lock, a twin for every kernel."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# written so that this file does not match itself
OF_ONE_MACHINE = re.compile(rb"(?<![\w.])/(work|root|home)/|pypi\.org|\bpythonhosted\.org")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_only_assets_are_large(tracked):
    large = [p for p in tracked if p.stat().st_size > 1_000_000]
    assert [p for p in large if ROOT / "assets" not in p.parents] == []


def test_no_file_speaks_of_one_machine(tracked):
    assert [p for p in tracked if OF_ONE_MACHINE.search(p.read_bytes())] == []


@pytest.mark.parametrize("folder", ["app", "compute", "shaders"])
def test_a_module_is_read_in_one_sitting(folder):
    lengths = {p: len(p.read_text().splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert {p: n for p, n in lengths.items() if n > 400} == {}


def test_what_is_declared_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {plain(requirement) for requirement in declared} <= set(locked())


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_each_package_is_locked_by_digests(lock):
    assert [name for name, pin in locked(lock).items() if not PINNED.fullmatch(pin)] == []


def test_every_package_that_the_program_needs_has_its_licence_told():
    told = (ROOT / "docs" / "licences.md").read_text().lower()
    needed = dependencies_of("attention-geodesics") - {"attention-geodesics"}
    assert len(needed) > 20
    assert [name for name in needed if not re.search(rf"\b{re.escape(name)}\b", told)] == []


def test_the_program_opens_no_network_connection(imported):
    networks = {"socket", "http", "urllib", "ftplib", "smtplib", "requests", "ssl"}
    display = ROOT / "app" / "process" / "display.py"  # to ask whether the user's display answers
    assert [path for path, names in imported.items() if names & networks] == [display]


# where a value is written out to be read by a program
WRITTEN_OUT = {"app/bench/start.py", "compute/gpu/compose.py"}


def test_messages_show_values_through_the_one_helper():
    """A repr in a message is as long as the value is, whoever gave it."""
    found = []
    for path in (p for folder in ("app", "compute") for p in (ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_raised = isinstance(node, ast.Raise)
            if is_raised or (isinstance(node, ast.JoinedStr) and name not in WRITTEN_OUT):
                found += [f"{name}:{part.lineno}" for part in ast.walk(node) if _is_repr(part)]
    assert found == []


def _is_repr(node: ast.AST) -> bool:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return (isinstance(node, ast.FormattedValue) and node.conversion == ord("r")) or (
        called and node.func.id in ("repr", "ascii")
    )


@pytest.fixture(scope="module")
def imported() -> dict[Path, set[str]]:
    """The packages that each module of the program imports."""
    found = {}
    for path in (p for folder in ("app", "compute") for p in (ROOT / folder).rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        names = [
            alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
        ]
        names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        found[path] = {name.split(".")[0] for name in names}
    return found


def dependencies_of(package: str, with_markers: bool = True) -> set[str]:
    """The normalised names of an installed package and of all that it requires on this system with
    the oldest Python, which needs most, or of what it requires everywhere.
    """
    oldest = {"extra": "", "python_version": "3.11", "python_full_version": "3.11.0"}
    found: set[str] = set()
    waiting = [package]
    while waiting:
        name = plain(waiting.pop())
        if name not in found:
            found.add(name)
            needs = map(Requirement, metadata.requires(name) or [])
            waiting += [
                need.name
                for need in needs
                if not need.marker or (with_markers and need.marker.evaluate(oldest))
            ]
    return found


PINNED = re.compile(r"[\w-]+==[\w.]+( --hash=sha256:[0-9a-f]{64})+")


def locked(lock: str = "requirements.lock") -> dict[str, str]:
    """The lines of a lock by the normalised names of their packages."""
    lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    return {plain(line): " ".join(line.split()) for line in lines}


def plain(requirement: str) -> str:
    """The normalised name of a requirement."""
    name = re.match(r"[\w-]+", requirement)
    assert name, requirement
    return name[0].lower().replace("_", "-")


@pytest.mark.parametrize("kernel", sorted(p.stem for p in ROOT.glob("shaders/kernels/*.wgsl")))
def test_a_kernel_has_its_twin_in_the_reference(kernel):
    """The module that runs a kernel names its file, or a pattern of it, and the twin of it."""
    said = [
        ast.get_docstring(ast.parse(p.read_text("utf-8"))) for p in ROOT.glob("compute/gpu/*.py")
    ]
    owners = [
        words
        for words in said
        for pattern in re.findall(r"``shaders/kernels/([\w*]+)\.wgsl``", words or "")
        if fnmatch(kernel, pattern)
    ]
    assert owners, kernel
    (twin,) = {name for words in owners for name in re.findall(r"Twin of `([\w.]+)`", words)}
    assert (ROOT / twin.replace(".", "/")).with_suffix(".py").exists()


def test_labels_and_pages_are_made_where_their_text_is_plain():
    """Qt takes a text that looks like HTML for HTML: `qt/style/text.py` makes what shows any."""
    made = re.compile(r"\b(QLabel|QTextBrowser|QTextEdit)\(")
    elsewhere = [
        path.name
        for path in (ROOT / "app").rglob("*.py")
        if path.name != "text.py" and made.search(path.read_text("utf-8"))
    ]
    assert elsewhere == []


# --- what tests look at ------------------------------------------------------------------------
SETTING = {"setattr", "getattr", "delattr", "hasattr"}
# without a public observer: the labels of an axis of pyqtgraph; the way out of a forked process;
# a cache that the program has no reason to empty
PRIVATE_IN_TESTS = {
    "tests/app/views/test_window.py: axis._tickLevels",
    "tests/fuzz/worker.py: os._exit",
    "tests/mutants.py: os._exit",
    "tests/fuzz/kinds/kept.py: _build",
    "tests/models/test_capturing.py: Fused.config._attn_implementation_internal",
    "tests/models/test_capturing.py: model.config._attn_implementation",
}


@pytest.fixture(scope="module")
def tests_parsed() -> dict[str, ast.Module]:
    found = sorted((ROOT / "tests").rglob("*.py"))
    return {p.relative_to(ROOT).as_posix(): ast.parse(p.read_text("utf-8")) for p in found}


def test_tests_look_at_what_is_public(tests_parsed):
    """Neither through attributes, nor by their names, nor by imports."""
    found = {
        f"{place}: {name}"
        for place, tree in tests_parsed.items()
        for node in ast.walk(tree)
        for name in _private(node)
    }
    assert found == PRIVATE_IN_TESTS


def _private(node: ast.AST) -> list[str]:
    """The private names of others that a node of a test reaches for."""
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "cls")):
            return []
        case ast.Attribute(attr=name) if _is_private(name):
            return [ast.unparse(node)]
        case ast.ImportFrom(names=names):
            return [alias.name for alias in names if _is_private(alias.name)]
        case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called)) if called in SETTING:
            stated = [a.value for a in node.args if isinstance(a, ast.Constant)]
            return [text for text in stated if isinstance(text, str) and _is_private(text)]
        case _:
            return []


def _is_private(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("_") and not last.startswith("__")


def test_a_private_access_would_be_found():
    told = "x._a; self._b; m.setattr(y, '_c', 1); m.setattr('a.b._d', 1); x.__e__; y.f"
    nodes = [*ast.walk(ast.parse(told)), *ast.walk(ast.parse("from m import _g, h"))]
    assert sorted(name for node in nodes for name in _private(node)) == [
        "_c", "_g", "a.b._d", "x._a",
    ]  # fmt: skip


# --- asserts that can fail ----------------------------------------------------------------------
def test_a_claim_about_all_is_not_one_about_none(tests_parsed):
    """`assert all(…)` is true of no elements; `claims.each` is not."""
    asserted = [
        (f"{name}:{node.lineno}", node.test)
        for name, tree in tests_parsed.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert len(asserted) > 2000
    assert [place for place, claim in asserted if _is_about_all(claim)] == []


def test_a_tolerance_of_many_digits_is_one_of_small_numbers_too(tests_parsed):
    """`pytest.approx` also allows 1e-12 in absolute terms, unless `abs` is given."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in tests_parsed.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) == "approx" and _is_loose(node)
    ]
    assert found == []


def _is_about_all(claim: ast.expr) -> bool:
    match claim:
        case ast.Call(func=ast.Name(id="all")):
            return True
        case _:
            return False


def _called(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
        case _:
            return ""


def _is_loose(node: ast.Call) -> bool:
    stated = {k.arg: k.value for k in node.keywords}
    close = stated.get("rel")
    return isinstance(close, ast.Constant) and close.value <= 1e-9 and "abs" not in stated


def test_an_object_is_not_asserted_for_its_being_there(tests_parsed):
    """`assert Thing(…) and …` does not test the thing: objects are true."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in tests_parsed.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.BoolOp)
        for claim in node.test.values
        if _called(claim)[:1].isupper()
    ]
    assert found == []
