"""The console: Python that is typed in the window, with the scene, its store and `compute`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from app.jobs.preparation import prepare
from app.jobs.subject import Subject
from app.model.panel_titles import CONSOLE
from app.model.scene import Scene
from app.model.scene_store import SceneStore
from app.parts.console_thread import ConsoleThread
from app.parts.part import Part, PartContext
from app.presenters import scene_panels
from app.process.thread_streams import ThreadStreams
from app.views.interface.console import (
    CompletionAsked,
    ConsoleEntered,
    ConsoleInterrupted,
    ConsoleState,
)
from app.views.interface.events import Event, PanelShown

POLL_MS = 50
# characters shown at once: laying out more would hold up the window
SLICE = 4000
# seconds after which a thread that cannot be interrupted is left behind
STUBBORN = 3.0
VERSION = sys.version.partition(" ")[0]
HELLO = f"""Python {VERSION} with scene, store, compute and np, on a thread of its own.
store.set(alpha=0.5) changes the scene, help(store) says more; Tab completes, Ctrl+C stops.
"""
LEFT = "\nWhat ran does not end and was left behind; this is a new console.\n"


class ConsolePart(Part):
    """Runs what is typed once the panel was opened; before that there is no thread."""

    events = (ConsoleEntered, ConsoleInterrupted, CompletionAsked, PanelShown)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._thread: ConsoleThread | None = None
        self._streams: ThreadStreams | None = None
        self._stop: Callable[[], None] | None = None
        self._shown = ConsoleState()
        self._taken = 0  # characters shown of the transcript
        self._is_closed = False

    def on_event(self, event: Event) -> None:
        match event:
            case PanelShown() if event.title == CONSOLE and event.visible and not self._thread:
                self._begin(HELLO)
            case ConsoleEntered() if self._thread and not self._thread.is_busy:
                self._thread.transcript.write(_echo(event.source))
                self._thread.run(event.source, scene=self.context.store.scene)
                self._follow()
            case CompletionAsked() if self._thread and event.word and not self._thread.is_busy:
                self._thread.complete(event.word)
                self._follow()
            case ConsoleInterrupted() if self._thread:
                self._interrupt(self._thread)
            case _:
                pass

    def close(self) -> None:
        self._is_closed = True
        if self._stop is not None:
            self._stop()
        if self._thread is not None and self._streams is not None:
            self._thread.close()
            self._streams.close()

    def _begin(self, words: str) -> None:
        self._streams = self._streams or ThreadStreams()
        self._thread = ConsoleThread(self._names, self._streams)
        self._thread.transcript.write(words)
        self._taken = 0
        self._follow()

    def _interrupt(self, thread: ConsoleThread) -> None:
        if thread.stuck_for > STUBBORN:
            said, _ = thread.transcript.read_all()
            thread.close()
            self._begin(said + LEFT)
        else:
            thread.interrupt()

    # --- what is shown -------------------------------------------------------------------------
    def _follow(self) -> None:
        """Show what is written, until nothing runs any more."""
        self._stop = self._stop or self.context.window.every(POLL_MS, self._look)
        self._look()

    def _look(self) -> None:
        thread = self._thread
        if thread is None:
            return
        busy = thread.is_busy  # before the text, so that the last of it is read
        text, total = thread.transcript.read_all()
        self._taken = min(max(self._taken, total - len(text)) + SLICE, total)
        rest = total - self._taken
        kept = text[: len(text) - rest]
        state = ConsoleState(kept, self._taken, busy or rest > 0, thread.completion)
        if state != self._shown:
            self._shown = state
            self.context.window.set_panel(CONSOLE, state)
        if not state.busy and self._stop is not None:
            self._stop()
            self._stop = None

    # --- on the console's thread ---------------------------------------------------------------
    def _names(self) -> dict[str, Any]:
        import numpy as np

        import compute

        inner = self.context.store
        store = SceneStore(inner, self._in_window, _prepare)
        return {"scene": inner.scene, "store": store, "compute": compute, "np": np}

    def _in_window(self, act: Callable[[], object]) -> object:
        """Run ``act`` on the GUI thread and return its result; this thread waits, not the window."""
        done, results, problems = threading.Event(), list[object](), list[Exception]()

        def perform() -> None:
            try:
                results.append(act())
            except Exception as problem:
                problems.append(problem)
            done.set()

        self.context.window.post(perform)
        while not done.wait(POLL_MS / 1000):  # an interruption comes between two waits
            if self._is_closed:
                raise RuntimeError("the window has been closed")
        if problems:
            raise problems[0]
        return results[0]


def _prepare(scene: Scene) -> None:
    """Compute what the window will ask for of a scene; the results are cached."""
    prepare(scene, lambda changed: scene_panels.state(Subject.of(changed)))


def _echo(source: str) -> str:
    first, *rest = source.rstrip().split("\n")
    return "".join((f">>> {first}\n", *(f"... {line}\n" for line in rest)))
