"""Open files for reading: regular files only, without waiting, up to a stated size.

Every module reads files through this one, so that a pipe that nobody writes to cannot stop the program
and a device without end cannot fill its memory.
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

# a pipe is opened at once and a terminal does not become ours, where the system can do that
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
    """Open a regular file of at most ``most`` bytes, for reading bytes.

    The open descriptor is asked what it is, so that nothing can be exchanged in between.
    Raises Refused, a ValueError, for what is no regular file, or larger, or has a name that is not
    text (scenes and figures could not name it); OSError where it cannot be opened.
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
    """Whether a path names a regular file; False where the system cannot say."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def modified(path: str | Path) -> int:
    """Return when a file was written, in nanoseconds; 0 if there is no regular file of that name."""
    return Path(path).stat().st_mtime_ns if is_regular(path) else 0


def check_name(path: str | Path) -> None:
    """Refuse a name that no text can hold."""
    name = str(path)
    if "\0" in name or _SURROGATE.search(name):
        raise Refused(f"the name of a file must be text in UTF-8, got {shown(name)}")


def read_bytes(path: str | Path, most: int) -> bytes:
    """Read the whole of a regular file of at most ``most`` bytes.  Raises as `opened` does."""
    with opened(path, most) as file:
        # a file may grow, and some of a system's own files state no size
        found = file.read(most + 1)
    if len(found) > most:
        raise Refused(f"{path} must have at most {most} bytes, got more")
    return found


def read_text(path: str | Path, most: int, encoding: str = "utf-8") -> str:
    """Read a regular file as text, any line end as a new line.

    Raises Refused for what is not text of that encoding, and as `opened` does.
    """
    try:
        text = read_bytes(path, most).decode(encoding)
    except UnicodeDecodeError as problem:
        raise Refused(f"{path} must be text in UTF-8: {describe(problem)}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _AT_ONCE)


def _describe_kind(mode: int) -> str:
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "something else")
