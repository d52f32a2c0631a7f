"""Conversion between NumPy records and WGSL structs with the same layout.

WGSL aligns vec2 to 8 bytes, vec3 and vec4 to 16, a struct to its widest member.  Records made here
follow that layout.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from compute.core.refusal import shown

_SCALARS = {"f32": "<f4", "i32": "<i4", "u32": "<u4"}
_SUFFIXES = {"f": "f32", "i": "i32", "u": "u32"}
_ALIGNMENT = {1: 4, 2: 8, 3: 16, 4: 16}


def numpy_type(wgsl: str) -> np.dtype:
    """Return the NumPy type of a WGSL scalar or vector: "f32" → float32, "vec3f" → float32 (3,)."""
    if wgsl in _SCALARS:
        return np.dtype(_SCALARS[wgsl])
    if wgsl[:3] == "vec" and len(wgsl) == 5 and wgsl[3] in "234" and wgsl[4] in _SUFFIXES:
        return np.dtype((_SCALARS[_SUFFIXES[wgsl[4]]], (int(wgsl[3]),)))
    raise ValueError(
        f"type must be a WGSL scalar or vector such as f32 or vec3f, got {shown(wgsl)}"
    )


def wgsl_type(kind: np.dtype) -> str:
    """Return the WGSL name of a scalar or vector type; the inverse of `numpy_type`."""
    names = {np.dtype(text): name for name, text in _SCALARS.items()}
    if kind.base not in names or (kind.shape and kind.shape not in ((2,), (3,), (4,))):
        raise ValueError(f"type must be 32-bit, a scalar or a vector of 2 to 4, got {kind}")
    scalar = names[kind.base]
    return f"vec{kind.shape[0]}{scalar[0]}" if kind.shape else scalar


def record(fields: Mapping[str, str]) -> np.dtype:
    """Return a structured type with fields given by WGSL types, in WGSL layout."""
    formats, offsets, end, widest = [], [], 0, 4
    for wgsl in fields.values():
        kind = numpy_type(wgsl)
        align = _ALIGNMENT[kind.shape[0] if kind.shape else 1]
        start = _round_up(end, align)
        formats.append(kind)
        offsets.append(start)
        end, widest = start + kind.itemsize, max(widest, align)
    return np.dtype(
        {
            "names": list(fields),
            "formats": formats,
            "offsets": offsets,
            "itemsize": _round_up(end, widest),
        }
    )


def struct(name: str, kind: np.dtype) -> str:
    """Return the WGSL text of a struct with the fields of a `record`."""
    assert kind.names is not None and kind.fields is not None
    members = ", ".join(f"{field}: {wgsl_type(kind.fields[field][0])}" for field in kind.names)
    return f"struct {name} {{ {members} }}"


def _round_up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
