"""Letters as pictures: an atlas of hinted glyphs at the sizes in use, with a halo for each.

vispy's own text scales one distance field to every size, which is soft at 11 pixels; glyphs
rendered at their size and placed on whole pixels are as crisp as the window's text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import freetype
import numpy as np
from numpy.typing import NDArray
from vispy import gloo

SIDE, LARGEST = 1024, 8192  # of the atlas, which grows when large letters fill it
HALO = 2  # reach of the halo in logical pixels
FONTS = {False: "OpenSans-Regular.ttf", True: "OpenSans-Bold.ttf"}
# what the font lacks and can be written otherwise; of all else it shows that something is missing
REWRITTEN = str.maketrans({"‖": "||", "\u2011": "-", "⚠": "!"})
MISSING = "\ufffd"
SCRIPT = 0.68  # size of a made-up subscript or superscript


@dataclass(frozen=True)
class Glyph:
    """Where a glyph is in the atlas (x, y, width, height), where it goes, how far it moves the pen.

    left, top: from the pen to the picture's corner, y downwards; all in device pixels.
    """

    cell: tuple[int, int, int, int]
    left: int
    top: int
    advance: int


class Atlas:
    """The texture with all glyphs drawn so far; channels: the letter, its halo."""

    def __init__(self) -> None:
        self._pixels = np.zeros((SIDE, SIDE, 2), np.uint8)
        self.texture = gloo.Texture2D(
            self._pixels, format="luminance_alpha", interpolation="nearest"
        )
        self._glyphs: dict[tuple[str, int, bool, int], Glyph] = {}
        self._pen = [0, 0, 0]  # x, y and the height of the present row

    @property
    def side(self) -> int:
        """Pixels of the texture's side now."""
        return len(self._pixels)

    def glyph(self, char: str, size: int, bold: bool, halo: int) -> Glyph:
        """The glyph of one character at ``size`` device pixels."""
        key = (char, size, bold, halo)
        if key not in self._glyphs:
            self._glyphs[key] = self._add(*key)
        return self._glyphs[key]

    def width(self, text: str, size: float, ratio: float = 1.0, bold: bool = False) -> float:
        """Width of a line of text, in logical pixels."""
        pixels, halo = round(size * ratio), round(HALO * ratio)
        return sum(self.glyph(char, pixels, bold, halo).advance for char in writable(text)) / ratio

    def _add(self, char: str, size: int, bold: bool, halo: int) -> Glyph:
        letter, left, top, advance = rendered(char, size, bold)
        picture = np.stack([np.pad(letter, halo), spread(letter, halo)], axis=-1)
        height, width = picture.shape[:2]
        x, y, row = self._pen
        if x + width > self.side:
            x, y, row = 0, y + row, 0
        if max(x + width, y + height) > self.side and self.side < LARGEST:
            self._grow()
            return self._add(char, size, bold, halo)
        if letter.size == 0 or y + height > self.side:
            return Glyph((0, 0, 0, 0), 0, 0, advance)
        self._pixels[y : y + height, x : x + width] = picture
        self.texture.set_data(picture, offset=(y, x), copy=True)
        self._pen = [x + width, y, max(row, height)]
        return Glyph((x, y, width, height), left - halo, top - halo, advance)

    def _grow(self) -> None:
        """Twice the side; what there is stays where it is."""
        before = self._pixels
        self._pixels = np.zeros((2 * self.side, 2 * self.side, 2), np.uint8)
        self._pixels[: len(before), : len(before)] = before
        self._pen = [0, len(before), 0]
        self.texture.resize(self._pixels.shape)
        self.texture.set_data(self._pixels, copy=True)


@lru_cache(maxsize=2)
def face(bold: bool) -> freetype.Face:
    """The font, which comes with vispy."""
    path = resources.files("vispy.util.fonts") / "data" / FONTS[bold]
    return freetype.Face(str(path))


def writable(text: str) -> str:
    """A text in letters that there are."""
    return "".join(char if _is_known(char) else MISSING for char in text.translate(REWRITTEN))


@lru_cache(maxsize=4096)
def _is_known(char: str) -> bool:
    """Whether the font has a letter, or what a sub- or superscript is made of."""
    return bool(face(False).get_char_index(_script(char, 0)[0]))


def rendered(char: str, size: int, bold: bool) -> tuple[NDArray[np.uint8], int, int, int]:
    """Coverage (rows, columns), its left and top from the pen on the base line, and the advance."""
    font, shift = face(bold), 0
    if not font.get_char_index(char):
        # The font has no subscripts: they are made of small digits.
        char, size, shift = _script(char, size)
    font.set_pixel_sizes(0, size)
    font.load_char(char, freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_LIGHT)
    slot = font.glyph
    bitmap = slot.bitmap
    letter = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, max(bitmap.pitch, 0))[
        :, : bitmap.width
    ]
    return letter, slot.bitmap_left, shift - slot.bitmap_top, slot.advance.x >> 6


def _script(char: str, size: int) -> tuple[str, int, int]:
    """Base letter, smaller size and downward shift of a sub- or superscript; others unchanged."""
    kind, _, code = unicodedata.decomposition(char).partition(" ")
    if kind not in ("<sub>", "<super>"):
        return char, size, 0
    shift = 0.16 if kind == "<sub>" else -0.36
    return chr(int(code, 16)), max(round(size * SCRIPT), 7), round(shift * size)


def spread(letter: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """The letter thickened by ``reach`` pixels, fading outwards: what keeps it readable on a map."""
    rows, columns = letter.shape
    wide = np.zeros((rows + 2 * reach, columns + 2 * reach))
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            weight = min(1.0, max(0.0, reach + 0.4 - float(np.hypot(dx, dy))))
            part = wide[reach + dy : reach + dy + rows, reach + dx : reach + dx + columns]
            np.maximum(part, letter * weight, out=part)
    return wide.astype(np.uint8)
