"""The longest times for which the GUI thread does not answer, by action, in wall time.

    python -m tests.watchdog --engine auto

A timer of 1 ms beats in the GUI thread; in a gap between two beats nothing moves.  The gaps are
printed, never asserted, and mean something on an idle machine only: any other process makes gaps too.
None should exceed 100 ms.  The head of 1 GiB is written to a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.monkey import opened
from tests.windows import edit, end, until

FAMILIES = ("beta", "von_mises", "gamma", "attention:bank", "categorical3_natural", "gaussian")
# layers, heads, tokens, d of q, k and v: 1 GiB of float32
HEAD = (32, 32, 2048, 44)
MOVES, PAUSE = 150, 0.01
FLOWING = 3.0
LESSON = "patches"


class Watchdog:
    """The gaps in seconds between beats of the GUI thread."""

    def __init__(self, program) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self.stop = program.window.every(1, self.beat)

    def beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def words(self) -> str:
        gaps = 1e3 * np.array(self.gaps)
        middle, high = np.quantile(gaps, (0.5, 0.99))
        return f"{gaps.max():7.1f} ms longest, {high:6.1f} of 1 %, {middle:4.1f} median"


@contextmanager
def watched(program, action: str) -> Iterator[None]:
    """Print the gaps during the block and what comes of it."""
    dog = Watchdog(program)
    yield
    settle(program)
    dog.stop()
    sys.stdout.write(f"{action:32s} {dog.words()}\n")
    sys.stdout.flush()


def settle(program) -> None:
    """Wait until all is computed and shown."""
    live_for(program, 0.5)
    until(
        program,
        lambda: program.runner.pending() == 0 and not program.controller.editor.is_waiting,
    )
    live_for(program, 0.5)


def live_for(program, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    until(program, lambda: time.monotonic() >= deadline)


def drag(program) -> None:
    """Drag B across the canvas."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    native, left = program.canvas.native, Qt.MouseButton.LeftButton
    x, y = map(round, program.canvas.targets()["B"])
    QTest.mousePress(native, left, pos=QPoint(x, y))
    for i in range(MOVES):
        QTest.mouseMove(native, QPoint(x - i // 2, y - i // 3))
        live_for(program, PAUSE)
    QTest.mouseRelease(native, left, pos=QPoint(x - MOVES // 2, y - MOVES // 3))


def hover(program) -> None:
    """Move the pointer over the canvas, with no button pressed."""
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    for i in range(MOVES):
        QTest.mouseMove(program.canvas.native, QPoint(100 + 2 * i, 150 + i))
        live_for(program, PAUSE)


def flowing(program, meanwhile: Callable[[], None]) -> None:
    """Let the field evolve during an action."""
    program.window.actions["flow_evolve"].trigger()
    meanwhile()
    program.window.actions["flow_evolve"].trigger()


def large_head(folder: Path) -> Path:
    """Write a head file of 1 GiB."""
    path, one = folder / "large.npz", np.zeros(HEAD, np.float32)
    one[:] = np.random.default_rng(0).normal(size=HEAD[2:])
    np.savez(path, q=one, k=one, v=one)
    return path


def watch(program, folder: Path) -> None:
    """Perform each action and print its gaps."""
    program.window.furnish()
    settle(program)
    with watched(program, "drag"):
        drag(program)
    with watched(program, "hover"):
        hover(program)
    for _ in range(2):
        with watched(program, "theme"):
            program.window.actions["switch_theme"].trigger()
    with watched(program, "a lesson"):
        program.lessons.open(LESSON)
    for family in FAMILIES:
        with watched(program, f"family {family}"):
            edit(program, "family", family)
    edit(program, "layers.flow", True)
    settle(program)
    with watched(program, "flow"):
        flowing(program, lambda: live_for(program, FLOWING))
    with watched(program, "flow and drag"):
        flowing(program, lambda: drag(program))
    path = large_head(folder)
    with watched(program, "a head of 1 GiB"):
        program.show_heads(path)
    assert str(path) in program.store.scene.family
    with watched(program, "another head of it"):
        edit(program, "family.head", 3)


def main() -> int:
    """Open a window, perform the actions and print the gaps."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=("auto", "gpu", "reference"), default="auto")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = opened(Path(folder), chosen.engine)
        watch(program, Path(folder))
        end(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
