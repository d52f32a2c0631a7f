"""The attention rows of a head, each query under its own mask, scale and bias.

    p = softmax(l),  l_j = c·tanh(s_j/c) + m_j,  s_j = scale·(q·k_j)/τ
with the scale of the file (default 1/√d), its softcap c (none: l_j = s_j + m_j), m_j the sum of mask
and bias for that query, and a sink as an extra key of constant logit, whose share is not part of the
row.  A plane of queries has one mask; these are the rows of the model itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.heads.head import HeadFile, in_range
from compute.heads.logits import LEFT_OUT, weights

# tolerance for equality of what is added to the logits of two queries
SAME = 1e-6
# number of queries whose masks are compared at a time
BLOCK = 256


def rows(
    file: HeadFile,
    layer: int,
    head: int,
    queries: Sequence[int] | None = None,
    temperature: float = 1.0,
    left_out: Sequence[int] = (),
) -> Floats:
    """Return the rows (m, n) over all keys of the file, of all or some queries; ``left_out``: keys to
    drop.

    NaN where a query has no sink and its mask leaves it no key.  ValueError for what is not in the
    file.
    """
    chosen, added = _added(file, layer, head, queries, left_out)
    q = file.q[layer, head][chosen].astype(np.float64)
    k = file.k[layer, head].astype(np.float64)
    scores = (file.scale_of(layer, head) / temperature) * (q @ k.T)
    sink = file.sink_of(layer, head)
    empty = ~(np.isfinite(added).any(axis=1, keepdims=True) | np.isfinite(sink))
    found = weights(scores, np.where(empty, 0.0, added), file.softcap_of(layer, head), sink)
    return np.where(empty, np.nan, found)


def difference(file: HeadFile, layer: int, head: int, found: Floats,
               queries: Sequence[int] | None = None) -> float | None:  # fmt: skip
    """Return the largest difference of rows (m, n) from the model's own; None if the file has no
    record.
    """
    if file.attention is None:
        return None
    own = file.attention[layer, head].astype(np.float64)
    gaps = np.abs(found - (own if queries is None else own[list(queries)]))
    known = gaps[np.isfinite(gaps).all(axis=1)]
    return float(known.max(initial=0.0))


def holds(file: HeadFile, layer: int, head: int, mask_of: int) -> NDArray[np.bool_]:
    """Return which queries (m,) have the same mask and bias as the query ``mask_of``.

    A constant that is added to all keys changes no row, but for the share of a sink, and does not
    count.
    """
    if not file.masks_by_query:
        return np.ones(len(file.tokens), bool)
    parts = [part for part in (file.bias, file.extra) if part is not None]
    # heads that share one mask are looked at once
    place = (0 if all(part.strides[axis] == 0 for part in parts) else number
             for axis, number in enumerate((layer, head)))  # fmt: skip
    return _holds(file, *place, mask_of, bool(np.isfinite(file.sink_of(layer, head))))


@lru_cache(maxsize=64)
def _holds(file: HeadFile, layer: int, head: int, mask_of: int, sink: bool) -> NDArray[np.bool_]:
    count = len(file.tokens)
    whose = range(mask_of, mask_of + 1)
    shown, theirs = (part[0] for part in _levels(file, layer, head, whose, sink))
    found = []
    for first in range(0, count, BLOCK):
        some = range(first, min(first + BLOCK, count))
        seen, level = _levels(file, layer, head, some, sink)
        gaps = np.where(shown, np.abs(level - theirs), 0.0).max(axis=1)
        found.append((seen == shown).all(axis=1) & (gaps < SAME))
    return np.concatenate(found)


def _levels(
    file: HeadFile, layer: int, head: int, queries: range, sink: bool
) -> tuple[NDArray[np.bool_], Floats]:
    """Return which keys some queries see (k, n), and what is added to their logits, 0 at most unless
    there is a sink.
    """
    _, added = _added(file, layer, head, queries, ())
    seen = np.asarray(np.isfinite(added))
    highest = added.max(axis=1, keepdims=True)
    finite = np.where(seen, added, 0.0)
    return seen, finite - np.where(np.isfinite(highest) & (not sink), highest, 0.0)


def entropies(
    file: HeadFile,
    layer: int,
    head: int,
    queries: Sequence[int],
    left_out: Sequence[int] = (),
    temperature: float = 1.0,
) -> tuple[Floats, Floats]:
    """Return the entropy in nats of some queries' rows, and the log of the number of keys (and sink)
    that each sees.

    These are NaN and 0 for a query that sees none.
    """
    found = rows(file, layer, head, queries, temperature, left_out)
    _, added = _added(file, layer, head, queries, left_out)
    seen = np.isfinite(added).sum(axis=1)
    if np.isfinite(file.sink_of(layer, head)):
        found = np.concatenate([found, 1.0 - found.sum(axis=1, keepdims=True)], axis=1)
        seen = seen + 1
    with np.errstate(under="ignore"):
        entropy = -(found * np.log(np.maximum(found, np.finfo(np.float64).tiny))).sum(axis=1)
    return entropy, np.log(np.maximum(seen, 1))


def _added(
    file: HeadFile,
    layer: int,
    head: int,
    queries: Sequence[int] | None,
    left_out: Sequence[int],
) -> tuple[NDArray[np.int64], Floats]:
    """Return the queries, and the numbers added to their logits (m, n): −∞ for excluded keys."""
    in_range("layer", layer, file.layers, file.name)
    in_range("head", head, file.heads, file.name)
    chosen = np.arange(len(file.tokens)) if queries is None else np.array(list(queries), np.int64)
    for number in chosen:
        in_range("token", int(number), len(file.tokens), file.name)
    added = file.added(layer, head, chosen)
    added[added <= LEFT_OUT] = -np.inf
    added[:, list(left_out)] = -np.inf
    return chosen, added
