"""Lessons and colour maps of installed packages: the example of the documentation, and wrong ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from app.model import colormaps
from app.model.lessons import catalogue, first_scene, listing
from app.model.lessons.lesson import NotALesson
from app.parts.proofreading import Proofreader
from app.views.canvas.colour_map import LEVELS, bar
from compute.core.packages import COLORMAPS, LESSONS
from tests import ROOT
from tests.installed import install_example, install_module

EXAMPLE = ROOT / "docs" / "teaching_package"
HEAD = "from app.model.colormaps import ColourMap\nfrom pathlib import Path\n"
LESSON = f"P = Path({str(ROOT / 'assets/lessons/mean/lesson.md')!r})"
# group, name of the entry point, the module's text with P, and what is said of it
WRONG = {
    "raising": (LESSONS, "l-one", "raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "no_path": (LESSONS, "l-two", "P = 3", "must be the path of a .md file, got 3"),
    "no_title": (LESSONS, "l-three", f"P = {str(ROOT / 'LICENSE.md')!r}", "No such file"),
    "untitled": (LESSONS, "l-four", "P = Path(__file__).parent / 'plain.md'", "“# Title”"),
    "relative": (LESSONS, "l-five", "P = 'plain.md'", "must be an absolute path"),
    "bundled": (LESSONS, "mean", LESSON, "the name 'mean' is taken by this program"),
    "scene": (LESSONS, "bank", LESSON, "the name 'bank' is taken by this program"),
    "family": (LESSONS, "beta", LESSON, "the name 'beta' is taken by a family"),
    "shouted": (LESSONS, "Loud", LESSON, "its name must be a word of lower-case"),
    "known": (COLORMAPS, "vik", "P = ColourMap('a', ('#000000', '#ffffff'))", "'vik' is taken"),
    "leaving": (COLORMAPS, "c-one", "raise SystemExit(3)", "SystemExit: 3"),
    "no_map": (COLORMAPS, "c2", "P = 'jet'", "must be a ColourMap, got 'jet'"),
    "one": (COLORMAPS, "c3", "P = ColourMap('a', ('#000000',))", "a tuple of 2 to 256"),
    "named": (COLORMAPS, "c4", "P = ColourMap('a', ('red', 'blue'))", "#rrggbb, got 'red'"),
    "mute": (COLORMAPS, "c5", "P = ColourMap('', ('#000000', '#ffffff'))", "its title must have"),
    "halved": (COLORMAPS, "c6", "P = ColourMap('a', ('#000000', '#ffffff'), 2)", "True or False"),
    "sorted": (COLORMAPS, "categorical8", "P = ColourMap('a', ('#000000', '#fff'))", "its name"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the example and wrong packages, as an installer leaves them."""
    folder = tmp_path_factory.mktemp("site")
    install_example(folder, EXAMPLE)
    (folder / "plain.md").write_text("no title\n", "utf-8")
    for module, (group, name, text, _) in WRONG.items():
        install_module(folder, module, group, name, HEAD + text)
    return folder


@pytest.fixture
def installed(site, monkeypatch):
    monkeypatch.syspath_prepend(site)
    for kind in (listing, colormaps):
        kind.forget()
    yield
    for kind in (listing, colormaps):
        kind.forget()
    for name in ("teaching_lessons", *(f"w_{module}" for module in WRONG)):
        sys.modules.pop(name, None)


def test_the_lesson_of_a_package_is_one_like_any_other(installed, reference_engine):
    assert list(catalogue.titles())[-1] == "wide-bells"
    assert set(catalogue.titles()) == {*listing.bundled(), "wide-bells"}
    lesson = catalogue.load("wide-bells")
    assert (lesson.name, lesson.title) == ("wide-bells", catalogue.titles()["wide-bells"])
    assert catalogue.is_lesson("wide-bells")
    assert first_scene.load("wide-bells") == lesson.steps[0].scene
    assert Proofreader(reference_engine).problems(lesson) == []


def test_the_colours_of_a_package_are_drawn(installed):
    assert colormaps.titles() == {**colormaps.COLORMAPS, "slate": "Slate"}
    colormaps.check("slate")
    drawn = bar("slate")[:, 0]
    assert drawn.shape == (LEVELS, 4) and drawn[0].tolist() == [0x10, 0x20, 0x2E, 255]
    assert drawn[-1].tolist() == [0xF2, 0xF4, 0xF0, 255]
    # halfway from the first to the second colour is a quarter of the way
    quarter = np.mean([[0x10, 0x20, 0x2E], [0x5C, 0x7A, 0x89]], axis=0)
    assert np.abs(drawn[LEVELS // 4, :3] - quarter).max() < 1.5
    assert not colormaps.is_two_sided("slate") and colormaps.is_two_sided("vik")


def test_the_page_shows_what_the_example_states():
    page = (ROOT / "docs" / "packages.md").read_text("utf-8")
    module = (EXAMPLE / "teaching_lessons" / "__init__.py").read_text("utf-8")
    project = (EXAMPLE / "pyproject.toml").read_text("utf-8")
    shown = {
        kind: re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "toml")
    }
    assert module.endswith(shown["python"][1])
    assert shown["toml"][1] in project


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(installed):
    said = {group: kind.problems() for group, kind in ((LESSONS, listing), (COLORMAPS, colormaps))}
    words = {LESSONS: "lesson", COLORMAPS: "colour map"}
    for module, (group, name, _, reason) in WRONG.items():
        begin = f"{words[group]} {name} of package wrong-{module.replace('_', '-')}: "
        (line,) = (line for line in said[group] if line.startswith(begin))
        assert reason in line and "\n" not in line and len(line) <= 300
    assert sum(map(len, said.values())) == len(WRONG)


def test_a_scene_whose_colours_failed_says_why(installed):
    with pytest.raises(ValueError, match="colour map c4 of package wrong-named: its colours"):
        colormaps.check("c4")
    with pytest.raises(ValueError, match=r"must be one of viridis, .*, slate, got 'jet'"):
        colormaps.check("jet")


def test_a_lesson_that_has_gone_is_refused(installed, site):
    listing.offered()
    file = site / "teaching_lessons" / "wide-bells.md"
    text = file.read_bytes()
    file.unlink()
    try:
        with pytest.raises(NotALesson, match="no such file; the lessons are"):
            catalogue.load("wide-bells")
    finally:
        file.write_bytes(text)


def test_the_command_line_lists_lessons_and_what_failed(site):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-m", "app", "lesson", "list", "--json"],
        capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["lessons"][-1] == {
        "name": "wide-bells",
        "title": "Wide bells are near one another",
        "package": "teaching-lessons",
    }
    lessons = [group for group, *_ in WRONG.values()].count(LESSONS)
    assert len(said["failed"]) == lessons
    assert each_is_said(done.stderr, said["failed"])


def each_is_said(text: str, lines: list[str]) -> bool:
    return bool(lines) and all(f"attention-geodesics: {line}\n" in text for line in lines)


def test_without_packages_nothing_is_added():
    for kind in (listing, colormaps):
        kind.forget()
    assert colormaps.titles() == colormaps.COLORMAPS and catalogue.titles() == listing.bundled()
    assert listing.problems() == colormaps.problems() == ()
