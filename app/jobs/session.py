"""Sessions: jobs leave in them what later jobs of their kind go on from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")


class Session:
    """Keeps one thing of each kind between jobs.  Whoever performs jobs one after another has one: the
    worker as long as its engine lives, a film from its first frame to its last.
    """

    def __init__(self) -> None:
        self._kept: dict[type, tuple[Hashable, object]] = {}

    def kept(self, kind: type[T], key: Hashable, make: Callable[[], T]) -> T:
        """Return what was kept under ``key``, or else make it: it takes the place of the last one."""
        known, thing = self._kept.get(kind, (None, None))
        if known != key or not isinstance(thing, kind):
            self._kept.pop(kind, None)  # two of them may not fit into memory
            thing = make()
            self._kept[kind] = (key, thing)
        return thing

    def forget(self) -> None:
        """Let go of everything, and so of the engine that it belongs to, which is no more."""
        self._kept.clear()
