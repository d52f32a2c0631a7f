"""Labels: lines of text, all of a layer in one draw call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from vispy import gloo

from app.views.canvas.display_list import CLEAR, Label
from app.views.canvas.gl.glyphs import HALO, Atlas, Glyph
from app.views.canvas.gl.shapes import quad_indices
from app.views.canvas.projections.frame import Frame
from app.views.canvas.typeface import CAP_HEIGHT, pieces

VERTEX = np.dtype(
    [("a_position", "f4", 2), ("a_texture", "f4", 2), ("a_colour", "f4", 4), ("a_halo", "f4", 4)]
)

# the halo of a glyph that has colours of its own
PICTURE = (0.0, 0.0, 0.0, -1.0)

_VERTEX_SHADER = """
attribute vec2 a_position; attribute vec2 a_texture; attribute vec4 a_colour; attribute vec4 a_halo;
uniform vec2 u_size; uniform float u_cell;
varying vec2 v_texture; varying vec4 v_colour; varying vec4 v_halo;
void main() {
    v_texture = a_texture * u_cell; v_colour = a_colour; v_halo = a_halo;
    gl_Position = vec4(a_position / u_size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""
# a halo of negative opacity: the picture has colours of its own
_FRAGMENT_SHADER = """
uniform sampler2D u_atlas;
varying vec2 v_texture; varying vec4 v_colour; varying vec4 v_halo;
void main() {
    vec4 cover = texture2D(u_atlas, v_texture);
    if (v_halo.a < 0.0) { gl_FragColor = cover * v_colour.a; return; }
    float letter = v_colour.a * cover.r;
    float halo = v_halo.a * cover.a * (1.0 - letter);
    gl_FragColor = vec4(v_colour.rgb * letter + v_halo.rgb * halo, letter + halo);
}
"""


class Texts:
    """A batch of labels on the GPU."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._program["u_atlas"] = atlas.texture
        self._buffer = gloo.VertexBuffer(np.zeros(4, VERTEX))
        self._indices = gloo.IndexBuffer(quad_indices(1))
        self._program.bind(self._buffer)
        self._count = 0

    def set(self, primitives: Sequence[Label], ratio: float) -> None:
        """Replace the batch."""
        made = [self._quads(label, ratio) for label in primitives]
        quads = [part for parts in made for part in parts if len(part)]
        self._count = sum(len(part) for part in quads)
        if self._count:
            self._buffer.set_data(np.concatenate(quads).reshape(-1), copy=False)
            self._indices.set_data(quad_indices(self._count), copy=False)

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if self._count:
            self._program["u_size"] = frame.size
            self._program["u_cell"] = 1.0 / self._atlas.side
            self._program.draw("triangles", self._indices)

    def _quads(self, label: Label, ratio: float) -> list[np.ndarray]:
        """Four vertices for each visible glyph, (glyphs, 4): of their halos, and of the letters."""
        size, halo = round(label.size * ratio), round(HALO * ratio)
        glyphs = [self._atlas.glyph(each, size, label.bold, halo) for each in pieces(label.letters)]
        advances = np.cumsum([0, *(glyph.advance for glyph in glyphs)])
        start = -round(label.anchor[0] * int(advances[-1]))
        base = round((1.0 - label.anchor[1]) * CAP_HEIGHT * size)
        shown = [
            (glyph, int(pen)) for glyph, pen in zip(glyphs, advances, strict=False) if glyph.cell[2]
        ]
        result = np.zeros((len(shown), 4), VERTEX)
        if shown:
            corners = np.array([_corners(glyph, start + pen, base) for glyph, pen in shown])
            place = np.stack([corners[..., 1], -corners[..., 0]], -1) if label.upright else corners
            result["a_position"] = (np.round(np.multiply(label.at, ratio)) + place) / ratio
            result["a_texture"] = np.array([_cell(glyph.cell) for glyph, _ in shown])
            result["a_colour"], result["a_halo"] = label.colour, label.halo
        return _halo_first(result, [glyph.colours for glyph, _ in shown])


def _halo_first(
    quads: np.ndarray, colours: Sequence[tuple[int, int, int, int] | None]
) -> list[np.ndarray]:
    """Below all letters of a label their halos: none falls on the letter before."""
    coloured = [i for i, cell in enumerate(colours) if cell]
    if not quads["a_halo"][..., 3].any() and not coloured:
        return [quads]
    below = quads.copy()
    below["a_colour"] = CLEAR
    quads["a_halo"] = CLEAR
    for i in coloured:
        quads["a_texture"][i], quads["a_halo"][i] = _cell(colours[i]), PICTURE
    return [below, quads]


def _corners(glyph: Glyph, x: int, base: int) -> list[tuple[int, int]]:
    left, top = x + glyph.left, base + glyph.top
    right, bottom = left + glyph.cell[2], top + glyph.cell[3]
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _cell(cell: tuple[int, int, int, int] | None) -> list[tuple[int, int]]:
    x, y, width, height = cell or (0, 0, 0, 0)
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
