"""The language of docstrings (docs/style.md), as far as it can be checked."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def test_no_docstring_begins_with_what():
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
        for room in ("app", "compute", "docs")
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
    "Another",
    "Other",
    "Others",
    "None",
    "Nothing",
    "Some",
    "There",
    "They",
    "These",
    "Those",
    "Two",
)


def test_functions_begin_with_a_verb():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for room in ("app", "compute", "docs")
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


# constructions of a dialect that messages, docstrings, comments and pages once shared
FORBIDDEN = re.compile(
    r"\b((is|are|was|were) told(?! apart)|none such|be (it|they)|haste|of which none|in vain"
    r"|knows? no|anew|lest|what none|that (it|they) has|as (it|they) stands?|so many|amiss|hears"
    r"|for ever|(is|are|be) asked for|held against|by what)\b",
    re.IGNORECASE,
)


def test_the_check_finds_such_a_sentence():
    assert FORBIDDEN.search("Hears why something beside the geodesic is not shown")
    assert FORBIDDEN.search("a class whose work is told on the terminal, be it slow")
    assert not FORBIDDEN.search("Two normals can be told apart; two others are told apart sooner")


@pytest.mark.parametrize("room", ["app", "compute"])
def test_no_dialect_in_modules(room):
    found = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in _texts(path.read_text("utf-8"))
        if FORBIDDEN.search(text)
    ]
    assert found == []


def test_no_dialect_in_comments_of_tests_and_shaders():
    found = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((*(ROOT / "tests").rglob("*.py"), *(ROOT / "shaders").rglob("*.wgsl")))
        for line, text in _prose(path)
        if path != Path(__file__) and (FORBIDDEN.search(text) or text.startswith("What "))
    ]
    assert found == []


def test_no_dialect_in_pages():
    pages = [ROOT / "README.md", *(ROOT / "assets/lessons").rglob("*.md")]
    pages += [page for page in (ROOT / "docs").glob("*.md") if page.name != "style.md"]
    assert [page.name for page in pages if FORBIDDEN.search(_joined(page.read_text("utf-8")))] == []


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of all strings and comments of a module or of a shader."""
    source = path.read_text("utf-8")
    if path.suffix == ".py":
        yield from _texts(source)
        return
    for block in re.finditer(r"(^\s*//.*\n)+", source, re.MULTILINE):
        text = " ".join(re.findall(r"//[/!]?(.*)", block[0]))
        yield source.count("\n", 0, block.start()) + 1, _joined(text)


def _texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every string and every block of comments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, _joined(node.value)
    first, last, words = 0, -1, ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line = token.start[0]
            if line != last + 1:
                yield first, words
                first, words = line, ""
            last, words = line, f"{words} {token.string.lstrip('# ')}"
    yield first, words


def _joined(text: str) -> str:
    return " ".join(text.split())
