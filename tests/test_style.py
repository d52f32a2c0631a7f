"""The language of docstrings (docs/style.md), as far as it can be checked."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def test_no_docstring_begins_with_what():
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
        for room in ("app", "compute")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, DOCUMENTED) and (ast.get_docstring(node) or "").startswith("What")
    ]
    assert found == []


NOT_VERBS = (
    "The",
    "A",
    "An",
    "All",
    "One",
    "Every",
    "Each",
    "Both",
    "How",
    "Where",
    "Which",
    "Why",
)


def test_functions_begin_with_a_verb():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for room in ("app", "compute")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not _is_property(node)
        and (ast.get_docstring(node) or "").split(" ")[0] in NOT_VERBS
    ]
    assert found == []


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is read like a value, which has a noun for its first word."""
    return any("property" in ast.unparse(each) for each in node.decorator_list)
