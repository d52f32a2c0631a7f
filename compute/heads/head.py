"""Attention heads from files, checked before use.

A file has q, k, v of shape (layers, heads, tokens, d), (heads, tokens, d) or (tokens, d), under these
names or others given by `Names` or a side file ``NAME.names.json``, and optionally
    tokens, key_tokens   strings; in a .safetensors file JSON lists of its metadata,
    mask                 of what broadcasts to (layers, heads, queries, keys): true or 1 for a key that
                         takes part, or floats that are added to the logits, where −1e4 or less leaves
                         the key out.  Where it differs between queries, as in causal models, a head is
                         seen with the mask of one of them.
    bias                 floats of what broadcasts to the same, added to the logits,
    scale, softcap       floats of what broadcasts to (layers, heads): logits are scale·qk (1/√d where
                         none is stated), and with a softcap c then c·tanh(·/c),
    sinks                of the same shape: the logit of a key that gets a share and has no value,
    attention            the model's own rows, (layers, heads, queries, keys), to be compared with,
    layer_numbers        which of the model's layers these are; model, text: strings.

Of a large file q, k, v and attention are not loaded; each head is read on demand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.core import foreign_files
from compute.core.array_entries import LARGE, Entry, entries_of, is_packed
from compute.core.array_files import SUFFIXES, arrays_of, words_of
from compute.core.arrays import Floats
from compute.core.opening import is_regular, modified
from compute.core.refusal import Refused, shown
from compute.heads import head_file, hooked_cache
from compute.heads.head_stack import HeadStack
from compute.heads.logits import LEFT_OUT, NO_SOFTCAP, weights
from compute.heads.token_words import readable

# bytes read at once
MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Names:
    """A file's names of its arrays; "" for q, k and v themselves, ``*`` for a layer's number.

    batch: which sequence, of a cache that has several.
    """

    q: str = ""
    k: str = ""
    v: str = ""
    batch: int = 0


@dataclass(frozen=True, eq=False)
class Head:
    """Queries q (m, d), keys k (n, d) and values v (n, dv) of one head, with token labels.

    bias (n,) is added to the logits; numbers (n,): indices of the keys in the file, of which a mask may
    exclude some.  Logits are scale·qk, with 1/√d if ``scale`` is 0; softcap: bound of the logits before
    the bias; sink: logit of an extra key, whose share is not part of the rows.
    """

    q: Floats
    k: Floats
    v: Floats
    query_labels: tuple[str, ...]
    key_labels: tuple[str, ...]
    bias: Floats
    numbers: tuple[int, ...]
    scale: float = 0.0
    softcap: float = np.inf
    sink: float = -np.inf

    @property
    def factor(self) -> float:
        """The factor that multiplies q·k."""
        return self.scale or float(1.0 / np.sqrt(self.k.shape[1]))

    def rows(self, temperature: float = 1.0, only: Sequence[int] | None = None) -> Floats:
        """Return the attention rows (m, n) of all or some queries under this one bias; see
        `weights`.
        """
        q = self.q if only is None else self.q[list(only)]
        scores = (self.factor / temperature) * (q @ self.k.T)
        return weights(scores, self.bias, self.softcap, self.sink)

    def without(self, numbers: Sequence[int]) -> Head:
        """Return the head without the keys of these numbers.  Raises ValueError if none are left."""
        kept = np.flatnonzero(~np.isin(self.numbers, list(numbers)))
        if len(kept) == 0:
            raise Refused(f"the mask leaves none of the {len(self.k)} keys")
        return replace(
            self,
            k=self.k[kept],
            v=self.v[kept],
            key_labels=tuple(self.key_labels[j] for j in kept),
            bias=self.bias[kept],
            numbers=tuple(self.numbers[j] for j in kept),
        )


@dataclass(frozen=True, eq=False)
class HeadFile:
    """All heads of a file: q (layers, heads, m, d), k (layers, heads, n, d), v (…, n, dv).

    tokens name the queries, key_tokens the keys; bias None, (layers, heads, 1, n), or (layers, heads,
    m, n) of a mask that differs between queries; extra: the same of an additive bias; scale, softcap
    and sinks (layers, heads), or None; attention (layers, heads, m, n): the model's own rows, or None.
    layer_numbers: of the model; model, text and part: its name, what it read and which of its stacks
    these are, "" if the file does not say;
    verified (layers, heads): how far rows were from the model's when the file was made, or None;
    unrepresented: of each layer, in words, what the file does not represent; sequences: of how many it
    is one.
    """

    name: str
    q: Floats | HeadStack
    k: Floats | HeadStack
    v: Floats | HeadStack
    tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    bias: Floats | None
    extra: Floats | None = None
    scale: Floats | None = None
    softcap: Floats | None = None
    sinks: Floats | None = None
    attention: Floats | HeadStack | None = None
    layer_numbers: tuple[int, ...] = ()
    model: str = ""
    text: str = ""
    part: str = ""
    verified: Floats | None = None
    unrepresented: tuple[str, ...] = ()
    sequences: int = 1

    @property
    def layers(self) -> int:
        return int(self.q.shape[0])

    @property
    def heads(self) -> int:
        return int(self.q.shape[1])

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The queries' tokens as readable text."""
        return tuple(map(head_file.label, readable(self.tokens)))

    @cached_property
    def key_labels(self) -> tuple[str, ...]:
        """The keys' tokens as readable text."""
        return tuple(map(head_file.label, readable(self.key_tokens)))

    @property
    def masks_by_query(self) -> bool:
        """Whether the mask, or the bias, differs between queries."""
        return any(part is not None and part.shape[2] > 1 for part in (self.bias, self.extra))

    def number_of(self, layer: int) -> int:
        """Return the number within the model of a layer of the file."""
        return self.layer_numbers[layer] if self.layer_numbers else layer

    def layer_words(self, layer: int) -> str:
        """Return a layer's position in the file, with its number in the model if that differs."""
        number = self.number_of(layer)
        return f"{layer}" if number == layer else f"{layer} (the model’s {number})"

    def scale_of(self, layer: int, head: int) -> float:
        """Return the factor of q·k of a head: the file's, or 1/√d."""
        stated = None if self.scale is None else float(self.scale[layer, head])
        return float(1.0 / np.sqrt(self.k.shape[3])) if stated is None else stated

    def softcap_of(self, layer: int, head: int) -> float:
        """Return the bound on a head's logits; ∞ if it has no softcap."""
        found = np.inf if self.softcap is None else float(self.softcap[layer, head])
        return found if found < NO_SOFTCAP else float("inf")

    def sink_of(self, layer: int, head: int) -> float:
        """Return the logit of a head's sink; −∞ if it has none."""
        found = -np.inf if self.sinks is None else float(self.sinks[layer, head])
        return found if found > LEFT_OUT else -float("inf")

    def added(self, layer: int, head: int, queries: NDArray[np.int64]) -> Floats:
        """Return the sum of mask and bias (m, n) for some queries."""
        total = np.zeros((len(queries), self.k.shape[2]))
        for part in (self.bias, self.extra):
            if part is not None:
                row = part[layer, head]
                total += (row[queries] if len(row) > 1 else row).astype(np.float64)
        return total

    def head(self, layer: int, head: int, mask_of: int = -1) -> Head:
        """Return a head without the keys that the file's mask excludes for the query ``mask_of``.

        −1 is the last query, which sees all keys in a causal model.  Raises ValueError if there is no
        such head.
        """
        in_range("layer", layer, self.layers, self._named_layers())
        in_range("head", head, self.heads, self.name)
        q, k, v = (array[layer, head].astype(np.float64) for array in (self.q, self.k, self.v))
        bias = self._bias(layer, head, mask_of, len(k))
        whole = Head(
            *(q, k, v, self.labels, self.key_labels, bias, tuple(range(len(k)))),
            *(self.scale_of(layer, head), self.softcap_of(layer, head), self.sink_of(layer, head)),
        )
        dropped = np.flatnonzero(bias <= LEFT_OUT)
        if len(dropped) == len(k):
            raise ValueError(
                f"layer {layer}, head {head} of {self.name}: the mask leaves none of the {len(k)} keys "
                f"to query {self.query_of(mask_of)}"
            )
        return whole.without([int(j) for j in dropped]) if len(dropped) else whole

    def _named_layers(self) -> str:
        """Return the file's name, with its layer numbers if these differ from their positions."""
        if self.layer_numbers == tuple(range(self.layers)):
            return self.name
        listed = ", ".join(map(str, self.layer_numbers))
        return f"{self.name} (whose layers are the model's {listed})"

    def query_of(self, mask_of: int) -> int:
        """Return the index of the query whose mask is meant; −1 is the last.  Raises ValueError if
        there is none.
        """
        count = len(self.tokens)
        row = count - 1 if mask_of == -1 else mask_of
        in_range("mask_of", row, count, self.name)
        return row

    def _bias(self, layer: int, head: int, mask_of: int, n: int) -> Floats:
        if self.bias is None and self.extra is None:
            return np.zeros(n)
        shown: Floats = self.added(layer, head, np.array([self.query_of(mask_of)]))[0]
        return shown


