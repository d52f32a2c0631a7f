"""A monkey at the window, and a watchdog over the thread that must never wait."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.controller import runner
from app.controller.commands import COMMANDS
from app.controller.runner import JobFailed
from compute.families import families
from tests.test_desktop_program import end, kept, live, until

pytestmark = pytest.mark.window
ACTIONS = 1000
# it ends the program
LEFT_OUT = {"quit"}
# a gap of the GUI thread, in its own processor time: a loaded machine makes no thread compute more
LONGEST = 0.1
# actions after which all families are known, and by how much the process may grow after them, in MB
WARM, GROWTH = 700, 40.0


@pytest.fixture
def program(tmp_path):
    from PySide6.QtWidgets import QApplication

    from app.main import Program
    from app.model import session

    QApplication.instance() or QApplication(["test"])
    before = set(QApplication.topLevelWidgets())
    made = Program(session.load("gaussian"), "reference", kept(tmp_path))
    made.window.frame.resize(1000, 700)
    made.window.frame.show()
    until(made, lambda: made.controller.answers.path is not None)
    # the desktop's own dialogs wait for a hand; here it always cancels them
    made.window.ask_open = made.window.ask_save = lambda *_: None
    yield made
    end(made)
    left = set(QApplication.topLevelWidgets()) - before
    # pyqtgraph's plots keep their menus, which have no parent, as long as they live themselves
    assert Counter(type(w).__name__ for w in left if type(w).__name__ != "QMenu") == Counter()


def megabytes() -> float:
    """What the process has in memory; 0 where that cannot be known so."""
    pages = Path("/proc/self/statm")
    held = int(pages.read_text().split()[1]) if pages.exists() else 0
    return held * os.sysconf("SC_PAGE_SIZE") / 2**20


class Monkey:
    """Does one of all things that a hand can do, chosen by a seeded die."""

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
        targets = canvas._targets()
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
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent

        native, at = self.program.canvas.native, QPointF(self.place())
        turn = QPoint(0, self.die.choice((-120, 120)))
        event = QWheelEvent(
            at,
            native.mapToGlobal(at),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        self.program.application.sendEvent(native, event)

    def key(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        keys = (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Tab)
        QTest.keyClick(self.program.canvas.native, self.die.choice(keys))

    def family(self) -> None:
        self.program.window._edit("family", self.die.choice(sorted(families())))
        # what is asked for meanwhile would be asked of a family that it may not fit
        if self.waits:
            until(self.program, lambda: not self.program.controller.editor.is_waiting)

    def chart(self) -> None:
        choice = self.die.choice(self.program.window._state.charts)
        self.program.window._edit("chart", choice.value)

    def layer(self) -> None:
        layer = self.die.choice(self.program.window._state.layers)
        self.program.window._edit(f"layers.{layer.field}", not layer.visible)

    def resize(self) -> None:
        self.program.window.frame.resize(self.die.randint(700, 1300), self.die.randint(500, 900))


@pytest.fixture
def problems(program, monkeypatch, caplog) -> Iterator[list[str]]:
    """Whatever goes wrong where nobody else hears of it: in slots, callbacks of vispy, and jobs."""
    found: list[str] = []
    receive = program._receive

    def watched(message) -> None:
        if isinstance(message, JobFailed):
            found.append(f"{message.job}: {message.problem}")
        receive(message)

    monkeypatch.setattr(program, "_receive", watched)
    monkeypatch.setattr(sys, "excepthook", lambda kind, problem, _: found.append(repr(problem)))
    yield found
    assert found == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_monkey_finds_nothing_that_breaks(program, problems):
    monkey, seen = Monkey(program, seed=7), set()
    before = 0.0
    for i in range(ACTIONS):
        if i == WARM:
            before = megabytes()
        monkey.step()
        live(program)
        program.application.sendPostedEvents(None, 52)  # dialogs that were closed go
        seen.add((program.store.scene.family, program.store.scene.chart))
        assert not problems
    assert len(seen) > 20, "it went about"
    assert megabytes() - before < GROWTH
    program.controller.close()


def test_the_window_waits_for_no_job(program, problems, monkeypatch):
    """The worker stands still; the window goes on."""
    until(program, lambda: program.runner.pending() == 0)
    held, begun = threading.Event(), threading.Event()

    def stands_still(engine, job, emit, cancelled) -> None:
        begun.set()
        assert held.wait(60)

    monkeypatch.setattr(runner, "perform", stands_still)
    monkey = Monkey(program, seed=3)
    monkey.names.remove("doctor")
    monkey.waits = False
    for _ in range(60):
        monkey.step()
        live(program)
    assert begun.is_set() and program.runner.pending() > 0
    held.set()
    until(program, lambda: program.runner.pending() == 0)


class Watchdog:
    """Gaps between beats in the thread's own time, which a loaded machine does not lengthen."""

    def __init__(self, program) -> None:
        self.gaps: list[float] = []
        self.last = time.thread_time()
        self.stop = program.window.every(1, self.beat)

    def beat(self) -> None:
        now = time.thread_time()
        self.gaps.append(now - self.last)
        self.last = now


def test_the_window_computes_nothing_long_itself(program, problems):
    # panels are built once the window is there: that is the start, which is measured elsewhere
    until(program, lambda: program.window._furnished and program.runner.pending() == 0)
    live(program)
    dog = Watchdog(program)
    for i in range(30):
        program.window._edit("alpha", 0.02 * i)
        program.window._edit("layers.dual_paths", i % 2 == 0)
        live(program)
    until(program, lambda: program.runner.pending() == 0 and len(dog.gaps) > 60)
    dog.stop()
    assert max(dog.gaps) < LONGEST


def test_nothing_holds_the_window_up_while_all_is_computed(program, problems):
    """A pin is dragged over a map of distances while a field flows."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    window, canvas = program.window, program.canvas
    window.furnish()
    window._edit("scalar", "distance")
    window._edit("layers.flow", True)
    until(program, lambda: program.runner.pending() == 0)
    dog = Watchdog(program)
    window._invoke("flow_evolve")
    x, y = canvas._targets()["B"]
    QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    for i in range(40):
        QTest.mouseMove(canvas.native, QPoint(round(x) - 2 * i, round(y) - i), 12)
        live(program)
    at = QPoint(round(x) - 80, round(y) - 40)
    QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=at)
    window._invoke("flow_evolve")
    until(program, lambda: program.runner.pending() == 0 and len(dog.gaps) > 60)
    dog.stop()
    assert max(dog.gaps) < LONGEST
