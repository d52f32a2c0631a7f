"""Licences of what the default installation has: the page, the locks, and what packages state."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest

from tests import ROOT
from tests.test_project import dependencies_of, locked, plain

PAGE = (ROOT / "docs" / "licences.md").read_text("utf-8")
# whose wheels contain code under the GPL: x264 and x265, CGAL, FFTW, GSL, bindings or modules of Qt
HOLD_GPL = {"av", "gudhi", "imageio-ffmpeg", "pyfftw", "pygsl", "pyqt5", "pyqt6", "pyside6-addons"}
# modules of Qt that are under the LGPL
LGPL_OF_QT = {
    "QtCore", "QtGui", "QtWidgets", "QtOpenGL", "QtOpenGLWidgets", "QtSvg", "QtTest", "QtNetwork",
    "QtPrintSupport",
}  # fmt: skip


@pytest.fixture(scope="module")
def default() -> set[str]:
    return dependencies_of("attention-geodesics") - {"attention-geodesics"}


def test_no_default_dependency_holds_gpl_code(default):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {plain(requirement) for requirement in project["dependencies"]}
    assert declared <= default
    assert (default | set(locked())) & HOLD_GPL == set()
    assert set(locked("requirements-video.lock")) & HOLD_GPL == {"av"}


def stated(package: str) -> list[str]:
    """The licences that a package states, as alternatives or one with another."""
    found = metadata.metadata(package)
    whole = found.get("License-Expression") or found.get("License") or ""
    classes = [c for c in found.get_all("Classifier") or [] if c.startswith("License ::")]
    return [whole.splitlines()[0] if whole else "", *classes]


GPL = re.compile(r"(?<![LA])GPL|General Public License")


def is_gpl_alone(words: str) -> bool:
    """Whether one of the licences that hold together is the GPL without an alternative."""
    return any(
        GPL.search(part) and not re.search(r"\bLGPL|Lesser|\bWITH\b", part)
        for part in re.split(r"\bAND\b", words)
    )


def test_no_default_dependency_states_the_gpl_alone(default):
    assert [name for name in sorted(default) if any(map(is_gpl_alone, stated(name)))] == []


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ("GPL-3.0-or-later", True),
        ("BSD-3-Clause AND GPL-2.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MIT", False),
    ],
)
def test_the_gpl_alone_would_be_found(words, alone):
    assert is_gpl_alone(words) is alone


def test_modules_of_qt_are_those_under_the_lgpl():
    used = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6."):
                used.add((node.module or "").split(".")[1])
    assert used <= LGPL_OF_QT
    assert used == named_between("The program imports ", " only")


def named_between(first: str, last: str) -> set[str]:
    """The modules of Qt that the page names between two phrases."""
    words = " ".join(PAGE.split()).partition(first)[2].partition(last)[0]
    return set(re.findall(r"Qt\w+", words))


LOADED = """
import sys
import app.desktop.application, app.views.surface, pyqtgraph, qtawesome, vispy.app
vispy.app.use_app("pyside6")
print(*(name.removeprefix("PySide6.") for name in sys.modules if name.startswith("PySide6.Qt")))
"""


def test_modules_of_qt_that_are_loaded_are_those_of_the_page():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(done.stdout.split())
    told = named_between("The program imports ", " only")
    told |= named_between("its dependencies also import ", ", and Qt loads")
    assert loaded <= LGPL_OF_QT
    assert loaded == told


def test_each_extra_with_gpl_code_is_told():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra, packages in project["optional-dependencies"].items():
        for package in {plain(requirement) for requirement in packages} & HOLD_GPL:
            assert f"| {package} | `{extra}` |" in PAGE
