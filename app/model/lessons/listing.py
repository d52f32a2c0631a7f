"""The lessons there are: bundled ones, and those of installed packages.

An entry point is the path of a lesson file; its name is the lesson's.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import EntryPoint
from pathlib import Path

from app.model import scene_file
from app.model.file_formats import MARKDOWN
from app.model.lessons.lesson import MOST_BYTES, MOST_TITLE
from compute.core import packages
from compute.core.opening import read_text
from compute.core.refusal import shown
from compute.families import families

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Offered:
    """A lesson file of a package, and the title in its first line."""

    title: str
    file: Path
    package: str


def bundled() -> dict[str, str]:
    """Return the titles of bundled lessons by name, in reading order."""
    index = json.loads((resources.files("assets") / "lessons" / "index.json").read_text("utf-8"))
    return {str(name): str(title) for name, title in index.items()}


@cache
def _loaded() -> tuple[dict[str, Offered], tuple[str, ...]]:
    owners = dict.fromkeys((*bundled(), *scene_file.names()), "this program")
    return packages.claimed(packages.LESSONS, _stated, owners)


def _stated(point: EntryPoint, value: object) -> Offered:
    """Return what a package offers as a lesson.  Raises ValueError for what is none."""
    if not _NAME.fullmatch(point.name):
        words = "its name must be a word of lower-case letters, digits and hyphens"
        raise ValueError(f"{words}, got {shown(point.name)}")
    if point.name in families():
        raise ValueError(f"the name {shown(point.name)} is taken by a family")
    return _lesson(point, value, packages.package_of(point.dist))


def _lesson(point: EntryPoint, value: object, package: str) -> Offered:
    if not isinstance(value, str | os.PathLike) or not str(value).lower().endswith(MARKDOWN):
        raise ValueError(f"{point.value} must be the path of a {MARKDOWN} file, got {shown(value)}")
    file = Path(value)
    if not file.is_absolute():
        raise ValueError(f"{point.value} must be an absolute path, got {shown(value)}")
    first = read_text(file, MOST_BYTES, "utf-8-sig").lstrip().partition("\n")[0]
    title = first.removeprefix("# ").strip()
    if not first.startswith("# ") or not 0 < len(title) <= MOST_TITLE:
        raise ValueError(f"{file} must begin with “# Title”, got {shown(first)}")
    return Offered(title, file, package)


def offered() -> dict[str, Offered]:
    """Return the lessons of packages by name."""
    return _loaded()[0]


def problems() -> tuple[str, ...]:
    """Return one line for each lesson of a package that was left out."""
    return _loaded()[1]


def problems_met() -> tuple[str, ...]:
    """Return `problems` if lessons of packages were asked for in this process; () before."""
    return problems() if _loaded.cache_info().currsize else ()


def forget() -> None:
    """Forget lessons of packages, so that those installed since are found."""
    _loaded.cache_clear()
