"""Screens of their own, so that no other process's windows, focus or pointer reach a test."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# no window of a test is as wide and as high as this
SIZE = (1400, 1000)
# of prctl, which only Linux has; loaded before there is a child, which must not load anything
PARENT_DEATH_SIGNAL = 1
_SYSTEM = ctypes.CDLL(None) if sys.platform == "linux" else None


@contextmanager
def own_screen(size: tuple[int, int] = SIZE) -> Iterator[str]:
    """Start an X server and yield the name of its display; it ends with the block, or the process."""
    read, write = os.pipe()
    screen = ["-screen", "0", f"{size[0]}x{size[1]}x24"]
    # a server that resets itself after its last client refuses whoever comes meanwhile
    server = ["Xvfb", "-displayfd", str(write), *screen, "-nolisten", "tcp", "-noreset"]
    nothing = subprocess.DEVNULL  # whoever reads what the tests say does not wait for the server
    with subprocess.Popen(
        server, pass_fds=[write], stdin=nothing, stdout=nothing, stderr=nothing,
        # Ctrl+C is for the tests, which then end their windows before the server
        start_new_session=True, preexec_fn=_end_with_parent,
    ) as process:  # fmt: skip
        os.close(write)
        try:
            with os.fdopen(read) as numbers:
                number = numbers.readline().strip()
            if not number:
                raise RuntimeError("Xvfb does not start")
            yield f":{number}"
        finally:
            process.kill()


def _end_with_parent() -> None:
    """Let the system end this process when its parent does, which may be killed."""
    if _SYSTEM is not None:
        _SYSTEM.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def park_pointer() -> None:
    """Move the pointer to the last pixel of the screen: windows that open are not entered by it."""
    from PySide6.QtGui import QCursor, QGuiApplication

    corner = QGuiApplication.primaryScreen().geometry().bottomRight()
    QCursor.setPos(corner)
