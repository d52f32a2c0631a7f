"""Quads of shapes and glyphs: one program, and one draw call for as many as lie over one another.

Each vertex of a shape has its distance from the shape's skeleton; from it the fragment shader draws a
core with a rim (the casing) and an antialiased edge.  A vertex of a glyph has a place in the atlas.
"""

from __future__ import annotations

from operator import is_

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.projections.frame import Frame

# a_half: half of the core's width, or GLYPH.  Of a glyph a_offset is its place in the atlas in pixels,
# a_core_colour its letter's and a_rim_colour its halo's, of negative opacity if the picture has colours
# of its own.
VERTEX = np.dtype(
    [
        ("a_position", "f4", 2),
        ("a_offset", "f4", 2),
        ("a_half", "f4"),
        ("a_rim", "f4"),
        ("a_core_colour", "f4", 4),
        ("a_rim_colour", "f4", 4),
    ]
)
GLYPH = -1.0
Vertices = NDArray[np.void]
NOTHING: Vertices = np.zeros(0, VERTEX)

_VERTEX_SHADER = """
attribute vec2 a_position; attribute vec2 a_offset; attribute float a_half; attribute float a_rim;
attribute vec4 a_core_colour; attribute vec4 a_rim_colour;
uniform vec2 u_size; uniform float u_cell;
varying vec2 v_offset; varying float v_half; varying float v_rim;
varying vec4 v_core; varying vec4 v_rim_colour;
void main() {
    v_offset = a_half < 0.0 ? a_offset * u_cell : a_offset;
    v_half = a_half; v_rim = a_rim; v_core = a_core_colour; v_rim_colour = a_rim_colour;
    gl_Position = vec4(a_position / u_size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""
_FRAGMENT_SHADER = """
uniform sampler2D u_atlas; uniform float u_ratio;
varying vec2 v_offset; varying float v_half; varying float v_rim;
varying vec4 v_core; varying vec4 v_rim_colour;

vec4 glyph() {
    vec4 cover = texture2D(u_atlas, v_offset);
    if (v_rim_colour.a < 0.0) { return cover * v_core.a; }
    float letter = v_core.a * cover.r;
    float halo = v_rim_colour.a * cover.a * (1.0 - letter);
    return vec4(v_core.rgb * letter + v_rim_colour.rgb * halo, letter + halo);
}

vec4 shape() {
    float r = length(v_offset);
    vec4 core = vec4(v_core.rgb * v_core.a, v_core.a);
    vec4 rim = vec4(v_rim_colour.rgb * v_rim_colour.a, v_rim_colour.a);
    core *= clamp((v_half - r) * u_ratio + 0.5, 0.0, 1.0);
    rim *= clamp((v_half + v_rim - r) * u_ratio + 0.5, 0.0, 1.0);
    return core + rim * (1.0 - core.a);
}

void main() { gl_FragColor = v_half < 0.0 ? glyph() : shape(); }
"""


class Quads:
    """Quads on the GPU, in canvas pixels, drawn in one call."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._program["u_atlas"] = atlas.texture
        self._buffer = gloo.VertexBuffer(np.zeros(4, VERTEX))
        self._indices = gloo.IndexBuffer(quad_indices(1))
        self._program.bind(self._buffer)
        self._held: list[Vertices] = []
        self._count = 1

    def set(self, parts: list[Vertices]) -> None:
        """Replace the quads by those of vertices (4 k,) in drawing order; the same arrays are not
        uploaded again.
        """
        if len(parts) == len(self._held) and all(map(is_, parts, self._held)):
            return
        self._held = parts
        # thousands of lines are not copied
        self._buffer.set_data(parts[0] if len(parts) == 1 else np.concatenate(parts), copy=False)
        count = sum(len(part) for part in parts) // 4
        if count != self._count:
            self._indices.set_data(quad_indices(count), copy=False)
            self._count = count

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        self._program["u_size"] = frame.size
        self._program["u_ratio"] = frame.ratio
        self._program["u_cell"] = 1.0 / self._atlas.side
        self._program.draw("triangles", self._indices)


def quad_indices(count: int) -> NDArray[np.uint32]:
    """Return triangle indices of ``count`` quads with corners in cyclic order."""
    corners = np.array([0, 1, 2, 0, 2, 3], np.uint32)
    starts = np.arange(0, 4 * count, 4, dtype=np.uint32)
    return (starts[:, None] + corners).ravel()
