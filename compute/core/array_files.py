"""Named arrays in untrusted .npz and .safetensors files: nothing is executed, every size is
checked.

A pattern is a name in which ``*`` stands for a whole number: ``layers.*.q`` is one array per layer.
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
# a .safetensors file: maximum size of its header, and the entry that holds text, not an array
MOST_HEADER = 16 << 20
# for any file whose arrays are not read at once
MOST_FILE = 1 << 42
WORDS = "__metadata__"
# maximum number of placeholders in a pattern: each multiplies the possible matches of a name
MOST_NUMBERS = 3
# number types of a .safetensors file; bfloat16 is the upper half of a float32
BFLOAT16 = "BF16"
_KINDS: dict[str, np.dtype[Any]] = {
    BFLOAT16: np.dtype("<u2"),
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
    """Return the arrays whose names match, from a file that unpacks to at most ``most`` bytes.

    Raises Refused for a file that is damaged or has wrong sizes, or if a requested array is
    pickled.
    """
    wanted = re.compile("|".join(expression(pattern) for pattern in patterns))
    read = _safetensors if is_safetensors(path) else _npz
    with container(path, most) as file:
        return read(path, file, wanted, most)


def numbered(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that match a pattern, in the order of their numbers."""
    matches = [m for m in map(re.compile(expression(pattern)).fullmatch, names) if m]
    return [m[0] for m in sorted(matches, key=lambda m: [int(number) for number in m.groups()])]


def names_of(path: str) -> list[str]:
    """Return the names of all arrays of a file, without reading them.  Raises Refused."""
    with container(path, MOST_FILE) as file:
        if is_safetensors(path):
            return [name for name in header_of(path, file)[0] if name != WORDS]
        with zipfile.ZipFile(file) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]


def words_of(path: str) -> dict[str, str]:
    """Return the metadata of a .safetensors file; {} for other files.  Raises Refused."""
    if not is_safetensors(path):
        return {}
    with container(path, MOST_FILE) as file:
        stated = header_of(path, file)[0].get(WORDS) or {}
        return {str(k): str(v) for k, v in stated.items()}


def is_safetensors(path: str) -> bool:
    """Whether a path has the suffix of a .safetensors file."""
    return Path(path).suffix.lower() == SAFETENSORS


@contextmanager
def container(path: str, most: int) -> Iterator[BinaryIO]:
    """Open a file; turn any exception of NumPy or a parser into a refusal."""
    kind = "a .safetensors" if is_safetensors(path) else "an .npz"
    with refusing(f"{path} must be {kind} file, but cannot be read"), opened(path, most) as file:
        yield file


def expression(pattern: str) -> str:
    """Return the regular expression of a pattern, its numbers as groups.  Raises Refused."""
    if pattern.count("*") > MOST_NUMBERS:
        raise Refused(f"a name must have at most {MOST_NUMBERS} of *, got {shown(pattern)}")
    return r"(\d{1,6})".join(re.escape(piece) for piece in pattern.split("*"))


def _npz(path: str, file: BinaryIO, wanted: re.Pattern[str], most: int) -> dict[str, Floats]:
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > most:
        way = "save it with numpy.savez or as .safetensors"
        raise Refused(f"{path} must unpack to at most {most} bytes, got {size}: {way}")
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
    header, start = header_of(path, file)
    return {
        name: _entry(f"{path}: {name}", file, entry, start)
        for name, entry in header.items()
        if name != WORDS and wanted.fullmatch(name)
    }


def header_of(path: str, file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Return the header and its end: eight bytes with its length, then JSON."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise Refused(f"{path} must have a header of at most {MOST_HEADER} bytes, got {length}")
    header = read_json(file.read(length), f"the header of {path}")
    if not isinstance(header, dict):
        raise Refused(f"the header of {path} must be an object, got {shown(header)}")
    return header, 8 + length


def layout_of(name: str, entry: dict[str, Any]) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    """Return the stored type of an entry, its shape, its first byte after the header, and its size."""
    kind = _KINDS.get(entry["dtype"])
    if kind is None:
        known = ", ".join(_KINDS)
        raise Refused(f"{name} must be one of {known}, got {shown(entry['dtype'])}")
    shape = tuple(map(operator.index, entry["shape"]))
    begin, end = map(operator.index, entry["data_offsets"])
    size = kind.itemsize * math.prod(shape)
    if min((begin, *shape)) < 0 or end - begin != size:
        raise Refused(f"{name} must have {size} bytes for its shape {shape}, got {end - begin}")
    return kind, shape, begin, size


def _entry(name: str, file: BinaryIO, entry: dict[str, Any], start: int) -> Floats:
    kind, shape, begin, size = layout_of(name, entry)
    file.seek(start + begin)
    content = file.read(size)
    if len(content) < size:
        raise Refused(f"{name} must have {size} bytes, but the file ends earlier")
    found: np.ndarray = np.frombuffer(content, kind)
    if entry["dtype"] == BFLOAT16:
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(shape)
