"""Python's collector of cycles, kept to the thread of the window.

Left to itself it runs on whichever thread happens to allocate, and a widget that it destroys on the
worker's, while Qt draws, ends the process.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

LOOK_MS = 200
# By then all modules are loaded; walking what stays for good takes 0.13 s, in which no thread runs.
SETTLED_MS = 8000

Every = Callable[[int, Callable[[], None]], Callable[[], None]]


class Garbage:
    """Collects on the thread that makes it, which must be the window's, from `begin` to `close`."""

    def __init__(self) -> None:
        gc.disable()
        self._stops: list[Callable[[], None]] = []

    def begin(self, every: Every) -> None:
        """Collect now and then; ``every(ms, call)`` repeats a call and returns what stops it."""
        self._stops.append(every(LOOK_MS, collect))

    def settle(self, every: Every) -> None:
        """Once the program has started, leave what is there by then alone."""

        def leave() -> None:
            stop()
            gc.freeze()

        stop = every(SETTLED_MS, leave)
        self._stops.append(stop)

    def close(self) -> None:
        """Leave Python to collect by itself again."""
        while self._stops:
            self._stops.pop()()
        gc.enable()


def collect() -> None:
    """Collect the oldest generation that is due, as Python does it."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
