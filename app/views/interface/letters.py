"""A line of text as shapes, and the engine that makes them: what the canvas has no letters for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# "M"oves, "L"ines and "C"urves of Bézier, each with the points (k, 2) that it goes to: 1, 1 and 3
Segment = tuple[str, NDArray[np.float64]]
# a part of a text, with where it begins and ends
Word = tuple[str, float, float]
# straight RGBA (rows, columns, 4) and its box (left, top, right, bottom)
Picture = tuple[NDArray[np.uint8], tuple[float, float, float, float]]


@dataclass(frozen=True, eq=False)
class Shaped:
    """A line in letters of size 1, from the pen on the base line, y downwards.

    families: the fonts that it is made of; pictures: letters that are coloured and have no outline;
    words: parts of the text in the order in which they are read, each with where it begins and ends.
    """

    width: float
    families: tuple[str, ...]
    outline: tuple[Segment, ...]
    pictures: tuple[Picture, ...]
    words: tuple[Word, ...]


class TextEngine(Protocol):
    """Lays out lines of any script; what no font has it writes as code points, "U+4E2D"."""

    def shaped(self, text: str, bold: bool) -> Shaped:
        """Return a line as outlines."""
        ...

    def picture(self, text: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
        """Return a line in white at ``size`` pixels: premultiplied RGBA (rows, columns, 4), its left
        and top from the pen on the base line, the advance.
        """
        ...


# categories of what cannot be seen: joiners, marks of direction, controls, spaces
UNSEEN = ("Cf", "Cc", "Cs", "Zs", "Zl", "Zp")
WRITTEN = 2  # code points that are written of letters that no font has


def is_seen(letter: str) -> bool:
    """Whether a letter that is not drawn is missed."""
    selects = "VARIATION SELECTOR" in unicodedata.name(letter, "")
    return unicodedata.category(letter) not in UNSEEN and not selects


def code_points(letters: str) -> str:
    """Write letters as "U+4E2D", and of many the first ones."""
    seen = [f"U+{ord(letter):04X}" for letter in letters if is_seen(letter)]
    return " ".join(seen[:WRITTEN]) + ("…" if len(seen) > WRITTEN else "")
