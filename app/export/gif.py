"""GIF films with one palette, of which each frame holds the pixels that have changed."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

from app.export import embed
from app.export.cut import RGB, Cut

COLOURS, CLEAR = 255, 255  # the last index of the palette is of pixels that have not changed
REPEATED = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
KEPT = 1  # the next frame is drawn over this one
SPREAD = 8  # levels over which dithering takes a colour
STEPS = 64  # of each channel, by which colours are counted


class Gif:
    """Encodes frames by a palette that is computed from ``samples`` of them."""

    def __init__(self, path: Path, cut: Cut, samples: Iterable[RGB]) -> None:
        self._cut, self._count = cut, 0
        self._palette = _palette(samples)
        self._before: NDArray[np.uint8] | None = None
        width, height = cut.size
        self._dither = _bayer(height, width)
        self._file = path.open("wb")
        self._file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0))
        self._file.write(bytes(self._palette.getpalette() or ()) + REPEATED)

    def add(self, frame: RGB) -> None:
        """Encode the next frame, of the size of the film."""
        spread = np.clip(frame + self._dither, 0, 255).astype(np.uint8)
        picture = Image.fromarray(spread).quantize(palette=self._palette, dither=Image.Dither.NONE)
        shown = np.asarray(picture) % CLEAR  # whose colour is also the first
        left, top, changed = _changed(self._before, shown)
        self._before = shown
        part = Image.fromarray(changed, "P")
        duration = 10 * (self._hundredths(self._count + 1) - self._hundredths(self._count))
        self._count += 1
        told = {"duration": duration, "transparency": CLEAR, "disposal": KEPT}
        for piece in getdata(part, (left, top), **told):
            self._file.write(piece)

    def close(self) -> None:
        """Write the scene and the trailer."""
        with self._file as file:
            file.write(embed.in_gif(b";", self._cut.scene))

    def discard(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _hundredths(self, frames: int) -> int:
        return round(100 * frames / self._cut.rate)


def _changed(
    before: NDArray[np.uint8] | None, shown: NDArray[np.uint8]
) -> tuple[int, int, NDArray[np.uint8]]:
    """Return the left and top of the rectangle that has changed, and its pixels, clear elsewhere."""
    if before is None:
        return 0, 0, shown
    differs = before != shown
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return 0, 0, np.full((1, 1), CLEAR, np.uint8)
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return int(columns[0]), int(rows[0]), np.where(differs[part], shown[part], CLEAR)


def _palette(samples: Iterable[RGB]) -> Image.Image:
    """Return a picture whose palette are 255 colours for these frames, the first of them twice.

    A colour counts by the root of its number of pixels: a thin line keeps its own.
    """
    counts = np.zeros(STEPS**3)
    for sample in samples:
        index = sample.reshape(-1, 3) // (256 // STEPS) @ np.array([STEPS**2, STEPS, 1])
        counts += np.bincount(index, minlength=len(counts))
    there = np.flatnonzero(counts)
    colours = np.stack(np.unravel_index(there, (STEPS,) * 3), axis=-1) * (255 / (STEPS - 1))
    weights = np.ceil(np.sqrt(counts[there])).astype(int)
    pixels = np.repeat(colours.round().astype(np.uint8), weights, axis=0)
    made = Image.fromarray(pixels[None]).quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=1)
    found = (made.getpalette() or [])[: 3 * COLOURS]
    filled = found + found[:3] * (COLOURS + 1 - len(found) // 3)
    picture = Image.new("P", (1, 1))
    picture.putpalette(filled)
    return picture


def _bayer(height: int, width: int) -> NDArray[np.int16]:
    """Return the offsets (height, width, 1) of ordered dithering, by Bayer's 8×8 matrix."""
    matrix = np.zeros((1, 1))
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    offsets = np.floor((matrix + 0.5) / 64 * SPREAD) - SPREAD // 2
    tiled = np.tile(offsets, (height // 8 + 1, width // 8 + 1))[:height, :width, None]
    return tiled.astype(np.int16)
