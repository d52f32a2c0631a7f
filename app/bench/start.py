"""Workload E: the time to print the version, and to show the first geodesic."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from app.bench.fan import best
from app.bench.measurement import Measurement

REPEATS = 5
# the program as it is started: the first frame with a geodesic, the first with a map beside it, and the
# whole map
_FIRST_GEODESIC = """
import argparse, time
from app import main

class Timed(main.Program):
    def _frame_shown(self):
        if self.controller.answers.path is not None:
            print(time.time(), flush=True)
            self.screen.frameSwapped.connect(self._look)
            self._look()
        super()._frame_shown()

    def _look(self):
        if self.controller.answers.map is not None:
            self.screen.frameSwapped.disconnect(self._look)
            print(time.time(), flush=True)

    def run(self):
        from PySide6.QtCore import QEventLoop
        self.window.frame.show()
        loop = QEventLoop()
        while self.controller.answers.map is None or not self.controller.answers.map.complete:
            loop.processEvents()
        print(time.time(), flush=True)
        self.close()
        return 0

main.Program = Timed
main.run(argparse.Namespace(scene=None, engine={engine!r}))
"""


def measure(engine: str) -> list[Measurement]:
    """Measure wall-clock seconds from the start of the process, the fastest of several."""
    version = best(lambda: _run("-m", "app", "--version"), 5)
    found: list[Measurement] = [
        {"workload": "E", "name": "--version", "seconds": version, "target": "under 0.3 s"}
    ]
    if os.environ.get("DISPLAY"):
        script = _FIRST_GEODESIC.format(engine=engine)
        warm = [_starts(script, {}) for _ in range(REPEATS)]
        cold = [_first_of_all(script) for _ in range(REPEATS)]
        found += [
            _line("first geodesic", [found[0] for found in warm], "under 2 s"),
            _line("first map beside it", [found[1] for found in warm], "under 2 s"),
            _line("first complete map", [found[2] for found in warm], "none"),
            _line("first geodesic, empty cache", [found[0] for found in cold], "under 3 s"),
            _line("first map, empty cache", [found[1] for found in cold], "under 3 s"),
        ]
    return found


def _line(name: str, seconds: list[float], target: str) -> Measurement:
    return {"workload": "E", "name": name, "seconds": min(seconds), "target": target}


def _first_of_all(script: str) -> list[float]:
    """Measure with empty caches, as on the first run on a machine."""
    with tempfile.TemporaryDirectory() as empty:
        places = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MESA_SHADER_CACHE_DIR")
        return _starts(script, dict.fromkeys(places, empty))


def _starts(script: str, places: Mapping[str, str]) -> list[float]:
    """Return the seconds until a geodesic is shown, a map beside it, and until the map is complete."""
    began = time.time()
    return [float(line) - began for line in _run("-c", script, **places).split()]


def _run(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    return done.stdout
