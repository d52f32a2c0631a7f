"""Families of installed packages, found by the entry point `GROUP`.

An entry point is an object reference to a `Family`, ``NAME = "module:FAMILY"``.  Packages are imported
when families are first asked for, and are trusted as any import is.  One that cannot be used is left
out, and `problems` says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint

from compute.core import packages
from compute.core.refusal import shown
from compute.definitions.family import Family
from compute.definitions.parameters import Parameter

GROUP = packages.FAMILIES
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
    owned: dict[str, str] = {}

    def accept(point: EntryPoint, value: object, package: str) -> None:
        family = _family(point, value)
        packages.claim(family.name, package, owners)
        families[family.name], owned[family.name] = family, package

    problems = packages.offer(GROUP, accept, found)
    return Loaded(families, owned, problems)


def _family(point: EntryPoint, family: object) -> Family:
    """Return the object of an entry point as a family.  Raises ValueError if it is none."""
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
