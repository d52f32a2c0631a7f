"""Families of installed packages, found by the entry point `GROUP`.

An entry point is an object reference to a `Family`, ``NAME = "module:FAMILY"``.  Packages are imported
when families are first asked for, and are trusted as any import is.  One that cannot be used is left
out, and `problems` says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from compute.core.refusal import describe, shorten, shown
from compute.definitions.family import Family

GROUP = "attention_geodesics.families"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = ("name", "title", "domain", "line_element", "curvature", "hadamard")


@dataclass(frozen=True)
class Loaded:
    """Families of packages by name, the package of each, and one line for each that was left out."""

    families: Mapping[str, Family]
    packages: Mapping[str, str]
    problems: tuple[str, ...]


def load(taken: Iterable[str], found: Iterable[EntryPoint] | None = None) -> Loaded:
    """Import the families of all installed packages, or of the entry points ``found``.

    ``taken``: names that no package may have.  Of two packages with the same name, the first in
    alphabetical order has it.
    """
    owners = dict.fromkeys(taken, "this program")
    families: dict[str, Family] = {}
    packages: dict[str, str] = {}
    problems: list[str] = []
    points = entry_points(group=GROUP) if found is None else found
    for point in sorted(points, key=lambda point: (_package(point), point.name)):
        package = _package(point)
        try:
            family = _family(point)
            if family.name in owners:
                owner = owners[family.name]
                raise ValueError(f"the name {shown(family.name)} is taken by {owner}")
        except (Exception, SystemExit) as problem:
            # importing a module can raise anything
            words = describe(problem) if isinstance(problem, ValueError) else _named(problem)
            problems.append(shorten(f"family {point.name} of package {package}: {words}"))
        else:
            families[family.name], packages[family.name] = family, package
            owners[family.name] = f"package {package}"
    return Loaded(families, packages, tuple(problems))


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _named(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__


def _family(point: EntryPoint) -> Family:
    """Load one family.  Raises ValueError if it is none, and whatever importing it raises."""
    family = point.load()
    if not isinstance(family, Family):
        raise ValueError(f"{point.value} must be a Family, got {shown(family)}")
    for field in _WORDS:
        if not isinstance(getattr(family, field), str):
            raise ValueError(f"its {field} must be text, got {shown(getattr(family, field))}")
    if not _NAME.fullmatch(family.name):
        raise ValueError(f"its name must be a word in lower case, got {shown(family.name)}")
    if len(family.coordinates) != 2 or not all(isinstance(c, str) for c in family.coordinates):
        raise ValueError(f"its coordinates must be two names, got {shown(family.coordinates)}")
    return family
