"""Files that are whole or not there: written under a hidden name beside their own, then renamed.

The hidden name holds the number of the process, so that two never write to the same one, and so that
what a killed process left can be told from what another is writing.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# bytes of a name that the hidden one repeats: it is longer, and systems stop at 255
LONGEST = 200
_HIDDEN = re.compile(r"\.(?P<stem>.+)\.(?P<process>\d+)(\.[^.]+)?")


def hidden(target: Path) -> Path:
    """Return where this process writes a file before it is whole."""
    return target.with_name(f".{_short(target.stem)}.{os.getpid()}{target.suffix[: LONGEST // 8]}")


def _short(stem: str) -> str:
    return os.fsencode(stem)[:LONGEST].decode("utf-8", "ignore")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Return a path to write to, which takes the target's place if all goes well and is gone if not."""
    temporary = hidden(target)
    try:
        yield temporary
        with suppress(OSError):  # what only its owner could read stays so
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sweep(folder: Path, stem: str | None = None) -> None:
    """Remove what processes that are no more left half written in a folder.

    stem: of the only file concerned; without it all are, which suits a folder of the program's own.
    """
    wanted = None if stem is None else _short(stem)
    with suppress(OSError):
        for path in list(folder.iterdir()):
            found = _HIDDEN.fullmatch(path.name)
            if found and wanted in (None, found["stem"]) and _is_dead(int(found["process"])):
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it, if it is there and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _is_dead(process: int) -> bool:
    """Whether no process has that number; where that cannot be asked, none is taken for dead."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
