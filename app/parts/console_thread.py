"""A thread that runs Python as it is typed, and what is written there."""

from __future__ import annotations

import ast
import ctypes
import io
import threading
import time
import traceback
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from typing import Any

from app.process.thread_streams import ThreadStreams
from app.views.interface.console import Completion

# characters of the transcript that are kept, and completions that are offered
LONGEST, MOST_COMPLETIONS = 50_000, 200
FILE = "<console>"
LEAVING = "the console ends with the window; close its panel instead\n"


class Transcript(io.TextIOBase):
    """The last characters that were written, and how many there were in all."""

    def __init__(self) -> None:
        self._text, self._total = "", 0
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        with self._lock:
            self._text = (self._text + text)[-LONGEST:]
            self._total += len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def read_all(self) -> tuple[str, int]:
        """Return the last characters, and the number of all."""
        with self._lock:
            return self._text, self._total


class ConsoleThread:
    """Runs one input after another; ``names`` is called on the thread and returns its first variables.

    completion: the answer to the last question, or None.
    """

    def __init__(self, names: Callable[[], dict[str, Any]], streams: ThreadStreams) -> None:
        self.transcript = Transcript()
        self.completion: Completion | None = None
        self._streams = streams
        self._variables: dict[str, Any] = {"__name__": "__console__", "__doc__": None}
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._submitted = self._finished = 0
        self._lock = threading.Lock()  # of the three below
        self._is_running = self._is_interrupted = False
        self._interrupted_at = 0.0
        self._thread = threading.Thread(target=self._work, name="console", daemon=True)
        self._thread.start()
        self._submit(lambda: self._variables.update(names()))

    @property
    def is_busy(self) -> bool:
        """Whether something waits or runs."""
        return self._finished < self._submitted

    @property
    def stuck_for(self) -> float:
        """Seconds since an interruption that has had no effect; 0 without one."""
        return time.monotonic() - self._interrupted_at if self._is_interrupted else 0.0

    def run(self, source: str, **variables: Any) -> None:
        """Run statements, with these variables set before."""
        self._submit(lambda: self._run(source, variables))

    def complete(self, word: str) -> None:
        """Find the names that begin with ``word``; an answer to an earlier question is dropped."""
        self.completion = None
        self._submit(lambda: self._complete(word))

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in what runs or waits, as soon as that is in Python."""
        with self._lock:
            if self.is_busy and not self._is_interrupted:
                self._is_interrupted, self._interrupted_at = True, time.monotonic()
                if self._is_running and self._thread.ident is not None:
                    _raise_in(self._thread.ident, KeyboardInterrupt)

    def close(self) -> None:
        """End the thread after what runs, which is interrupted."""
        self.interrupt()
        self._tasks.put(None)

    def _submit(self, task: Callable[[], None]) -> None:
        self._submitted += 1
        self._tasks.put(task)

    # --- on the thread ---------------------------------------------------------------------------
    def _work(self) -> None:
        self._streams.redirect(self.transcript)
        for number in count(1):
            task = self._tasks.get()
            if task is None:
                return
            # `suppress` is a call of its own, and an interruption that comes in it would end the thread
            try:  # noqa: SIM105
                self._perform(task)
            except KeyboardInterrupt:
                pass
            # an interruption may also come after the end of what it was for
            while self._finished < number:
                try:  # noqa: SIM105
                    self._finish(number)
                except KeyboardInterrupt:
                    pass

    def _perform(self, task: Callable[[], None]) -> None:
        try:
            with self._lock:
                self._is_running = True
                interrupted = self._is_interrupted
            if interrupted:
                raise KeyboardInterrupt
            task()
        except SystemExit:
            self.transcript.write(LEAVING)
        except BaseException as problem:
            self.transcript.write(_told(problem))

    def _finish(self, number: int) -> None:
        with self._lock:
            self._is_running = self._is_interrupted = False
            self._finished = number

    def _run(self, source: str, variables: dict[str, Any]) -> None:
        self._variables.update(variables)
        # every expression among the statements shows its value
        body = ast.Interactive(ast.parse(source, FILE).body)
        exec(compile(body, FILE, "single"), self._variables)

    def _complete(self, word: str) -> None:
        from rlcompleter import Completer

        find = Completer(self._variables).complete
        found: list[str] = []
        while len(found) < MOST_COMPLETIONS and (match := find(word, len(found))) is not None:
            found.append(match.rstrip("()"))
        self.completion = Completion(word, tuple(dict.fromkeys(found)))


def _told(problem: BaseException) -> str:
    """Return a traceback from the user's own lines on."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != FILE:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(problem), problem, trace))


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))
