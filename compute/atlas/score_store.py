"""Scores of the heads of files, kept in memory and on disk as long as the file is the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from compute.atlas.head_scores import HeadScores, PlaneScores, scores
from compute.core.interrupt import checkpoint
from compute.core.refusal import shown
from compute.core.status import Status
from compute.definitions.disk_cache import kept
from compute.heads.head import HeadFile, bundled
from compute.requests.engine import Engine

# changes whenever a score is defined otherwise
VERSION = 2
# files whose heads are remembered while they are scored
MOST_FILES = 8
T = TypeVar("T")
known: dict[str, dict[tuple[int, int], HeadScores]] = {}


def file_scores(
    engine: Engine, file: HeadFile, key: str, on_head: Callable[[int], None] = lambda done: None
) -> tuple[HeadScores, ...]:
    """Return the scores of all heads of a file, layer by layer, from `key_of` its source.

    on_head: called with the number of heads that are done.  What was computed before an interruption is
    not computed again.
    """

    def make() -> tuple[HeadScores, ...]:
        found = _remembered(key)
        for layer in range(file.layers):
            for head in range(file.heads):
                if (layer, head) not in found:
                    checkpoint()
                    found[layer, head] = scores(engine, file, layer, head)
                on_head(len(found))
        return tuple(found[place] for place in sorted(found))

    return kept(key, make, _plain, lambda entries: _of_plain(entries, file))


def key_of(source: str, names: tuple[object, ...] = ()) -> str:
    """Return a text that determines the scores: of a bundled head its name, of a file its place, size
    and time of change, with the ``names`` by which it is read.
    """
    if source in bundled():
        return f"head scores {VERSION} {source}"
    path = Path(source).resolve()
    state = path.stat()
    return f"head scores {VERSION} {path} {state.st_size} {state.st_mtime_ns} {names}"


def _remembered(key: str) -> dict[tuple[int, int], HeadScores]:
    while key not in known and len(known) >= MOST_FILES:
        del known[next(iter(known))]
    return known.setdefault(key, {})


def _plain(found: tuple[HeadScores, ...]) -> list[dict[str, object]]:
    return [asdict(of) for of in found]


def _of_plain(entries: Any, file: HeadFile) -> tuple[HeadScores, ...]:
    """Return the scores of a file from an entry.  Raises ValueError if it is none of this file."""
    try:
        found = tuple(_checked(HeadScores, {**of, "on_plane": _plane(of)}) for of in entries)
    except (KeyError, TypeError) as problem:
        raise ValueError(str(problem)) from None
    places = [(layer, head) for layer in range(file.layers) for head in range(file.heads)]
    if [(of.layer, of.head) for of in found] != places:
        raise ValueError("an entry must hold each head of the file once")
    return found


def _plane(of: Mapping[str, Any]) -> PlaneScores:
    plane = of["on_plane"]
    return _checked(PlaneScores, {**plane, "status": Status(plane["status"])})


def _checked(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return a record of values, each of the type that the record states.  Raises TypeError."""
    for name, stated in get_type_hints(kind).items():
        if not isinstance(values[name], stated) or isinstance(values[name], bool):
            raise TypeError(f"{name} must be {stated}, got {shown(values[name])}")
    return kind(**values)
