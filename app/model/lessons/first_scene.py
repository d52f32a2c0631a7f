"""The scene of a name or a file: its own, or the first of a lesson."""

from __future__ import annotations

from pathlib import Path

from app.model import scene_file
from app.model.lessons import catalogue
from app.model.scene import Scene


def load(source: str | Path) -> Scene:
    """The scene in a file or of a bundled name, complete; of a lesson its first step's.

    Raises `scene_file.NotAScene`.
    """
    if not catalogue.is_lesson(str(source)):
        return scene_file.load(source, catalogue.titles())
    try:
        return catalogue.load(source).steps[0].scene
    except catalogue.NotALesson as problem:
        raise scene_file.NotAScene(str(problem)) from None
