"""Disk cache of derived families and other slow results: verified on reading, bounded in size.

An entry is a file of two lines: the digest of the second, and the result as JSON.  It is written under
another name and renamed, so concurrent processes never read a partial entry.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp
from typing import Any, TypeVar

from compute.core.opening import read_bytes
from compute.core.places import cache_folder
from compute.definitions.derived import Derived, plain_of, read_plain

# A family takes 2 to 10 kB, the longest formula a few hundred: 64 MiB hold thousands of formulas.
# Listing 2,000 files takes about 10 ms, whenever one is written.
MOST_BYTES, MOST_ENTRIES = 64 << 20, 2000
MOST_OF_ONE = 4 << 20
ENTRY, PART = ".json", ".part"
T = TypeVar("T")


def cached(key: str, make: Callable[[], Derived]) -> Derived:
    """Return ``make()``, or its cached result for the same ``key`` (a text that determines it).

    Damaged entries are recomputed.  Without a writable folder, nothing is cached.
    """
    return kept(key, make, plain_of, read_plain)


def kept(
    key: str, make: Callable[[], T], plain: Callable[[T], object], of_plain: Callable[[Any], T]
) -> T:
    """Return ``make()``, or its cached result for the same ``key``, as `cached` does.

    plain: returns a result as JSON values; of_plain: makes it of these, or raises ValueError.
    """
    folder = cache_folder()
    if folder is None:
        return make()
    path = folder / (hashlib.sha256(key.encode()).hexdigest() + ENTRY)
    text = _read(path)
    if text is not None:
        try:
            return of_plain(json.loads(text))
        except (ValueError, RecursionError):
            pass  # made again below
    made = make()
    _write(path, json.dumps(plain(made)).encode())
    return made


def _read(path: Path) -> bytes | None:
    """Return the JSON of an entry, or None if it is missing or damaged."""
    try:
        digest, _, text = read_bytes(path, MOST_OF_ONE).partition(b"\n")
        if digest.decode() != _digest(path, text):
            return None
    except (OSError, ValueError):
        return None
    _touch(path)
    return text


def _digest(path: Path, text: bytes) -> str:
    """Return the digest of an entry's text and name, so that entries of different families are not
    confused.
    """
    return hashlib.sha256(path.name.encode() + b"\n" + text).hexdigest()


def _touch(path: Path) -> None:
    """Mark an entry as used: the least recently used are removed first."""
    try:
        os.utime(path)
    except OSError:
        return  # then its age counts from when it was written


def _write(path: Path, text: bytes) -> None:
    if len(text) > MOST_OF_ONE // 2:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, _digest(path, text).encode() + b"\n" + text)
        _prune(path.parent)
    except OSError:
        return  # a cache that cannot be written costs a second next time, nothing else


def _replace(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it; delete it if writing fails."""
    handle, beside = mkstemp(PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def _prune(folder: Path) -> None:
    """Remove the least recently used entries until number and total size are within bounds."""
    with os.scandir(folder) as found:
        entries = [(e.stat(), e.path) for e in found if e.name.endswith((ENTRY, PART))]
    entries.sort(key=lambda entry: entry[0].st_mtime, reverse=True)
    room = MOST_BYTES
    for number, (state, path) in enumerate(entries):
        room -= state.st_size
        if number >= MOST_ENTRIES or room < 0:
            os.unlink(path)
