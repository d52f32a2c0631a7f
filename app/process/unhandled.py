"""Unhandled exceptions: each kind is reported once, on stderr and to the user; the program goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

from compute.core.refusal import shorten, with_kind

Given = ParamSpec("Given")
Result = TypeVar("Result")


def reported(instead: Result) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Wrap a callback so that its exceptions go to `sys.excepthook`, as those of Qt's slots do, and it
    returns ``instead``.

    Out of an event filter they would end the process, and vispy would only print them.
    """

    def wrap(call: Callable[Given, Result]) -> Callable[Given, Result]:
        @wraps(call)
        def guarded(*given: Given.args, **named: Given.kwargs) -> Result:
            try:
                return call(*given, **named)
            except Exception as problem:
                sys.excepthook(type(problem), problem, problem.__traceback__)
                return instead

        return guarded

    return wrap


class Unhandled:
    """Reports exceptions that reach a hook of Python, in any thread.

    say: shows one line to the user.  Exceptions of one type and one line of code are of one kind: a
    frame that fails sixty times a second is reported once.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: set[object] = set()

    def begin(self) -> None:
        """Become the hook of the main thread and of all others."""
        sys.excepthook, threading.excepthook = self.report, self._report_of_thread

    def report(
        self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None
    ) -> None:
        """Report an exception, unless one of its kind was reported."""
        told = (kind, *_place(trace))
        if told not in self._told:
            self._told.add(told)
            sys.__excepthook__(kind, problem, trace)
            self._say(shorten(f"⚠ internal error: {with_kind(problem)}"))

    def _report_of_thread(self, heard: threading.ExceptHookArgs) -> None:
        # SystemExit ends a thread and is no error
        if not issubclass(heard.exc_type, SystemExit):
            problem = heard.exc_value or heard.exc_type()
            self.report(heard.exc_type, problem, heard.exc_traceback)


def _place(trace: TracebackType | None) -> tuple[str, int]:
    """Return the file and the line that raised an exception."""
    if trace is None:
        return "", 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename, trace.tb_lineno
