"""Writing head files: .npz, or .safetensors with strings in its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from compute.core.array_files import SAFETENSORS, SUFFIXES
from compute.core.refusal import Refused, describe, shown
from compute.core.replacing import replacing

# names of number types in a .safetensors file
_KINDS = {
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "bool": "BOOL",
    "int32": "I32",
    "int64": "I64",
}
# headers are padded to multiples of this many bytes, so that arrays are aligned
_ALIGNED = 8


def write(
    path: Path,
    arrays: dict[str, NDArray[Any]],
    said: dict[str, Any],
    upper: frozenset[str] = frozenset(),
) -> Path:
    """Write arrays and strings (or lists) to a temporary file and rename it to ``path``.  Raises
    Refused.

    upper: names of the float32 arrays that have no more digits than bfloat16; .safetensors stores them
    so.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise Refused(f"the file must end in {' or '.join(SUFFIXES)}, got {shown(str(path))}")
    if not path.absolute().parent.is_dir():
        raise Refused(f"there is no folder to write {shown(str(path))} to")
    try:
        with replacing(path) as temporary, temporary.open("wb") as file:
            if path.suffix.lower() == SAFETENSORS:
                _safetensors(file, arrays, said, upper)
            else:
                _npz(file, arrays, said)
    except OSError as problem:
        raise Refused(f"{shown(str(path))} cannot be written: {describe(problem)}") from None
    return path


def _npz(file: BinaryIO, arrays: dict[str, NDArray[Any]], said: dict[str, Any]) -> None:
    words = {name: np.array(value) for name, value in said.items() if name not in arrays}
    np.savez_compressed(file, **arrays, **words)  # type: ignore[arg-type]


def _safetensors(
    file: BinaryIO, arrays: dict[str, NDArray[Any]], said: dict[str, Any], upper: frozenset[str]
) -> None:
    header: dict[str, Any] = {"__metadata__": {name: _word(value) for name, value in said.items()}}
    contents, begin = [], 0
    for name, array in arrays.items():
        half = name in upper
        content = _upper_half(array) if half else np.ascontiguousarray(array)
        kind = "BF16" if half else _KINDS[str(array.dtype)]
        end = begin + content.nbytes
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [begin, end]}
        contents.append(content)
        begin = end
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNED)
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for content in contents:
        file.write(content.data)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _upper_half(array: NDArray[Any]) -> NDArray[np.uint16]:
    """Return the bfloat16 bytes of numbers held as float32."""
    return (np.ascontiguousarray(array, "<f4").view("<u4") >> 16).astype("<u2")
