"""Lessons in the window: progress, protection of unsaved work, and files that change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.desktop.documents import UNDONE, Documents
from app.desktop.file_watch import FileWatch
from app.model.file_formats import MARKDOWN
from app.model.lessons import progress
from app.parts.lessons import LessonPart


class Notes(Protocol):
    """The interface of the settings that store the progress, as text."""

    lessons: str


class Lessons:
    """Connects the lesson part, the documents and the persistent settings."""

    def __init__(self, part: LessonPart, documents: Documents, settings: Notes) -> None:
        self._part, self._documents, self._settings = part, documents, settings
        self._files = FileWatch(part.reload)
        kept = progress.read(settings.lessons)
        part.connect(self._keep, self._admit, documents.lend, kept, self._watch)

    def open(self, source: str) -> None:
        """Start the lesson of that name or file."""
        self._part.open(source)

    def _watch(self, name: str) -> None:
        """Read the lesson again when its file changes; bundled lessons have names, not paths."""
        self._files.watch(name if name.lower().endswith(MARKDOWN) else "")

    def _keep(self) -> None:
        self._settings.lessons = progress.text_of(self._part.progress)

    def _admit(self, act: Callable[[], None]) -> None:
        """Run ``act`` after asking about unsaved work, unless that was done within a lesson."""
        if self._documents.document.lent:
            act()
        else:
            self._documents.guarded(act, UNDONE)
