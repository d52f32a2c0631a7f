"""Indices in formulas of plain text, those of g_ij, Γ^k_ij and e^{−t}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_INDEX = r"[_^](?:\{[^{}]+\}|\([^()]{1,8}\)(?:[a-z](?=_))?|[−+]?[^\W_]+[∗*]?(?:,[^\W_]+)*|∗)"
# one letter with its accent and primes, or the end of a bracket or bars
_BASE = (
    r"(?<![\w.])(?:exp|log|Cov)(?=_)"
    r"|(?<![\w.])\d?[∂∇]?[A-Za-zα-ωΓΔΘΛΣΦΨΩℓ∏∫]\d?[\u0302-\u0304]?[′″'²³]*|[∂∇]|[)\]|‖]"
)
_WITH = re.compile(rf"({_BASE})((?:{_INDEX})+)")
_EACH = re.compile(_INDEX)


@dataclass(frozen=True)
class Piece:
    """A part of a formula: "" for plain text, "sub" or "sup" for an index."""

    text: str
    kind: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """Split a text into its parts with and without indices; their texts have no _ and ^ before them."""
    end = 0
    for found in _WITH.finditer(text):
        yield Piece(text[end : found.end(1)])
        for index in _EACH.findall(found[2]):
            braced = index[1:].startswith("{")
            yield Piece(index[2:-1] if braced else index[1:], "sub" if index[0] == "_" else "sup")
        end = found.end()
    if text[end:]:
        yield Piece(text[end:])


def has_indices(text: str) -> bool:
    """Whether a text has an index."""
    return _WITH.search(text) is not None
