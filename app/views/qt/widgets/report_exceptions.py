"""Reporting of exceptions in Qt event filters."""

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
    """Wrap an event filter so that its exceptions are reported like those of slots; in Qt they would
    end the process.
    """

    @wraps(event_filter)
    def filtered(self: Watcher, watched: QObject, event: QEvent) -> bool:
        try:
            return event_filter(self, watched, event)
        except Exception as problem:
            sys.excepthook(type(problem), problem, problem.__traceback__)
            return False

    return filtered
