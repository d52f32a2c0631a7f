"""Lessons in the window: their progress outlives the session, and nobody's unsaved work is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.desktop.documents import Documents
from app.model.document import Document
from app.model.lessons import progress
from app.model.scene import Scene
from app.parts.lessons import LessonPart


class Lessons:
    """Joins the part that runs lessons, the window's documents and what outlives the session."""

    def __init__(self, part: LessonPart, documents: Documents, settings: Any) -> None:
        self._part, self._documents, self._settings = part, documents, settings
        self._lent: Document | None = None
        part.progress = progress.read(settings.lessons)
        part.keep = self._keep
        part.admit = self._admit
        part.arrived = self._arrived
        documents.open_lesson = self._admitted
        documents.begun = part.end

    def open(self, source: str) -> None:
        """Begin a lesson of that name or file."""
        self._part.open(source)

    def _admitted(self, source: str) -> None:
        """Begin a lesson: unsaved work has been asked about already."""
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
