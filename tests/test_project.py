"""What the project promises about itself: small files, a full lock, a twin for every kernel."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from compute.engine import ReferenceEngine

ROOT = Path(__file__).parents[1]
# written so that this file does not match itself
OF_ONE_MACHINE = re.compile(rb"(?<![\w.])/(work|root|home)/|pypi\.org|\bpythonhosted\.org")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_only_assets_are_large(tracked):
    large = [p for p in tracked if p.stat().st_size > 1_000_000]
    assert [p for p in large if ROOT / "assets" not in p.parents] == []


def test_no_file_speaks_of_one_machine(tracked):
    assert [p for p in tracked if OF_ONE_MACHINE.search(p.read_bytes())] == []


@pytest.mark.parametrize("folder", ["app", "compute", "shaders"])
def test_a_module_is_read_in_one_sitting(folder):
    lengths = {p: len(p.read_text().splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert {p: n for p, n in lengths.items() if n > 400} == {}


def test_what_is_declared_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + project["optional-dependencies"]["dev"]
    lines = (ROOT / "requirements.lock").read_text().split()
    pinned = {plain(line) for line in lines if re.fullmatch(r"[\w-]+==[\w.]+", line)}
    assert len(pinned) == len(lines)
    assert {plain(requirement) for requirement in declared} <= pinned


def plain(requirement: str) -> str:
    """The normalised name of a requirement."""
    name = re.match(r"[\w-]+", requirement)
    assert name, requirement
    return name[0].lower().replace("_", "-")


@pytest.mark.parametrize("kernel", sorted(p.stem for p in ROOT.glob("shaders/kernels/*.wgsl")))
def test_a_kernel_has_its_twin_in_the_reference(kernel):
    """`action_solve` is a pass of `action`; local geometry is a method of the engine itself."""
    concept = kernel.split("_")[0]
    assert (ROOT / f"compute/{concept}.py").exists() or hasattr(ReferenceEngine, concept)


def test_labels_and_pages_are_made_where_their_text_is_plain():
    """Qt takes a text that looks like HTML for HTML: `app/views/qt/text.py` makes what shows any."""
    made = re.compile(r"\b(QLabel|QTextBrowser|QTextEdit)\(")
    elsewhere = [
        path.name
        for path in (ROOT / "app").rglob("*.py")
        if path.name != "text.py" and made.search(path.read_text("utf-8"))
    ]
    assert elsewhere == []
