"""Tokens by position and word, "13 trophy", and the search for a token by a part of either."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# what keeps a word that runs from right to left from turning round what stands beside it
ISOLATE, END = "\u2068", "\u2069"


def isolated(word: str) -> str:
    """Return a word as it can stand beside others, whichever way it runs."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in word)
    return f"{ISOLATE}{word}{END}" if turns else word


def numbered(number: int, word: str) -> str:
    """Return a token's position and word."""
    return f"{number} {isolated(word)}"


def containing(typed: str, names: Sequence[str]) -> list[int]:
    """Return which names hold what is typed, in any case and with accents typed in any way."""
    wanted = _folded(typed).strip()
    return [i for i, name in enumerate(names) if wanted in _folded(name)]


def likeliest(typed: str, names: Sequence[str], found: Sequence[int]) -> int | None:
    """Return which of the found is most likely meant: whose number it is, or whose word begins so."""
    wanted = _folded(typed).strip()

    def rank(i: int) -> int:
        number, _, word = _folded(names[i]).partition(" ")
        return (number != wanted) + (number != wanted and not word.lstrip(".").startswith(wanted))

    return min(found, key=rank, default=None)


def _folded(text: str) -> str:
    plain = text.replace(ISOLATE, "").replace(END, "")
    return unicodedata.normalize("NFKC", plain).casefold()
