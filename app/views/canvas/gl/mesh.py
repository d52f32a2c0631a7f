"""A textured surface in space, drawn as triangles from far to near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.display_list import TexturedMesh
from app.views.canvas.projections.frame import Frame, Pixels

_VERTEX = np.dtype([("a_position", "f4", 2), ("a_texture", "f4", 2), ("a_shade", "f4")])
_VERTEX_SHADER = """
attribute vec2 a_position; attribute vec2 a_texture; attribute float a_shade;
uniform vec2 u_size;
varying vec2 v_texture; varying float v_shade;
void main() {
    v_texture = a_texture; v_shade = a_shade;
    gl_Position = vec4(a_position / u_size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""
_FRAGMENT_SHADER = """
uniform sampler2D u_picture; uniform float u_strength; uniform vec3 u_ground;
varying vec2 v_texture; varying float v_shade;
void main() {
    vec4 found = texture2D(u_picture, v_texture) * u_strength;
    gl_FragColor = vec4((found.rgb + u_ground * (1.0 - found.a)) * v_shade, 1.0);
}
"""


class MeshVisual:
    """One surface on the GPU."""

    def __init__(self) -> None:
        self._texture = gloo.Texture2D(
            np.zeros((1, 1, 4), np.uint8), interpolation="linear", wrapping="clamp_to_edge"
        )
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._buffer = gloo.VertexBuffer(np.zeros(4, _VERTEX))
        self._indices = gloo.IndexBuffer(np.zeros(3, np.uint32))
        self._program["u_picture"] = self._texture
        self._program.bind(self._buffer)
        self._uploaded: NDArray[np.uint8] | None = None

    def set(self, mesh: TexturedMesh) -> None:
        """Replace the surface; its texture is uploaded if it is another array."""
        if mesh.texture is not self._uploaded:
            self._texture.set_data(mesh.texture)
            self._uploaded = mesh.texture
        vertices = np.zeros(mesh.nodes.shape[:2], _VERTEX)
        vertices["a_position"] = np.nan_to_num(mesh.nodes[..., :2])
        vertices["a_texture"] = mesh.places
        vertices["a_shade"] = mesh.shades
        self._buffer.set_data(vertices.ravel())
        self._indices.set_data(far_to_near(mesh.nodes))
        self._program["u_strength"] = mesh.strength
        self._program["u_ground"] = mesh.ground[:3]

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        self._program["u_size"] = frame.size
        self._program.draw("triangles", self._indices)


def far_to_near(seen: Pixels) -> NDArray[np.uint32]:
    """Return the triangles of a mesh's cells as indices of its nodes, the nearest drawn last."""
    rows, columns = seen.shape[:2]
    node = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    a, b, c, d = node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]
    corners = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
    nearness = seen[..., 2].ravel()[corners].mean(axis=1)
    known = np.isfinite(nearness)
    drawn: NDArray[np.uint32] = corners[known][np.argsort(nearness[known])].ravel()
    return drawn
