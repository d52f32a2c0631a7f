"""Plant single mistakes in the source, one at a time, and report which of them no test catches.

    python -m tests.mutants [--seed S] [--count N] [--first K] [--seconds T] [--show]

A mistake (`tests.mistakes`) is planted in a copy of the tree.  First those tests run that execute its
block of statements (`tests.reach`), the nearest and the quickest first; then the rest of their files,
because another test may see what an earlier one left in a cache.  No other test can notice the
mistake, so the verdict is that of the whole suite.  Outside functions a mistake is executed by an
import: there, all tests run that import the module.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import signal
import sys
import tempfile
import time
from collections import deque
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from tests import ROOT
from tests.mistakes import Mistake, chosen
from tests.reach import COPIED, PYTEST, TOPS, Block, Runs, blocks, copied, recorded

# test files that judge the text of the tree rather than what it does
UNHELPFUL = ("test_project.py", "test_style.py", "test_mutants.py")


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
    around = [n for n, b in enumerate(every) if b.file == mistake.file and mistake.line in b]
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
