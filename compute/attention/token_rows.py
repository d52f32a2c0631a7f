"""Attention rows of one token over one set of keys, by layer, by head or by file.

    mean     for each layer, the mean of its heads' rows, A = Σ_h p_h/H
    rollout  for each layer l, the token's row of Ã_l ⋯ Ã_1 Ã_0, where Ã = (1 − ρ)A + ρI with rows
             scaled to sum 1, and ρ is the share of the residual, ½ by default
             [Abnar, Zuidema: Quantifying Attention Flow, ACL 2020]
    files    one head in several files: other texts, or other checkpoints of a model
    heads    the heads of one layer
    layers   the same head number in each layer, though head numbers have no identity across layers

Each row belongs to the token's own query under its own mask.  Excluded keys are removed, and the
rest sums to 1.  Rows of layers that mask different keys lie on closed faces of one simplex.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.families.attention import SINK
from compute.heads import attention_rows
from compute.heads.head import HeadFile, in_range
from compute.heads.head_file import CROSS
from compute.heads.logits import LEFT_OUT
from compute.heads.verification import verification

OVER = ("mean", "rollout", "files", "heads", "layers")
# how to find the token in another file
SAME = ("position", "name")
RESIDUAL = 0.5
# maximum number of entries of a cached rollout
KEPT = 1 << 24


@dataclass(frozen=True, eq=False)
class TokenRows:
    """Attention rows (m, n) of one token; a row is NaN where its mask excludes all keys.

    A sink is the last key.  kind: "layer", "head" or "file"; places (m,): the name of each row's
    layer, head or file; keys (n,): the labels of the keys; said: sentences that describe the rows;
    vouched: how closely they agree with the model's own rows.
    """

    rows: Floats
    kind: str
    places: tuple[str, ...]
    keys: tuple[str, ...]
    said: tuple[str, ...]
    vouched: str


def token_rows(
    file: HeadFile,
    token: int,
    over: str = "mean",
    layer: int = 0,
    head: int = 0,
    temperature: float = 1.0,
    left_out: Sequence[int] = (),
    *,
    residual: float = RESIDUAL,
    others: Sequence[HeadFile] = (),
    same: str = "position",
) -> TokenRows:
    """Return the attention rows (m, n) of one query token over layers, heads or files.

    ``over`` is one of `OVER`, which the module describes.  "heads" uses ``layer``, "layers" uses
    ``head``, and "files" uses both.  "files" compares ``others`` with ``file``, at the token of the
    ``same`` "position" or "name", and leaves out files whose rows share no simplex with the first.
    ``left_out``: excluded keys; ``residual``: ρ of the rollout, in [0, 1).  n counts the keys that
    some row sees.  Raises ValueError for a token, layer, head or key that the file lacks, for
    options out of range, and if fewer than two rows or two keys remain.
    """
    if over not in OVER:
        raise ValueError(f"over must be one of {', '.join(OVER)}, got {shown(over)}")
    in_range("token", token, len(file.tokens), file.name)
    in_range("layer", layer, file.layers, file.name)
    in_range("head", head, file.heads, file.name)
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
    for key in left_out:
        in_range("mask", key, file.k.shape[2], file.name)
    asked = _Asked(token, (layer, head), temperature, tuple(left_out))
    if over == "files":
        found = _over_files((file, *others), asked, same)
    elif over == "rollout":
        found = _over_products(file, asked, residual)
    else:
        found = _over_heads(file, asked, over)
    whose = f"token {token} ({file.labels[token]}) of {file.name}"
    known, count = int(np.isfinite(found.rows).all(axis=1).sum()), len(found.rows)
    if count < 2:
        raise Refused(f"{file.name} has {count} {found.kind}: a path needs two")
    if known < 2:
        among = f"in {known} of {count} {found.kind}s"
        raise Refused(f"{whose}: the mask leaves it keys {among}, a path needs two")
    if found.rows.shape[1] < 2:
        raise ValueError(f"{whose} can attend to only one key: it has no path")
    return found


@dataclass(frozen=True)
class _Asked:
    """A request for rows: the token, its layer and head, the temperature and the excluded keys."""

    token: int
    place: tuple[int, int]
    temperature: float
    left_out: tuple[int, ...]

    def row(self, file: HeadFile, place: tuple[int, int]) -> Floats:
        """Return the share of the sink, then the row over all keys of the file: (1 + n,)."""
        left_out = [key for key in self.left_out if key < file.k.shape[2]]
        row = attention_rows.rows(file, *place, [self.token], self.temperature, left_out)[0]
        sink = max(1.0 - float(row.sum()), 0.0) if np.isfinite(file.sink_of(*place)) else 0.0
        return np.append(sink, row)

    def seen(self, file: HeadFile, place: tuple[int, int]) -> NDArray[np.bool_]:
        """Return whether there is a sink, then whether the token sees each key: (1 + n,)."""
        added = file.added(*place, np.array([self.token]))[0]
        added[[key for key in self.left_out if key < len(added)]] = -np.inf
        return np.append(np.isfinite(file.sink_of(*place)), added > LEFT_OUT)

    def without(self, file: HeadFile) -> tuple[str, ...]:
        """Return a sentence about the excluded keys; () if all keys take part."""
        if not self.left_out:
            return ()
        words = ", ".join(f"“{file.key_labels[key]}”" for key in self.left_out)
        return (f"Without {words}: what is left of each row sums to 1.",)

    def vouched(self, places: Sequence[tuple[HeadFile, int, int, Sequence[int] | None]]) -> str:
        """Return how closely the heads' rows agree with the model's own, for the worst head."""
        known = [verification(*place) for place in places]
        words = max(known, key=lambda it: np.inf if it.gap is None else it.gap).words
        whole = self.temperature == 1.0 and not self.left_out
        words = words if whole else f"at τ = 1 with all keys {words}"
        return f"{words[0].upper()}{words[1:]}."


def rollout(
    file: HeadFile,
    temperature: float = 1.0,
    left_out: Sequence[int] = (),
    residual: float = RESIDUAL,
) -> Iterator[Floats]:
    """Yield the attention rollout (m, m) of each layer l: Ã_l ⋯ Ã_1 Ã_0.

    Entry (i, j) is the share of input token j in token i after layer l.  Ã = (1 − ρ)A + ρI, with
    each row divided by its sum; ρ = ``residual`` in [0, 1), and A is the mean of the layer's heads.
    A query that sees no key keeps its shares.  A layer costs O(m²(heads·d + m)) operations.  Raises
    ValueError for ρ out of range, and for cross-attention, whose keys have no rows.
    """
    if not 0.0 <= residual < 1.0:
        raise ValueError(f"residual must be at least 0 and less than 1, got {shown(residual)}")
    _check_self_attention(file)
    product = np.eye(len(file.tokens))
    for layer in range(file.layers):
        total, seen = np.zeros_like(product), np.zeros(len(product))
        for head in range(file.heads):
            checkpoint()
            rows = attention_rows.rows(file, layer, head, None, temperature, left_out)
            known = np.isfinite(rows).all(axis=1)
            total[known] += rows[known]
            seen += known
        mixed = (1.0 - residual) * total / np.maximum(seen, 1.0)[:, None]
        np.fill_diagonal(mixed, mixed.diagonal() + np.where(seen > 0, residual, 1.0))
        mixed /= mixed.sum(axis=1, keepdims=True)
        product = mixed @ product
        yield product


@lru_cache(maxsize=1)
def _products(
    file: HeadFile, temperature: float, left_out: tuple[int, ...], residual: float
) -> tuple[Floats, ...]:
    """Return the rollout of all layers, cached because the next token needs it too."""
    return tuple(rollout(file, temperature, left_out, residual))


def _check_self_attention(file: HeadFile) -> None:
    queries, keys = len(file.tokens), len(file.key_tokens)
    if CROSS.search(file.part):
        reason = f"is cross-attention, {shown(file.part)}"
    elif queries != keys:
        reason = f"has {queries} queries and {keys} keys"
    elif file.tokens != file.key_tokens:
        reason = "has other tokens for keys than for queries"
    else:
        return
    needs = "rollout needs self-attention, whose queries and keys are the same tokens"
    raise Refused(f"{needs}: {file.name} {reason}")


def _over_heads(file: HeadFile, asked: _Asked, over: str) -> TokenRows:
    """Return rows of heads: one per layer, one per head, or the mean of each layer's heads."""
    layer, head = asked.place
    numbers = range(file.heads if over == "heads" else file.layers)
    kind, named = "layer", tuple(map(file.layer_words, range(file.layers)))
    if over == "heads":
        kind, named = "head", tuple(map(str, numbers))
        groups = [[(layer, number)] for number in numbers]
        said = [f"The heads of layer {file.layer_words(layer)}. Their order means nothing."]
    elif over == "layers":
        groups = [[(number, head)] for number in numbers]
        said = [
            f"Head {head} of each layer. Head numbers have no identity across layers: the steps join "
            "unrelated heads."
        ]
    else:
        groups = [[(number, other) for other in range(file.heads)] for number in numbers]
        said = [f"For each layer, the mean of its {file.heads} heads’ rows."]
    found, seen = [], asked.seen(file, asked.place)
    for number, group in zip(numbers, groups, strict=True):
        checkpoint()
        each = np.stack([asked.row(file, place) for place in group])
        known = np.isfinite(each).all(axis=1)
        found.append(each[known].mean(axis=0) if known.any() else each[0])
        if 0 < known.sum() < len(group):
            hidden = f"{len(group) - known.sum()} of its heads: their masks leave the token no key"
            said.append(f"Layer {number} without {hidden}.")
        for place in group:
            seen |= asked.seen(file, place)
    places = [(file, *place, [asked.token]) for group in groups for place in group]
    said += asked.without(file)
    return _token_rows(found, seen, file.key_labels, kind, named, said, asked.vouched(places))


