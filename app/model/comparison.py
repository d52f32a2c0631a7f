"""A comparison side by side: one parameter of a head, and the values that it takes.

The command line reads this before everything else, so that it imports nothing heavy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

TEMPERATURE, LAYER, HEAD, SOURCE = "temperature", "layer", "head", "source"
# pictures side by side, and points of a plot: the least and the most
PICTURES, POINTS = (2, 6), (2, 200)
# the largest number that stands for a layer or a head
MOST_NUMBER = 10**6


class Kind(NamedTuple):
    """A parameter that is compared: in words, and what its values look like as text."""

    words: str
    title: str
    expected: str


KINDS = {
    TEMPERATURE: Kind(
        "temperatures", "temperature τ", "0.5 1 2, or 0.5:2:7 for seven from 0.5 to 2"
    ),
    LAYER: Kind("layers", "layer", "0 3 7, or 0:11 for all from 0 to 11"),
    HEAD: Kind("heads", "head", "0 3 7, or 0:11 for all from 0 to 11"),
    SOURCE: Kind("texts", "text", "files of heads, or names of bundled heads"),
}
Value = float | int | str


@dataclass(frozen=True)
class Comparison:
    """``over``: one of `KINDS`; its values in order, each once."""

    over: str
    values: tuple[Value, ...]


def read(over: str, texts: Sequence[str], limits: tuple[int, int] = POINTS) -> Comparison:
    """Return the comparison that ``texts`` state, each a value or a range of values.

    Raises ValueError for another parameter, for a text that is no value of it, and for fewer or more
    values than ``limits``.
    """
    if over not in KINDS:
        raise ValueError(f"expected one of {', '.join(KINDS)} to compare, got {_shown(over)}")
    found = [value for text in texts for value in _values(over, text)]
    values = tuple(dict.fromkeys(found))
    least, most = limits
    if not least <= len(values) <= most:
        raise ValueError(
            f"expected {least} to {most} different {KINDS[over].words}, got {len(values)}"
        )
    return Comparison(over, values)


def split(over: str, text: str) -> list[str]:
    """Return the single values in a line: texts between semicolons, others between spaces or commas."""
    found = text.split(";") if over == SOURCE else re.split(r"[\s,]+", text)
    return [part.strip() for part in found if part.strip()]


def _values(over: str, text: str) -> list[Value]:
    if over == SOURCE:
        return [text]
    found = _temperatures(text) if over == TEMPERATURE else _numbers(text)
    if not found:
        kind = KINDS[over]
        raise ValueError(f"expected {kind.words} such as {kind.expected}, got {_shown(text)}")
    return found


def _temperatures(text: str) -> list[Value]:
    """Return a temperature, or n of them evenly spaced from ``a:b:n``; [] if it is neither."""
    parts = text.split(":")
    try:
        first, last = float(parts[0]), float(parts[1] if len(parts) > 1 else parts[0])
        count = int(parts[2]) if len(parts) > 2 else 1
    except ValueError:
        return []
    if len(parts) not in (1, 3) or not (0 < first < float("inf") and 0 < last < float("inf")):
        return []
    if len(parts) == 1:
        return [first]
    if not 2 <= count <= POINTS[1]:
        return []
    return [float(f"{first + (last - first) * i / (count - 1):.12g}") for i in range(count)]


def _numbers(text: str) -> list[Value]:
    """Return a whole number, or all from ``a:b``; [] if it is neither."""
    match = re.fullmatch(r"(\d{1,7})(?::(\d{1,7}))?", text)
    if match is None:
        return []
    first, last = int(match[1]), int(match[2] or match[1])
    if not first <= last <= MOST_NUMBER or last - first >= POINTS[1]:
        return []
    return list(range(first, last + 1))


def _shown(text: str) -> str:
    from compute.core.refusal import shown

    return shown(text)
