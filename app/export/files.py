"""Writing: a target that cannot be written is said before the work, and is never half a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

KINDS = (".png", ".svg", ".pdf")  # of a figure
PROBE = 4096  # bytes that must fit, before anything is computed


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
    try:
        _hidden(target).write_bytes(bytes(PROBE))
    except OSError as problem:
        raise ValueError(f"{str(path)!r} cannot be written: {problem.strerror}") from None
    finally:
        with suppress(OSError):
            _hidden(target).unlink()
    return target


def _either(suffixes: tuple[str, ...]) -> str:
    *most, last = suffixes
    return f"{', '.join(most)} or {last}" if most else last


def interruptible() -> None:
    """Take a request to end (SIGTERM) as an interruption, which cleans up behind itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _hidden(target: Path) -> Path:
    """Where a file is before it is whole."""
    return target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's place if all goes well and is gone if not."""
    temporary = _hidden(target)
    try:
        yield temporary
        temporary.replace(target)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror or str(problem), str(target)) from None
    finally:
        temporary.unlink(missing_ok=True)