@cache
def texts() -> dict[str, str]:
    """Return the texts of the heads that come with the program, by name, without reading them."""
    index = resources.files("assets").joinpath("heads", "index.json").read_text("utf-8")
    found: dict[str, str] = json.loads(index)
    return found


def bundled() -> tuple[str, ...]:
    """Return names of the heads that come with the program."""
    return tuple(texts())


def bundled_file(name: str) -> AbstractContextManager[Path]:
    """Return the path of a bundled file, which stays while the ``with`` block runs."""
    return resources.as_file(resources.files("assets") / "heads" / f"{name}.npz")


def is_file(source: str | Path) -> bool:
    """Whether a path has the suffix of a head file."""
    return Path(source).suffix.lower() in SUFFIXES


def load(source: str, names: Names = Names()) -> HeadFile:
    """Return the heads of a file, or of a bundled name.

    Pickled data is never read.  Raises ValueError with one line that names what is wrong.
    """
    if source in bundled():
        with bundled_file(source) as path:
            return read(str(path), names, modified(path), 0)
    path = Path(source)
    foreign_files.refuse(path)
    if not is_regular(path):
        known = ", ".join(bundled())
        raise Refused(f"a head must be a file or one of {known}, got {shown(source)}")
    return read(str(path), names, modified(path), modified(_side(path)))


