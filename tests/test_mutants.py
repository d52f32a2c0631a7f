"""Planted mistakes are programs, and those tests run that execute them, the near ones first."""

from __future__ import annotations

import ast
from pathlib import Path

from tests import ROOT
from tests.mistakes import Mistake, chosen, mistakes
from tests.mutants import distances, rounds
from tests.reach import Run, blocks, marked

PROGRAM = b"""
def f(x):
    "A docstring."
    if x > 0:
        return 1
    y = 2
    for i in range(x + 2):
        y += i
    else:
        y += 10
    return y
"""


def test_a_planted_mistake_is_still_a_program(tmp_path):
    kinds = set()
    for mistake in chosen(3, 120):
        (tmp_path / mistake.file).parent.mkdir(parents=True, exist_ok=True)
        mistake.plant(tmp_path)
        text = (tmp_path / mistake.file).read_text("utf-8")
        assert text != (ROOT / mistake.file).read_text("utf-8")
        if mistake.file.suffix == ".py":
            kinds |= {kind for kind, found in mistakes(mistake.file).items() if mistake in found}
            assert ast.dump(ast.parse(text)) != ast.dump(
                ast.parse((ROOT / mistake.file).read_text())
            )
    assert kinds >= {"comparison", "operator", "number", "call", "keyword", "condition"}


def test_the_nearest_tests_of_a_module_import_it():
    steps = distances(Path("compute/studies/holonomy.py"))
    assert steps[Path("tests/compute/studies/test_holonomy.py")] == 0
    assert min(steps.values()) == 0 and max(steps.values()) > 0


def test_marks_tell_the_blocks_that_a_call_executes():
    code, found = marked(PROGRAM, Path("f.py"))
    seen = bytearray(len(found))
    names = {"seen_blocks": seen, "hit_block": lambda number: seen.__setitem__(number, 1)}
    exec(compile(code, "f.py", "exec"), names)

    def lines(x):
        seen[:] = bytes(len(seen))
        value = names["f"](x)
        return value, sorted(found[number].first for number, hit in enumerate(seen) if hit)

    assert lines(1) == (1, [4, 5])
    assert lines(0) == (13, [4, 6, 8, 10, 11])
    assert lines(-2) == (12, [4, 6, 10, 11])
    assert [block.first for block in found if block.at_import] == [2]


def test_the_tests_that_execute_a_mistake_run_first_and_no_others():
    every = blocks()
    file = Path("compute/studies/holonomy.py")
    own = [n for n, block in enumerate(every) if block.file == file]
    inside = next(n for n in own if not every[n].at_import)
    text = (ROOT / file).read_text("utf-8")
    begin = sum(map(len, text.splitlines(keepends=True)[: every[inside].first - 1]))
    near, far = Path("tests/compute/studies/test_holonomy.py"), Path("tests/app/test_edges.py")
    runs = {
        far: {f"{far}::quick": Run(0.0, frozenset({inside}))},
        near: {
            f"{near}::first": Run(1.0, frozenset()),
            f"{near}::second": Run(9.0, frozenset({inside})),
        },
        Path("tests/test_golden.py"): {"tests/test_golden.py::other": Run(0.0, frozenset())},
    }
    mistake = Mistake(file, begin, begin + 1, "")
    assert rounds(mistake, every, runs) == [
        [f"{near}::second", f"{far}::quick"], [], [f"{near}::first"]
    ]  # fmt: skip
