"""Arrays in a file, read block by block on demand.

Nothing is memory-mapped: if the file were truncated while open, the program would be killed.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from compute.core.array_files import (
    BFLOAT16,
    MOST_FILE,
    WORDS,
    container,
    expression,
    header_of,
    is_safetensors,
    layout_of,
)
from compute.core.arrays import Floats
from compute.core.opening import modified
from compute.core.refusal import Refused

# size in bytes from which arrays are memory-mapped
LARGE = 256 << 20
# a .zip file's local header: its size, and the offset of the lengths of name and extra field
_LOCAL, _LENGTHS = 30, 26
ENCRYPTED = 1


@dataclass(frozen=True)
class Entry:
    """An array in a file: its shape and stored type, and its first byte ``begin``."""

    path: str
    name: str
    kind: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    modified: int
    bfloat16: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of blocks when read."""
        return np.dtype(np.float32) if self.bfloat16 else self.kind

    def block(self, index: tuple[int, ...]) -> Floats:
        """Read array[index] for integer indices of the leading axes.  Raises Refused."""
        rest = self.shape[len(index) :]
        place = int(np.ravel_multi_index(index, self.shape[: len(index)])) if index else 0
        size = self.kind.itemsize * math.prod(rest)
        with container(self.path, MOST_FILE) as file:
            if modified(self.path) != self.modified:
                raise Refused(f"{self.path} has changed since it was opened: open it again")
            file.seek(self.begin + place * size)
            content = file.read(size)
        if len(content) < size:
            raise Refused(f"{self.path}: {self.name} must have {size} bytes, but the file ends")
        found: np.ndarray = np.frombuffer(content, self.kind)
        if self.bfloat16:
            found = (found.astype(np.uint32) << 16).view(np.float32)
        return found.reshape(rest)


def is_packed(path: str) -> bool:
    """Whether a file has compressed members, which cannot be read in blocks.  Raises Refused."""
    if is_safetensors(path):
        return False
    with container(path, MOST_FILE) as file, zipfile.ZipFile(file) as archive:
        return any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist())


def entries_of(path: str, patterns: Iterable[str]) -> dict[str, Entry]:
    """Return the arrays of an uncompressed file of any size whose names match, without reading
    them.

    Raises Refused for a file that is damaged or has wrong sizes, or if a requested array is pickled
    or in Fortran order.
    """
    wanted = re.compile("|".join(expression(pattern) for pattern in patterns))
    listed = _safetensors if is_safetensors(path) else _npz
    when = modified(path)
    with container(path, MOST_FILE) as file:
        return {entry.name: entry for entry in listed(path, file, wanted, when)}


def _safetensors(path: str, file: BinaryIO, wanted: re.Pattern[str], when: int) -> Iterator[Entry]:
    header, start = header_of(path, file)
    for name, entry in header.items():
        if name != WORDS and wanted.fullmatch(name):
            kind, shape, begin, _ = layout_of(f"{path}: {name}", entry)
            yield Entry(path, name, kind, shape, start + begin, when, entry["dtype"] == BFLOAT16)


def _npz(path: str, file: BinaryIO, wanted: re.Pattern[str], when: int) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    for member in members:
        name = member.filename.removesuffix(".npy")
        if name == member.filename or not wanted.fullmatch(name):
            continue
        if member.flag_bits & ENCRYPTED:
            raise Refused(f"{path}: {name} must not be encrypted")
        yield _npy(path, file, member, name, when)


def _npy(path: str, file: BinaryIO, member: zipfile.ZipInfo, name: str, when: int) -> Entry:
    file.seek(member.header_offset)
    local = file.read(_LOCAL)
    start = member.header_offset + _LOCAL + sum(struct.unpack_from("<HH", local, _LENGTHS))
    file.seek(start)
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise Refused(f"{path}: {name} must be an array of numbers")
    shape, by_columns, kind = read(file)
    begin = file.tell()
    size = kind.itemsize * math.prod(shape)
    if kind.hasobject or by_columns or begin - start + size != member.file_size:
        raise Refused(f"{path}: {name} must be numbers in C order that fill its shape {shape}")
    return Entry(path, name, kind, tuple(shape), begin, when)
