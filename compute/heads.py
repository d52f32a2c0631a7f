"""Attention heads from files, checked before use; and the plane through three of a head's queries."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from compute.types import Floats

MOST_BYTES = 1 << 30
NAMES = ("q", "k", "v")


@dataclass(frozen=True, eq=False)
class Head:
    """Queries q (m, d), keys k (n, d), values v (n, dv) of one head, and their tokens' labels."""

    q: Floats
    k: Floats
    v: Floats
    query_labels: tuple[str, ...]
    key_labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class HeadFile:
    """All heads of a file: q (layers, heads, m, d), k (layers, heads, n, d), v (…, n, dv)."""

    name: str
    q: Floats
    k: Floats
    v: Floats
    tokens: tuple[str, ...]

    @property
    def layers(self) -> int:
        return len(self.q)

    @property
    def heads(self) -> int:
        return int(self.q.shape[1])

    def head(self, layer: int, head: int) -> Head:
        """One head; ValueError if there is none of that number."""
        _in_range("layer", layer, self.layers, self.name)
        _in_range("head", head, self.heads, self.name)
        q, k, v = (array[layer, head].astype(np.float64) for array in (self.q, self.k, self.v))
        return Head(q, k, v, self._labels(len(q)), self._labels(len(k)))

    def _labels(self, count: int) -> tuple[str, ...]:
        if len(self.tokens) == count:
            return self.tokens
        return tuple(str(i) for i in range(count))


def bundled() -> tuple[str, ...]:
    """Names of the heads that come with the program."""
    folder = resources.files("assets") / "heads"
    return tuple(
        sorted(f.name.removesuffix(".npz") for f in folder.iterdir() if f.name.endswith(".npz"))
    )