def _side(path: Path) -> Path:
    return path.with_suffix(".names.json")


@lru_cache(maxsize=8)
def read(path: str, names: Names, modified: int, side_modified: int) -> HeadFile:
    """Return the heads of a file, cached by its and its side file's modification times.  Raises
    ValueError.
    """
    said: dict[str, Any] = {
        **words_of(path),
        **(head_file.stated(_side(Path(path))) if side_modified else {}),
    }
    patterns = {name: getattr(names, name) or str(said.get(name, name)) for name in "qkv"}
    patterns["mask"] = str(said.get("mask", "mask"))
    arrays, stacks = _read(path, patterns)
    for name in "qkv":
        # entries that nobody named may be in capitals
        if patterns[name] == name not in stacks and name.upper() in stacks:
            stacks[name] = stacks.pop(name.upper())
    lacking: tuple[str, ...] = ()
    sequences = 1
    if "q" not in stacks and [*patterns.values()][:3] == list("qkv"):
        cached, lacking, sequences = hooked_cache.read(path, names.batch, MOST_BYTES)
        arrays, stacks = {**arrays, **cached}, {**stacks, **cached}
    in_range("batch", names.batch, sequences, path)
    q, k, v = (head_file.stacked(path, name, patterns[name], stacks) for name in "qkv")
    if q.shape[:2] != k.shape[:2] or q.shape[3] != k.shape[3]:
        raise Refused(f"{path}: q {q.shape} and k {k.shape} must agree in layers, heads and d")
    if k.shape[:3] != v.shape[:3]:
        raise Refused(f"{path}: k {k.shape} and v {v.shape} must agree in layers, heads and tokens")
    tokens, key_tokens = (
        head_file.labels(path, name, arrays, said) for name in ("tokens", "key_tokens")
    )
    m, n = q.shape[2], k.shape[2]
    for name, labels, counts in (("tokens", tokens, {m, n}), ("key_tokens", key_tokens, {n})):
        if labels and len(labels) not in counts:
            raise Refused(f"{path}: {name} must name {m} queries or {n} keys, got {len(labels)}")
    shape = (*q.shape[:3], n)
    extra, scale, softcap, sinks = head_file.optional(path, arrays, shape)
    gaps, unrepresented = head_file.verified(path, arrays, said, shape[:2])
    model, text, part = (
        head_file.words(path, name, arrays, said) for name in ("model", "text", "part")
    )
    return HeadFile(
        name=Path(path).stem,
        q=q,
        k=k,
        v=v,
        tokens=tokens if len(tokens) == m else head_file.numbers(m),
        key_tokens=key_tokens or (tokens if len(tokens) == n else head_file.numbers(n)),
        bias=head_file.bias(path, arrays.get(patterns["mask"]), shape),
        extra=extra,
        scale=scale,
        softcap=softcap,
        sinks=sinks,
        attention=head_file.own_rows(path, stacks.get("attention"), shape),
        layer_numbers=head_file.layer_numbers(path, arrays.get("layer_numbers"), q.shape[0]),
        model=model,
        text=text,
        part=part,
        verified=gaps,
        unrepresented=lacking or unrepresented,
        sequences=sequences,
    )


def _read(
    path: str, patterns: dict[str, str]
) -> tuple[dict[str, Floats], dict[str, Floats | Entry]]:
    """Return the small arrays of a file, and q, k, v and attention, loaded lazily from a large file."""
    wanted = (*patterns.values(), *"QKV", "tokens", "key_tokens", *head_file.OPTIONAL)
    if Path(path).stat().st_size <= LARGE or is_packed(path):
        read = arrays_of(path, wanted, MOST_BYTES)
        return read, dict(read)
    found = entries_of(path, wanted)
    small = {
        name: found[name]
        for name in (patterns["mask"], "tokens", "key_tokens", *head_file.OPTIONAL[:-1])
        if name in found
    }
    size = sum(entry.kind.itemsize * math.prod(entry.shape) for entry in small.values())
    if size > MOST_BYTES:
        raise Refused(f"{path}: mask and bias must have at most {MOST_BYTES} bytes, got {size}")
    return {name: entry.block(()) for name, entry in small.items()}, dict(found)


def in_range(name: str, value: int, count: int, where: str) -> None:
    """Raise ValueError unless ``value`` is an index below ``count``."""
    if not 0 <= value < count:
        raise Refused(f"{name} of {where} must be from 0 to {count - 1}, got {shown(value)}")
