"""Incomplete installations end with one line."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from app.process.installation import NEEDED, missing
from tests.exporting import environment
from tests.test_project import dependencies_of, plain

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            ModuleNotFoundError("…", name="vispy.app"),
            "incomplete: vispy.app is missing; install",
        ),
        (
            ModuleNotFoundError("…", name="compute.gpu"),
            "incomplete: compute.gpu is missing; install",
        ),
        (
            ImportError("libEGL.so.1: cannot open shared object file", name="PySide6.QtGui"),
            "PySide6 cannot be loaded: libEGL.so.1: cannot open",
        ),
        (ImportError("broken"), "a package cannot be loaded: broken"),
    ],
)
def test_what_is_missing_is_named(problem, words):
    assert words in missing(problem)


def test_advice_around_a_failed_import_is_left_out():
    """As NumPy's of another architecture is."""
    problem = ImportError("\n\nIMPORTANT: PLEASE READ THIS\n\nOriginal error was: …")
    problem.__cause__ = ImportError("wrong ELF class:\n ELFCLASS32", name="numpy._core.umath")
    assert missing(problem) == "numpy cannot be loaded: wrong ELF class: ELFCLASS32"


def test_what_is_looked_for_is_all_that_the_default_dependencies_need():
    always = dependencies_of("attention-geodesics", with_markers=False) - {"attention-geodesics"}
    given = metadata.packages_distributions()
    assert {plain(name) for package in NEEDED for name in given[package]} & always == always


def test_a_mistake_of_the_program_is_none_of_the_installation():
    assert missing(ImportError("cannot import name 'x'", name="app.main")) == ""


WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from app.cli.main import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("fpdf", ("render", "gaussian", "-o", "{}/a.pdf")),
        ("PIL", ("render", "gaussian", "-o", "{}/a.pdf")),
        ("scipy", ("geometry", "gamma", "--at", "1,2")),
        ("numpy", ("families",)),
        ("pyqtgraph", ("gui",)),
        # what a package needs in turn
        ("qtpy", ("gui",)),
        ("vispy", ("render", "gaussian", "-o", "{}/a.pdf")),
    ],
)
def test_a_package_that_is_missing_is_one_line(package, arguments, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *(part.format(tmp_path) for part in arguments)],
        capture_output=True,
        text=True,
        env=environment() | {"XDG_CONFIG_HOME": str(tmp_path / "settings")},
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("attention-geodesics: the installation is incomplete: ")
    assert package in line
    assert done.returncode == 2
    assert list(tmp_path.glob("*.pdf")) == []


def without_wgpu(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command where wgpu cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, "wgpu", *arguments],
        capture_output=True,
        text=True,
        env=environment(),
    )


MAP = ("topology", "gaussian", "--grid", "16")
POINT = ("geometry", "gaussian", "--at", "0,1")


def test_without_wgpu_a_command_names_what_it_uses_instead():
    done = without_wgpu(*MAP)
    (line,) = done.stderr.splitlines()
    assert line.startswith("attention-geodesics: wgpu cannot be loaded (")
    assert line.endswith("computing in NumPy float64, which is slower")
    assert done.returncode == 0
    assert done.stdout == without_wgpu(*MAP, "--engine", "reference").stdout


@pytest.mark.parametrize("command", [MAP, POINT])
def test_without_wgpu_the_gpu_is_refused_in_one_line(command):
    done = without_wgpu(*command, "--engine", "gpu")
    (line,) = done.stderr.splitlines()
    assert line.startswith("attention-geodesics: wgpu cannot be loaded (")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("command", [POINT, (*MAP, "--engine", "reference")])
def test_what_computes_in_float64_anyway_says_nothing_of_wgpu(command):
    done = without_wgpu(*command)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_and_the_text_of_a_kernel_need_no_wgpu(tmp_path):
    page = tmp_path / "page.html"
    done = without_wgpu("export", "gaussian", "-o", str(page), "--engine", "reference")
    assert (done.returncode, done.stderr) == (0, "") and "fn christoffel" in page.read_text("utf-8")
    done = without_wgpu("shader", "gaussian", "geodesic")
    assert (done.returncode, done.stderr) == (0, "") and "fn christoffel" in done.stdout


def test_a_wgpu_that_is_too_old_is_named(tmp_path):
    package = tmp_path / "wgpu" / "backends" / "wgpu_native"
    package.mkdir(parents=True)
    for folder in (package.parents[1], package.parent, package):
        (folder / "__init__.py").touch()
    (package / "extras.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "app", *POINT, "--engine", "gpu"],
        capture_output=True,
        text=True,
        env=environment() | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("attention-geodesics: wgpu cannot be loaded (")
    assert "set_instance_extras" in line and done.returncode == 2
