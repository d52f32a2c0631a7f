"""Python's garbage collector, restricted to the GUI thread.

By default it runs on whichever thread allocates; destroying a widget on the worker thread while Qt
draws would crash the process.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

LOOK_MS = 200
# By then all modules are loaded; traversing permanent objects takes 0.13 s, which blocks all
# threads.
SETTLED_MS = 8000

Every = Callable[[int, Callable[[], None]], Callable[[], None]]


class Garbage:
    """Collects on the thread that creates it, which must be the GUI thread, from `begin` to `close`."""

    def __init__(self) -> None:
        gc.disable()
        self._stops: list[Callable[[], None]] = []

    def begin(self, every: Every) -> None:
        """Start collecting regularly; ``every(ms, call)`` repeats a call and returns a function that
        stops it.
        """
        self._stops.append(every(LOOK_MS, collect))

    def settle(self, every: Every) -> None:
        """Exclude all objects that exist after start-up."""

        def leave() -> None:
            stop()
            gc.freeze()

        stop = every(SETTLED_MS, leave)
        self._stops.append(stop)

    def close(self) -> None:
        """Restore automatic collection."""
        while self._stops:
            self._stops.pop()()
        gc.enable()


def collect() -> None:
    """Collect the oldest generation that is due, like Python itself."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
