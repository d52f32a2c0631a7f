"""Screens of their own, so that no other process's windows, focus or pointer reach a test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

# no window of a test is as wide and as high as this
SIZE = (1400, 1000)


@contextmanager
def own_screen(size: tuple[int, int] = SIZE) -> Iterator[str]:
    """Start an X server and yield the name of its display; it ends with the block."""
    read, write = os.pipe()
    screen = ["-screen", "0", f"{size[0]}x{size[1]}x24"]
    # a server that resets itself after its last client refuses whoever comes meanwhile
    server = ["Xvfb", "-displayfd", str(write), *screen, "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(server, pass_fds=[write], stderr=subprocess.DEVNULL) as process:
        os.close(write)
        try:
            with os.fdopen(read) as numbers:
                yield f":{numbers.readline().strip()}"
        finally:
            process.kill()


def park_pointer() -> None:
    """Move the pointer to the last pixel of the screen: windows that open are not entered by it."""
    from PySide6.QtGui import QCursor, QGuiApplication

    corner = QGuiApplication.primaryScreen().geometry().bottomRight()
    QCursor.setPos(corner)
