"""The letters: which there are, how wide they are, and their pictures at a size in pixels.

vispy's own text scales one distance field to every size, which is soft at 11 pixels; glyphs rendered at
their size and placed on whole pixels are as crisp as the window's text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import freetype
import numpy as np
from numpy.typing import NDArray

from app.views.text.mathematics import upright

FONTS = {False: "OpenSans-Regular.ttf", True: "OpenSans-Bold.ttf"}
ITALIC = "OpenSans-Italic.ttf"  # of symbols
# what the font lacks and can be written otherwise; of all else it shows that something is missing
REWRITTEN = str.maketrans({"‖": "||", "\u2011": "-", "⚠": "!"})
MISSING = "\ufffd"
SCRIPT = 0.68  # size of a made-up subscript or superscript
CAP_HEIGHT = 0.72  # of the font, as a share of its size: what vertical centring is about
_LIGHT = freetype.FT_LOAD_TARGET_LIGHT


def path(bold: bool, italic: bool = False) -> Path:
    """Return the font's file, which comes with vispy; vispy itself is not imported."""
    if _chosen:
        return _chosen[bold and not italic, italic]
    found = find_spec("vispy")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("vispy, which brings the fonts, is not installed")
    return Path(
        found.submodule_search_locations[0],
        "util",
        "fonts",
        "data",
        ITALIC if italic else FONTS[bold],
    )


_chosen: dict[tuple[bool, bool], Path] = {}


def choose(found: Mapping[tuple[bool, bool], Path]) -> None:
    """Take the letters from other files from now on, by whether they are bold and italic."""
    _chosen.clear()
    _chosen.update(found)
    for cache in (face, advance, _is_known):
        cache.cache_clear()


@lru_cache(maxsize=3)
def face(bold: bool, italic: bool = False) -> freetype.Face:
    """Open the font of labels, the bold or the regular one, or that of symbols."""
    return freetype.Face(str(path(bold, italic)))


def writable(text: str) -> str:
    """Return a text in letters that the font has."""
    return "".join(char if _is_known(char) else MISSING for char in text.translate(REWRITTEN))


def width(text: str, size: float, ratio: float = 1.0, bold: bool = False) -> float:
    """Return a text's width in logical pixels, as drawn with ``ratio`` device pixels to one."""
    pixels = round(size * ratio)
    return sum(advance(char, pixels, bold) for char in writable(text)) / ratio


@lru_cache(maxsize=4096)
def advance(char: str, size: int, bold: bool) -> int:
    """Return how far a letter of ``size`` pixels moves the pen, in whole pixels."""
    font, char, size, _ = _sized(char, size, bold)
    font.load_char(char, _LIGHT)
    return int(font.glyph.advance.x >> 6)


def rendered(char: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
    """Return coverage (rows, columns), its left and top from the pen on the base line, the advance."""
    font, char, size, shift = _sized(char, size, bold)
    font.load_char(char, freetype.FT_LOAD_RENDER | _LIGHT)
    slot = font.glyph
    bitmap = slot.bitmap
    letter = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, max(bitmap.pitch, 0))[
        :, : bitmap.width
    ]
    return letter, slot.bitmap_left, shift - slot.bitmap_top, slot.advance.x >> 6


def _sized(char: str, size: int, bold: bool) -> tuple[freetype.Face, str, int, int]:
    """Return the font at a letter's size, the letter or what stands for it, its shift downwards."""
    font, shift = face(bold), 0
    if symbol := upright(char):
        font, char = face(False, italic=True), symbol
    elif not font.get_char_index(char):
        # The font has no subscripts: they are made of small digits.
        char, size, shift = _script(char, size)
    font.set_pixel_sizes(0, size)
    return font, char, size, shift


@lru_cache(maxsize=4096)
def _is_known(char: str) -> bool:
    """Whether the font has a letter, or what a sub- or superscript is made of."""
    return bool(face(False).get_char_index(upright(char) or _script(char, 0)[0]))


def _script(char: str, size: int) -> tuple[str, int, int]:
    """Split a sub- or superscript into base letter, size and downward shift; others unchanged."""
    kind, _, code = unicodedata.decomposition(char).partition(" ")
    if kind not in ("<sub>", "<super>"):
        return char, size, 0
    shift = 0.16 if kind == "<sub>" else -0.36
    return chr(int(code, 16)), max(round(size * SCRIPT), 7), round(shift * size)
