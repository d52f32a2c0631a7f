"""Writing: a target that cannot be written is said before the work, and is never half a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KINDS = (".png", ".svg", ".pdf")  # of a figure


def checked(path: str | Path, suffixes: tuple[str, ...]) -> Path:
    """``path``, if a file of one of these kinds can be written there.  Raises ValueError."""
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        raise ValueError(f"the file must end in {_either(suffixes)}, got {str(path)!r}")
    folder = target.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r} to write {target.name!r} to")
    if target.is_dir():
        raise ValueError(f"{str(path)!r} is a folder, a file was expected")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f"the folder {str(folder)!r} must be writable")
    return target


def _either(suffixes: tuple[str, ...]) -> str:
    *most, last = suffixes
    return f"{', '.join(most)} or {last}" if most else last


def interruptible() -> None:
    """Take a request to end (SIGTERM) as an interruption, which cleans up behind itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's place if all goes well and is gone if not."""
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror or str(problem), str(target)) from None
    finally:
        temporary.unlink(missing_ok=True)
