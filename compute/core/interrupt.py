"""Interruption of long computations of the reference, at checkpoints that all of them pass.

The computations are pure, so an interrupted one leaves nothing half done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Interrupted(Exception):
    """Raised inside a long computation when its result is no longer wanted or something more urgent
    waits.
    """


class TookTooLong(Exception):
    """Raised when a computation exceeds its time limit."""


def _never() -> bool:
    return False


_asked: ContextVar[Callable[[], bool]] = ContextVar("asked", default=_never)


@contextmanager
def interruptible(wanted_no_longer: Callable[[], bool]) -> Iterator[None]:
    """Raise `Interrupted` at the next checkpoint of the ``with`` block, in this thread, once the
    callback is true.
    """
    before = _asked.set(wanted_no_longer)
    try:
        yield
    finally:
        _asked.reset(before)


@contextmanager
def limited(seconds: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Raise `TookTooLong` at the next checkpoint of the ``with`` block, in this thread, after the
    given seconds.

    With a ``clock`` of CPU time, such as `time.thread_time`, the limit does not depend on other
    load of the machine.  An enclosing `interruptible` block still applies.
    """
    end, before = clock() + seconds, _asked.get()

    def asked() -> bool:
        if clock() > end:
            raise TookTooLong
        return before()

    with interruptible(asked):
        yield


def checkpoint() -> None:
    """End the computation if its result is no longer wanted; costs a microsecond."""
    if _asked.get()():
        raise Interrupted
