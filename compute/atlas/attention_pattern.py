"""Patterns of attention: the shares of its rows on the first key, the previous token and what followed
the same token before.

With p_i the row of query i under its own mask, scale and bias, means over the queries for which a share
is defined:
    first key        p_i(0)
    previous token   p_i(i − 1), i ≥ 1
    induction        p_i(j + 1), j < i the latest earlier occurrence of the token of i
The second and third need a text that attends to itself: queries and keys of the same tokens.  Induction
as in Olsson et al., In-context learning and induction heads (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.attention.head_summary import sample
from compute.core.arrays import Floats
from compute.heads import attention_rows
from compute.heads.head import HeadFile

NO_SELF = "queries and keys are different tokens"
NO_REPEAT = "no token occurs twice"
NO_PAIR = "there is one token"


@dataclass(frozen=True)
class Pattern:
    """Mean entropy of the rows in nats (a sink counts as a key), and mean shares; NaN where a share is
    undefined.

    followers: over how many queries induction is a mean.  problem: why a share is undefined, or "".
    """

    entropy: float
    first_key: float
    previous_token: float
    induction: float
    followers: int
    problem: str = ""


def pattern(file: HeadFile, layer: int, head: int, temperature: float = 1.0) -> Pattern:
    """Return what a head attends to, over at most 256 evenly spaced queries that see a key."""
    some = sample(len(file.tokens))
    found = attention_rows.rows(file, layer, head, some, temperature)
    entropy, _ = attention_rows.entropies(file, layer, head, some, (), temperature)
    seen, queries = np.asarray(np.isfinite(found).all(axis=1)), np.array(some)
    before, after = _before(file, queries), followers(file, queries)
    return Pattern(
        _mean(entropy[seen]),
        _mean(found[seen, 0]),
        _share(found, before, seen),
        _share(found, after, seen),
        int((seen & (after >= 0)).sum()),
        _problem(file, after),
    )


def followers(file: HeadFile, queries: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each query the token after the latest earlier occurrence of its own; −1: none."""
    last: dict[str, int] = {}
    found = np.full(len(file.tokens), -1)
    if _of_itself(file):
        for i, token in enumerate(file.tokens):
            found[i] = last.get(token, -2) + 1
            last[token] = i
    found[found < 1] = -1
    return np.asarray(found[np.asarray(queries)])


def _before(file: HeadFile, queries: NDArray[np.int64]) -> NDArray[np.int64]:
    return queries - 1 if _of_itself(file) else np.full(len(queries), -1)


def _of_itself(file: HeadFile) -> bool:
    return file.tokens == file.key_tokens


def _problem(file: HeadFile, after: NDArray[np.int64]) -> str:
    if not _of_itself(file):
        return NO_SELF
    if len(file.tokens) < 2:
        return NO_PAIR
    return "" if (after >= 0).any() else NO_REPEAT


def _share(found: Floats, keys: NDArray[np.int64], seen: NDArray[np.bool_]) -> float:
    """Return the mean weight of one key for each query; keys below 0 are not counted."""
    rows = np.flatnonzero(seen & (keys >= 0))
    return _mean(found[rows, keys[rows]])


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")
