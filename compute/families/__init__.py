"""The registry of families: every module of this package that defines ``FAMILY``, and the families of
installed packages.

May import custom, definitions, geodesics, heads and the rooms below; families do not import one
another.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from compute.core.refusal import Refused, shown
from compute.definitions.family import Family
from compute.families import packages
from compute.geodesics.short_arcs import in_all_digits
from compute.manifold.manifold import Manifold


@cache
def families() -> dict[str, Family]:
    """Return all families by name, in alphabetical order.

    >>> families()["beta"].coordinates
    ('a', 'b')
    """
    modules = (
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    )
    own = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    found = [*own, *_installed().families.values()]
    return {family.name: family for family in sorted(found, key=lambda family: family.name)}


@cache
def _installed() -> packages.Loaded:
    taken = (module.name for module in pkgutil.iter_modules(__path__))
    return packages.load(taken)


def package_of(name: str) -> str:
    """Return the installed package of a family, "" for one of the program."""
    return _installed().packages.get(name, "")


def problems() -> tuple[str, ...]:
    """Return one line for each family of an installed package that could not be loaded."""
    return _installed().problems


def problems_met() -> tuple[str, ...]:
    """Return `problems` if families were asked for in this process; () before."""
    return problems() if _installed.cache_info().currsize else ()


def forget() -> None:
    """Forget all families and manifolds, so that packages installed since are found when families are
    next asked for.
    """
    for kept in (families, _installed, _build):
        kept.cache_clear()


def manifold(specification: str, **parameters: Any) -> Manifold:
    """Return the manifold that a specification names.

    ``specification`` is ``NAME`` or ``NAME:key=value,key=value`` ("student_t:nu=5"); for families from
    data ``NAME:SOURCE?key=value&key=value`` ("attention:bank?layer=4&head=6"), where the source may be
    the data itself as a JSON object ("custom:FILE.json", 'custom:{"metric": …}').  Keyword parameters
    override those of the text.  Raises ValueError for an unknown family or parameter.

    >>> manifold("student_t:nu=5").coordinates
    ('μ', 'σ')
    >>> float(manifold("gaussian").curvature([0.0, 1.0]))
    -0.5
    """
    entry, chosen = parse(specification)
    unknown = sorted(set(parameters) - set(families()[entry].parameters))
    if unknown:
        raise ValueError(_unknown_parameter(entry, unknown[0]))
    chosen.update(families()[entry].checked(parameters))
    chosen = families()[entry].settled(chosen)
    return _build(entry, tuple(sorted(chosen.items())))


@lru_cache(maxsize=64)
def _build(name: str, chosen: tuple[tuple[str, Any], ...]) -> Manifold:
    entry = families()[name]
    try:
        made = entry.build(write(name, dict(chosen)), **{**entry.parameters, **dict(chosen)})
        if not isinstance(made, Manifold):
            raise TypeError(f"build must return a Manifold, got {shown(made)}")
    except (Exception, SystemExit) as problem:
        if isinstance(problem, ValueError) or not package_of(name):
            raise
        words = f"{type(problem).__name__}: {problem}"
        raise Refused(f"family {name} of package {package_of(name)}: {words}") from problem
    return in_all_digits(made)


def parse(specification: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the given parameters of a specification.  Raises ValueError if it is
    malformed.
    """
    if not isinstance(specification, str):
        raise ValueError(f"family must be a name, got {shown(specification)}")
    name, _, rest = specification.partition(":")
    if name not in families():
        raise ValueError(_unknown_family(name))
    if "source" in families()[name].parameters:
        source, query = _from_source(name, rest)
        items = query.split("&")
    else:
        source, items = "", rest.replace("&", ",").split(",")
    stated: dict[str, Any] = {"source": source} if source else {}
    return name, stated | dict(_parameter(name, item) for item in items if item)


def _unknown_family(name: str) -> str:
    refused = (line for line in problems() if line.startswith(f"family {name} of "))
    near = get_close_matches(name, families())
    hint = f", such as {' or '.join(near)}" if near else ""
    named = f"the {len(families())} that attention-geodesics families lists{hint}"
    return next(refused, f"family must be one of {named}, got {shown(name)}")


def _from_source(name: str, rest: str) -> tuple[str, str]:
    """Return the source of the data, and the parameters after a "?", which may also be part of a file
    name.
    """
    if rest.startswith("{"):
        return rest, ""
    known = "|".join(families()[name].parameters)
    begins = re.search(rf"\?(?=(?:{known})=)", rest)
    if begins:
        return rest[: begins.start()], rest[begins.end() :]
    source, _, query = rest.partition("?")
    return (rest, "") if re.fullmatch(r"[^=]*\.\w+", query) else (source, query)


def _parameter(name: str, item: str) -> tuple[str, Any]:
    """Return one ``key=value``, read as the type of the parameter's default."""
    key, _, text = item.partition("=")
    defaults = families()[name].parameters
    if key not in defaults:
        raise ValueError(_unknown_parameter(name, key))
    if any(number.name == key for number in families()[name].numbers):
        return key, families()[name].checked({key: text})[key]
    kind = type(defaults[key])
    try:
        return key, kind(text)
    except ValueError:
        raise ValueError(f"{key} of {name} must be a {kind.__name__}, got {shown(text)}") from None


def changed(specification: str, parameters: Mapping[str, Any]) -> str:
    """Return the specification with changed parameters; empty ones are removed.

    Raises ValueError for an unknown parameter or a value of the wrong type.
    """
    name, stated = parse(specification)
    defaults = families()[name].parameters
    for key, value in parameters.items():
        if key not in defaults:
            raise ValueError(_unknown_parameter(name, key))
        stated[key] = type(defaults[key])(families()[name].checked({key: value})[key])
    return write(name, {k: v for k, v in stated.items() if v != ""})


def _unknown_parameter(name: str, key: str) -> str:
    known = ", ".join(families()[name].parameters) or "none"
    begins = "? begins parameters: " if "source" in families()[name].parameters else ""
    return f"{begins}parameters of {name} are {known}, got {shown(key)}"


def write(name: str, stated: dict[str, Any]) -> str:
    """Return the specification of a family with these parameters; the inverse of `parse`."""
    rest = dict(stated)
    source = rest.pop("source", "")
    items = [f"{key}={value}" for key, value in sorted(rest.items())]
    if "source" in families()[name].parameters:
        query = "&".join(items)
        return f"{name}:{source}" + (f"?{query}" if query else "") if source or query else name
    return f"{name}:{','.join(items)}" if items else name
