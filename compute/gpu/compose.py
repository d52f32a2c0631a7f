"""Composition of WGSL modules from files: includes, a family slot, and a prelude from Python.

``//!include lib/tensor.wgsl`` inserts that file, once per module; ``//!include family`` inserts the
text of the family slot.  Nothing else is replaced: shader text has no conditionals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from compute.core.refusal import shown

_INCLUDE = re.compile(r"//!include (\S+)\s*$")
_POSITION = re.compile(r"wgsl:(\d+):(\d+)")
_MARGIN = re.compile(r"^( *)(\d+)( *│)", re.MULTILINE)
FAMILY = "family"


@dataclass(frozen=True)
class Module:
    """WGSL text, with the source file and line of each of its lines."""

    text: str
    origin: tuple[tuple[str, int], ...]


@dataclass
class _Lines:
    text: list[str] = field(default_factory=list)
    origin: list[tuple[str, int]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def compose(name: str, text: str, prelude: str = "", family: str | None = None) -> Module:
    """Compose the module of ``text``, called ``name`` in messages.

    Raises ValueError for an include of a missing file, or an unfilled family slot.
    """
    lines = _Lines()
    _append(lines, "prelude", prelude, family)
    _append(lines, name, text, family)
    return Module("\n".join(lines.text) + "\n", tuple(lines.origin))


def read(path: str) -> str:
    """Return the text of a file under ``shaders/``."""
    file = resources.files("shaders").joinpath(*path.split("/"))
    if not file.is_file():
        raise ValueError(f"include must name a file under shaders/, got {shown(path)}")
    return file.read_text("utf-8")


def _append(lines: _Lines, name: str, text: str, family: str | None) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        include = _INCLUDE.match(line.strip())
        if include is None:
            lines.text.append(line)
            lines.origin.append((name, number))
        elif include[1] not in lines.seen:
            lines.seen.add(include[1])
            _append(lines, include[1], _included(include[1], family), family)


def _included(path: str, family: str | None) -> str:
    if path != FAMILY:
        return read(path)
    if family is None:
        raise ValueError("this kernel needs a family, and none is given")
    return family


def constants(values: Mapping[str, float | int]) -> str:
    """Return ``const`` declarations; integers become i32 or u32 as they are used."""
    return "\n".join(f"const {name} = {value!r};" for name, value in values.items())


def explained(message: str, module: Module) -> str:
    """Return a compiler message with source files and lines in place of those of the module."""

    def place(match: re.Match[str]) -> str:
        file, line = _origin(module, int(match[1]))
        return f"{file}:{line}:{match[2]}"

    def margin(match: re.Match[str]) -> str:
        return f"{match[1]}{_origin(module, int(match[2]))[1]}{match[3]}"

    return _MARGIN.sub(margin, _POSITION.sub(place, message))


def _origin(module: Module, line: int) -> tuple[str, int]:
    return module.origin[line - 1] if line <= len(module.origin) else ("end", line)
