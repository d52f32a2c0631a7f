"""Names of tokens, position and word as in "13 trophy", and the search by a part of either."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# marks that keep a right-to-left word from reordering its neighbours
ISOLATE, END = "\u2068", "\u2069"


def isolated(word: str) -> str:
    """Return a word that can stand beside others, in isolation marks if it runs from the right."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in word)
    return f"{ISOLATE}{word}{END}" if turns else word


def numbered(number: int, word: str) -> str:
    """Return a token's name: its position and its word."""
    return f"{number} {isolated(word)}"


def containing(typed: str, names: Sequence[str]) -> list[int]:
    """Return the indices of the names that contain ``typed``, whatever its case and encoding."""
    wanted = _folded(typed).strip()
    return [i for i, name in enumerate(names) if wanted in _folded(name)]


def likeliest(typed: str, names: Sequence[str], found: Sequence[int]) -> int | None:
    """Return the likeliest of the indices ``found``, or None if there are none.

    A token at position ``typed`` comes first, then a word that begins with ``typed``.
    """
    wanted = _folded(typed).strip()

    def rank(i: int) -> int:
        number, _, word = _folded(names[i]).partition(" ")
        return (number != wanted) + (number != wanted and not word.lstrip(".").startswith(wanted))

    return min(found, key=rank, default=None)


def _folded(text: str) -> str:
    plain = text.replace(ISOLATE, "").replace(END, "")
    return unicodedata.normalize("NFKC", plain).casefold()
