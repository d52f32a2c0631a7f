"""The picture of the window on top of the README: the program as it opens, photographed at rest.

Needs a display; `make docs` gives it one of its own.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings

from app.main import Program
from app.model import scene_file
from app.views.qt.window.settings import Settings

SIZE = (1400, 900)
# rounds of events without anything to compute before the window counts as at rest
QUIET = 50


def _rest(program: Program) -> None:
    """Handle events until nothing is to be computed or drawn."""
    quiet = 0
    while quiet < QUIET or program.controller.answers.path is None:
        QEventLoop().processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        quiet = 0 if program.runner.pending() else quiet + 1


def photograph(name: str, target: Path) -> None:
    """Draw the window on a bundled scene, with nobody's settings, to a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        program = Program(scene_file.load(name), "auto", Settings(store, Path(folder) / "unsaved"))
        frame = program.window.frame
        frame.resize(*SIZE)
        frame.show()
        scene = program.store.scene
        # a second time, so that the time shown is not that of compiling the kernels
        for other in (scene, replace(scene, start=scene.end, end=scene.start), scene):
            program.store.replace(other)
            _rest(program)
        program.working.look()
        _rest(program)
        frame.grab().save(str(target))
        program.close()


if __name__ == "__main__":
    photograph("bank", Path(sys.argv[1]))
