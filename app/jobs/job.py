"""The base of jobs: frozen values that describe a computation by an engine."""

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
    """The order in which jobs are performed, most urgent first.  Jobs of equal priority do not
    interrupt one another.
    """

    ENGINE = 0
    SUBJECT = 1  # before all drawn jobs: another scene waits for it
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
    """A frozen dataclass; two jobs are equal exactly if their answers would be.

    Of each kind only the newest waits.  words: what is computed, for the user ("the distances");
    layers: the layers that show its answer; none is wanted while all of them are off; reads: the fields
    of the scene on which it depends, named as in `changed_fields`, or None for any; details: fields in
    which two jobs of one subject may differ.
    """

    priority: ClassVar[Priority] = Priority.PART
    words: ClassVar[str] = "the display"
    layers: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[frozenset[str] | None] = None
    details: ClassVar[frozenset[str]] = frozenset()

    @property
    def label(self) -> str:
        """The words for the computation, as in "Computing …"."""
        return self.words

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self | None:
        """Return the job of this kind that the scene needs, or None."""
        return None

    @abstractmethod
    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Compute and call ``emit`` once or more; return soon after ``cancelled()`` is true.  The
        reference is interrupted by itself, see `compute.core.interrupt`.

        A cancelled job is performed again from its start, unless a newer one replaces it.
        """

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Perform it within a session, in which some jobs continue an earlier one."""
        self.perform(engine, emit, cancelled)
