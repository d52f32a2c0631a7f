"""Named arrays in files of others, .npz and .safetensors: nothing in them is run or believed.

A pattern is a name in which ``*`` stands for a whole number: ``layers.*.q`` is one array a layer.
"""

from __future__ import annotations

import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from compute.types import Floats

SUFFIXES = (".npz", ".safetensors")
SAFETENSORS = SUFFIXES[1]
# kinds of entries of a .safetensors file as they lie there; bfloat16 is the upper half of a float32
_KINDS: dict[str, np.dtype[Any]] = {
    "BF16": np.dtype("<u2"),
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "BOOL": np.dtype("?"),
    "U8": np.dtype("u1"),
    "I8": np.dtype("i1"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
}


def arrays_of(path: str, patterns: Iterable[str], most: int) -> dict[str, Floats]:
    """The arrays whose names match, of a file that unpacks to at most ``most`` bytes.

    Raises ValueError with one line for a file that is damaged, lies about its sizes, or holds
    pickles where an array was asked for.
    """
    wanted = re.compile("|".join(_expression(pattern) for pattern in patterns))
    read = _safetensors if Path(path).suffix.lower() == SAFETENSORS else _npz
    return read(path, wanted, most)


def numbered(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that match a pattern, in the order of their numbers."""
    matches = [m for m in map(re.compile(_expression(pattern)).fullmatch, names) if m]
    return [m[0] for m in sorted(matches, key=lambda m: [int(number) for number in m.groups()])]


def words_of(path: str) -> dict[str, str]:
    """What a .safetensors file says of itself; {} of any other."""
    if Path(path).suffix.lower() != SAFETENSORS:
        return {}
    return {str(k): str(v) for k, v in _header(path)[0].get("__metadata__", {}).items()}


def _expression(pattern: str) -> str:
    return r"(\d{1,6})".join(re.escape(piece) for piece in pattern.split("*"))


def _npz(path: str, wanted: re.Pattern[str], most: int) -> dict[str, Floats]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > most:
            raise ValueError(f"it unpacks to {size} bytes, the most is {most}")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if wanted.fullmatch(name)}
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, MemoryError) as problem:
        raise ValueError(f"{path} must be an .npz file: {problem}") from None
    except (ValueError, NotImplementedError, SyntaxError) as problem:
        raise ValueError(f"{path} cannot be read: {problem}") from None


def _safetensors(path: str, wanted: re.Pattern[str], most: int) -> dict[str, Floats]:
    size = Path(path).stat().st_size
    if size > most:
        raise ValueError(f"{path} has {size} bytes, the most is {most}")
    header, start = _header(path)
    return {
        name: _entry(path, name, entry, start)
        for name, entry in header.items()
        if name != "__metadata__" and wanted.fullmatch(name)
    }


def _header(path: str) -> tuple[dict[str, Any], int]:
    """The header, which the format's own library has checked against the file, and its end."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy"):
            pass
    except (SafetensorError, OSError) as problem:
        raise ValueError(f"{path} must be a .safetensors file: {problem}") from None
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(length)), 8 + length


def _entry(path: str, name: str, entry: dict[str, Any], start: int) -> Floats:
    kind = _KINDS.get(entry["dtype"])
    if kind is None:
        known = ", ".join(_KINDS)
        raise ValueError(f"{path}: {name} must be one of {known}, got {entry['dtype']}")
    shape = tuple(map(int, entry["shape"]))
    offset = start + int(entry["data_offsets"][0])
    found: np.ndarray = np.fromfile(path, kind, math.prod(shape), offset=offset)
    if entry["dtype"] == "BF16":
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(shape)
