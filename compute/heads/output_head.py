"""The output layer as a head: hidden states are queries, the likeliest words of two of them are keys,
and all other words are one lumped key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.core.sphere import log_partition, softmax
from compute.heads.head import Head, HeadFile
from compute.heads.output_layer import OutputLayer
from compute.heads.query_plane import is_special, triple_with, whole_numbers

# keys of a pair: words, and the lumped key if any are left out
MOST_KEYS = 4096
# of a file of heads
PART = "output layer"


@dataclass(frozen=True, eq=False)
class WordChoice:
    """The keys of a pair A, B: K (c, d) with bias b (c,), for the words ``chosen``, then the lumped
    key.

    rest (2,): the mass of the lumped key at A and at B, both 0 if no word is left out; left: the number
    of words that it holds.  Of a layer whose last row stands for others that row is the lumped key.
    """

    layer: OutputLayer
    a: int
    b: int
    chosen: NDArray[np.int64]
    K: Floats
    bias: Floats
    rest: Floats

    @property
    def left(self) -> int:
        return len(self.layer) + max(self.layer.others - 1, 0) - len(self.chosen)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words of the keys, and the number of those in the lumped one."""
        own = tuple(map(self.layer.word, map(int, self.chosen)))
        return (*own, f"({self.left} other words)") if self.left else own

    def file(self) -> HeadFile:
        """Return the output layer as a file of one head, whose logits are k_j·h + b_j."""
        keys, layer = self.K[None, None], self.layer
        return HeadFile(
            name=Path(layer.name).stem,
            q=layer.hidden[None, None],
            k=keys,
            v=keys,
            tokens=layer.labels,
            key_tokens=self.labels,
            bias=self.bias[None, None, None],
            scale=np.ones((1, 1)),
            model=layer.model,
            text=layer.text,
            part=PART,
        )


@lru_cache(maxsize=4)
def chosen(layer: OutputLayer, pair: str, most: int = MOST_KEYS) -> WordChoice:
    """Return the keys of a pair "i,j" of tokens; the last ones are cached.  Raises ValueError."""
    tokens = whole_numbers("output", pair)
    if len(tokens) != 2:
        raise Refused(f"output must be the numbers of two tokens, I,J, got {shown(pair)}")
    return choose(layer, tokens[0], tokens[1], most)


@lru_cache(maxsize=4)
def file_of_pair(layer: OutputLayer, pair: str) -> HeadFile:
    """Return `WordChoice.file` of a pair "i,j" of tokens; the last ones are cached.  Raises
    ValueError.
    """
    return chosen(layer, pair).file()


def triple(head: Head, pair: str) -> tuple[int, int, int]:
    """Return the tokens of a plane that contains both hidden states of a pair "i,j".

    The third one spans the widest triangle of rows with them; special tokens are passed over where
    there are others.  Raises ValueError without a third token.
    """
    if len(head.q) < 3:
        raise Refused(f"a plane needs a third token beside {pair}: capture a longer text")
    others = [i for i, label in enumerate(head.query_labels) if not is_special(label)]
    tokens = whole_numbers("output", pair)
    return triple_with(head, tokens, others if set(others) - set(tokens) else None)


def choose(layer: OutputLayer, a: int, b: int, most: int = MOST_KEYS) -> WordChoice:
    """Return at most ``most`` keys for the pair of tokens a, b.

    The words are those of largest max(p_j(A), p_j(B)).  The others, of total weight R(h) = Σ_rest
    e^l_j, are one key r whose logit is linear in h: its mass is exact at A and at B, so all
    probabilities of the keys are.  Its vector is the mean of the mass-weighted means at A and B,
    with the component along B − A set so that r·(B − A) = log R(B) − log R(A).  Between A and B on
    the straight line R is overestimated, since log R is convex.  Raises ValueError for tokens that
    do not exist or coincide.
    """
    if not 3 <= most <= MOST_KEYS:
        raise Refused(f"the number of keys must be from 3 to {MOST_KEYS}, got {shown(most)}")
    ends = np.stack(layer.pair(a, b))
    rows = layer.log_rows(ends)
    if len(layer) <= most:
        every = np.arange(len(layer))
        chosen, rest = (every[:-1], np.exp(rows[:, -1])) if layer.others else (every, np.zeros(2))
        return WordChoice(layer, a, b, chosen, layer.keys(every), layer.bias, rest)
    likeliest = rows.max(axis=0)
    if layer.others:
        likeliest[-1] = -np.inf  # no word of its own
    order = np.argpartition(-likeliest, most - 2)
    chosen, others = np.sort(order[: most - 1]), order[most - 1 :]
    weights = np.full_like(rows, -np.inf)
    weights[:, others] = rows[:, others]
    log_rest = log_partition(weights)
    # logits of the chosen keys have log Z, which cancels in the softmax
    log_z = layer.logits(ends)[:, chosen[0]] - rows[:, chosen[0]]
    vector, logit = _lumped(ends, layer.mean(softmax(weights)).mean(axis=0), log_rest + log_z)
    return WordChoice(
        layer,
        a,
        b,
        chosen,
        np.vstack([layer.keys(chosen), vector]),
        np.append(layer.bias[chosen], logit),
        np.exp(log_rest),
    )


def _lumped(ends: Floats, mean: Floats, log_weights: Floats) -> tuple[Floats, float]:
    """Return the vector and bias of a key with these log-weights at the two ends."""
    way = ends[1] - ends[0]
    missing = (log_weights[1] - log_weights[0]) - mean @ way
    vector = mean + missing * way / (way @ way)
    return vector, float(log_weights[0] - vector @ ends[0])