def _over_products(file: HeadFile, asked: _Asked, residual: float) -> TokenRows:
    """Return the token's row of each layer's rollout."""
    of = file, asked.temperature, asked.left_out, residual
    large = file.layers * len(file.tokens) ** 2 > KEPT
    products = rollout(*of) if large else _products(*of)
    found = [np.append(0.0, product[asked.token]) for product in products]
    places = [(layer, head) for layer in range(file.layers) for head in range(file.heads)]
    sinks = any(np.isfinite(file.sink_of(*place)) for place in places)
    more = ", more where a sink takes a share" if sinks else ""
    said = [
        f"Rollout: Ã = {1 - residual:.3g}A + {residual:.3g}I, normalised and multiplied from the first "
        f"layer on; A is the mean of a layer’s {file.heads} heads. The residual, I, has {residual:.0%} "
        f"of each layer{more}."
    ]
    numbers = tuple(map(file.number_of, range(file.layers)))
    if numbers != tuple(range(file.layers)):
        said.append(
            f"Only the file’s layers take part: the model’s {', '.join(map(str, numbers))}."
        )
    said += asked.without(file)
    named = tuple(map(file.layer_words, range(file.layers)))
    vouched = asked.vouched([(file, *place, None) for place in places])
    seen = np.asarray((np.stack(found) > 0).any(axis=0))
    return _token_rows(found, seen, file.key_labels, "layer", named, said, vouched)


