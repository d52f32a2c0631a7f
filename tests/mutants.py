"""Plant single mistakes in the source, one at a time, and report which of them no test catches.

    python -m tests.mutants [--seed S] [--count N] [--first K] [--seconds T] [--show]

Each mistake is a small one that a hand might make: a comparison or an operator exchanged, a number
changed, a condition turned round, a call or a keyword left out, two arguments swapped.  It is planted
in a copy of the tree.  First the tests run that execute its block of statements (``tests.reach``),
the nearest and the quickest first, then the rest of their files, because another test may see what
an earlier one left in a cache.  No other test can notice the mistake, so the verdict is that of the
whole suite.  Outside functions, where importing is executing, all tests run that import the module.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from tests import ROOT
from tests.reach import COPIED, PYTEST, TOPS, Block, Runs, blocks, copied, recorded

# test files that judge the text of the tree rather than what it does
UNHELPFUL = ("test_project.py", "test_style.py", "test_mutants.py")

COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
COMBINED: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
# what may stand in for what in a shader
WGSL = {" + ": " - ", " - ": " + ", " * ": " / ", " < ": " <= ", " > ": " >= ", " && ": " || "}


@dataclass(frozen=True)
class Mistake:
    """Characters ``begin`` to ``end`` of a file become ``new``."""

    file: Path
    begin: int
    end: int
    new: str

    def described(self) -> str:
        """The place, what stood there and what stands there now."""
        text = (ROOT / self.file).read_text("utf-8")
        line = text.count("\n", 0, self.begin) + 1
        old = " ".join(text[self.begin : self.end].split())
        return (
            f"{self.file}:{line}: `{old[:80]}` → `{' '.join(self.new.split())[:80] or '(removed)'}`"
        )

    def plant(self, tree: Path) -> None:
        """Change the file of the copy."""
        text = (ROOT / self.file).read_text("utf-8")
        (tree / self.file).write_text(text[: self.begin] + self.new + text[self.end :], "utf-8")

    def remove(self, tree: Path) -> None:
        """Restore the file of the copy."""
        shutil.copyfile(ROOT / self.file, tree / self.file)


class _Places(ast.NodeVisitor):
    """Collects the mistakes that one module has room for, by their kind."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text = file, text
        lines = text.splitlines(keepends=True)
        self._lines, self._starts = lines, [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))
        self.found: dict[str, list[Mistake]] = {}

    def _at(self, line: int, column: int) -> int:
        """The character at a line and a column of UTF-8 bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        begin = self._at(node.lineno, node.col_offset)
        return begin, self._at(node.end_lineno, node.end_col_offset)

    def _add(self, kind: str, begin: int, end: int, new: str) -> None:
        self.found.setdefault(kind, []).append(Mistake(self._file, begin, end, new))

    def _between(self, kind: str, left: ast.expr, right: ast.expr, new: str) -> None:
        """Replace the operator between two operands, which may stand in parentheses."""
        begin, end = self._span(left)[1], self._span(right)[0]
        match = re.search(r"[^\s()#]+( (in|not)\b)?", self._text[begin:end])
        if match and "#" not in self._text[begin:end]:
            self._add(kind, begin + match.start(), begin + match.end(), new)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self._between("comparison", left, right, COMPARED[type(operator)])
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in COMBINED and not isinstance(node.left, ast.JoinedStr):
            self._between("operator", node.left, node.right, COMBINED[type(node.op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = "or" if isinstance(node.op, ast.And) else "and"
        self._between("condition", node.values[0], node.values[1], other)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            begin, _ = self._span(node)
            # a bracket that the operand stands in is closed behind it
            sign = "not " if isinstance(node.op, ast.Not) else "-"
            self._add("condition", begin, begin + len(sign), "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        begin, end = self._span(node)
        if isinstance(node.value, bool):
            self._add("number", begin, end, str(not node.value))
        elif isinstance(node.value, int):
            self._add(
                "number", begin, end, str(node.value + 1 if node.value < 10 else 2 * node.value)
            )
        elif isinstance(node.value, float):
            self._add("number", begin, end, repr(1.5 * node.value or 0.5))

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._add("call", *self._span(node), "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            begin, end = self._span(keyword)
            after = re.match(r"\s*,\s*", self._text[end:])
            if keyword.arg and after:
                self._add("keyword", begin, end + after.end(), "")
        if len(node.args) == 2 and not any(isinstance(a, ast.Starred) for a in node.args):
            (a, b), (c, d) = map(self._span, node.args)
            swapped = self._text[c:d] + self._text[b:c] + self._text[a:b]
            if swapped != self._text[a:d]:
                self._add("arguments", a, d, swapped)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if not node.orelse and isinstance(node.body[-1], ast.Return | ast.Continue | ast.Raise):
            self._add("guard", *self._span(node.test), "False")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Its decorators say how a class behaves, where a mistake changes nothing."""
        for child in node.body:
            self.visit(child)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """An annotation is no place for a mistake that runs."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for child in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(child)


def mistakes(file: Path) -> dict[str, list[Mistake]]:
    """All mistakes that a module or a shader has room for, by their kind."""
    text = (ROOT / file).read_text("utf-8")
    if file.suffix == ".wgsl":
        code = re.sub(r"//.*", lambda match: " " * len(match[0]), text)
        found = (
            Mistake(file, at.start(), at.end(), new)
            for old, new in WGSL.items()
            for at in re.finditer(re.escape(old), code)
        )
        return {"shader": list(found)}
    places = _Places(file, text)
    places.visit(ast.parse(text))
    return places.found


def chosen(seed: int, count: int) -> Iterator[Mistake]:
    """Draw mistakes: a file by its size, a kind of mistake, and a place."""
    source = [p for top in TOPS for p in (ROOT / top).rglob("*.py")]
    files = sorted(p.relative_to(ROOT) for p in (*source, *(ROOT / "shaders").rglob("*.wgsl")))
    sizes = [(ROOT / file).stat().st_size for file in files]
    draw = random.Random(seed)
    while count:
        found = mistakes(draw.choices(files, sizes)[0])
        if kinds := sorted(kind for kind, places in found.items() if places):
            yield draw.choice(found[draw.choice(kinds)])
            count -= 1


@cache
def _imported(file: Path) -> frozenset[str]:
    """The dotted names that a module imports, those of modules and those of what is in them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def _dotted(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def test_files() -> list[Path]:
    """All files of tests that judge what the program does."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [
        p.relative_to(ROOT) for p in found if p.name not in UNHELPFUL and p.parent.name != "models"
    ]


def distances(file: Path) -> dict[Path, int]:
    """The steps of imports from the files of tests that import a module, directly or not.

    For a shader the module of the same name in ``compute.gpu`` stands in.
    """
    modules = {_dotted(p.relative_to(ROOT)): p for top in TOPS for p in (ROOT / top).rglob("*.py")}
    begin = f"compute.gpu.{file.stem}" if file.suffix == ".wgsl" else _dotted(file)
    importers: dict[str, set[str]] = {}
    for name, path in modules.items():
        for other in _imported(path) & modules.keys():
            importers.setdefault(other, set()).add(name)
    steps, queue = {begin: 0}, deque([begin])
    while queue:
        for other in importers.get(name := queue.popleft(), ()):
            if other not in steps:
                steps[other] = steps[name] + 1
                queue.append(other)
    found = {}
    for test in test_files():
        if near := _imported(ROOT / test) & steps.keys():
            found[test] = min(steps[name] for name in near)
    return found


def rounds(mistake: Mistake, every: list[Block], runs: Runs) -> list[list[str]]:
    """The names of the tests to run, those first that execute the mistake and are near and quick."""
    line = (ROOT / mistake.file).read_text("utf-8").count("\n", 0, mistake.begin) + 1
    around = [n for n, b in enumerate(every) if b.file == mistake.file and line in b]
    innermost = max(around, key=lambda n: every[n].first)
    once = every[innermost].at_import
    numbers = {n for n, b in enumerate(every) if b.file == mistake.file} if once else {innermost}
    steps = distances(mistake.file)

    def place(test: Path) -> tuple[int, bool, float]:
        beside = test.parent == "tests" / mistake.file.parent
        return (
            steps.get(test, len(every)),
            not beside,
            sum(runs[test][name].seconds for name in hit[test]),
        )

    hit = {
        test: names
        for test, found in runs.items()
        if (names := [name for name, run in found.items() if numbers & run.blocks])
    }
    files = sorted(hit, key=place)
    near = [[name for file in some for name in hit[file]] for some in (files[:5], files[5:])]
    if once:  # which tests there are may depend on it
        far = sorted(steps.keys() - hit.keys(), key=steps.__getitem__)
        return [*near, [str(file) for file in (*files, *far)]]
    done = {name for names in near for name in names}
    return [*near, [name for file in files for name in runs[file] if name not in done]]


def verdict(mistake: Mistake, tree: Path, tests: list[list[str]], seconds: float) -> str:
    """The first test that fails, or how many have passed."""
    until, passed = time.monotonic() + seconds, 0
    mistake.plant(tree)
    try:
        for names in filter(None, tests):
            try:
                if failed := _failed(names, tree, until - time.monotonic()):
                    return failed
            except TimeoutError:
                return f"SURVIVED {passed} tests and a part of {len(names)} in {seconds:.0f} s"
            passed += len(names)
    finally:
        mistake.remove(tree)
    return f"SURVIVED {passed} tests"


def _failed(names: list[str], tree: Path, seconds: float) -> str:
    """The first of some tests that fails, or ""."""
    chosen, said = tree / "chosen.json", tree / "said.txt"
    chosen.write_text(json.dumps(names))
    files = list(dict.fromkeys(name.partition("::")[0] for name in names))
    child = os.fork()
    if not child:
        _test(tree, ["-x", "-p", "tests.reach", *files], chosen, said)
    status = _ended(child, seconds)
    if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return ""
    lines = said.read_text(errors="replace").strip().splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else (lines or [f"it ended with status {status}"])[-1]


def _test(tree: Path, arguments: list[str], chosen: Path, said: Path) -> NoReturn:
    """Be a run of tests of the tree: a forked process has imported the libraries already."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.chdir(tree)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for stream in (1, 2):
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), stream)
        os.environ |= {"PYTHONPATH": str(tree), "CI": "true", "CHOSEN": str(chosen)}
        sys.path[:] = [str(tree), *(p for p in sys.path if p and Path(p).resolve() != ROOT)]
        for name in [name for name in sys.modules if name.partition(".")[0] in (*TOPS, "tests")]:
            del sys.modules[name]
        status = int(pytest.main([*PYTEST[3:], *arguments]))
        sys.stdout.flush()
    finally:
        os._exit(status)


