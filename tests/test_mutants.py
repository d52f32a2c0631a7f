"""The mistakes that `tests.mutants` plants are programs, and its nearest tests are near."""

from __future__ import annotations

import ast
from pathlib import Path

from tests import ROOT
from tests.mutants import chosen, mistakes, nearest


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
    first = nearest(Path("compute/studies/holonomy.py"))[:3]
    assert Path("tests/compute/studies/test_holonomy.py") in first
