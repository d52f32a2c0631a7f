"""Lessons in the window: their progress outlives the session, and nobody's unsaved work is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.desktop.documents import Documents
from app.model.document import Document
from app.model.lessons import progress
from app.model.scene import Scene
from app.parts.lessons import LessonPart


class Notes(Protocol):
    """Where it is kept how far somebody is in each lesson, as text."""

    lessons: str


class Lessons:
    """Joins the part that runs lessons, the window's documents and what outlives the session."""

    def __init__(self, part: LessonPart, documents: Documents, settings: Notes) -> None:
        self._part, self._documents, self._settings = part, documents, settings
        self._lent: Document | None = None
        part.connect(self._keep, self._admit, self._arrived, progress.read(settings.lessons))

    def open(self, source: str) -> None:
        """Begin a lesson of that name or file."""
        self._part.open(source)

    def begin(self, source: str) -> None:
        """Begin a lesson of that name or file: unsaved work has been asked about already."""
        lesson = self._part.read(source)
        if lesson is not None:
            self._part.begin(lesson)

    def _keep(self) -> None:
        self._settings.lessons = progress.text_of(self._part.progress)

    def _admit(self, act: Callable[[], None]) -> None:
        """Do ``act``; ask first about unsaved work, unless it was done within a lesson."""
        if self._documents.document is self._lent:
            act()
        else:
            self._documents.guarded(act)

    def _arrived(self, scene: Scene) -> None:
        self._lent = self._documents.lend(scene)
