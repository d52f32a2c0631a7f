"""The source files on which derived tapes depend, found by following imports."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

PROGRAM = "attention-geodesics"
# modules from which tapes are derived, for every definition
DERIVATION = (
    "compute.definitions.derive",
    "compute.definitions.symbolic_functions",
    "compute.definitions.derived",
)
# turns finished tapes into manifolds; the package itself only collects names
BEYOND = ("compute", "compute.definitions.family")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ ]+(compute[\w.]*)[ ]+import[ ]+(\([^)]*\)|[^\n#]*)|import[ ]+(compute[\w.]*))",
    re.MULTILINE,
)


def identity(define: Callable[..., Any]) -> str:
    """Return a text that changes whenever the result of ``define()`` may change."""
    own = inspect.getmodule(define)
    text = _sources_of(own) if isinstance(own, ModuleType) else ""
    reached = closure(*DERIVATION, *_imported(text))
    return "\n".join([_versions(), text, *(text_of(name) for name in reached)])


def _sources_of(module: ModuleType) -> str:
    """Return the source of a module; of one of another package, all sources of that package."""
    top = module.__name__.partition(".")[0]
    spec = find_spec(top) if top != "compute" else None
    folders = spec.submodule_search_locations if spec is not None else None
    files = sorted(file for folder in folders or () for file in Path(folder).rglob("*.py"))
    if not files:
        return inspect.getsource(module)
    return "\n".join(file.read_text("utf-8", errors="replace") for file in files)


@cache
def _versions() -> str:
    return " ".join(f"{name} {_version(name)}" for name in (PROGRAM, "sympy"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # run from its source folder: the sources determine everything
        return ""


def closure(*names: str) -> tuple[str, ...]:
    """Return these modules and everything they import within `compute`, in alphabetical order."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name not in BEYOND:
            found.add(name)
            waiting += _imported(text_of(name))
    return tuple(sorted(found))


def _imported(text: str) -> Iterator[str]:
    """Return the modules of `compute` that a source text imports, at any place."""
    for package, names, plain in _IMPORT.findall(text):
        if plain:
            yield plain
        elif not _is_package(package):
            yield package
        else:
            words = re.findall(r"\w+", names)
            parts = [f"{package}.{word}" for word in words]
            found = [part for part in parts if text_of(part)]
            yield from found or [package]


@cache
def _is_package(name: str) -> bool:
    found = find_spec(name)
    return found is not None and found.submodule_search_locations is not None


@cache
def text_of(name: str) -> str:
    """Return the source of a module, "" if it does not exist."""
    try:
        found = find_spec(name)
    except ModuleNotFoundError:
        return ""
    read = getattr(found and found.loader, "get_source", None)
    return (read(name) or "") if read else ""
