"""The output layer of a model and the hidden states that it was given.

The next word has logits l_j(h) = s·(k_j·h) + b_j, where k_j is row j of the unembedding, h a hidden
state after the final norm, s a factor and b_j a bias, mostly 1 and 0.  So p = softmax l is an
exponential family with natural parameter h.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.core.sphere import log_softmax
from compute.heads import head_file
from compute.heads.head import in_range
from compute.heads.token_words import SENTENCE_SPACE, SPACE, readable

# rows of the unembedding that are multiplied at once, in float64
BLOCK = 8192


@dataclass(frozen=True, eq=False)
class OutputLayer:
    """An unembedding (n, d) with factor and bias (n,), and the hidden states (m, d) of a text.

    words (n,), tokens (m,): labels as the tokenizer writes them; own (m, n): the model's own next-token
    probabilities, or None; verified: the largest difference from them when the file was made, NaN
    if unknown; others: the number of words that the last row stands for, 0 if it is a word itself.
    """

    name: str
    unembedding: Floats
    hidden: Floats
    bias: Floats
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    scale: float = 1.0
    model: str = ""
    text: str = ""
    own: Floats | None = None
    verified: float = float("nan")
    others: int = 0

    def __len__(self) -> int:
        return len(self.unembedding)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The tokens of the text, readable."""
        return tuple(map(head_file.label, readable(self.tokens)))

    @cached_property
    def _before(self) -> tuple[str, ...]:
        """A word to read another one after, by the tokenizer's mark for spaces; () without
        marks.
        """
        marks = (SPACE, SENTENCE_SPACE)
        return next(((f"{m}a",) for m in marks if any(w.startswith(m) for w in self.words)), ())

    def word(self, number: int) -> str:
        """Return a word, readable: "…case" for a piece without a space before it."""
        return head_file.label(readable((*self._before, self.words[number]))[-1])

    def blocks(self) -> Iterator[tuple[slice, Floats]]:
        """Yield slices of the words, each with its keys s·k_j (c, d) in float64."""
        for begin in range(0, len(self), BLOCK):
            part = slice(begin, begin + BLOCK)
            yield part, self.scale * self.unembedding[part].astype(np.float64)

    def keys(self, chosen: Sequence[int] | np.ndarray) -> Floats:
        """Return the keys s·k_j (c, d) of some words in float64."""
        return self.scale * self.unembedding[chosen].astype(np.float64)

    def logits(self, states: Floats) -> Floats:
        """Return the logits (…, n) of hidden states (…, d)."""
        found = np.empty((*np.shape(states)[:-1], len(self)))
        for part, keys in self.blocks():
            found[..., part] = states @ keys.T
        return found + self.bias

    def log_rows(self, states: Floats) -> Floats:
        """Return log p (…, n), p = softmax l, at hidden states (…, d)."""
        return log_softmax(self.logits(states))

    def mean(self, weights: Floats) -> Floats:
        """Return Σ_j w_j s·k_j (…, d) for weights (…, n)."""
        parts = (weights[..., part] @ keys for part, keys in self.blocks())
        return np.sum(list(parts), axis=0)  # type: ignore[no-any-return]

    def pair(self, a: int, b: int) -> tuple[Floats, Floats]:
        """Return the hidden states (d,) of two tokens.  Raises ValueError unless they exist and
        differ.
        """
        for name, token in (("the first token", a), ("the second token", b)):
            in_range(name, token, len(self.hidden), self.name)
        first, second = self.hidden[a], self.hidden[b]
        if a == b or np.array_equal(first, second):
            raise Refused(
                f"steering needs two tokens of different hidden states, got {shown(a)} and {shown(b)}"
            )
        return first, second

    def difference(self) -> float:
        """Return the largest difference of a next-token probability from the model's own; NaN if these
        are unknown.
        """
        if self.own is None:
            return self.verified
        gaps = [
            np.abs(np.exp(self.log_rows(h)) - own).max()
            for h, own in zip(self.hidden, self.own, strict=True)
        ]
        return float(max(gaps))
