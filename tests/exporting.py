"""The command line in a process of its own: one process has either EGL or windows."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.model import scene_file
from app.model.notes import Angle, Note


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "app", *arguments]


def needs(program: str) -> str:
    """Return the path of a program; skip the test if it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"there is no {program}")
    return found


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment(), check=False
    )


def made(*arguments: str) -> dict[str, Any]:
    """The JSON of a command that must succeed."""
    done = run(*arguments, "--engine", "reference", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(folder: Path, *arguments: str) -> str:
    """The one line of a command that must refuse, and leave nothing behind."""
    before = sorted(folder.iterdir())
    done = run(*arguments, "--engine", "reference")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert sorted(folder.iterdir()) == before
    return done.stderr


def refused_at_once(folder: Path, *arguments: str) -> str:
    """The same in this process, for refusals before anything is drawn: a new process takes seconds."""
    before, said, errors = sorted(folder.iterdir()), io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(errors):
        try:
            status = main([*arguments, "--engine", "reference"])
        except SystemExit as ended:  # of argparse
            status = int(ended.code or 0)
    words = errors.getvalue()
    assert (status, said.getvalue(), words.count("\n")) == (2, "", 1), words
    assert sorted(folder.iterdir()) == before
    return words


def annotated(folder: Path) -> str:
    """A scene in a file: normals with a formula, arrows and marks of angles, and its path."""
    scene = replace(
        scene_file.load("gaussian"),
        notes=(
            Note(r"$K = -\frac12$ at $\mu_0$", (-2.0, 2.0), (0.0, 1.25)),
            Note("", (1, 3), (1, 2)),
        ),
        angles=(Angle("A", ("geodesic", "vector")), Angle("B", ("geodesic", "straight"))),
    )
    scene_file.save(scene, folder / "annotated.json")
    return str(folder / "annotated.json")
