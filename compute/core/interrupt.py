"""Long computations of the reference that may be ended: asked wherever all of them pass by.

Its functions are pure, so that nothing is left half done when one ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Interrupted(Exception):
    """Whoever let it be computed wants it no longer, or something else first."""


class TookTooLong(Exception):
    """A computation was not done in the seconds that it had."""


def _never() -> bool:
    return False


_asked: ContextVar[Callable[[], bool]] = ContextVar("asked", default=_never)


@contextmanager
def interruptible(wanted_no_longer: Callable[[], bool]) -> Iterator[None]:
    """Raise `Interrupted` in the block within, in this thread, soon after the answer is yes."""
    before = _asked.set(wanted_no_longer)
    try:
        yield
    finally:
        _asked.reset(before)


@contextmanager
def limited(seconds: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Raise `TookTooLong` in the block within, in this thread, soon after the given seconds.

    Of a ``clock`` that counts what the processor does, such as `time.thread_time`, these are no fewer
    where the machine is busy with something else.  Who may interrupt what is around it may interrupt
    it too.
    """
    end, before = clock() + seconds, _asked.get()

    def asked() -> bool:
        if clock() > end:
            raise TookTooLong
        return before()

    with interruptible(asked):
        yield


def checkpoint() -> None:
    """End a computation whose result is no longer wanted; costs a microsecond."""
    if _asked.get()():
        raise Interrupted
