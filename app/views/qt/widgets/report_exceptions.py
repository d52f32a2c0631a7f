"""Exceptions in what Qt calls by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from PySide6.QtCore import QEvent, QObject

Filter = Callable[[Any, QObject, QEvent], bool]


def told(event_filter: Filter) -> Filter:
    """An event filter whose exceptions are told as those of slots are: in Qt they end the process."""

    @wraps(event_filter)
    def filtered(self: Any, watched: QObject, event: QEvent) -> bool:
        try:
            return event_filter(self, watched, event)
        except Exception as problem:
            sys.excepthook(type(problem), problem, problem.__traceback__)
            return False

    return filtered
