"""Fuzzy matching of typed text against commands."""

from __future__ import annotations

import re
from collections.abc import Sequence

# scores of a matched letter: after the last one, at the start of a word, elsewhere
NEXT, START, ELSEWHERE = 3.0, 2.5, 0.5


def score(typed: str, words: str) -> float | None:
    """Return a match score, higher is better; None unless the letters of ``typed`` occur in order."""
    text = words.lower()
    best = {-1: 0.0}  # the score of each possible place of the last letter
    for letter in typed.lower().replace(" ", ""):
        ends = [j for j, found in enumerate(text) if found == letter and j > min(best)]
        best = {
            j: max(value + _worth(text, i, j) for i, value in best.items() if i < j) for j in ends
        }
        if not best:
            return None
    return max(best.values()) - 0.01 * len(text)


def ranked(typed: str, candidates: Sequence[str], hints: Sequence[str] = ()) -> list[int]:
    """Return the indices of matching candidates, best first; all in order if nothing is typed.

    Candidates with words that begin with all typed words come first, then those whose hint does, the
    earlier in the hint the better, then those with only the letters in order.
    """
    if not typed.strip():
        return list(range(len(candidates)))
    found = []
    for i, words in enumerate(candidates):
        value = score(typed, words)
        tier, place = 2, 0
        if _begun(typed, words):
            tier = 0
        elif hints and _begun(typed, f"{words} {hints[i]}"):
            tier, place = 1, _place(typed, hints[i])
        if value is not None or tier < 2:
            found.append((tier, -(value or 0.0), place, i))
    return [i for *_, i in sorted(found)]


def _place(typed: str, hint: str) -> int:
    """Return the position in a hint of the first word that is typed."""
    first, known = typed.lower().split()[0], re.findall(r"\w+", hint.lower())
    return next((i for i, word in enumerate(known) if word.startswith(first)), len(known))


def _begun(typed: str, words: str) -> bool:
    """Whether each typed word begins one of the words."""
    known = re.findall(r"\w+", words.lower())
    return all(any(word.startswith(part) for word in known) for part in typed.lower().split())


def _worth(text: str, last: int, place: int) -> float:
    if place == last + 1 and last >= 0:
        return NEXT
    return START if place == 0 or not text[place - 1].isalnum() else ELSEWHERE
