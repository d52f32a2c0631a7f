"""Scripts that run geomstats in an environment of its own, which ``make bench`` creates."""

from __future__ import annotations

import json
import subprocess
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from compute.core.arrays import Floats

PYTHON = Path(".venv-geomstats/bin/python")


def printed(script: str, file: str, numbers: Floats) -> dict[str, Any] | str:
    """Return what a script of this package prints as JSON, given numbers in a file; or a remark why it
    could not be run.
    """
    if not PYTHON.exists():
        return f"{PYTHON} is missing: run `make bench` to create it"
    text = (resources.files("app.bench") / script).read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        numbers.tofile(Path(folder) / file)
        (Path(folder) / script).write_text(text, encoding="utf-8")
        command = [str(PYTHON.absolute()), script]
        try:
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            found: dict[str, Any] = json.loads(done.stdout)
        except (OSError, subprocess.CalledProcessError, ValueError) as problem:
            return str(problem)
    return found
