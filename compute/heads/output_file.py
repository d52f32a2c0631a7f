"""Reading the output layer from a file that ``capture --output`` wrote, checked before use.

A .safetensors or .npz file has
    unembedding       (n, d), a row for each word,
    hidden            (tokens, d), after the final norm,
and optionally output_bias (n,), output_scale (a factor of the logits), next_rows (tokens, n): the
model's own probabilities, output_verified: the largest difference from them, output_others: how many
words the last row stands for, words (n) and tokens: strings, model, text.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from compute.core import foreign_files
from compute.core.array_entries import LARGE, Entry, entries_of, is_packed
from compute.core.array_files import arrays_of, names_of, words_of
from compute.core.arrays import Floats
from compute.core.opening import is_regular, modified
from compute.core.refusal import Refused, shown
from compute.heads import head_file
from compute.heads.head import bundled, bundled_file
from compute.heads.head_stack import check_values
from compute.heads.output_layer import OutputLayer

# bytes of one array, and of a compressed file
MOST_BYTES = 4 << 30
ARRAYS = (
    "unembedding", "hidden", "output_bias", "output_scale", "next_rows", "output_verified",
    "output_others", "words", "tokens", "model", "text",
)  # fmt: skip
FEWEST_WORDS = 3
MOST_OTHERS = 10**9
HOW = "capture MODEL --text TEXT -o FILE --output writes both"


def has_output(source: str) -> bool:
    """Whether a file or a bundled name holds an output layer.

    Raises ValueError for a file that cannot be read.
    """
    with _place(source) as path:
        return {"unembedding", "hidden"} <= set(names_of(str(path)))


def load(source: str) -> OutputLayer:
    """Return the output layer of a file or of a bundled name.

    Raises ValueError with one line that names what is wrong.
    """
    if source in bundled():
        with bundled_file(source) as path:
            return _read(str(path), modified(path), source)
    path = Path(source)
    foreign_files.refuse(path)
    if not is_regular(path):
        raise Refused(f"an output layer must be a file, got {shown(source)}")
    return _read(str(path), modified(path), str(path))


def _place(source: str) -> AbstractContextManager[Path]:
    return bundled_file(source) if source in bundled() else nullcontext(Path(source))


@lru_cache(maxsize=2)
def _read(path: str, when: int, called: str) -> OutputLayer:
    arrays, said = _arrays(path), words_of(path)
    for name in ("unembedding", "hidden"):
        if name not in arrays:
            raise Refused(f"{path} must hold unembedding and hidden, missing {name}: {HOW}")
    rows = _matrix(path, "unembedding", arrays)
    hidden = _matrix(path, "hidden", arrays).astype(np.float64)
    if rows.shape[1] != hidden.shape[1]:
        raise Refused(
            f"{path}: unembedding {rows.shape} and hidden {hidden.shape} must agree in their last axis"
        )
    if len(rows) < FEWEST_WORDS or rows.shape[1] < 2:
        raise Refused(
            f"{path}: unembedding must be at least {FEWEST_WORDS} rows of d ≥ 2, got {rows.shape}"
        )
    count, tokens = len(rows), len(hidden)
    own = arrays.get("next_rows")
    return OutputLayer(
        name=called,
        unembedding=rows,
        hidden=hidden,
        bias=_numbers(path, "output_bias", arrays, (count,), 0.0),
        words=_labels(path, "words", arrays, said, count),
        tokens=_labels(path, "tokens", arrays, said, tokens),
        scale=_scale(path, arrays),
        model=head_file.words(path, "model", arrays, said),
        text=head_file.words(path, "text", arrays, said),
        own=None if own is None else _probabilities(path, own, (tokens, count)),
        verified=_verified(path, arrays),
        others=_others(path, arrays),
    )


def _arrays(path: str) -> dict[str, Floats]:
    """Return the arrays of the output layer alone: a file may hold heads beside it."""
    if Path(path).stat().st_size <= LARGE or is_packed(path):
        return arrays_of(path, ARRAYS, MOST_BYTES)
    found = entries_of(path, ARRAYS)
    return {name: _whole(entry) for name, entry in found.items()}


def _whole(entry: Entry) -> Floats:
    size = entry.kind.itemsize * int(np.prod([float(n) for n in entry.shape]))
    if size > MOST_BYTES:
        raise Refused(
            f"{entry.path}: {entry.name} must have at most {MOST_BYTES} bytes, got {size}"
        )
    return entry.block(())


def _matrix(path: str, name: str, arrays: Mapping[str, Floats]) -> Floats:
    found = arrays[name]
    if found.dtype.kind != "f" or found.ndim != 2 or 0 in found.shape:
        raise Refused(f"{path}: {name} must be floats of two axes, got {found.dtype} {found.shape}")
    check_values(f"{path}: {name}", found)
    return found


def _numbers(
    path: str, name: str, arrays: Mapping[str, Floats], shape: tuple[int, ...], default: float
) -> Floats:
    found = arrays.get(name)
    if found is None:
        return np.full(shape, default)
    if found.dtype.kind not in "iuf" or found.shape != shape:
        raise Refused(
            f"{path}: {name} must be numbers of shape {shape}, got {found.dtype} {found.shape}"
        )
    check_values(f"{path}: {name}", found)
    return found.astype(np.float64)


def _scale(path: str, arrays: Mapping[str, Floats]) -> float:
    found = float(_one(path, "output_scale", arrays, 1.0))
    least, most = head_file.BOUNDS["scale"]
    if not least <= found <= most:
        raise Refused(f"{path}: output_scale must be from {least:g} to {most:g}, got {found:g}")
    return found


def _verified(path: str, arrays: Mapping[str, Floats]) -> float:
    found = arrays.get("output_verified")
    if found is not None and found.dtype.kind == "f" and found.size == 1 and np.isnan(found).all():
        return float("nan")
    gap = _one(path, "output_verified", arrays, float("nan"))
    if not np.isnan(gap) and not 0 <= gap <= 1:
        raise Refused(f"{path}: output_verified must be a difference from 0 to 1, got {gap:g}")
    return gap


def _others(path: str, arrays: Mapping[str, Floats]) -> int:
    found = _one(path, "output_others", arrays, 0.0)
    if not (0 <= found <= MOST_OTHERS and found == int(found)):
        raise Refused(f"{path}: output_others must be a number of words, got {found:g}")
    return int(found)


def _one(path: str, name: str, arrays: Mapping[str, Floats], default: float) -> float:
    found = arrays.get(name)
    if found is None:
        return default
    return float(_numbers(path, name, {name: found.reshape(-1)}, (1,), default)[0])


def _probabilities(path: str, rows: Floats, shape: tuple[int, int]) -> Floats:
    if rows.dtype.kind != "f" or rows.shape != shape:
        raise Refused(
            f"{path}: next_rows must be floats of shape {shape}, got {rows.dtype} {rows.shape}"
        )
    wrong = rows[~((rows >= 0) & (rows <= 1))]
    if wrong.size:
        raise Refused(f"{path}: next_rows must be probabilities, got {wrong[0]:g}")
    return rows


def _labels(
    path: str, name: str, arrays: Mapping[str, Floats], said: Mapping[str, Any], count: int
) -> tuple[str, ...]:
    found = head_file.labels(path, name, arrays, said)
    if found and len(found) != count:
        raise Refused(f"{path}: {name} must be {count} strings, got {len(found)}")
    return found or head_file.numbers(count)
