"""A monkey test of the window: random user actions from a seed, while devices are lost.

    python -m tests.monkey --actions 5000 --losses 30 --engine gpu

Nothing may raise, no job may fail, and the process may not grow.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import logging
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception

import numpy as np

from app.controller.command_table import COMMANDS
from app.jobs import worker
from app.jobs.worker import JobFailed
from compute.families import families
from compute.gpu.engine import GpuEngine
from tests.losses import destroyer
from tests.windows import edit, end, kept, live, until, wheel

# it ends the program
LEFT_OUT = {"quit"}
# a device is destroyed at most this many seconds after an action
LATEST = 0.05
# actions between two reports
REPORT = 250
_SYSTEM = ctypes.CDLL(None) if sys.platform == "linux" else None


def opened(folder: Path, engine: str):
    """A program whose settings live in a folder, with a path on its canvas."""
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.model import scene_file

    QApplication.instance() or QApplication(["test"])
    made = Program(scene_file.load("gaussian"), engine, kept(folder))
    made.window.frame.resize(1000, 700)
    made.window.frame.show()
    until(made, lambda: made.controller.answers.path is not None)
    # native dialogs wait for a user; here they are always cancelled
    made.window.ask_open = made.window.ask_save = lambda *_: None
    return made


def megabytes() -> float:
    """The resident memory of the process, without what is free in it; 0 if the system does not say."""
    gc.collect()
    if _SYSTEM is not None and hasattr(_SYSTEM, "malloc_trim"):
        _SYSTEM.malloc_trim(0)  # or tens of MB come and go with the order of answers
    pages = Path("/proc/self/statm")
    held = int(pages.read_text().split()[1]) if pages.exists() else 0
    return held * os.sysconf("SC_PAGE_SIZE") / 2**20


class Monkey:
    """Performs random actions of a user, chosen by a seed."""

    def __init__(self, program, seed: int) -> None:
        self.program, self.die, self.waits = program, random.Random(seed), True
        self.names = [c.name for c in COMMANDS if c.name not in LEFT_OUT]
        self.acts = [self.command] * 3 + [self.drag] * 4 + [self.undo] * 2
        self.acts += [self.wheel, self.family, self.chart, self.layer, self.resize, self.key]

    def step(self) -> None:
        self.die.choice(self.acts)()
        self.close_dialogs()

    def close_dialogs(self) -> None:
        from PySide6.QtWidgets import QDialog

        for dialog in self.program.window.frame.findChildren(QDialog):
            dialog.close()

    def command(self) -> None:
        self.program.window.actions[self.die.choice(self.names)].trigger()

    def undo(self) -> None:
        self.program.window.actions[self.die.choice(("undo", "redo"))].trigger()

    def place(self):
        from PySide6.QtCore import QPoint

        native, die = self.program.canvas.native, self.die
        return QPoint(die.randrange(native.width()), die.randrange(native.height()))

    def drag(self) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        canvas, at = self.program.canvas, self.place()
        targets = canvas.targets()
        # there is nothing to grasp while another family is prepared
        if self.die.random() < 0.7 and targets:
            x, y = targets[self.die.choice(sorted(targets))]
            at = QPoint(round(x), round(y))
        keys = self.die.choice(
            [Qt.KeyboardModifier.NoModifier] * 4 + [Qt.KeyboardModifier.ShiftModifier]
        )
        QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, keys, at)
        for _ in range(3):
            QTest.mouseMove(canvas.native, self.place())
        QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, keys, self.place())

    def wheel(self) -> None:
        at = self.place()
        wheel(self.program.canvas.native, at.x(), at.y(), self.die.choice((-120, 120)))

    def key(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        keys = (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Tab)
        QTest.keyClick(self.program.canvas.native, self.die.choice(keys))

    def family(self) -> None:
        edit(self.program, "family", self.die.choice(sorted(families())))
        # a request made meanwhile might not fit the new family
        if self.waits:
            until(self.program, lambda: not self.program.controller.editor.is_waiting)

    def chart(self) -> None:
        choice = self.die.choice(self.program.window.state.charts)
        edit(self.program, "chart", choice.value)

    def layer(self) -> None:
        layer = self.die.choice(self.program.window.state.layers)
        edit(self.program, f"layers.{layer.field}", not layer.visible)

    def resize(self) -> None:
        self.program.window.frame.resize(self.die.randint(700, 1300), self.die.randint(500, 900))


class _Errors(logging.Handler):
    """Errors that are only logged, as those in callbacks of vispy."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.found = found

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def listening(program) -> Iterator[list[str]]:
    """Collect the exceptions of slots, of callbacks of vispy and of jobs."""
    found: list[str] = []
    receive, hook, errors = program.controller.on_message, sys.excepthook, _Errors(found)

    def watched(message) -> None:
        if isinstance(message, JobFailed):
            found.append(f"{message.job}: {message.problem}")
        receive(message)

    program.controller.on_message = watched
    sys.excepthook = lambda _, problem, __: found.append("".join(format_exception(problem)))
    logging.getLogger().addHandler(errors)
    try:
        yield found
    finally:
        program.controller.on_message, sys.excepthook = receive, hook
        logging.getLogger().removeHandler(errors)


def act(program, monkey: Monkey, after: Callable[[], None] = lambda: None) -> None:
    """Perform one action and its immediate consequences."""
    monkey.step()
    after()
    live(program)
    program.application.sendPostedEvents(None, 52)  # dialogs that were closed go


# --- losses ----------------------------------------------------------------------------------
class Losses:
    """Destroys the device that is in use, from another thread and a moment later."""

    def __init__(self, die: random.Random) -> None:
        self.die, self.count, self.destroy = die, 0, None
        self.open, worker.open_engine = worker.open_engine, self.remember

    def remember(self, prefer: str = "auto", adapter: str = ""):
        engine = self.open(prefer, adapter)
        self.destroy = destroyer(engine.session.device) if isinstance(engine, GpuEngine) else None
        return engine

    def lose(self) -> None:
        if self.destroy is not None:
            self.count += 1
            threading.Timer(self.die.uniform(0.0, LATEST), self.destroy).start()


def main() -> int:
    """Run the monkey and print the outcome."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--actions", type=int, default=5000)
    options.add_argument("--losses", type=int, default=30)
    options.add_argument("--engine", choices=("gpu", "reference"), default="gpu")
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    losses = Losses(random.Random(chosen.seed))
    with tempfile.TemporaryDirectory() as folder:
        program = opened(Path(folder), chosen.engine)
        with listening(program) as problems, np.errstate(all="raise", under="ignore"):
            _play(program, Monkey(program, chosen.seed), losses, chosen, problems)
        end(program)
    sys.stdout.write(f"{losses.count} devices lost, {len(problems)} problems\n")
    return 1 if problems else 0


def _play(program, monkey: Monkey, losses: Losses, chosen, problems: list[str]) -> None:
    every = max(1, chosen.actions // chosen.losses) if chosen.losses else chosen.actions + 1
    began = time.monotonic()
    for i in range(1, chosen.actions + 1):
        before = len(problems)
        act(program, monkey, losses.lose if i % every == 0 else lambda: None)
        for problem in problems[before:]:
            sys.stdout.write(f"action {i}: {problem}\n")
        if i % REPORT == 0:
            seconds = time.monotonic() - began
            sys.stdout.write(f"{i} actions, {seconds:.0f} s, {megabytes():.0f} MB\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
