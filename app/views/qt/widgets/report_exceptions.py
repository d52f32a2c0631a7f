"""Exceptions in what Qt calls by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject

Watcher = TypeVar("Watcher", bound=QObject)


def told(
    event_filter: Callable[[Watcher, QObject, QEvent], bool],
) -> Callable[[Watcher, QObject, QEvent], bool]:
    """Return an event filter whose exceptions are told as those of slots are: in Qt they end the
    process.
    """

    @wraps(event_filter)
    def filtered(self: Watcher, watched: QObject, event: QEvent) -> bool:
        try:
            return event_filter(self, watched, event)
        except Exception as problem:
            sys.excepthook(type(problem), problem, problem.__traceback__)
            return False

    return filtered
