"""Record which tests execute which lines, so that a planted mistake is run against no others.

Every block of statements of a copy of the tree is compiled with a mark before it; its sources stay
as they are, for the marked code lies in ``__pycache__`` and is loaded unchecked.  Processes that a
test starts are marked too.  Results are kept in ``.reach``, a file for each file of tests, and recorded
again when the sources or those tests change.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib.util
import json
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import ROOT

TOPS = ("app", "compute")
COPIED = (
    *TOPS,
    "shaders",
    "assets",
    "tests",
    "docs",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)
KEPT = ROOT / ".reach"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no")

# what every process of the marked tree begins with: a process that is no test run writes at once
BEGINNING = """
import builtins, os, sys
builtins.seen_blocks = bytearray({count})
_shaders = {shaders!r}
def hit(number):
    builtins.seen_blocks[number] = 1
    if (test := os.environ.get("PYTEST_CURRENT_TEST")) and "REACH" in os.environ:
        with open(os.path.join(os.environ["REACH"], str(os.getpid())), "a") as file:
            file.write(f"{{number}} {{test}}\\n")
builtins.hit_block = hit
def _opened(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].endswith(".wgsl"):
        number = _shaders.get(os.path.basename(arguments[0]))
        if number is not None:
            builtins.seen_blocks[number] or builtins.hit_block(number)
sys.addaudithook(_opened)
"""


@dataclass(frozen=True)
class Block:
    """Statements of a file that are executed one after another, by their first and last line."""

    file: Path
    first: int
    last: int
    at_import: bool = False

    def __contains__(self, line: int) -> bool:
        return self.first <= line <= self.last


class _Marks(ast.NodeTransformer):
    """Puts a mark before each block of a module and collects the blocks."""

    def __init__(self, file: Path, begin: int) -> None:
        self._file, self._begin, self._functions = file, begin, 0
        self.blocks: list[Block] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        self._functions += inside
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements and not isinstance(node, ast.ClassDef):
                setattr(node, name, list(self._marked(statements)))
        self._functions -= inside
        return node

    def _marked(self, statements: list[ast.stmt]) -> Iterator[ast.stmt]:
        last = max(each.end_lineno or each.lineno for each in statements)
        fresh = True
        for statement in statements:
            if fresh and not _must_be_first(statement):
                first, once = _first_line(statement), self._functions == 0
                self.blocks.append(Block(self._file, first, last, once))
                yield self._mark(statement)
                fresh = False
            yield statement
            fresh = fresh or isinstance(
                statement, ast.If | ast.For | ast.While | ast.Try | ast.With | ast.Match
            )

    def _mark(self, before: ast.stmt) -> ast.stmt:
        number = self._begin + len(self.blocks) - 1
        mark = ast.parse(f"seen_blocks[{number}] or hit_block({number})").body[0]
        for node in ast.walk(mark):
            ast.copy_location(node, before)
        return mark


def _first_line(statement: ast.stmt) -> int:
    return min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])


def _must_be_first(statement: ast.stmt) -> bool:
    """Whether it is a docstring or an import from the future."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def marked(source: bytes, file: Path, begin: int = 0) -> tuple[ast.Module, list[Block]]:
    """The code of a module with a mark before each block: ``seen_blocks[n] or hit_block(n)``."""
    marks = _Marks(file, begin)
    code: ast.Module = marks.visit(ast.parse(source))
    return ast.fix_missing_locations(code), marks.blocks


def sources() -> list[Path]:
    """All modules, then all shaders."""
    modules = sorted(p for top in TOPS for p in (ROOT / top).rglob("*.py"))
    shaders = sorted((ROOT / "shaders").rglob("*.wgsl"))
    return [p.relative_to(ROOT) for p in (*modules, *shaders)]


def blocks(tree: Path | None = None) -> list[Block]:
    """All blocks, by their number; a shader is one.  Write the marked code into a tree if given."""
    found: list[Block] = []
    for file in sources():
        data = (ROOT / file).read_bytes()
        if file.suffix == ".wgsl":
            found.append(Block(file, 1, data.count(b"\n") + 1))
            continue
        code, own = marked(data, file, len(found))
        found += own
        if tree is not None:
            place = Path(importlib.util.cache_from_source(str(tree / file)))
            place.parent.mkdir(exist_ok=True)
            unchecked = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
            place.write_bytes(unchecked + marshal.dumps(compile(code, str(tree / file), "exec")))
    return found


