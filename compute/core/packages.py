"""Offers of installed packages by entry points: families, lessons, colour maps, layers, panels,
pictures, widgets, stores of scenes.

An entry point is an object reference, ``NAME = "module:OBJECT"``, in the group of its kind.  Packages
are imported when their kind is first asked for, and are trusted as any import is.  One that cannot be
used is left out, and a line says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any, TypeVar

from compute.core.refusal import shorten, shown, with_kind

FAMILIES = "attention_geodesics.families"
LESSONS = "attention_geodesics.lessons"
COLORMAPS = "attention_geodesics.colormaps"
LAYERS = "attention_geodesics.layers"
PANELS = "attention_geodesics.panels"
PICTURES = "attention_geodesics.pictures"
WIDGETS = "attention_geodesics.widgets"
SCENE_STORES = "attention_geodesics.scene_stores"
_KINDS = {
    FAMILIES: "family",
    LESSONS: "lesson",
    COLORMAPS: "colour map",
    LAYERS: "layer",
    PANELS: "panel",
    PICTURES: "picture",
    WIDGETS: "widget",
    SCENE_STORES: "store of scenes",
}

# takes an entry point, its object and the name of its package; raises ValueError for a wrong one
Accept = Callable[[EntryPoint, object, str], None]
Checked = TypeVar("Checked")


def offer(group: str, accept: Accept, found: Iterable[EntryPoint] | None = None) -> tuple[str, ...]:
    """Give each object of a group, of all installed packages or of ``found``, to ``accept``.

    Packages come in alphabetical order.  Returns one line for each that was left out: because it could
    not be loaded, or ``accept`` raised.
    """
    points, problems = stated(group) if found is None else (list(found), [])
    for point in sorted(points, key=lambda point: (package_of(point.dist), point.name)):
        package = package_of(point.dist)
        try:
            with redirect_stdout(sys.stderr):  # stdout is for answers alone
                value = point.load()
            accept(point, value, package)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            # importing a module can raise anything
            words = f"{_KINDS[group]} {point.name} of package {package}: {_words(problem)}"
            problems.append(shorten(words))
    return tuple(problems)


def functions(group: str) -> tuple[list[Callable[..., Any]], tuple[str, ...]]:
    """Return the functions that packages offer in a group, and one line for each that was left out."""
    found: list[Callable[..., Any]] = []

    def accept(point: EntryPoint, value: object, package: str) -> None:
        if not callable(value):
            raise ValueError(f"{shown(point.value)} must be a function")
        found.append(value)

    problems = offer(group, accept)
    return found, problems


def claimed(
    group: str,
    check: Callable[[EntryPoint, object], Checked],
    owners: dict[str, str],
    title: Callable[[str], str] = str,
) -> tuple[dict[str, Checked], tuple[str, ...]]:
    """Return the objects of a group by name, as ``check`` returns them, and one line for each that was
    left out: because ``check`` raised, or the title of its name has an owner.
    """
    found: dict[str, Checked] = {}

    def accept(point: EntryPoint, value: object, package: str) -> None:
        checked = check(point, value)
        claim(title(point.name), package, owners)
        found[point.name] = checked

    problems = offer(group, accept)
    return found, problems


def claim(name: str, package: str, owners: dict[str, str]) -> None:
    """Make ``package`` the owner of a name.  Raises ValueError if it has one."""
    if name in owners:
        raise ValueError(f"the name {shown(name)} is taken by {owners[name]}")
    owners[name] = f"package {package}"


def stated(group: str) -> tuple[list[EntryPoint], list[str]]:
    """Return the entry points of all installed packages, of two with the same name those of the first,
    and one line for each package that they cannot be read from.
    """
    points: dict[str, list[EntryPoint]] = {}
    problems = []
    for distribution in distributions():
        try:
            if group in (distribution.read_text("entry_points.txt") or ""):
                mine = [point for point in distribution.entry_points if point.group == group]
                points.setdefault(package_of(distribution), mine)
        except Exception as problem:
            # one damaged package must not keep the program from starting
            words = f"package {package_of(distribution)}: its entry points cannot be read"
            problems.append(shorten(f"{words}: {_words(problem)}"))
    return [point for mine in points.values() for point in mine], problems


def package_of(distribution: Distribution | None) -> str:
    """Return the name of a package, "unknown" if its metadata have none."""
    try:
        name = None if distribution is None else distribution.metadata["Name"]
    except Exception:
        return "unknown"
    return shorten(name) if isinstance(name, str) else "unknown"


def _words(problem: BaseException) -> str:
    words = with_kind(problem)
    return words.partition(": ")[2] or words if isinstance(problem, ValueError) else words
