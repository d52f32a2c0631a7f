"""Data frames: their columns as plain arrays, and files that pandas reads where it is installed."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from compute.core.opening import opened
from compute.core.refusal import Refused, describe, refusing

# readers of pandas by suffix: none of them executes what a file holds
READERS = {".parquet": "read_parquet", ".feather": "read_feather", ".xlsx": "read_excel"}
# suffix of a format that unpacks to many times its size
_PACKED = ".xlsx"


def frame_of(path: str, suffix: str, most: int, entries: int) -> dict[str, np.ndarray]:
    """Return the columns of a file of at most ``most`` bytes, of the first sheet if it has several.

    Raises Refused without pandas, for a damaged file, and for more than ``entries`` entries.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise Refused(
            f"{path} can be read only where pandas is installed: save it as CSV"
        ) from None
    with opened(path, most) as file:
        if suffix == _PACKED:
            check_unpacked(path, file, most)
        frame = _read(path, getattr(pandas, READERS[suffix]), file)
    if frame.size > entries:
        raise Refused(f"{path} must have at most {entries} entries, got {frame.size}")
    return plain({str(name): np.asarray(frame[name]) for name in frame.columns})


def _read(path: str, read: Any, file: BinaryIO) -> Any:
    with refusing(f"{path} must be a table, but cannot be read"):
        try:
            return read(file)
        except ImportError as problem:
            # pandas leaves a format to other packages
            raise Refused(f"{path} needs a package beside pandas: {describe(problem)}") from None


def check_unpacked(path: str, file: BinaryIO, most: int) -> None:
    """Refuse a zip file that unpacks to more than ``most`` bytes."""
    with (
        refusing(f"{path} must be a table, but cannot be read"),
        zipfile.ZipFile(file) as packed,
    ):
        size = sum(entry.file_size for entry in packed.infolist())
    if size > most:
        raise Refused(f"{path} must unpack to at most {most} bytes, got {size}")
    file.seek(0)


def plain(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return columns of objects as text, missing ones as an empty entry."""
    return {
        name: column
        if column.dtype.kind in "fiuU"
        else np.array(["" if entry is None else str(entry) for entry in column], np.str_)
        for name, column in columns.items()
    }