def copied(tree: Path) -> Path:
    """Copy into a folder what tests need of the tree."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, tree / name, ignore=ignored)
        else:
            shutil.copyfile(ROOT / name, tree / name)
    return tree


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(f"{file}\n".encode() + (ROOT / file).read_bytes())
    return found.hexdigest()[:16]


def _kept(test: Path, state: str) -> Path:
    return KEPT / state / f"{'.'.join(test.with_suffix('').parts)}-{_digest([test])}.json"


@dataclass(frozen=True)
class Run:
    """A test that passed on the tree as it is: its seconds and the blocks that it executed."""

    seconds: float
    blocks: frozenset[int]


Runs = dict[Path, dict[str, Run]]


def recorded(tests: list[Path]) -> Runs:
    """The runs of all tests of files, recorded where they are not kept: {file: {test: run}}."""
    state = _digest(sources())
    missing = [test for test in tests if not _kept(test, state).exists()]
    with tempfile.TemporaryDirectory() as folder:
        if missing:
            tree = copied(Path(folder))
            found = blocks(tree)
            shaders = {b.file.name: n for n, b in enumerate(found) if b.file.suffix == ".wgsl"}
            beginning = BEGINNING.format(count=len(found), shaders=shaders)
            (tree / "sitecustomize.py").write_text(beginning)
        for place in dict.fromkeys(test.parent for test in missing):
            _record([test for test in missing if test.parent == place], tree, state)
    return {test: _read(_kept(test, state)) for test in tests}


def _read(kept: Path) -> dict[str, Run]:
    rows = json.loads(kept.read_text())
    return {name: Run(seconds, frozenset(numbers)) for name, (seconds, numbers) in rows.items()}


def _record(tests: list[Path], tree: Path, state: str) -> None:
    """Run the tests of a folder in one process and keep a file for each of them."""
    sys.stdout.write(f"recording {tests[0].parent} ({len(tests)} files)\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        environment = os.environ | {"PYTHONPATH": str(tree), "CI": "true", "REACH": folder}
        command = [*PYTEST, "-p", "tests.reach", *map(str, tests)]
        subprocess.run(
            command, cwd=tree, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        rows: dict[str, tuple[float, set[int]]] = {}
        if (place / "runs").exists():
            for line in (place / "runs").read_text().splitlines():
                name, seconds, numbers = json.loads(line)
                rows[name] = seconds, set(numbers)
        for file in place.iterdir():
            if file.name != "runs":
                for line in file.read_text(errors="replace").splitlines():
                    number, _, test = line.partition(" ")
                    if (name := test.rpartition(" (")[0]) in rows:
                        rows[name][1].add(int(number))
    for test in tests:
        kept = _kept(test, state)
        kept.parent.mkdir(parents=True, exist_ok=True)
        of_file = {
            name: (seconds, sorted(numbers))
            for name, (seconds, numbers) in rows.items()
            if name.partition("::")[0] == str(test)
        }
        kept.write_text(json.dumps(of_file))


# as a plugin of pytest it records ($REACH) or chooses tests in their order ($CHOSEN)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the chosen tests, in their order; a file is all of its tests."""
    if "CHOSEN" in os.environ:
        names = json.loads(Path(os.environ["CHOSEN"]).read_text())
        order = {name: number for number, name in enumerate(names)}

        def place(item: pytest.Item) -> int:
            return order.get(item.nodeid, order.get(item.nodeid.partition("::")[0], -1))

        config.hook.pytest_deselected(items=[item for item in items if place(item) < 0])
        items[:] = sorted((item for item in items if place(item) >= 0), key=place)


class _Recorder:
    """Collects the numbers of the blocks that one test executes."""

    def __init__(self, place: Path) -> None:
        self._place, self._file = place, ""
        self._passed, self._seconds = True, 0.0
        seen = builtins.seen_blocks  # type: ignore[attr-defined]
        builtins.hit_block = lambda number: seen.__setitem__(number, 1)  # type: ignore[attr-defined]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        seen = builtins.seen_blocks  # type: ignore[attr-defined]
        seen[:] = bytes(len(seen))
        self._passed, self._seconds = True, 0.0
        if (file := nodeid.partition("::")[0]) != self._file:
            self._file = file
            _forget()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds += report.duration
        self._passed = self._passed and report.outcome == "passed"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if self._passed:
            seen = builtins.seen_blocks  # type: ignore[attr-defined]
            numbers = [number for number, hit in enumerate(seen) if hit]
            with (self._place / "runs").open("a") as file:
                file.write(json.dumps([nodeid, round(self._seconds, 3), numbers]) + "\n")


def _forget() -> None:
    """Clear the caches of functions, for what one file of tests computed another may need."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("app.", "compute.")) and name != "compute.gpu.device":
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


def pytest_configure(config: pytest.Config) -> None:
    """Record if asked to."""
    if "REACH" in os.environ and hasattr(builtins, "seen_blocks"):
        config.pluginmanager.register(_Recorder(Path(os.environ["REACH"])))
