"""The typeface: available letters, widths, and bitmaps at a pixel size.

vispy's own text scales one distance field to every size, which is soft at 11 pixels; glyphs rendered at
their size and placed on whole pixels are as crisp as the window's text.  A line with letters that the
font lacks, or that join or run from right to left, is one piece, which the text engine lays out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import freetype
import numpy as np
from numpy.typing import NDArray

from app.views.canvas import accents
from app.views.interface.letters import Shaped, TextEngine, code_points
from app.views.text.mathematics import accent_of, scripted, upright

FONTS = {False: "OpenSans-Regular.ttf", True: "OpenSans-Bold.ttf"}
ITALIC = "OpenSans-Italic.ttf"  # the font of symbols
# characters that the font lacks, and their substitutes
REWRITTEN = str.maketrans({"‖": "||", "\u2011": "-", "⚠": "!"})
# bidirectional classes of right-to-left letters and of marks of direction
RIGHT_TO_LEFT = ("R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDI", "PDF")
SCRIPT = 0.68  # size of a made-up subscript or superscript
CAP_HEIGHT = 0.72  # height of the font's capitals relative to its size, for vertical centring
_LIGHT = freetype.FT_LOAD_TARGET_LIGHT
# the flag that loads outlines in font units, and the type of their points
UNSCALED, Point = freetype.FT_LOAD_NO_SCALE, freetype.Vector


def path(bold: bool, italic: bool = False) -> Path:
    """Return the path of the font, which comes with vispy, without importing vispy."""
    if _chosen:
        return _chosen[bold and not italic, italic]
    found = find_spec("vispy")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'vispy'", name="vispy")
    return Path(
        found.submodule_search_locations[0],
        "util",
        "fonts",
        "data",
        ITALIC if italic else FONTS[bold],
    )


_chosen: dict[tuple[bool, bool], Path] = {}


def choose(found: Mapping[tuple[bool, bool], Path]) -> None:
    """Use other font files from now on; the keys say whether a file is bold and italic."""
    _chosen.clear()
    _chosen.update(found)
    for cached in (face, advance, _is_known):
        cached.cache_clear()


@lru_cache(maxsize=3)
def face(bold: bool, italic: bool = False) -> freetype.Face:
    """Open the label font: bold, regular, or the italic one of symbols."""
    return freetype.Face(str(path(bold, italic)))


_engines: list[Callable[[], TextEngine | None]] = []


def use(begin: Callable[[], TextEngine | None]) -> None:
    """Lay out text that the font cannot with an engine, which ``begin`` returns on first use."""
    _engines[:] = [cache(begin)]
    shaped.cache_clear()


@contextmanager
def using(begin: Callable[[], TextEngine | None]) -> Iterator[None]:
    """Use an engine within a ``with`` block, then restore the engine used before."""
    before = list(_engines)
    use(begin)
    try:
        yield
    finally:
        _engines[:] = before
        shaped.cache_clear()


@lru_cache(maxsize=4096)
def shaped(text: str, bold: bool) -> Shaped | None:
    """Return a line laid out by the text engine; None if the font can write it letter by letter."""
    engine = _engine_for(text)
    return None if engine is None else engine.shaped(text.translate(REWRITTEN), bold)


def _engine_for(text: str) -> TextEngine | None:
    foreign = bool(_engines) and not text.isascii() and any(map(_is_foreign, text))
    return _engines[-1]() if foreign else None


def pieces(text: str) -> list[str]:
    """Split a line into pieces to draw: letters with their accents, or the whole line if it needs the
    engine.
    """
    if _engine_for(text) is not None:
        return [text.translate(REWRITTEN)]
    return list(accents.clusters(writable(text)))


def writable(text: str) -> str:
    """Return a text with letters that the font lacks replaced by their code points."""
    known = (char if _is_known(char) else code_points(char) for char in text.translate(REWRITTEN))
    return "".join(known)


def width(text: str, size: float, ratio: float = 1.0, bold: bool = False) -> float:
    """Return a text's width in logical pixels, as drawn with ``ratio`` device pixels to one."""
    line, pixels = shaped(text, bold), round(size * ratio)
    if line is not None:
        return line.width * pixels / ratio
    return sum(advance(piece[0], pixels, bold) for piece in pieces(text)) / ratio


