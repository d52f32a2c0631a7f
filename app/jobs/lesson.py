"""Reading a lesson, whose scenes may take heads from files and geodesics for their first view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.lessons import catalogue
from app.model.lessons.lesson import Lesson, NotALesson
from compute.requests.engine import Engine


@dataclass(frozen=True)
class ReadLesson(Job):
    """Reads the lesson of that name or file."""

    priority: ClassVar[Priority] = Priority.SUBJECT
    words: ClassVar[str] = "the lesson"

    source: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `LessonRead`."""
        try:
            emit(LessonRead(self, catalogue.load(self.source)))
        except NotALesson as problem:
            emit(LessonRead(self, None, str(problem)))


@dataclass(frozen=True)
class ReadLessonAgain(ReadLesson):
    """Reads a lesson whose file was changed; it does not take the place of one that is opened."""


@dataclass(frozen=True, eq=False)
class LessonRead:
    """The lesson, or None and why the file is not one."""

    job: ReadLesson
    lesson: Lesson | None
    problem: str = ""
