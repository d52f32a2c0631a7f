"""Named arrays in files of others, .npz and .safetensors: nothing in them is run or believed.

A pattern is a name in which ``*`` stands for a whole number: ``layers.*.q`` is one array a layer.
"""

from __future__ import annotations

import math
import operator
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from compute.core.arrays import Floats
from compute.core.json_text import read_json
from compute.core.opening import opened
from compute.core.refusal import Refused, refusing, shown

SUFFIXES = (".npz", ".safetensors")
SAFETENSORS = SUFFIXES[1]
# of a .safetensors file: bytes of its header, and the entry that holds words and no array
MOST_HEADER = 16 << 20
_WORDS = "__metadata__"
# how many numbers a pattern may hold: each multiplies the ways in which a name may match
MOST_NUMBERS = 3
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

    Raises Refused for a file that is damaged, lies about its sizes, or holds pickles where an array
    was asked for.
    """
    wanted = re.compile("|".join(_expression(pattern) for pattern in patterns))
    read = _safetensors if _is_safetensors(path) else _npz
    with _container(path, most) as file:
        return read(path, file, wanted, most)


def numbered(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that match a pattern, in the order of their numbers."""
    matches = [m for m in map(re.compile(_expression(pattern)).fullmatch, names) if m]
    return [m[0] for m in sorted(matches, key=lambda m: [int(number) for number in m.groups()])]


def words_of(path: str, most: int) -> dict[str, str]:
    """Return the metadata of a .safetensors file; {} for any other file.  Raises Refused."""
    if not _is_safetensors(path):
        return {}
    with _container(path, most) as file:
        stated = _header(path, file)[0].get(_WORDS) or {}
        return {str(k): str(v) for k, v in stated.items()}


def _is_safetensors(path: str) -> bool:
    return Path(path).suffix.lower() == SAFETENSORS


@contextmanager
def _container(path: str, most: int) -> Iterator[BinaryIO]:
    """An open file; whatever NumPy or a parser raises at it is a refusal."""
    kind = "a .safetensors" if _is_safetensors(path) else "an .npz"
    with refusing(f"{path} must be {kind} file, but cannot be read"), opened(path, most) as file:
        yield file


def _expression(pattern: str) -> str:
    if pattern.count("*") > MOST_NUMBERS:
        raise Refused(f"a name must have at most {MOST_NUMBERS} of *, got {shown(pattern)}")
    return r"(\d{1,6})".join(re.escape(piece) for piece in pattern.split("*"))


def _npz(path: str, file: BinaryIO, wanted: re.Pattern[str], most: int) -> dict[str, Floats]:
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > most:
        raise Refused(f"{path} must unpack to at most {most} bytes, got {size}")
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files if wanted.fullmatch(name)}
    for name, array in found.items():
        if not isinstance(array, np.ndarray):
            raise Refused(
                f"{path}: {name} must be an array, got {len(array)} bytes of another kind"
            )
    return found


def _safetensors(
    path: str, file: BinaryIO, wanted: re.Pattern[str], most: int
) -> dict[str, Floats]:
    header, start = _header(path, file)
    return {
        name: _entry(f"{path}: {name}", file, entry, start)
        for name, entry in header.items()
        if name != _WORDS and wanted.fullmatch(name)
    }


def _header(path: str, file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The header and where it ends: eight bytes of its length, then JSON."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise Refused(f"{path} must have a header of at most {MOST_HEADER} bytes, got {length}")
    header = read_json(file.read(length), f"the header of {path}")
    if not isinstance(header, dict):
        raise Refused(f"the header of {path} must be an object, got {shown(header)}")
    return header, 8 + length


def _entry(name: str, file: BinaryIO, entry: dict[str, Any], start: int) -> Floats:
    kind = _KINDS.get(entry["dtype"])
    if kind is None:
        known = ", ".join(_KINDS)
        raise Refused(f"{name} must be one of {known}, got {shown(entry['dtype'])}")
    shape = tuple(map(operator.index, entry["shape"]))
    begin, end = map(operator.index, entry["data_offsets"])
    size = kind.itemsize * math.prod(shape)
    if min((begin, *shape)) < 0 or end - begin != size:
        raise Refused(f"{name} must have {size} bytes for its shape {shape}, got {end - begin}")
    file.seek(start + begin)
    content = file.read(size)
    if len(content) < size:
        raise Refused(f"{name} must have {size} bytes, but the file ends before them")
    found: np.ndarray = np.frombuffer(content, kind)
    if entry["dtype"] == "BF16":
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(shape)
