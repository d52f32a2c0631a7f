"""File formats: one table from which everything else is made."""

from __future__ import annotations

import ast
import re

import pytest

from app.cli.commands import animate, export, render
from app.controller.export_commands import EXPORTS
from app.model import file_formats
from app.model.file_formats import FORMATS, HOLDING_SCENE, OPENED, metavar, suffixes
from app.views.text.file_patterns import each_of, pattern_of
from compute.core import array_files
from compute.images import image_files
from tests import ROOT
from tests.declared import Declared

APP = ROOT / "app"
KNOWN = {entry.suffix for entry in FORMATS}
# the table itself, and the parser: commands are files of Python
ALLOWED = {"app/model/file_formats.py", "app/cli/parser.py", "app/model/study_folders.py"}
_BARE = "|".join(re.escape(suffix[1:]) for suffix in sorted(KNOWN))
# "*.png" of a dialog, "(png|svg)" of a help text
IN_A_LIST = re.compile(rf"\*\.({_BARE})\b|\b({_BARE})\|({_BARE})\b")
LIKELY = re.compile(rf"\.({_BARE})\b|{IN_A_LIST.pattern}", re.IGNORECASE)


def suffixes_in(source: str) -> list[int]:
    """The lines where a text of the source is a suffix of the table, or lists some."""
    if not LIKELY.search(source):
        return []
    nodes = list(ast.walk(ast.parse(source)))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [
        text.lineno
        for text in texts
        if text.value.lower() in KNOWN or (IN_A_LIST.search(text.value) and id(text) not in prose)
    ]


def test_suffixes_stand_in_the_table_alone():
    named = {path.relative_to(APP.parent).as_posix(): path for path in APP.rglob("*.py")}
    found = {name: suffixes_in(path.read_text("utf-8")) for name, path in named.items()}
    assert {name for name, lines in found.items() if lines} == ALLOWED


@pytest.mark.parametrize(
    "source",
    ['a == ".png"', 'f"{n}.json"', 'ask("PNG (*.png)")', 'metavar="OUT.(png|svg)"', 'a = {".PDF"}'],
)
def test_a_suffix_elsewhere_is_found(source):
    assert suffixes_in(source) == [1]
    assert suffixes_in('"a .png file, as in lesson.md"') == []


def test_the_table_agrees_with_what_reads_the_files():
    assert suffixes("heads") == array_files.SUFFIXES
    assert suffixes("photograph") == image_files.SUFFIXES


def test_lists_are_those_of_the_table():
    figures, films = (".png", ".svg", ".pdf", ".tikz", ".tex"), (".webm", ".mp4", ".gif")
    assert (*figures, *films, ".html") == HOLDING_SCENE
    assert set(OPENED) == {".json", ".md", ".npz", ".safetensors", *HOLDING_SCENE}
    assert metavar("OUT", "figure") == "OUT.(png|svg|pdf|tikz|tex)"
    assert metavar("FILE", "data", "script") == "FILE.(npz|json|csv|py)"
    assert metavar("FILE", "arrays") == "FILE.npz"
    assert pattern_of("heads") == "Heads (*.npz *.safetensors)"
    assert each_of("figure").startswith(
        "PNG (*.png);;SVG, vector graphics (*.svg);;PDF, vector graphics (*.pdf);;"
    )
    assert EXPORTS["export_figure"].pattern_from(".pdf").startswith("PDF, vector graphics (*.pdf)")
    (default,) = (field.value for field in EXPORTS["export_film"].fields if field.name == "format")
    assert default == EXPORTS["export_film"].suffix == ".webm"
    with pytest.raises(ValueError, match="kind must be one of arrays, data,"):
        suffixes("figures")


def test_an_export_offers_what_its_command_writes():
    of_command = {"render": render, "animate": animate, "export": export}
    for stated in EXPORTS.values():
        words = metavar("FILE", stated.kind).removeprefix("FILE.").strip("()").split("|")
        made = Declared()
        of_command[stated.command].declare(made)
        assert set(words) <= set(
            made.options["--output"].metavar.removeprefix("FILE.").strip("()").split("|")
        )


def test_a_new_format_is_one_row(monkeypatch):
    row = file_formats.FileFormat(".eps", "figure", "EPS")
    monkeypatch.setattr(file_formats, "FORMATS", (*FORMATS, row))
    assert metavar("OUT", "figure") == "OUT.(png|svg|pdf|tikz|tex|eps)"
    assert EXPORTS["export_figure"].pattern.endswith(";;EPS (*.eps)")
