"""The available lessons: bundled ones and files."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from app.model.file_formats import MARKDOWN
from app.model.lessons.lesson import MOST_BYTES, Lesson, NotALesson, parse
from compute.core.opening import read_text
from compute.core.refusal import describe

__all__ = ["Lesson", "NotALesson", "is_lesson", "load", "titles"]

FILE = f"lesson{MARKDOWN}"


def titles() -> dict[str, str]:
    """Return the bundled lessons by name, in reading order."""
    index = json.loads((resources.files("assets") / "lessons" / "index.json").read_text("utf-8"))
    return {str(name): str(title) for name, title in index.items()}


def is_lesson(source: str) -> bool:
    """Whether a source names a bundled lesson or a lesson file."""
    return source.lower().endswith(MARKDOWN) or source in titles()


def load(source: str | Path) -> Lesson:
    """Return the lesson of a bundled name or a file.  Raises NotALesson."""
    if str(source) in titles():
        folder = resources.files("assets") / "lessons" / str(source)
        with resources.as_file(folder) as place:
            return _read(Path(place) / FILE, str(source))
    return _read(Path(source), "")


def _read(path: Path, name: str) -> Lesson:
    try:
        text = read_text(path, MOST_BYTES, "utf-8-sig")
    except FileNotFoundError:
        known = ", ".join(titles())
        raise NotALesson(str(path), 0, f"no such file; the bundled lessons are {known}") from None
    except (OSError, ValueError) as problem:
        raise NotALesson(str(path), 0, f"it cannot be read: {describe(problem)}") from None
    return parse(text, f"{name}/{FILE}" if name else str(path), path.parent, name)
