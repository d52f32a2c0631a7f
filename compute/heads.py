"""Attention heads from files, checked before use.

A file holds q, k, v of shape (layers, heads, tokens, d), (heads, tokens, d) or (tokens, d), by these
names or by others that a `Names` or a side file ``NAME.names.json`` states, and optionally
    tokens, key_tokens   strings; in a .safetensors file JSON lists of its metadata,
    mask                 of what broadcasts to (layers, heads, queries, keys): true or 1 for a key that
                         takes part, or floats that are added to the logits, where −1e4 or less leaves
                         the key out.  Where it differs between queries, as in causal models, a head is
                         seen with the mask of one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from compute import headfile
from compute.files import SUFFIXES, arrays_of, words_of
from compute.types import Floats

MOST_BYTES = 1 << 30
# a key whose bias is this low takes no part
LEFT_OUT = -1e4


@dataclass(frozen=True)
class Names:
    """What a file calls its arrays; "" for q, k and v themselves, ``*`` for a layer's number."""

    q: str = ""
    k: str = ""
    v: str = ""


@dataclass(frozen=True, eq=False)
class Head:
    """Queries q (m, d), keys k (n, d), values v (n, dv) of one head, and their tokens' labels.

    bias (n,) is added to the logits; numbers (n,): of the keys in the file, some of which a mask may
    have left out.
    """

    q: Floats
    k: Floats
    v: Floats
    query_labels: tuple[str, ...]
    key_labels: tuple[str, ...]
    bias: Floats
    numbers: tuple[int, ...]

    def rows(self, temperature: float = 1.0, only: Sequence[int] | None = None) -> Floats:
        """The attention of each query, or of some, softmax(qkᵀ/(τ√d) + bias) (m, n)."""
        q = self.q if only is None else self.q[list(only)]
        logits = q @ self.k.T / (temperature * np.sqrt(self.k.shape[1])) + self.bias
        with np.errstate(under="ignore"):
            weights = np.exp(logits - logits.max(axis=1, keepdims=True))
            rows: Floats = weights / weights.sum(axis=1, keepdims=True)
        return rows

    def without(self, numbers: Sequence[int]) -> Head:
        """The head with the keys of these numbers left out; ValueError if none are left."""
        kept = np.flatnonzero(~np.isin(self.numbers, list(numbers)))
        if len(kept) == 0:
            raise ValueError(f"the mask leaves none of the {len(self.k)} keys")
        return Head(
            self.q,
            self.k[kept],
            self.v[kept],
            self.query_labels,
            tuple(self.key_labels[j] for j in kept),
            self.bias[kept],
            tuple(self.numbers[j] for j in kept),
        )


@dataclass(frozen=True, eq=False)
class HeadFile:
    """All heads of a file: q (layers, heads, m, d), k (layers, heads, n, d), v (…, n, dv).

    tokens name the queries, key_tokens the keys; bias None, (layers, heads, 1, n), or (layers, heads,
    m, n) of a mask that differs between queries.
    """

    name: str
    q: Floats
    k: Floats
    v: Floats
    tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    bias: Floats | None

    @property
    def layers(self) -> int:
        return len(self.q)

    @property
    def heads(self) -> int:
        return int(self.q.shape[1])

    @property
    def masks_by_query(self) -> bool:
        """Whether the mask differs between queries."""
        return self.bias is not None and self.bias.shape[2] > 1

    def head(self, layer: int, head: int, mask_of: int = -1) -> Head:
        """One head without the keys that the file's mask leaves out for the query ``mask_of``.

        −1 is the last query, which in a causal model sees all.  ValueError if there is none of that
        number.
        """
        in_range("layer", layer, self.layers, self.name)
        in_range("head", head, self.heads, self.name)
        q, k, v = (array[layer, head].astype(np.float64) for array in (self.q, self.k, self.v))
        bias = self._bias(layer, head, mask_of, len(k))
        whole = Head(q, k, v, self.tokens, self.key_tokens, bias, tuple(range(len(k))))
        dropped = np.flatnonzero(bias <= LEFT_OUT)
        return whole.without([int(j) for j in dropped]) if len(dropped) else whole

    def _bias(self, layer: int, head: int, mask_of: int, n: int) -> Floats:
        if self.bias is None:
            return np.zeros(n)
        count = len(self.tokens)
        row = count - 1 if mask_of == -1 else mask_of
        in_range("mask_of", row, count, self.name)
        bias: Floats = self.bias[layer, head, row if self.masks_by_query else 0].astype(np.float64)
        return bias


