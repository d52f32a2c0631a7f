"""Atomic file replacement: write under a hidden name in the same folder, then rename.

The hidden name contains the process id.  So two processes never write to the same file, and
leftovers of a killed process can be distinguished from files being written.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from compute.core.processes import is_dead

# bytes of the name repeated in that of the hidden file, which is longer; systems allow 255
LONGEST = 200
_HIDDEN = re.compile(r"\.(?P<stem>.+)\.(?P<process>\d+)(\.[^.]+)?")


def hidden(target: Path) -> Path:
    """Return the hidden name under which this process writes a file."""
    return target.with_name(f".{_short(target.stem)}.{os.getpid()}{target.suffix[: LONGEST // 8]}")


def _short(stem: str) -> str:
    return os.fsencode(stem)[:LONGEST].decode("utf-8", "ignore")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a path to write to; on success it replaces the target, on failure it is deleted."""
    temporary = hidden(target)
    try:
        yield temporary
        with suppress(OSError):  # keep the permissions of the file
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sweep(folder: Path, stem: str | None = None) -> None:
    """Remove the half-written files of dead processes from a folder.

    stem: restrict this to one file; without it all such files are removed, as in the program's own
    folder.
    """
    wanted = None if stem is None else _short(stem)
    with suppress(OSError):
        for path in list(folder.iterdir()):
            found = _HIDDEN.fullmatch(path.name)
            if found and wanted in (None, found["stem"]) and is_dead(int(found["process"])):
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents, if it exists and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        shutil.rmtree(path, ignore_errors=True)
