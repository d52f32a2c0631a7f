"""A job that does itself: what a part of the controller has computed beside the live geometry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from compute.requests.engine import Engine

Emit = Callable[[object], None]
Cancelled = Callable[[], bool]


class Task(ABC):
    """A frozen dataclass, equal to another exactly when its answer would be.

    Of each kind the newest waits.  The ``urgent`` ones are done first, since another scene waits
    for them, the others when nothing else waits.
    """

    urgent: ClassVar[bool] = False
    # what is computed, in words, for those who wait: "the distances"
    words: ClassVar[str] = ""

    @abstractmethod
    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer by one or more calls of ``emit``; return soon once ``cancelled()``; the
        reference ends by itself, see `compute.core.interrupt`.

        A task that was cancelled is performed again from its beginning, unless a newer one replaces it.
        """
