"""Labels: lines of text as quads of glyphs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import CLEAR, Label
from app.views.canvas.gl.glyphs import HALO, Atlas, Glyph
from app.views.canvas.gl.quads import GLYPH, NOTHING, VERTEX, Vertices
from app.views.canvas.typeface import CAP_HEIGHT, pieces

# the halo of a glyph that has colours of its own
PICTURE = (0.0, 0.0, 0.0, -1.0)


def lettered(labels: Sequence[Label], atlas: Atlas, ratio: float) -> Vertices:
    """Return the quads of labels in drawing order, four vertices each; ``ratio``: device pixels per
    logical pixel.
    """
    made = [part for label in labels for part in _quads(label, atlas, ratio)]
    return np.concatenate([NOTHING, *(part.reshape(-1) for part in made)])


def _quads(label: Label, atlas: Atlas, ratio: float) -> list[np.ndarray]:
    """Four vertices for each visible glyph, (glyphs, 4): of their halos, and of the letters."""
    size, halo = round(label.size * ratio), round(HALO * ratio)
    glyphs = [atlas.glyph(each, size, label.bold, halo) for each in pieces(label.letters)]
    advances = np.cumsum([0, *(glyph.advance for glyph in glyphs)])
    start = -round(label.anchor[0] * int(advances[-1]))
    base = round((1.0 - label.anchor[1]) * CAP_HEIGHT * size)
    shown = [
        (glyph, int(pen)) for glyph, pen in zip(glyphs, advances, strict=False) if glyph.cell[2]
    ]
    result = np.zeros((len(shown), 4), VERTEX)
    result["a_half"] = GLYPH
    if shown:
        corners = np.array([_corners(glyph, start + pen, base) for glyph, pen in shown])
        place = np.stack([corners[..., 1], -corners[..., 0]], -1) if label.upright else corners
        result["a_position"] = (np.round(np.multiply(label.at, ratio)) + place) / ratio
        result["a_offset"] = np.array([_cell(glyph.cell) for glyph, _ in shown])
        result["a_core_colour"], result["a_rim_colour"] = label.colour, label.halo
    return _halo_first(result, [glyph.colours for glyph, _ in shown])


def _halo_first(
    quads: np.ndarray, colours: Sequence[tuple[int, int, int, int] | None]
) -> list[np.ndarray]:
    """Below all letters of a label their halos: none falls on the letter before."""
    coloured = [i for i, cell in enumerate(colours) if cell]
    if not quads["a_rim_colour"][..., 3].any() and not coloured:
        return [quads]
    below = quads.copy()
    below["a_core_colour"] = CLEAR
    quads["a_rim_colour"] = CLEAR
    for i in coloured:
        quads["a_offset"][i], quads["a_rim_colour"][i] = _cell(colours[i]), PICTURE
    return [below, quads]


def _corners(glyph: Glyph, x: int, base: int) -> list[tuple[int, int]]:
    left, top = x + glyph.left, base + glyph.top
    right, bottom = left + glyph.cell[2], top + glyph.cell[3]
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _cell(cell: tuple[int, int, int, int] | None) -> list[tuple[int, int]]:
    x, y, width, height = cell or (0, 0, 0, 0)
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
