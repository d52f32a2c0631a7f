"""Accents over letters that have no character of their own with them, as θ̂, p̄ and v⃗.

A letter is followed by combining marks, as in Unicode.  They are drawn by the font's spacing accents,
which stand at the height of x, so that every font that has these writes every letter with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import freetype

from app.views.text.mathematics import accent_of

UNSCALED = freetype.FT_LOAD_NO_SCALE
SLANT = 0.21  # of italic letters: an accent moves to the right by this share of its height
NEXT = 0.2  # height of one accent over another, relative to the size of the letters
HEAD = 0.6  # size of the head of an arrow, relative to the letter's
CLEAR = 0.1  # by which an arrow stands higher, so that its head is clear of the letter


class Part(NamedTuple):
    """A glyph of an accent: its size, and its place right of the letter's pen and above the base line,
    relative to the size of the letter.
    """

    char: str
    size: float
    right: float
    up: float


def clusters(text: str) -> Iterator[str]:
    """Yield the letters of a text, each with the accents that follow it."""
    cluster = ""
    for char in text:
        if cluster and not accent_of(char):
            yield cluster
            cluster = ""
        # an accent without a letter stands over a space
        cluster += f"\u00a0{char}" if not cluster and accent_of(char) else char
    if cluster:
        yield cluster


def over(font: freetype.Face, letter: str, marks: Sequence[str], is_italic: bool) -> list[Part]:
    """Return the glyphs of combining marks over a letter of a font."""
    em = float(font.units_per_EM)
    advance, top = _advance(font, letter), _box(font, letter)[3]
    raised = max(top - _box(font, "x")[3], 0.0) / em
    parts: list[Part] = []
    for mark in map(accent_of, marks):
        glyph = glyphs(font, mark)[0]
        middle = (advance - _advance(font, glyph)) / 2 / em + SLANT * is_italic * raised
        parts.append(Part(glyph, 1.0, middle, raised + CLEAR * (mark == "→")))
        if mark == "→":
            parts.append(_head(font, parts[-1]))
        raised += NEXT
    return parts


def glyphs(font: freetype.Face, mark: str) -> str:
    """Return the characters of a font that draw a spacing accent; an arrow is a bar with a head."""
    bar = "ˉ" if font.get_char_index("ˉ") else "¯"
    return {"ˉ": bar, "→": f"{bar}›"}.get(mark, mark)


def _head(font: freetype.Face, shaft: Part) -> Part:
    """Return the head of an arrow, with its tip at the end of a shaft."""
    em = float(font.units_per_EM)
    _, low, end, high = _box(font, shaft.char)
    _, below, tip, above = _box(font, "›")
    right = shaft.right + (end - HEAD * tip) / em
    return Part("›", HEAD, right, shaft.up + ((low + high) - HEAD * (below + above)) / 2 / em)


def _advance(font: freetype.Face, char: str) -> float:
    return float(font.get_advance(font.get_char_index(char), UNSCALED))


def _box(font: freetype.Face, char: str) -> tuple[float, float, float, float]:
    """Return the left, lowest, right and highest place of a glyph, in units of the font."""
    font.load_char(char, UNSCALED)
    size = font.glyph.metrics
    left, top = float(size.horiBearingX), float(size.horiBearingY)
    return left, top - float(size.height), left + float(size.width), top