def bundled() -> tuple[str, ...]:
    """Names of the heads that come with the program."""
    folder = resources.files("assets") / "heads"
    return tuple(
        sorted(f.name.removesuffix(".npz") for f in folder.iterdir() if f.name.endswith(".npz"))
    )


def is_file(source: str | Path) -> bool:
    """Whether a path ends as those of head files do."""
    return Path(source).suffix.lower() in SUFFIXES


def load(source: str, names: Names = Names()) -> HeadFile:
    """The heads of a bundled name or of a file.

    Nothing pickled is read.  Raises ValueError with one line that names what is wrong.
    """
    if source in bundled():
        with resources.as_file(resources.files("assets") / "heads" / f"{source}.npz") as path:
            return _load(str(path), names, path.stat().st_mtime_ns, 0)
    path = Path(source)
    if not path.is_file():
        known = ", ".join(bundled())
        raise ValueError(f"a head must be a file or one of {known}, got {source!r}")
    side = _side(path)
    return _load(
        str(path), names, path.stat().st_mtime_ns, side.stat().st_mtime_ns if side.is_file() else 0
    )


def _side(path: Path) -> Path:
    return path.with_suffix(".names.json")


@lru_cache(maxsize=8)
def _load(path: str, names: Names, modified: int, side_modified: int) -> HeadFile:
    said: dict[str, Any] = {
        **words_of(path),
        **(headfile.stated(_side(Path(path))) if side_modified else {}),
    }
    patterns = {
        f.name: getattr(names, f.name) or str(said.get(f.name, f.name)) for f in fields(names)
    }
    patterns["mask"] = str(said.get("mask", "mask"))
    arrays = arrays_of(path, (*patterns.values(), *"QKV", "tokens", "key_tokens"), MOST_BYTES)
    for name in "qkv":
        # what no one named may be in capitals
        if patterns[name] == name not in arrays and name.upper() in arrays:
            arrays[name] = arrays.pop(name.upper())
    q, k, v = (headfile.stacked(path, name, patterns[name], arrays) for name in "qkv")
    if q.shape[:2] != k.shape[:2] or q.shape[3] != k.shape[3]:
        raise ValueError(f"{path}: q {q.shape} and k {k.shape} must agree in layers, heads and d")
    if k.shape[:3] != v.shape[:3]:
        raise ValueError(
            f"{path}: k {k.shape} and v {v.shape} must agree in layers, heads and tokens"
        )
    tokens, key_tokens = (
        headfile.labels(path, name, arrays, said) for name in ("tokens", "key_tokens")
    )
    m, n = q.shape[2], k.shape[2]
    for name, labels, counts in (("tokens", tokens, {m, n}), ("key_tokens", key_tokens, {n})):
        if labels and len(labels) not in counts:
            raise ValueError(f"{path}: {name} must name {m} queries or {n} keys, got {len(labels)}")
    return HeadFile(
        Path(path).stem,
        *(q, k, v),
        tokens if len(tokens) == m else headfile.numbers(m),
        key_tokens or (tokens if len(tokens) == n else headfile.numbers(n)),
        headfile.bias(path, arrays.get(patterns["mask"]), (*q.shape[:3], n)),
    )


def in_range(name: str, value: int, count: int, where: str) -> None:
    """ValueError unless ``value`` counts one of ``count`` things from 0."""
    if not 0 <= value < count:
        raise ValueError(f"{name} of {where} must be from 0 to {count - 1}, got {value}")
