"""A job: a frozen value that says what is computed, and that an engine can be asked to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import IntEnum
from typing import ClassVar, Self

from app.jobs.session import Session
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from compute.requests.engine import Engine

Emit = Callable[[object], None]
Cancelled = Callable[[], bool]


class Priority(IntEnum):
    """The order in which jobs are done, the most urgent first.  Equal ones wait for each other."""

    ENGINE = 0
    SUBJECT = 1  # before all that is drawn: another scene waits for it
    FAMILY = 2
    PATH = 3
    ELLIPSES = 4
    STUDY = 5
    RELAXATION = 6
    CHECK = 7
    DIAGNOSIS = 8
    MAP = 9
    FLOW = 10
    SLOW_STUDY = 11
    PART = 12  # when nothing else waits


class Job(ABC):
    """A frozen dataclass, equal to another exactly when its answer would be.

    Of each kind the newest waits.  words: what is computed, as those who wait read it ("the
    distances"); layers: those of the scene that show its answer, so that none is wanted while all of
    them are off; reads: the fields of the scene that it is made from, as `changed_fields` names them,
    or None for any.
    """

    priority: ClassVar[Priority] = Priority.PART
    words: ClassVar[str] = "the display"
    layers: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[frozenset[str] | None] = None

    @property
    def label(self) -> str:
        """Say what is computed, as in "Computing …"."""
        return self.words

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self | None:
        """Return the job of this kind that the subject's scene needs, or None."""
        return None

    @abstractmethod
    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer by one or more calls of ``emit``; return soon once ``cancelled()``; the
        reference ends by itself, see `compute.core.interrupt`.

        A job that was cancelled is performed again from its beginning, unless a newer one replaces it.
        """

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Perform it as one of several jobs; the few that go on from an earlier one find it there."""
        self.perform(engine, emit, cancelled)
