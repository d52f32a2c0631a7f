"""A picture of a lattice of patches: a map over the photograph, ellipses of g and a way, by Pillow."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from compute.patches import Patches
from compute.types import Floats

# pixels of the longer side, and how much of the photograph shows through
SIDE, SHOWN = 1120, 0.62
LOW, HIGH = np.array([20.0, 28.0, 60.0]), np.array([255.0, 214.0, 90.0])
LINE, WAY, ENDS = (235, 240, 255, 150), (255, 92, 60, 255), (255, 255, 255, 255)


def drawn(found: Patches, shown: Floats, start: int, end: int) -> Image.Image:
    """The map ``shown`` (rows, columns), ellipses and the way from one patch to another."""
    rows, columns = found.shape
    unit = SIDE / max(rows, columns)
    size = (round(columns * unit), round(rows * unit))
    photograph = _photograph(found.image).resize(size, Image.Resampling.BICUBIC)
    heat = Image.fromarray(_coloured(shown)).resize(size, Image.Resampling.BICUBIC)
    image = Image.blend(heat, photograph, SHOWN)
    pen = ImageDraw.Draw(image, "RGBA")
    centres = (np.argwhere(np.ones(found.shape))[:, ::-1] + 0.5) * unit
    for corners in centres[:, None] + unit * found.circles():
        pen.line([tuple(c) for c in corners], fill=LINE, width=max(1, round(unit / 40)))
    way = [tuple(centres[i]) for i in found.way(start, end)]
    wide = max(2, round(unit / 9))
    pen.line(way, fill=(0, 0, 0, 170), width=2 * wide, joint="curve")
    pen.line(way, fill=WAY, width=wide, joint="curve")
    for (x, y), name in zip((way[0], way[-1]), "AB", strict=True):
        radius = max(7.0, unit / 4)
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=WAY, outline=ENDS, width=2
        )
        pen.text((x, y), name, fill=ENDS, anchor="mm", font_size=1.4 * radius)
    return image


def _photograph(image: np.ndarray) -> Image.Image:
    shown = image if image.dtype == np.uint8 else np.round(255 * image).astype(np.uint8)
    return Image.fromarray(shown).convert("RGB")


def _coloured(shown: Floats) -> np.ndarray:
    """A map as colours by its rank: a few large values would leave all others dark."""
    order = shown.ravel().argsort(kind="stable").argsort(kind="stable")
    share = (order / max(shown.size - 1, 1)).reshape(shown.shape)[..., None]
    return np.round(LOW + share * (HIGH - LOW)).astype(np.uint8)
