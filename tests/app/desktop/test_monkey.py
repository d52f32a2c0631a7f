"""A monkey at the window, and a watchdog over the thread that must never wait."""

from __future__ import annotations

import gc
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

import numpy as np
import pytest

from app.jobs import worker
from compute.core import array_files
from compute.heads import head as heads
from tests.monkey import Monkey, act, listening, megabytes, opened
from tests.windows import PATIENCE, edit, end, live, until

pytestmark = pytest.mark.window
ACTIONS = 220
# calls between two beats of the GUI thread, twice those measured: as many on a slow or a loaded machine
MOST_CALLS = 40_000
# where numbers are computed; the window may ask families and charts for points, never these
ENGINES = (
    "compute/engine/",
    "compute/gpu/",
    "compute/geodesics/",
    "compute/flow/",
    "compute/studies/",
)
# actions after which all families have been used, and the growth allowed after them, in MB: up to 54
# were seen, by the order in which answers come in a process in which other tests ran
WARM, GROWTH = 180, 200.0


@pytest.fixture
def program(tmp_path):
    from PySide6.QtWidgets import QApplication

    QApplication.instance() or QApplication(["test"])
    before = set(QApplication.topLevelWidgets())
    # objects that earlier tests left in this process: to walk them takes half a second
    gc.collect()
    gc.freeze()
    made = opened(tmp_path, "reference")
    yield made
    end(made)
    gc.unfreeze()
    left = set(QApplication.topLevelWidgets()) - before
    # pyqtgraph's plots keep their menus, which have no parent, as long as they live themselves
    assert Counter(type(w).__name__ for w in left if type(w).__name__ != "QMenu") == Counter()


@pytest.fixture
def problems(program) -> Iterator[list[str]]:
    with listening(program) as found:
        yield found
    assert found == []


def test_a_monkey_finds_nothing_that_breaks(program, problems):
    monkey, seen = Monkey(program, seed=7), set()
    before = 0.0
    for i in range(ACTIONS):
        if i == WARM:
            until(program, lambda: program.runner.pending() == 0)
            before = megabytes()
        act(program, monkey)
        seen.add((program.store.scene.family, program.store.scene.chart))
        assert not problems
    assert len(seen) > 9, "it went about"
    until(program, lambda: program.runner.pending() == 0)
    assert megabytes() - before < GROWTH
    program.controller.close()


def test_the_window_waits_for_no_job(program, problems, monkeypatch):
    """The worker is blocked; the window keeps running."""
    until(program, lambda: program.runner.pending() == 0)
    held, begun = threading.Event(), threading.Event()

    def stands_still(engine, job, emit, cancelled, session) -> None:
        begun.set()
        assert held.wait(PATIENCE)

    monkeypatch.setattr(worker, "perform", stands_still)
    monkey = Monkey(program, seed=3)
    monkey.names.remove("doctor")
    monkey.waits = False
    for _ in range(60):
        monkey.step()
        live(program)
    until(program, begun.is_set)
    assert program.runner.pending() > 0
    held.set()
    until(program, lambda: program.runner.pending() == 0)


class Watchdog:
    """Calls between beats of the GUI thread, and the engines' functions that it enters."""

    def __init__(self, program) -> None:
        self.calls, self.gaps, self.entered = 0, [], Counter()
        self.before = sys.getprofile()
        self.stop_beats = program.window.every(1, self.beat)
        sys.setprofile(self.seen)

    def seen(self, frame: FrameType, event: str, argument: object) -> None:
        if event in {"call", "c_call"}:
            self.calls += 1
        if event == "call" and any(room in frame.f_code.co_filename for room in ENGINES):
            self.entered[f"{frame.f_code.co_filename}:{frame.f_code.co_name}"] += 1

    def beat(self) -> None:
        self.gaps.append(self.calls)
        self.calls = 0

    def stop(self) -> None:
        sys.setprofile(self.before)
        self.stop_beats()


def test_the_window_opens_no_head_file_itself(program, problems, monkeypatch, tmp_path):
    """The worker reads heads, and what is drawn of them is remembered."""
    opened_by, opened = Counter(), array_files.opened

    @contextmanager
    def watched(path, most):
        opened_by[threading.current_thread().name] += 1
        with opened(path, most) as file:
            yield file

    def settle(family: str) -> None:
        until(program, lambda: family in program.store.scene.family)
        until(program, lambda: program.runner.pending() == 0)
        live(program)

    until(program, lambda: program.window.is_furnished and program.runner.pending() == 0)
    heads.read.cache_clear()
    monkeypatch.setattr(array_files, "opened", watched)
    monkeypatch.setattr(heads, "LARGE", 0)  # each head is read by itself, as from a large file
    edit(program, "family", "attention:horse")
    settle("horse")
    path = tmp_path / "mine.npz"
    q, k, v = np.random.default_rng(3).normal(size=(3, 2, 3, 12, 4))
    np.savez(path, q=q, k=k, v=v, attention=np.full((2, 3, 12, 12), 1 / 12))
    program.documents.document = replace(program.documents.document, saved=program.store.scene)
    program.window.frame.dropped.emit([str(path)])
    settle("mine")
    for change in ({"head": 2}, {"plane": "pca"}, {"plane": "tokens", "tokens": "0,4,7"}):
        for name, value in change.items():
            edit(program, f"family.{name}", value)
            settle(f"{name}={value}")
    assert set(opened_by) == {"engine"}


def test_the_window_computes_nothing_long_itself(program, problems):
    # panels are built once the window is there: that is the start, which is measured elsewhere
    until(program, lambda: program.window.is_furnished and program.runner.pending() == 0)
    live(program)
    dog = Watchdog(program)
    for i in range(30):
        edit(program, "alpha", 0.02 * i)
        edit(program, "layers.dual_paths", i % 2 == 0)
        live(program)
    until(program, lambda: program.runner.pending() == 0 and len(dog.gaps) > 60)
    dog.stop()
    assert dog.entered == Counter()
    assert max(dog.gaps) < MOST_CALLS


def test_nothing_holds_the_window_up_while_all_is_computed(program, problems):
    """A pin is dragged over a map of distances while a field flows."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    window, canvas = program.window, program.canvas
    window.furnish()
    edit(program, "scalar", "distance")
    edit(program, "layers.flow", True)
    until(program, lambda: program.runner.pending() == 0)
    dog = Watchdog(program)
    window.actions["flow_evolve"].trigger()
    x, y = canvas.targets()["B"]
    QTest.mousePress(canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    for i in range(40):
        QTest.mouseMove(canvas.native, QPoint(round(x) - 2 * i, round(y) - i), 12)
        live(program)
    at = QPoint(round(x) - 80, round(y) - 40)
    QTest.mouseRelease(canvas.native, Qt.MouseButton.LeftButton, pos=at)
    window.actions["flow_evolve"].trigger()
    until(program, lambda: program.runner.pending() == 0 and len(dog.gaps) > 60)
    dog.stop()
    assert dog.entered == Counter()
    assert max(dog.gaps) < MOST_CALLS