def _over_files(files: Sequence[HeadFile], asked: _Asked, same: str) -> TokenRows:
    """Return the rows of one head in the files whose rows are comparable with the first file's."""
    if same not in SAME:
        raise ValueError(f"same must be {' or '.join(SAME)}, got {shown(same)}")
    first, apart = files[0], []
    kept = [(first, asked)]
    for file in files[1:]:
        try:
            kept.append((file, _comparable(first, asked, file, same)))
        except ValueError as problem:
            apart.append(str(problem))
    not_compared = [f"Not compared: {'; '.join(apart)}."] if apart else []
    if len(kept) < 2:
        why = not_compared[0] if apart else "Add others, of other texts or of other checkpoints."
        raise Refused(f"a path needs two files. {why}".removesuffix("."))
    most = max(file.k.shape[2] for file, _ in kept)
    found, seen = [], np.zeros(1 + most, bool)
    for file, theirs in kept:
        short = (0, most - file.k.shape[2])
        found.append(np.pad(theirs.row(file, theirs.place), short))
        seen |= np.pad(theirs.seen(file, theirs.place), short)
    words = list(zip_longest(*(file.key_labels for file, _ in kept), fillvalue=""))
    others = sum(len(set(each)) > 1 for each, one in zip(words, seen[1:], strict=True) if one)
    labels = tuple(each[0] if len(set(each)) == 1 else f"{each[0]}/…" for each in words)
    layer, head = first.layer_words(asked.place[0]), asked.place[1]
    said = [f"Head {head} of layer {layer} in {len(kept)} files, at the same {same} of the token."]
    if others:
        said.append(f"Keys are matched by position: {others} of {seen[1:].sum()} have other names.")
    said += [*not_compared, *asked.without(first)]
    vouched = asked.vouched([(file, *theirs.place, [theirs.token]) for file, theirs in kept])
    named = tuple(file.name for file, _ in kept)
    return _token_rows(found, seen, labels, "file", named, said, vouched)


