"""A process that is asked to end does so at once, silently, with no file half written."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import IO

import pytest

from app.process import display
from tests import ROOT
from tests.claims import each
from tests.kills import heed
from tests.windows import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

# the program, which is interrupted when it imports something
IMPORTING = """
import os, signal, sys

_, awaited, *arguments = sys.argv

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == awaited:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from app.cli.main import main
sys.argv[:] = ["attention-geodesics", *arguments]
sys.exit(main())
"""
# the same as the command that is installed, interrupted at the first import that follows its ending
BEGINNING = """
import os, _signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name not in ("app", "app.__main__", "app.process", "app.process.ending"):
            os.kill(os.getpid(), _signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from app.__main__ import main
sys.exit(main())
"""
FATAL = """
from PySide6.QtCore import qFatal
from app.process import display

with display.opening():
    qFatal("no plugin at all")
"""
LEAVING = """
import atexit, os, signal, sys
from app.cli.main import main
atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv[:] = ["attention-geodesics", "--help"]
sys.exit(main())
"""
WRITING = """
import os, sys
from pathlib import Path
from app.process import ending
from app.export.files import beside, unfinished

ending.leave_at_once()
folder = Path(sys.argv[1])
with unfinished(folder / "frames") as frames, beside(folder / "a.png") as path:
    frames.mkdir()
    (frames / "1.png").write_bytes(b"one")
    path.write_bytes(b"half")
    os.kill(os.getpid(), int(sys.argv[2]))
"""


def ignore() -> None:
    """Ignore signals as a shell does for background processes, and `nohup` for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def run(
    *arguments: object,
    start: Callable[[], None] = heed,
    out: IO[str] | int = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        stdout=out, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, preexec_fn=start,
    )  # fmt: skip


# --- signals ---------------------------------------------------------------------------------
@pytest.mark.parametrize("start", [heed, ignore])
@pytest.mark.parametrize("module", ["argparse", "numpy"])
def test_an_interruption_while_a_command_is_imported_is_its_end(module, start):
    ended = run("-c", IMPORTING, module, "families", start=start)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_nothing_is_imported_before_an_interruption_is_the_end():
    ended = run("-c", BEGINNING)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.window
def test_an_interruption_while_the_window_is_made_is_its_end(tmp_path):
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    ended = run("-c", IMPORTING, "app.views.qt.window.window", "gui", "gaussian", **places)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_an_interruption_after_the_work_takes_nothing_of_it():
    ended = run("-c", LEAVING)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("\n") and "holonomy" in ended.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_half_written_goes_with_the_process(tmp_path, number):
    ended = run("-c", WRITING, tmp_path, int(number))
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
    assert list(tmp_path.iterdir()) == []


def test_what_nohup_started_outlives_the_terminal(tmp_path):
    ended = run("-c", WRITING, tmp_path, int(signal.SIGHUP), start=ignore)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "a.png").read_bytes() == b"half"


# --- displays --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [":57777", "nowhere", ":0.x"])
def test_a_display_that_does_not_answer_is_said_in_one_line(name):
    ended = run("-m", "app", DISPLAY=name, WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert repr(name) in ended.stderr and "render" in ended.stderr


@pytest.mark.parametrize("platform", ["xcb", "wayland;xcb", "nonsense", "x" * 4000])
def test_a_platform_of_qt_that_cannot_be_is_said_in_one_line(platform):
    """Qt aborts."""
    ended = run("-m", "app", DISPLAY=":57777", WAYLAND_DISPLAY="", QT_QPA_PLATFORM=platform)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert len(ended.stderr) < 400


@pytest.mark.window
@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"QT_XCB_GL_INTEGRATION": "none"}, "no OpenGL"),
        ({"QT_QPA_PLATFORM": "minimal"}, "no OpenGL"),
    ],
)
def test_a_display_that_cannot_be_drawn_on_is_said_in_one_line(missing, words):
    """Qt opens black windows there."""
    ended = run("-m", "app", "gui", "gaussian", "--engine", "reference", **missing)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert words in ended.stderr and "render" in ended.stderr


def test_what_would_be_an_abort_of_qt_is_said_in_one_line():
    ended = run("-c", FATAL)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert ended.stderr.startswith("attention-geodesics: Qt cannot open a window: no plugin at all")


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        *(("QT_SCALE_FACTOR", v, v == "1.25") for v in ("nan", "inf", "0", "-1", "1e9", "abc", "1.25")),
        *(("QT_SCREEN_SCALE_FACTORS", v, False) for v in ("1;nan", "DP-1=1;eDP-1=inf", "0")),
        *(("QT_SCREEN_SCALE_FACTORS", v, True) for v in ("1;1.5;", "DP-1=1;eDP-1=1.5")),
        *(("QT_FONT_DPI", v, v == "120") for v in ("nan", "0", "-96", "9" * 400, "1e3", "120")),
    ],
)  # fmt: skip
def test_a_scale_that_leaves_no_window_is_not_given_to_qt(name, value, good):
    environment = {name: value, "HOME": "x"}
    remarks = display.sanitise(environment)
    assert (name in environment, len(remarks)) == (good, 1 - good)
    assert good or each(name in line and "ignored" in line and len(line) < 300 for line in remarks)


@pytest.mark.window
def test_a_scale_that_is_ignored_is_told():
    ended = run("-m", "app", QT_SCALE_FACTOR="nan", QT_QPA_PLATFORM="linuxfb")
    scale, screen = ended.stderr.splitlines()
    assert "QT_SCALE_FACTOR" in scale and "'nan'" in scale and "no screen" in screen


# --- where it prints -------------------------------------------------------------------------
GEODESIC = ("-m", "app", "geodesic", "gaussian", "--start", "0,1", "--end", "1,2")


def test_what_cannot_be_printed_is_said_in_one_line():
    with open("/dev/full", "w") as full:
        ended = run(*GEODESIC, out=full)
    words = "attention-geodesics: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (2, words)


def test_letters_that_a_terminal_does_not_know_are_written_otherwise():
    ended = run("-m", "app", "layers", "--help", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "") and "\\u2019" in ended.stdout


def test_whether_there_is_a_display(tmp_path):
    missing = display.missing
    assert missing({}) == "there is no display on which to open a window"
    assert missing({"QT_QPA_PLATFORM": "offscreen"}) == ""
    place = {"WAYLAND_DISPLAY": "wayland-3", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "'wayland-3' does not answer" in missing(place)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-3"))
        server.listen()
        assert missing(place) == ""


@pytest.mark.window
def test_the_display_of_these_tests_is_there():
    assert display.missing(os.environ) == ""