def load(source: str) -> HeadFile:
    """The heads of a bundled name or of an ``.npz`` file.

    The file holds q, k, v of shape (layers, heads, tokens, d), (heads, tokens, d) or (tokens, d),
    and optionally ``tokens`` (strings).  Nothing pickled is read.  Raises ValueError with one line
    that names what is wrong.
    """
    if source in bundled():
        with resources.as_file(resources.files("assets") / "heads" / f"{source}.npz") as path:
            return _load(str(path), path.stat().st_mtime_ns)
    path = Path(source)
    if not path.is_file():
        known = ", ".join(bundled())
        raise ValueError(f"a head must be a file or one of {known}, got {source!r}")
    return _load(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _load(path: str, modified: int) -> HeadFile:
    arrays = arrays_of(path, (*NAMES, "tokens"), MOST_BYTES)
    missing = [name for name in NAMES if name not in arrays]
    if missing:
        raise ValueError(f"{path} must hold arrays q, k and v, missing {', '.join(missing)}")
    q, k, v = (_four_axes(path, name, arrays[name]) for name in NAMES)
    if q.shape[:2] != k.shape[:2] or q.shape[3] != k.shape[3]:
        raise ValueError(f"{path}: q {q.shape} and k {k.shape} must agree in layers, heads and d")
    if k.shape[:3] != v.shape[:3]:
        raise ValueError(
            f"{path}: k {k.shape} and v {v.shape} must agree in layers, heads and tokens"
        )
    tokens = tuple(str(t) for t in arrays["tokens"]) if "tokens" in arrays else ()
    return HeadFile(Path(path).stem, q, k, v, tokens)


def arrays_of(path: str, names: tuple[str, ...], most: int) -> dict[str, Floats]:
    """Those of ``names`` that an .npz of at most ``most`` bytes holds; no pickles."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > most:
            raise ValueError(f"{path} unpacks to {size} bytes, the most is {most}")
        with np.load(path, allow_pickle=False) as file:
            wanted = [name for name in names if name in file]
            return {name: file[name] for name in wanted}
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, MemoryError) as problem:
        raise ValueError(f"{path} must be an .npz file: {problem}") from None
    except ValueError as problem:
        raise ValueError(f"{path} cannot be read: {problem}") from None


def _four_axes(path: str, name: str, array: Floats) -> Floats:
    if array.dtype.kind != "f" or not 2 <= array.ndim <= 4:
        raise ValueError(
            f"{path}: {name} must be floats of shape (layers, heads, tokens, d), (heads, tokens, d) "
            f"or (tokens, d), got {array.dtype} {array.shape}"
        )
    if 0 in array.shape:
        raise ValueError(f"{path}: {name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{path}: {name} must be finite, got {array[where]} at {where}")
    return array.reshape((1,) * (4 - array.ndim) + array.shape)


def _in_range(name: str, value: int, count: int, where: str) -> None:
    if not 0 <= value < count:
        raise ValueError(f"{name} of {where} must be from 0 to {count - 1}, got {value}")


# --- the plane of queries --------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Plane:
    """q = q₀ + Uθ: q0 (d,), orthonormal U (d, 2); theta (m, 2) the queries' feet on the plane.

    residual (m,): |q − q₀ − UUᵀ(q − q₀)| / |q − q₀| in [0, 1]; 0 for a query on the plane.
    """

    q0: Floats
    U: Floats
    theta: Floats
    residual: Floats


def plane_through(head: Head, triple: tuple[int, int, int]) -> Plane:
    """The plane that holds the queries of three tokens exactly, its origin at their mean.

    The first axis points from the first token to the second.  Raises ValueError when the three
    queries lie on one line.
    """
    a, b, c = (head.q[i] for i in triple)
    e1, e2 = b - a, c - a
    u1 = e1 / max(float(np.linalg.norm(e1)), 1e-300)
    across = e2 - u1 * (u1 @ e2)
    if np.linalg.norm(e1) == 0 or np.linalg.norm(across) <= 1e-6 * np.linalg.norm(e2):
        raise ValueError(
            f"the queries of tokens {list(triple)} lie on one line: choose a third token"
        )
    U = np.stack([u1, across / np.linalg.norm(across)], axis=1)
    q0 = (a + b + c) / 3
    theta = (head.q - q0) @ U
    off = np.linalg.norm(head.q - q0 - theta @ U.T, axis=1)
    away = np.linalg.norm(head.q - q0, axis=1)
    return Plane(q0, U, theta, off / np.maximum(away, 1e-300))


def token_triple(text: str, head: Head) -> tuple[int, int, int]:
    """ "i,j,k" as three different token numbers; ValueError if it is not that."""
    parts = text.split(",")
    try:
        numbers = tuple(int(part) for part in parts)
    except ValueError:
        numbers = ()
    if len(numbers) != 3 or len(set(numbers)) != 3:
        raise ValueError(f"tokens must be three different numbers such as 1,6,9, got {text!r}")
    for number in numbers:
        _in_range("token", number, len(head.q), "this head")
    return numbers[0], numbers[1], numbers[2]


def default_triple(head: Head) -> tuple[int, int, int]:
    """The three queries whose attention rows differ most: the widest triangle of rows.

    Widest by its area on the sphere z = 2√p; special tokens in brackets are passed over where
    three others remain.
    """
    words = [i for i, label in enumerate(head.query_labels) if not _is_special(label)]
    pool = words if len(words) >= 3 else list(range(len(head.q)))
    if len(pool) < 3:
        raise ValueError(f"a plane needs at least 3 queries, got {len(pool)}")
    pool = pool[:48]
    rows = np.sqrt(_rows(head.q[pool], head.k))
    gram = rows @ rows.T
    i, j, k = max(combinations(range(len(pool)), 3), key=lambda t: _area(gram, *t))
    return pool[i], pool[j], pool[k]


def _is_special(label: str) -> bool:
    return label.startswith("[") or not any(character.isalnum() for character in label)


def _rows(q: Floats, k: Floats) -> Floats:
    """softmax(qkᵀ/√d) (m, n)."""
    logits = q @ k.T / np.sqrt(k.shape[1])
    with np.errstate(under="ignore"):
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows: Floats = weights / weights.sum(axis=1, keepdims=True)
    return rows


def _area(gram: Floats, i: int, j: int, k: int) -> float:
    """Squared area (×4) of the triangle of three unit vectors with these inner products."""
    e = gram[j, j] - 2 * gram[i, j] + gram[i, i]
    f = gram[k, k] - 2 * gram[i, k] + gram[i, i]
    m = gram[j, k] - gram[i, j] - gram[i, k] + gram[i, i]
    return float(e * f - m * m)


def matrix(name: str, value: ArrayLike, shape: tuple[int, int] | None = None) -> Floats:
    """``value`` as a finite float matrix, of ``shape`` if given, or ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape or (shape is not None and array.shape != shape):
        wanted = "(n, d)" if shape is None else str(shape)
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    return _finite(name, array)


def vector(name: str, value: ArrayLike, length: int) -> Floats:
    """``value`` as a finite float vector of ``length``, or ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if array.shape != (length,):
        raise ValueError(f"{name} must have shape ({length},), got {array.shape}")
    return _finite(name, array)


def _finite(name: str, array: Floats) -> Floats:
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at {where}")
    return array