@lru_cache(maxsize=4096)
def advance(char: str, size: int, bold: bool) -> int:
    """Return the advance of a letter of ``size`` pixels, in whole pixels."""
    font, char, size, _ = _sized(char, size, bold)
    font.load_char(char, _LIGHT)
    return int(font.glyph.advance.x >> 6)


def rendered(piece: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
    """Return a piece's bitmap, its left and top from the pen on the base line, and the advance.

    All are in pixels.  The bitmap is coverage (rows, columns), or premultiplied RGBA
    (rows, columns, 4) for a coloured piece.
    """
    engine = _engine_for(piece)
    if engine is not None:
        picture, *place = engine.picture(piece, size, bold)
        plain = (picture == picture[..., 3:]).all()
        return (picture[..., 3] if plain else picture, place[0], place[1], place[2])
    font, char, pixels, shift = _sized(piece[0], size, bold)
    letter = _drawn(font, char, 0, shift)
    parts = accents.over(font, char, piece[1:], font is face(False, True)) if piece[1:] else ()
    above: list[_Placed] = []
    for part in parts:
        font.set_pixel_sizes(0, max(round(pixels * part.size), 1))
        above.append(
            _drawn(font, part.char, round(part.right * pixels), shift - round(part.up * pixels))
        )
    return (*_together([letter, *above]), advance(piece[0], size, bold))


_Placed = tuple[NDArray[np.uint8], int, int]


def _drawn(font: freetype.Face, char: str, right: int, down: int) -> _Placed:
    """Return the coverage of a glyph at the font's size, and its left and top, moved by pixels."""
    font.load_char(char, freetype.FT_LOAD_RENDER | _LIGHT)
    slot = font.glyph
    bitmap = slot.bitmap
    rows = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, max(bitmap.pitch, 0))
    return rows[:, : bitmap.width], slot.bitmap_left + right, down - slot.bitmap_top


def _together(drawn: list[_Placed]) -> _Placed:
    """Return glyphs as one picture."""
    seen = [one for one in drawn if one[0].size]
    if len(seen) < 2:
        return (seen or drawn)[0]
    left, top = min(x for _, x, _ in seen), min(y for _, _, y in seen)
    right = max(x + letter.shape[1] for letter, x, _ in seen)
    bottom = max(y + letter.shape[0] for letter, _, y in seen)
    whole = np.zeros((bottom - top, right - left), np.uint8)
    for letter, x, y in seen:
        rows, columns = letter.shape
        part = whole[y - top : y - top + rows, x - left : x - left + columns]
        np.maximum(part, letter, out=part)
    return whole, left, top


def _sized(char: str, size: int, bold: bool) -> tuple[freetype.Face, str, int, int]:
    """Return the font at a letter's size, the letter or its replacement, and its downward shift."""
    font, shift = face(bold), 0
    if not (upright(char) or font.get_char_index(char)):
        # The font has no subscripts: they are made of small digits.
        char, size, shift = _script(char, size)
    if symbol := upright(char):
        font, char = face(False, italic=True), symbol
    font.set_pixel_sizes(0, size)
    return font, char, size, shift


@lru_cache(maxsize=4096)
def _is_known(char: str) -> bool:
    """Whether the font has a letter, the base letter of a sub- or superscript, or an accent."""
    if mark := accent_of(char):
        return all(map(face(False).get_char_index, accents.glyphs(face(False), mark)))
    base = char if upright(char) else _script(char, 0)[0]
    return bool(face(False).get_char_index(upright(base) or base))


@lru_cache(maxsize=4096)
def _is_foreign(char: str) -> bool:
    """Whether a letter needs the text engine: the font lacks it, or it joins or runs leftwards."""
    if char.translate(REWRITTEN) != char:
        return False
    is_mark = unicodedata.category(char)[0] == "M" and not accent_of(char)
    joins = is_mark or unicodedata.bidirectional(char) in RIGHT_TO_LEFT
    return joins or not _is_known(char)


def _script(char: str, size: int) -> tuple[str, int, int]:
    """Split a sub- or superscript into base letter, size and downward shift; others unchanged.

    The base of a script within a script is the innermost letter, unless the font has a script of it.
    """
    shift = 0
    while (kind := scripted(char)[0]) and not (shift and face(False).get_char_index(char)):
        shift += round((0.16 if kind == "sub" else -0.36) * size)
        char, size = scripted(char)[1], max(round(size * SCRIPT), 7)
    return char, size, shift
