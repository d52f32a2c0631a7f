"""Fuzzy matching of what is typed against the words of a command."""

from __future__ import annotations

from collections.abc import Sequence

# what a matched letter is worth: after the last one, at the start of a word, elsewhere
NEXT, START, ELSEWHERE = 3.0, 2.5, 0.5


def score(typed: str, words: str) -> float | None:
    """How well ``typed`` fits, higher is better; None unless its letters occur in this order."""
    text = words.lower()
    best = {-1: 0.0}  # the score of each place where the last letter may stand
    for letter in typed.lower().replace(" ", ""):
        ends = [j for j, found in enumerate(text) if found == letter and j > min(best)]
        best = {
            j: max(value + _worth(text, i, j) for i, value in best.items() if i < j) for j in ends
        }
        if not best:
            return None
    return max(best.values()) - 0.01 * len(text)


def ranked(typed: str, candidates: Sequence[str]) -> list[int]:
    """Indices of the candidates that fit, the best first; all in their order if nothing is typed."""
    if not typed.strip():
        return list(range(len(candidates)))
    scores = {i: score(typed, words) for i, words in enumerate(candidates)}
    found = [(-value, i) for i, value in scores.items() if value is not None]
    return [i for _, i in sorted(found)]


def _worth(text: str, last: int, place: int) -> float:
    if place == last + 1 and last >= 0:
        return NEXT
    return START if place == 0 or not text[place - 1].isalnum() else ELSEWHERE
