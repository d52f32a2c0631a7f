"""Heads that a script opens in a window, whatever the script does meanwhile and in any directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests import ROOT
from tests.windows import PATIENCE

pytestmark = pytest.mark.window
SCRIPT = """
import numpy as np
from PySide6.QtWidgets import QApplication

import compute

application = QApplication([])

n = np.arange(5 * 2 * 4, dtype=np.float32).reshape(1, 5, 2, 4)
names = dict(zip(("hook_q", "hook_k", "hook_v"), (np.sin(n), np.cos(3 * n), n)))
cache = {f"blocks.{layer}.attn.{name}": x for layer in (0, 1) for name, x in names.items()}
print(compute.from_transformer_lens(cache, list("abcde")).open("heads.npz").pid)
"""


def test_a_script_with_an_application_of_its_own_opens_a_window(tmp_path):
    (tmp_path / "app.py").write_text("raise SystemExit('the script’s own')", "utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    places = {name: str(tmp_path) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **places}
    command = [sys.executable, "script.py"]
    with (tmp_path / "pid").open("wb") as out:  # which the window has too, after the script's end
        subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=out, check=True, timeout=PATIENCE
        )
    pid = int((tmp_path / "pid").read_bytes())
    try:
        search = ["xdotool", "search", "--sync", "--all", "--pid", str(pid), "--name", "over keys"]
        subprocess.run(search, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
    finally:
        os.kill(pid, signal.SIGTERM)
