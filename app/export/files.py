"""Output files: targets are checked before the work, and written atomically."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.process import ending
from compute.core.refusal import shown
from compute.core.replacing import hidden, remove, replacing, sweep

PROBE = 4096  # free bytes required before anything is computed


def checked(path: str | Path, suffixes: tuple[str, ...]) -> Path:
    """Return ``path`` if a file with one of these suffixes can be written there.  Raises ValueError."""
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        raise ValueError(f"the file must end in {_either(suffixes)}, got {shown(str(path))}")
    folder = target.absolute().parent
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {shown(str(folder))} to write {shown(target.name)} to"
        )
    if target.is_dir():
        raise ValueError(f"expected a file, but {shown(str(path))} is a folder")
    sweep(folder, target.stem)
    try:
        with unfinished(hidden(target)) as probe:
            probe.write_bytes(bytes(PROBE))
    except OSError as problem:
        raise ValueError(f"{shown(str(path))} cannot be written: {problem.strerror}") from None
    return target


def _either(suffixes: tuple[str, ...]) -> str:
    *most, last = suffixes
    return f"{', '.join(most)} or {last}" if most else last


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """Yield a temporary file or folder that is removed afterwards, also if the process is
    terminated.
    """
    ending.begin(path)
    try:
        yield path
    finally:
        remove(path)
        ending.finish(path)


def save_arrays(file: Path | BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays as .npz."""
    # NumPy's only other keyword, allow_pickle, is not the name of an array here
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Yield a path to write to; on success it replaces the target, on failure it is deleted."""
    try:
        with unfinished(hidden(target)), replacing(target) as temporary:
            yield temporary
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror or str(problem), str(target)) from None
