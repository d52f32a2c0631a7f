"""A rectangle of colours in the plot: a scalar map or its colour bar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.display_list import TexturedQuad
from app.views.canvas.projections.frame import Frame

_VERTEX = np.dtype([("a_position", "f4", 2), ("a_texture", "f4", 2)])
_TEXTURE = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)

_VERTEX_SHADER = """
attribute vec2 a_position; attribute vec2 a_texture;
uniform vec2 u_size;
varying vec2 v_texture;
void main() {
    v_texture = a_texture;
    gl_Position = vec4(a_position / u_size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""
_FRAGMENT_SHADER = """
uniform sampler2D u_picture; uniform float u_strength;
varying vec2 v_texture;
void main() { gl_FragColor = texture2D(u_picture, v_texture) * u_strength; }
"""


class Picture:
    """One textured rectangle on the GPU."""

    def __init__(self) -> None:
        self._texture = gloo.Texture2D(
            np.zeros((1, 1, 4), np.uint8), interpolation="linear", wrapping="clamp_to_edge"
        )
        self._buffer = gloo.VertexBuffer(np.zeros(4, _VERTEX))
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._program["u_picture"] = self._texture
        self._program.bind(self._buffer)
        self._uploaded: NDArray[np.uint8] | None = None

    def set(self, quad: TexturedQuad) -> None:
        """Replace the rectangle; its texture is uploaded if it is another array."""
        if quad.texture is not self._uploaded:
            self._texture.set_data(quad.texture)
            self._uploaded = quad.texture
        (x0, y0), (x1, y1) = quad.low, quad.high
        vertices = np.zeros(4, _VERTEX)
        vertices["a_position"] = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)]
        vertices["a_texture"] = _TEXTURE
        self._buffer.set_data(vertices)
        self._program["u_strength"] = quad.strength

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        self._program["u_size"] = frame.size
        self._program.draw("triangle_strip")
