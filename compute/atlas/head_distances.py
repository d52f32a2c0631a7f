"""Mean Fisher–Rao distances between heads, over the tokens of one or several texts.

Rows p and p′ of the same query are distributions over the same keys, points of a sphere of radius 2:
    d(p, p′) = 2 arccos Σ_j √(p_j p′_j) = 4 arcsin(|√p − √p′|/2)
and the distance between two heads is the mean of d over the queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compute.attention.head_summary import sample
from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused
from compute.heads import attention_rows
from compute.heads.head import HeadFile

# numbers of a block of rows, and maximum number of heads
BLOCK, MOST_HEADS = 8_000_000, 2000


@dataclass(frozen=True)
class Place:
    """A head: the index of its file among those given, and its layer and number there."""

    file: int
    layer: int
    head: int


@dataclass(frozen=True, eq=False)
class HeadDistances:
    """Mean distances (h, h) between heads, over ``queries`` queries; places: which heads.

    Where all files are of one model, a head is one over all texts, and its place is that in the first
    file.
    """

    places: tuple[Place, ...]
    values: Floats
    queries: int


def head_distances(files: Sequence[HeadFile]) -> HeadDistances:
    """Return the distances between all heads of files, over at most 256 evenly spaced queries a text.

    Of files of one model, the mean over all texts; of other files, heads of all, for which they must
    have the same tokens.  Queries that see no key in some head are left out.  Raises Refused if the
    files cannot be compared.
    """
    texts = [[(0, file)] for file in files] if one_model(files) else [list(enumerate(files))]
    for text in texts:
        _check(text)
    places = tuple(
        Place(number, layer, head)
        for number, file in texts[0]
        for layer in range(file.layers)
        for head in range(file.heads)
    )
    from scipy.spatial.distance import squareform

    total, count = np.zeros(len(places) * (len(places) - 1) // 2), 0
    for text in texts:
        found, queries = _of_text([file for _, file in text])
        total, count = total + found, count + queries
    if not count:
        raise Refused("no query sees a key in every head: there is nothing to compare")
    return HeadDistances(places, np.asarray(squareform(total / count)), count)


def one_model(files: Sequence[HeadFile]) -> bool:
    """Whether files hold the same heads of one model, so that a head is one over all texts."""
    return (
        len({(f.layers, f.heads, f.layer_numbers, f.model, f.part, f.k.shape[3]) for f in files})
        == 1
    )


def comparable(files: Sequence[HeadFile]) -> str:
    """Say in one line which heads of files are compared over which queries.

    Raises Refused, which says why, if their distances mean nothing.
    """
    if one_model(files):
        _check([(0, file) for file in files[:1]])
        if len(files) == 1:
            return "one text: all heads are compared"
        return f"{len(files)} texts of one model: a head is one over all of them"
    _check(list(enumerate(files)))
    return f"{len(files)} models over the same tokens: all heads are compared over the same queries"


def _check(text: Sequence[tuple[int, HeadFile]]) -> None:
    first = text[0][1]
    if len(first.key_tokens) < 2:
        raise Refused(
            f"the file {first.name} has one key: all rows are the same, so that no distance is known"
        )
    for _, file in text[1:]:
        if (file.tokens, file.key_tokens) != (first.tokens, first.key_tokens):
            raise Refused(
                f"the files {first.name} and {file.name} are not of one model and differ in their "
                "tokens: their rows are over different keys"
            )
    count = sum(file.layers * file.heads for _, file in text)
    if not 2 <= count <= MOST_HEADS:
        raise Refused(f"distances need 2 to {MOST_HEADS} heads, got {count}")


def _of_text(files: Sequence[HeadFile]) -> tuple[Floats, int]:
    """Return sums over the queries of one text of the distances of all pairs, and their number."""
    from scipy.spatial.distance import pdist

    some, keys = sample(len(files[0].tokens)), len(files[0].key_tokens) + 1
    heads = sum(file.layers * file.heads for file in files)
    size = max(1, BLOCK // (heads * keys))
    total, count = np.zeros(heads * (heads - 1) // 2), 0
    for first in range(0, len(some), size):
        roots = _roots(files, some[first : first + size])
        for of_query in roots.swapaxes(0, 1):
            checkpoint()
            if np.isfinite(of_query).all():
                total += sphere.of_chord(pdist(of_query))
                count += 1
    return total, count


def _roots(files: Sequence[HeadFile], queries: list[int]) -> Floats:
    """Return √p (heads, k, keys + 1) of some queries, the share of a sink last; NaN without a row."""
    return np.stack(
        [
            _rows(file, layer, head, queries)
            for file in files
            for layer in range(file.layers)
            for head in range(file.heads)
        ]
    )


def _rows(file: HeadFile, layer: int, head: int, queries: list[int]) -> Floats:
    checkpoint()
    found = attention_rows.rows(file, layer, head, queries)
    has_sink = np.isfinite(file.sink_of(layer, head))
    rest = np.maximum(1.0 - found.sum(axis=1), 0.0) if has_sink else np.zeros(len(found))
    return np.asarray(np.sqrt(np.concatenate([found, rest[:, None]], axis=1)))
