"""Sessions: state that jobs leave for later jobs of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")


class Session:
    """Keeps one object of each kind between jobs.  The worker has one as long as its engine lives, a
    film for all of its frames.
    """

    def __init__(self) -> None:
        self._kept: dict[type, tuple[Hashable, object]] = {}

    def kept(self, kind: type[T], key: Hashable, make: Callable[[], T]) -> T:
        """Return the object kept under ``key``, or make it in place of the last one."""
        if kind in self._kept and self._kept[kind][0] != key:
            del self._kept[kind]  # first, since two may not fit into memory
        if kind not in self._kept:
            self._kept[kind] = (key, make())
        thing = self._kept[kind][1]
        assert isinstance(thing, kind)
        return thing

    def forget(self) -> None:
        """Drop everything, including references to an engine that no longer exists."""
        self._kept.clear()
