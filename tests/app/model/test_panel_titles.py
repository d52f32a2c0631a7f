"""The titles of panels: one list, by which the window, the parts and the lessons name them."""

from __future__ import annotations

import ast

from app.model import panel_titles
from app.model.panel_titles import IN_LESSONS, LESSON, OF_THE_WINDOW
from app.parts.registry import PARTS
from app.views.qt.panels.registry import PANELS
from tests import ROOT

FOLDER = ROOT / "app" / "parts"
TITLES = {
    text for name, text in vars(panel_titles).items() if name.isupper() and isinstance(text, str)
}


def test_every_title_has_its_panel_and_every_panel_its_title():
    registered = [spec.title for spec in PANELS]
    assert {*registered, *OF_THE_WINDOW} == TITLES
    assert len(registered) + len(OF_THE_WINDOW) == len(TITLES)
    assert {spec.beside for spec in PANELS} <= {"", *TITLES}
    assert set(IN_LESSONS) < TITLES - {LESSON}


def test_a_part_that_is_watched_has_a_panel():
    watched = [part.title for part in PARTS if hasattr(part, "title")]
    assert len(watched) > 3 and set(watched) < TITLES


def test_parts_take_titles_from_the_list():
    named = [
        f"{path.name}:{node.lineno}"
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in ("set_panel", "raise_panel")
        and isinstance(node.args[0], ast.Constant)
    ]
    assert named == []
