"""The effective dimension of the Fisher metric in the whole query space.

At a query with row p over keys k_j, with s the factor of q·k:
    g = Cov_p(s k_j),   effective dimension = (tr g)²/tr g²
1 if one direction of the query changes the row, the rank of g if all of them change it alike.
"""

from __future__ import annotations

import numpy as np

from compute.attention.head_summary import sample
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.heads import attention_rows
from compute.heads.head import HeadFile

# numbers of a block of centred keys
BLOCK = 4_000_000


def effective_dimension(file: HeadFile, layer: int, head: int, temperature: float = 1.0) -> float:
    """Return the mean effective dimension over at most 256 evenly spaced queries of a head.

    NaN if no query has a metric other than 0: none sees two keys.  Slopes of a softcap c multiply key j
    by 1 − tanh²(s_j/c); a sink is one more key, at 0.
    """
    some = sample(len(file.tokens))
    keys = file.k[layer, head].astype(np.float64)
    size = max(1, BLOCK // max(keys.size, 1))
    found = []
    for first in range(0, len(some), size):
        checkpoint()
        found.append(_dimensions(file, layer, head, some[first : first + size], keys, temperature))
    values = np.concatenate(found)
    known = np.isfinite(values)
    return float(values[known].mean()) if known.any() else float("nan")


def _dimensions(
    file: HeadFile, layer: int, head: int, some: list[int], keys: Floats, temperature: float
) -> Floats:
    """Return (tr g)²/tr g² at some queries, NaN where g is 0 or there is no row."""
    rows = attention_rows.rows(file, layer, head, some, temperature)
    rows = np.where(np.isfinite(rows), rows, 0.0)
    moved = keys * _slopes(file, layer, head, some, keys, temperature)[..., None]
    centred = np.sqrt(rows)[..., None] * (moved - (rows[:, None, :] @ moved))
    rest = np.maximum(1.0 - rows.sum(axis=1), 0.0)
    if np.isfinite(file.sink_of(layer, head)):
        at_zero = -np.sqrt(rest)[:, None, None] * (rows[:, None, :] @ moved)
        centred = np.concatenate([centred, at_zero], axis=1)
    turned = centred.swapaxes(1, 2)
    gram = centred @ turned if centred.shape[1] < centred.shape[2] else turned @ centred
    # relative to the trace, which may be tiny where one key has all the weight
    trace = np.trace(gram, axis1=1, axis2=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = gram / trace[:, None, None]
        return np.asarray(np.where(trace > 0, 1.0 / (shares**2).sum(axis=(1, 2)), np.nan))


def _slopes(
    file: HeadFile, layer: int, head: int, some: list[int], keys: Floats, temperature: float
) -> Floats:
    """Return the slopes (b, n) of a softcap at the logits of some queries."""
    cap = file.softcap_of(layer, head)
    if not np.isfinite(cap):
        return np.ones((1, len(keys)))
    queries = file.q[layer, head][some].astype(np.float64)
    scores = (file.scale_of(layer, head) / temperature) * (queries @ keys.T)
    return np.asarray(1.0 - np.tanh(scores / cap) ** 2)