def _comparable(first: HeadFile, asked: _Asked, file: HeadFile, same: str) -> _Asked:
    """Return the request for another file.

    Raises ValueError if the file lacks the layer, head or token, or if its row and the first file's
    share no simplex.
    """
    layer, head = asked.place
    number, numbers = first.number_of(layer), [*map(file.number_of, range(file.layers))]
    if number not in numbers:
        raise ValueError(f"{file.name} has no layer {number}")
    in_range("head", head, file.heads, file.name)
    token = asked.token if same == "position" else _namesake(first, asked, file)
    theirs = replace(asked, token=token, place=(numbers.index(number), head))
    in_range("token", theirs.token, len(file.tokens), file.name)
    if first.key_tokens == file.key_tokens:
        return theirs
    own, other = (
        np.flatnonzero(a.seen(f, a.place)[1:]) for a, f in ((asked, first), (theirs, file))
    )
    if len(own) != len(other):
        raise ValueError(f"the row of {file.name} is over {len(other)} keys, not {len(own)}")
    if (own != other).any():
        raise ValueError(f"the row of {file.name} is over keys at other positions")
    return theirs


def _namesake(first: HeadFile, asked: _Asked, file: HeadFile) -> int:
    """Return the token of ``file`` with the same name and the same turn among tokens of that name.

    Raises ValueError if there is none.
    """
    name = first.tokens[asked.token]
    turn = first.tokens[: asked.token].count(name)
    found = [number for number, word in enumerate(file.tokens) if word == name]
    if len(found) <= turn:
        times = f"{len(found)} of {turn + 1} times" if turn else "no"
        raise ValueError(f"{file.name} has {times} “{first.labels[asked.token]}”")
    return found[turn]


def _token_rows(
    found: Sequence[Floats],
    seen: NDArray[np.bool_],
    labels: tuple[str, ...],
    kind: str,
    places: tuple[str, ...],
    said: Sequence[str],
    vouched: str,
) -> TokenRows:
    """Return the rows over the keys in ``seen``; the sink's column moves from first to last."""
    order = np.roll(np.arange(len(seen)), -1)
    order = order[seen[order]]
    keys = tuple(labels[column - 1] if column else SINK for column in order)
    return TokenRows(np.stack(found)[:, order], kind, places, keys, tuple(said), vouched)
