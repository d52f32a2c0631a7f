"""Open files for reading: regular files only, without blocking, up to a given size.

All modules read files through this one, so that a pipe without a writer cannot block the program
and an endless device cannot fill its memory.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from compute.core.refusal import Refused, describe, shown

# if supported: do not block on a pipe, do not acquire a controlling terminal
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@contextmanager
def opened(path: str | Path, most: int) -> Iterator[BufferedReader]:
    """Open a regular file of at most ``most`` bytes in binary mode.

    The type is checked on the open descriptor, so that the file cannot be exchanged in between.
    Raises Refused, a ValueError, if it is not a regular file, is larger, or has a name that is not
    valid text (scenes and figures could not store it); OSError if it cannot be opened.
    """
    check_name(path)
    with open(path, "rb", opener=_open_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f"{path} must be a regular file, got {_describe_kind(found.st_mode)}")
        if found.st_size > most:
            raise Refused(f"{path} must have at most {most} bytes, got {found.st_size}")
        yield file


def is_regular(path: str | Path) -> bool:
    """Whether a path names a regular file; False if the system cannot tell."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def modified(path: str | Path) -> int:
    """Return a file's modification time in nanoseconds; 0 if there is no such regular file."""
    return Path(path).stat().st_mtime_ns if is_regular(path) else 0


def check_name(path: str | Path) -> None:
    """Refuse a name that is not valid text."""
    name = str(path)
    if "\0" in name or _SURROGATE.search(name):
        raise Refused(f"the name of a file must be text in UTF-8, got {shown(name)}")


def read_bytes(path: str | Path, most: int) -> bytes:
    """Read a regular file of at most ``most`` bytes.  Raises like `opened`."""
    with opened(path, most) as file:
        # a file may grow, and some system files report no size
        found = _read(path, file, most + 1)
    if len(found) > most:
        raise Refused(f"{path} must have at most {most} bytes, got more")
    return found


def read_text(path: str | Path, most: int, encoding: str = "utf-8") -> str:
    """Read a regular file as text with universal newlines.

    Raises Refused if it is not valid text in that encoding, and like `opened`.
    """
    try:
        text = read_bytes(path, most).decode(encoding)
    except UnicodeDecodeError as problem:
        raise Refused(f"{path} must be text in UTF-8: {describe(problem)}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(path: str | Path, file: BufferedReader, most: int) -> bytes:
    """Read at most ``most`` bytes.  Raises Refused, with the file's name, if they cannot be read."""
    try:
        found: bytes | None = file.read(most)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {describe(problem)}") from None
    if found is None:
        raise Refused(f"{path} cannot be read: its content is not there yet")
    return found


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _AT_ONCE)


def _describe_kind(mode: int) -> str:
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "something else")
