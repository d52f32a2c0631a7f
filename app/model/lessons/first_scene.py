"""The scene that a text names: of a file, of a bundled name, the first of a lesson, or of a family."""

from __future__ import annotations

from pathlib import Path

from app.model import scene_file
from app.model.lessons import catalogue
from app.model.scene import Scene, completed, of_family
from compute.families import families


def load(source: str | Path) -> Scene:
    """Return the scene in a file or of a bundled name, complete; of a lesson its first step's; of a
    family, as "attention:FILE?layer=4" or "beta", that of its own pins and view.

    Raises `scene_file.NotAScene`.
    """
    if _is_family(str(source)):
        try:
            return of_family(completed(Scene()), str(source))
        except ValueError as problem:
            raise scene_file.NotAScene(str(problem)) from None
    if not catalogue.is_lesson(str(source)):
        return scene_file.load(source, catalogue.titles())
    try:
        return catalogue.load(source).steps[0].scene
    except catalogue.NotALesson as problem:
        raise scene_file.NotAScene(str(problem)) from None


def _is_family(source: str) -> bool:
    """Whether a text names a family, and no bundled scene or lesson."""
    taken = (*scene_file.names(), *catalogue.titles())
    return source not in taken and source.partition(":")[0] in families()
