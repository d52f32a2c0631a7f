"""Workload E: how long the program takes to say its version, and to show its first geodesic."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from app.bench.fan import best

_FIRST_GEODESIC = """
from PySide6.QtCore import QEventLoop
from app.main import Program
from app.model import session
program = Program(session.load(session.names()[0]), {engine!r})
program.window.frame.show()
loop = QEventLoop()
while program.controller.answers.path is None:
    loop.processEvents()
loop.processEvents()
program.close()
"""


def measure(engine: str) -> list[dict[str, Any]]:
    """Seconds of wall time from the start of the process, the fastest of several."""
    version = best(lambda: _run("-m", "app", "--version"), 5)
    found: list[dict[str, Any]] = [
        {"workload": "E", "name": "--version", "seconds": version, "target": "under 0.3 s"}
    ]
    if os.environ.get("DISPLAY"):
        script = _FIRST_GEODESIC.format(engine=engine)
        first = best(lambda: _run("-c", script), 3)
        found.append(
            {"workload": "E", "name": "first geodesic", "seconds": first, "target": "under 2 s"}
        )
    return found


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