def _ended(child: int, seconds: float) -> int:
    """Wait for a process and return its status, negative if a signal ended it.

    One that takes longer is ended with all that it started: TimeoutError.
    """
    until = time.monotonic() + seconds
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise TimeoutError
        time.sleep(0.05)
    return os.waitstatus_to_exitcode(found[1])


def import_libraries() -> None:
    """Import what modules of the tree import of others, once for all runs."""
    for file in sorted(p for top in (*TOPS, "tests") for p in (ROOT / top).rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name and "._" not in name and name.partition(".")[0] not in COPIED:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)


def main() -> int:
    """Plant the mistakes that the options ask for; exit status 1 if one in ten survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="leave out those before this number")
    parser.add_argument("--seconds", type=float, default=300.0, help="for the tests of each")
    parser.add_argument("--show", action="store_true", help="list them and run nothing")
    options = parser.parse_args()
    survivors = tried = 0
    runs = {} if options.show else recorded(test_files())
    every = blocks()
    if not options.show:
        import_libraries()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) if options.show else copied(Path(folder))
        for number, mistake in enumerate(chosen(options.seed, options.count)):
            if number < options.first:
                continue
            sys.stdout.write(f"{number} {mistake.described()}\n")
            sys.stdout.flush()
            if options.show:
                continue
            began = time.perf_counter()
            told = verdict(mistake, tree, rounds(mistake, every, runs), options.seconds)
            tried, survivors = tried + 1, survivors + told.startswith("SURVIVED")
            sys.stdout.write(f"    {told[:200]} ({time.perf_counter() - began:.0f} s)\n")
    sys.stdout.write(f"{survivors} of {tried} survived\n")
    return int(10 * survivors > tried)


if __name__ == "__main__":
    raise SystemExit(main())
