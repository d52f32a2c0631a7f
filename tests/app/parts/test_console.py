"""Python typed in the window: it runs beside the window, and changes the scene through it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from app.model import macro, scene_file
from app.model.panel_titles import CONSOLE
from app.model.store import Store
from app.parts import console
from app.parts.console import SLICE, ConsolePart
from app.parts.console_thread import LONGEST
from app.parts.part import PartContext
from app.views.interface.console import CompletionAsked, ConsoleEntered, ConsoleInterrupted
from app.views.interface.events import PanelShown
from tests.windows import PATIENCE


class Room:
    """The part beside a window whose clock and post are served by `until`, on this thread."""

    def __init__(self) -> None:
        self.states: list[Any] = []
        self.posted: list[Callable[[], None]] = []
        self.ticks: dict[int, Callable[[], None]] = {}
        self.changed_on: list[int] = []
        self.store = Store(scene_file.load("gaussian"))
        self.store.listen(lambda old, new: self.changed_on.append(threading.get_ident()))
        window: Any = SimpleNamespace(
            set_panel=lambda title, state: self.states.append(state), post=self.posted.append,
            every=self.every,
        )  # fmt: skip
        canvas: Any = SimpleNamespace()
        self.part = ConsolePart(PartContext(self.store, canvas, window, lambda job: None))

    def every(self, milliseconds: int, tick: Callable[[], None]) -> Callable[[], None]:
        self.ticks[id(tick)] = tick
        return lambda: self.ticks.pop(id(tick), None) and None

    def serve(self) -> None:
        while self.posted:
            self.posted.pop(0)()
        for tick in list(self.ticks.values()):
            tick()

    def until(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        pause = threading.Event()
        while not reached():
            assert time.monotonic() < deadline, self.text
            self.serve()
            pause.wait(0.002)

    def rest(self) -> None:
        self.until(lambda: not self.ticks)

    def open(self) -> None:
        """Open the panel; in the test itself, since pytest exchanges the streams before it."""
        self.part.on_event(PanelShown(CONSOLE, True))
        self.rest()

    @property
    def text(self) -> str:
        return self.states[-1].text if self.states else ""

    def enter(self, source: str) -> str:
        """Enter statements, and return what is written until they have run."""
        before = self.states[-1].total
        self.part.on_event(ConsoleEntered(source))
        self.rest()
        state = self.states[-1]
        return state.text[before - state.total :] if state.total > before else ""


@pytest.fixture
def room():
    made = Room()
    yield made
    made.part.close()


def test_nothing_starts_before_the_panel_is_seen():
    made = Room()
    streams = sys.stdout
    made.part.on_event(ConsoleEntered("1 + 1"))
    made.part.on_event(PanelShown("Log", True))
    assert made.states == [] and made.ticks == {} and sys.stdout is streams


def test_values_are_shown_and_names_kept(room):
    room.open()
    assert "scene, store, compute and np" in room.text
    assert room.enter("x = 6\nx * 7") == ">>> x = 6\n... x * 7\n42\n"
    assert room.enter("def f(y):\n    return x + y\n").count("...") == 1
    assert room.enter("print('a'); f(1); None; f(2)").endswith("\na\n7\n8\n")
    assert room.enter("compute.family('beta').title").endswith("'Beta distributions'\n")


def test_the_scene_changes_on_the_thread_of_the_window(room):
    room.open()
    said = room.enter("store.set(alpha=0.5)\nstore.scene.alpha, scene.alpha")
    assert said.endswith("(0.5, 0.0)\n")
    assert room.store.scene.alpha == 0.5
    assert room.enter("scene.alpha").endswith("\n0.5\n")
    assert room.enter("store.undo(); store.scene.alpha").endswith("\n0.0\n")
    assert set(room.changed_on) == {threading.get_ident()}


def test_another_family_is_made_beside_the_window(room):
    room.open()
    room.enter("store.set(family='beta', start=(2.0, 5.5))")
    assert room.store.scene.family == "beta" and room.store.scene.start.theta == (2.0, 5.5)
    assert len(room.changed_on) == 1


def test_a_pasted_macro_is_replayed(room):
    room.open()
    old, new = room.store.scene, scene_file.load("octant")
    room.enter(macro.text([old, new]))
    assert room.store.scene is old
    assert "Error" not in room.enter("replay(store)")
    assert room.store.scene == new


def test_exceptions_are_shown_from_the_line_that_was_typed(room):
    room.open()
    said = room.enter("def g():\n    return 1 / 0\n\ng()")
    assert "ZeroDivisionError: division by zero" in said and "line 4, in <module>" in said
    assert "console_thread" not in said
    assert "SyntaxError" in room.enter("1 +")
    refused = room.enter("store.set(alhpa=1)")
    assert refused.splitlines()[-1].startswith("ValueError: an entry must be one of alpha, ")
    assert room.enter("raise SystemExit(3)").endswith("close its panel instead\n")
    room.enter("exit()")
    assert "EOFError" in room.enter("input()"), "also after exit, which closes what it reads from"
    assert room.enter("1 + 1").endswith("\n2\n")


def test_what_is_printed_elsewhere_is_not_in_the_console(room, capfd):
    room.open()
    room.enter("import sys, threading; print('mine'); print('also mine', file=sys.stderr)")
    sys.stdout.write("another's")
    assert "mine\nalso mine\n" in room.text and "another" not in room.text
    assert capfd.readouterr().out == "another's"


def test_a_loop_is_interrupted_and_the_names_stay(room):
    room.open()
    room.part.on_event(ConsoleEntered("n = 0\nprint('begun')\nwhile True:\n    n += 1\n"))
    room.until(lambda: room.text.endswith("\nbegun\n"))
    room.part.on_event(ConsoleInterrupted())
    room.rest()
    assert "KeyboardInterrupt" in room.text
    assert room.enter("n > 0").endswith("\nTrue\n")


def test_a_wait_for_the_window_is_interrupted(room):
    """The window does not answer, because a dialog keeps it, say."""
    room.open()
    room.part.on_event(ConsoleEntered("store.undo()"))
    deadline = time.monotonic() + PATIENCE
    while not room.posted:
        assert time.monotonic() < deadline
    room.part.on_event(ConsoleInterrupted())
    room.rest()
    assert "KeyboardInterrupt" in room.text


def test_what_cannot_be_interrupted_is_left_behind(room, monkeypatch):
    room.open()
    monkeypatch.setattr(console, "STUBBORN", 1e-9)
    stubborn = (
        "try:\n    print('begun'); time.sleep(60)\nexcept KeyboardInterrupt:\n    time.sleep(60)"
    )
    room.part.on_event(ConsoleEntered(f"import time\n{stubborn}"))
    room.until(lambda: room.text.endswith("\nbegun\n"))
    room.part.on_event(ConsoleInterrupted())
    room.part.on_event(ConsoleInterrupted())
    room.rest()
    assert "was left behind" in room.text and "import time" in room.text
    assert "NameError" in room.enter("time")


def test_endless_output_is_bounded(room):
    room.open()
    room.part.on_event(ConsoleEntered("while True:\n    print('x' * 1000)\n"))
    room.until(lambda: room.states[-1].total > 3 * LONGEST)
    assert max(len(state.text) for state in room.states) <= LONGEST
    room.part.on_event(ConsoleInterrupted())
    room.rest()
    assert room.text.endswith("KeyboardInterrupt\n") and len(room.text) == LONGEST


def test_long_output_is_shown_a_little_at_a_time(room):
    room.open()
    room.part.on_event(ConsoleEntered("print('y' * 3 * 4000)"))
    room.rest()
    totals = [state.total for state in room.states]
    assert max(after - before for before, after in pairwise(totals)) <= SLICE
    assert room.text.endswith("y\n") and room.text.count("y" * 100) == 120


def test_names_are_completed(room):
    room.open()
    room.part.on_event(CompletionAsked("store.un"))
    room.rest()
    assert room.states[-1].completion.found == ("store.undo",)
    room.part.on_event(CompletionAsked("compute.fami"))
    room.rest()
    assert room.states[-1].completion.found == ("compute.families", "compute.family")
    room.part.on_event(CompletionAsked("nothing.like"))
    room.rest()
    assert room.states[-1].completion.found == ()


def test_streams_are_restored_at_the_end():
    streams = sys.stdin, sys.stdout, sys.stderr
    made = Room()
    made.open()
    assert sys.stdout is not streams[1]
    made.part.close()
    assert (sys.stdin, sys.stdout, sys.stderr) == streams
