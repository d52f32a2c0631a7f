"""An atlas of hinted glyphs at the sizes in use, with a halo for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.typeface import rendered

SIDE, LARGEST = 1024, 8192  # side of the atlas, which grows when large letters fill it
HALO = 2  # reach of the halo in logical pixels


@dataclass(frozen=True)
class Glyph:
    """A glyph: its place in the atlas (x, y, width, height), offset and advance.

    left, top: from the pen to the picture's corner, y downwards; all in device pixels.  colours: where
    in the atlas it is in its own colours, if it has any.
    """

    cell: tuple[int, int, int, int]
    left: int
    top: int
    advance: int
    colours: tuple[int, int, int, int] | None = None


class Atlas:
    """The texture with all glyphs drawn so far.

    Channels: the letter first, its halo last; of one in colours, which has a place of its own too,
    premultiplied RGBA.
    """

    def __init__(self) -> None:
        self._pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
        self.texture = gloo.Texture2D(self._pixels, format="rgba", interpolation="nearest")
        self._glyphs: dict[tuple[str, int, bool, int], Glyph] = {}
        self._pen = [0, 0, 0]  # x, y and the height of the current row

    @property
    def side(self) -> int:
        """The current side of the texture, in pixels."""
        return len(self._pixels)

    def glyph(self, piece: str, size: int, bold: bool, halo: int) -> Glyph:
        """Return the glyph of a letter, or of a line in one piece, at ``size`` device pixels."""
        key = (piece, size, bold, halo)
        if key not in self._glyphs:
            self._glyphs[key] = self._add(*key)
        return self._glyphs[key]

    def _add(self, piece: str, size: int, bold: bool, halo: int) -> Glyph:
        letter, left, top, advance = rendered(piece, size, bold)
        if letter.size == 0:
            return Glyph((0, 0, 0, 0), 0, 0, advance)
        coverage = letter if letter.ndim == 2 else letter[..., 3]
        picture = np.zeros((*(side + 2 * halo for side in coverage.shape), 4), np.uint8)
        picture[..., 0], picture[..., 3] = np.pad(coverage, halo), spread(coverage, halo)
        colours = None
        if letter.ndim == 3:
            colours = self._place(np.pad(letter, ((halo, halo), (halo, halo), (0, 0))))
        return Glyph(self._place(picture), left - halo, top - halo, advance, colours)

    def _place(self, picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
        """Put a picture into the atlas; return where it is, all 0 where there is no room left."""
        height, width = picture.shape[:2]
        x, y, row = self._pen
        if x + width > self.side:
            x, y, row = 0, y + row, 0
        if max(x + width, y + height) > self.side and self.side < LARGEST:
            self._grow()
            return self._place(picture)
        if max(x + width, y + height) > self.side:
            return 0, 0, 0, 0
        self._pixels[y : y + height, x : x + width] = picture
        self.texture.set_data(picture, offset=(y, x), copy=True)
        self._pen = [x + width, y, max(row, height)]
        return x, y, width, height

    def _grow(self) -> None:
        """Double the side, keeping the positions of glyphs."""
        before = self._pixels
        self._pixels = np.zeros((2 * self.side, 2 * self.side, 4), np.uint8)
        self._pixels[: len(before), : len(before)] = before
        self._pen = [0, len(before), 0]
        self.texture.resize(self._pixels.shape)
        self.texture.set_data(self._pixels, copy=True)


def spread(letter: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Return the halo of a letter: thickened by ``reach`` pixels, fading outwards."""
    rows, columns = letter.shape
    wide = np.zeros((rows + 2 * reach, columns + 2 * reach))
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            weight = min(1.0, max(0.0, reach + 0.4 - float(np.hypot(dx, dy))))
            part = wide[reach + dy : reach + dy + rows, reach + dx : reach + dx + columns]
            np.maximum(part, letter * weight, out=part)
    return wide.astype(np.uint8)
