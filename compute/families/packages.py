"""Families of installed packages, found by the entry point `GROUP`.

An entry point is an object reference to a `Family`, ``NAME = "module:FAMILY"``.  Packages are imported
when families are first asked for, and are trusted as any import is.  One that cannot be used is left
out, and `problems` says why.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions

from compute.core.refusal import shorten, shown
from compute.definitions.family import Family
from compute.definitions.parameters import Parameter

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
    points, problems = _stated() if found is None else (list(found), [])
    for point in sorted(points, key=lambda point: (_package(point.dist), point.name)):
        package = _package(point.dist)
        try:
            family = _family(point)
            if family.name in owners:
                owner = owners[family.name]
                raise ValueError(f"the name {shown(family.name)} is taken by {owner}")
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            # importing a module can raise anything
            problems.append(shorten(f"family {point.name} of package {package}: {_words(problem)}"))
        else:
            families[family.name], packages[family.name] = family, package
            owners[family.name] = f"package {package}"
    return Loaded(families, packages, tuple(problems))


def _stated() -> tuple[list[EntryPoint], list[str]]:
    """Return the entry points of all installed packages, of two with the same name those of the first,
    and one line for each package that they cannot be read from.
    """
    points: dict[str, list[EntryPoint]] = {}
    problems = []
    for distribution in distributions():
        try:
            if GROUP in (distribution.read_text("entry_points.txt") or ""):
                mine = [point for point in distribution.entry_points if point.group == GROUP]
                points.setdefault(_package(distribution), mine)
        except Exception as problem:
            # one damaged package must not keep the program from starting
            words = f"package {_package(distribution)}: its entry points cannot be read"
            problems.append(shorten(f"{words}: {_words(problem)}"))
    return [point for mine in points.values() for point in mine], problems


def _package(distribution: Distribution | None) -> str:
    """Return the name of a package, "unknown" if its metadata have none."""
    try:
        name = None if distribution is None else distribution.metadata["Name"]
    except Exception:
        return "unknown"
    return shorten(name) if isinstance(name, str) else "unknown"


def _words(problem: BaseException) -> str:
    kind = type(problem).__name__
    try:
        words = str(problem)
    except Exception:
        return kind
    return words if words and isinstance(problem, ValueError) else f"{kind}: {words}".strip(": ")


def _family(point: EntryPoint) -> Family:
    """Load one family.  Raises ValueError if it is none, and whatever importing it raises."""
    with redirect_stdout(sys.stderr):  # stdout is for answers alone
        family = point.load()
    if not isinstance(family, Family):
        raise ValueError(f"{point.value} must be a Family, got {shown(family)}")
    for field in _WORDS:
        if not isinstance(getattr(family, field), str):
            raise ValueError(f"its {field} must be text, got {shown(getattr(family, field))}")
    for field in ("charts", "closed_forms"):
        words = getattr(family, field)
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise ValueError(f"its {field} must be a tuple of names, got {shown(words)}")
    _check_parameters(family)
    if not _NAME.fullmatch(family.name):
        raise ValueError(f"its name must be a word in lower case, got {shown(family.name)}")
    if len(family.coordinates) != 2 or not all(isinstance(c, str) for c in family.coordinates):
        raise ValueError(f"its coordinates must be two names, got {shown(family.coordinates)}")
    return family


def _check_parameters(family: Family) -> None:
    stated = family.parameters
    if not isinstance(stated, Mapping) or not all(isinstance(name, str) for name in stated):
        raise ValueError(f"its parameters must be defaults by name, got {shown(stated)}")
    for name, value in stated.items():
        if not isinstance(value, str | int | float):
            raise ValueError(f"its parameter {name} must be text or a number, got {shown(value)}")
    ranged = family.numbers
    if not isinstance(ranged, tuple) or not all(isinstance(one, Parameter) for one in ranged):
        raise ValueError(f"its numbers must be a tuple of Parameter, got {shown(ranged)}")
