"""A line of text as shapes, and the engine that lays out what the canvas's font cannot."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# a "M"ove, "L"ine or Bézier "C"urve, with its points (k, 2): k = 1, 1 and 3
Segment = tuple[str, NDArray[np.float64]]
# a part of a text, its beginning and its end along the line
Word = tuple[str, float, float]
# RGBA (rows, columns, 4) with straight alpha, and its box (left, top, right, bottom)
Picture = tuple[NDArray[np.uint8], tuple[float, float, float, float]]


@dataclass(frozen=True, eq=False)
class Shaped:
    """A line of text with letters of size 1; the origin is the pen on the base line, y downwards.

    width: the advance; families: the fonts used; pictures: coloured letters, which have no outline;
    words: parts of the text in reading order, each with its beginning and end.
    """

    width: float
    families: tuple[str, ...]
    outline: tuple[Segment, ...]
    pictures: tuple[Picture, ...]
    words: tuple[Word, ...]


class TextEngine(Protocol):
    """An engine that lays out lines in any script.

    It writes letters that no font has as code points, "U+4E2D".
    """

    def shaped(self, text: str, bold: bool) -> Shaped:
        """Return the outlines of a line, with letters of size 1."""
        ...

    def picture(self, text: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
        """Return a line drawn in white at ``size`` pixels.

        The result is premultiplied RGBA (rows, columns, 4), its left and top relative to the pen on
        the base line, and the advance, all in pixels.
        """
        ...


# Unicode categories of invisible characters: joiners, direction marks, controls, spaces
UNSEEN = ("Cf", "Cc", "Cs", "Zs", "Zl", "Zp")
WRITTEN = 2  # maximum number of code points written for missing letters


def is_seen(letter: str) -> bool:
    """Whether a character is visible when drawn, so that its absence matters."""
    selects = "VARIATION SELECTOR" in unicodedata.name(letter, "")
    return unicodedata.category(letter) not in UNSEEN and not selects


def code_points(letters: str) -> str:
    """Return the code points of visible letters, "U+4E2D"; of many, the first ones and "…"."""
    seen = [f"U+{ord(letter):04X}" for letter in letters if is_seen(letter)]
    return " ".join(seen[:WRITTEN]) + ("…" if len(seen) > WRITTEN else "")
