"""The available lessons: bundled ones, those of packages, and files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from app.model.file_formats import MARKDOWN
from app.model.lessons import listing
from app.model.lessons.lesson import MOST_BYTES, Lesson, NotALesson, parse
from compute.core.opening import read_text
from compute.core.refusal import describe

__all__ = ["Lesson", "NotALesson", "is_lesson", "load", "titles"]

FILE = f"lesson{MARKDOWN}"


def titles() -> dict[str, str]:
    """Return the bundled lessons by name, in reading order, and then those of packages."""
    return listing.bundled() | {name: found.title for name, found in listing.offered().items()}


def is_lesson(source: str) -> bool:
    """Whether a source names a lesson, bundled or of a package, or a lesson file."""
    return source.lower().endswith(MARKDOWN) or source in titles()


def load(source: str | Path) -> Lesson:
    """Return the lesson of a name or a file.  Raises NotALesson."""
    if str(source) in listing.bundled():
        folder = resources.files("assets") / "lessons" / str(source)
        with resources.as_file(folder) as place:
            return _read(Path(place) / FILE, str(source))
    if str(source) in listing.offered():
        return _read(listing.offered()[str(source)].file, str(source))
    return _read(Path(source), "")


def _read(path: Path, name: str) -> Lesson:
    try:
        text = read_text(path, MOST_BYTES, "utf-8-sig")
    except FileNotFoundError:
        known = ", ".join(titles())
        raise NotALesson(str(path), 0, f"no such file; the lessons are {known}") from None
    except (OSError, ValueError) as problem:
        raise NotALesson(str(path), 0, f"it cannot be read: {describe(problem)}") from None
    return parse(text, f"{name}/{path.name}" if name else str(path), path.parent, name)
