"""Figures of a lattice of patches: a map over the photograph, ellipses of g and a path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.export.sheet import Group, Item, Raster, Sheet
from app.views.canvas.display_list import Label
from app.views.interface.shapes import Disc, Line
from app.views.interface.theme import RGBA
from compute.core.arrays import Floats
from compute.images.patch_lattice import Patches

# logical pixels of the longer side, and opacity of the photograph
SIDE, SHOWN = 1120.0, 0.62
LOW, HIGH = np.array([20.0, 28.0, 60.0]), np.array([255.0, 214.0, 90.0])
LINE: RGBA = (0.92, 0.94, 1.0, 0.6)
WAY: RGBA = (1.0, 0.36, 0.235, 1.0)
ENDS: RGBA = (1.0, 1.0, 1.0, 1.0)
CASING: RGBA = (0.0, 0.0, 0.0, 0.67)


def drawn(found: Patches, shown: Floats, start: int, end: int) -> Sheet:
    """Draw the map ``shown`` (rows, columns), ellipses and the path from one patch to another."""
    rows, columns = found.shape
    unit = SIDE / max(rows, columns)
    width, height = columns * unit, rows * unit
    centres = (np.argwhere(np.ones(found.shape))[:, ::-1].astype(np.float64) + 0.5) * unit
    way = centres[found.way(start, end)]
    wide = max(2.0, unit / 9)
    items = (
        Raster(_ground(found, shown, (width, height)), (0.0, 0.0, width, height), 1.0),
        Line(list(centres[:, None] + unit * found.circles()), LINE, max(1.0, unit / 40)),
        Line([way], CASING, 2 * wide),
        Line([way], WAY, wide),
        *_ends(way, max(7.0, unit / 4)),
    )
    return Sheet((width, height), None, (Group(items),))


def _ends(way: Floats, radius: float) -> Iterator[Item]:
    for (x, y), name in zip((way[0], way[-1]), "AB", strict=True):
        at = (float(x), float(y))
        yield Disc(at, radius + 2.0, ENDS)
        yield Disc(at, radius, WAY)
        yield Label(name, at, 1.4 * radius, ENDS, (0.5, 0.5), bold=True)


def _ground(found: Patches, shown: Floats, size: tuple[float, float]) -> np.ndarray:
    """Return the photograph through the map (rows, columns, 4)."""
    fine = (round(size[0]), round(size[1]))
    photograph = _photograph(found.image).resize(fine, Image.Resampling.BICUBIC)
    heat = Image.fromarray(_coloured(shown)).resize(fine, Image.Resampling.BICUBIC)
    return np.asarray(Image.blend(heat, photograph, SHOWN).convert("RGBA"))


def _photograph(image: np.ndarray) -> Image.Image:
    shown = image if image.dtype == np.uint8 else np.round(255 * image).astype(np.uint8)
    return Image.fromarray(shown).convert("RGB")


def _coloured(shown: Floats) -> NDArray[np.uint8]:
    """Colour a map by rank, since a few large values would leave all others dark."""
    order = shown.ravel().argsort(kind="stable").argsort(kind="stable")
    share = (order / max(shown.size - 1, 1)).reshape(shown.shape)[..., None]
    coloured: NDArray[np.uint8] = np.round(LOW + share * (HIGH - LOW)).astype(np.uint8)
    return coloured
