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
        if kind in self._kept and self._kept[kind][0] != key:
            del self._kept[kind]  # first, since two of them may not fit into memory
        if kind not in self._kept:
            self._kept[kind] = (key, make())
        thing = self._kept[kind][1]
        assert isinstance(thing, kind)
        return thing

    def forget(self) -> None:
        """Let go of everything, and so of the engine that it belongs to, which is no more."""
        self._kept.clear()
