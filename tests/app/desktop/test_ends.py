"""No work is lost, whether a session ends by a signal or is killed at any moment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.model import autosave, scene_file
from tests import ROOT
from tests.kills import heed
from tests.windows import PATIENCE

KILLS = 50
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

WRITER = """
import os, random, select, signal, sys
from dataclasses import replace
from pathlib import Path
from app.model import autosave, document, scene_file
folder, die = Path(sys.argv[1]), random.Random(5)
scene = scene_file.load("gaussian")
keeper, file = autosave.Autosave(folder, "killed"), folder / "scene.json"

def write_for_ever(done):
    i = 0
    while True:
        i += 1
        edited = replace(scene, alpha=(i % 100) / 100)
        keeper.write(edited, file)
        scene_file.save(edited, file)
        os.write(done, b".")

for _ in range(int(sys.argv[2])):
    out, done = os.pipe()
    child = os.fork()
    if child == 0:
        write_for_ever(done)
    os.read(out, 1)
    select.select([], [], [], die.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for descriptor in (out, done):
        os.close(descriptor)
    assert [lost.origin for lost in autosave.lost(folder, lambda name: False)] == [file]
    scene_file.load(file)
"""

TERMINATED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from PySide6.QtCore import QSettings
from app.main import Program
from app.model import scene_file
from app.views.qt.window.settings import Settings
folder = Path(sys.argv[1])
settings = Settings(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat), folder)
program = Program(scene_file.load("gaussian"), "reference", settings)

def edit_and_end():
    if sys.argv[2] == "edited":
        program.store.update(replace(program.store.scene, alpha=0.35))
    os.kill(os.getpid(), int(sys.argv[3]))

program.window.post(edit_and_end)
sys.exit(program.run())
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        # the program starts no other to ask about the screen, and handles signals its parent ignored
        env={**os.environ, "PATH": "", "PYTHONPATH": str(ROOT)},
        preexec_fn=heed,
    )


def test_files_are_whole_whenever_the_writer_is_killed(tmp_path):
    ended = run(WRITER, tmp_path, KILLS)
    assert ended.returncode == 0, ended.stderr
    assert scene_file.load(tmp_path / "scene.json").family == "gaussian"


@pytest.mark.window
@pytest.mark.parametrize("number", [1, 2, 15])
def test_a_signal_ends_the_program_and_keeps_what_is_not_saved(tmp_path, number):
    ended = run(TERMINATED, tmp_path, "edited", number)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [lost.scene.alpha for lost in autosave.lost(tmp_path, lambda name: False)] == [0.35]


@pytest.mark.window
def test_nothing_stays_of_a_session_without_changes(tmp_path):
    ended = run(TERMINATED, tmp_path, "untouched", 15)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [file.suffix for file in tmp_path.iterdir()] == [".ini"]
