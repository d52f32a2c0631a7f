"""The scene named by a text: a file, a bundled scene, a lesson's first step, or a family."""

from __future__ import annotations

from pathlib import Path

from app.model import scene_file
from app.model.lessons import catalogue
from app.model.scene import Scene, completed, of_family
from compute.core.refusal import shown
from compute.families import families


def load(source: str | Path) -> Scene:
    """Return the completed scene of a file or a bundled name; of a lesson's first step; or of a family,
    such as "attention:FILE?layer=4" or "beta", with its default pins and view.

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


def given(scene: object) -> Scene:
    """Return a scene as it is, or that of a name or a path (`load`).

    Raises ValueError for what names or is no scene.
    """
    if isinstance(scene, str | Path):
        return load(scene)
    if not isinstance(scene, Scene):
        raise ValueError(f"scene must be a name, a file's path or a scene, got {shown(scene)}")
    return scene


def _is_family(source: str) -> bool:
    """Whether a text names a family, and not a bundled scene or lesson."""
    taken = (*scene_file.names(), *catalogue.titles())
    return source not in taken and source.partition(":")[0] in families()
