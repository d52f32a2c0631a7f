"""A surface in space, shaded, in the colours of its scalar map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from app.views.canvas.gl.picture import Placed
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.projections.space import SpaceFrame, axes, finer, normals
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Array, ColorMap2D, Surface

# brightness away from the light and what the light adds
DARKEST, LIGHT = 0.5, 0.56
# where the light stands: to the right, upwards, towards the one who looks
LAMP = (-0.35, 0.45, 0.82)
# pixels of a picture for vectors to a logical one, and the most samples a cell of the mesh is cut into
FINENESS, MOST_SAMPLES = 1.5, 32

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
_NO_MAP = np.zeros((1, 1, 4), np.uint8)


class ReliefLayer:
    """The surface's triangles, those farthest away first."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._surface: Surface | None = None
        self._image: ColorMap2D | None = None
        self._coloured: Callable[[ColorMap2D], NDArray[np.uint8]] = lambda image: _NO_MAP
        self._uploaded: ColorMap2D | None = None
        self._built: tuple[Frame, ColorMap2D | None] | None = None
        self._texture = gloo.Texture2D(_NO_MAP, interpolation="linear", wrapping="clamp_to_edge")
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._buffer = gloo.VertexBuffer(np.zeros(4, _VERTEX))
        self._indices = gloo.IndexBuffer(np.zeros(3, np.uint32))
        self._program["u_picture"] = self._texture
        self._program.bind(self._buffer)

    def set_surface(self, surface: Surface | None) -> None:
        """Another surface, or none."""
        self._surface = surface

    def set_theme(self, theme: Theme) -> None:
        """Other colours from now on."""
        self.theme, self._uploaded = theme, None

    def set(
        self, image: ColorMap2D | None, coloured: Callable[[ColorMap2D], NDArray[np.uint8]]
    ) -> None:
        """The map that colours it, and what its colours (rows, columns, 4), premultiplied, are."""
        self._image, self._coloured = image, coloured

    def _colours(self) -> NDArray[np.uint8]:
        return _NO_MAP if self._image is None else spread(self._coloured(self._image))

    @property
    def _strength(self) -> float:
        return self.theme.map_strength * (self._image.opacity if self._image else 1.0)

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if self._surface is None or not isinstance(frame, SpaceFrame):
            return
        if self._uploaded is not self._image or self._image is None:
            self._texture.set_data(self._colours())
            self._uploaded = self._image
        if self._built != (frame, self._image):
            self._build(frame)
            self._built = (frame, self._image)
        self._program["u_size"] = frame.size
        self._program["u_strength"] = self._strength
        self._program["u_ground"] = rgba(self.theme.control)[:3]
        self._program.draw("triangles", self._indices)

    def _build(self, frame: SpaceFrame) -> None:
        assert self._surface is not None
        seen = frame.seen(self._surface.points)
        vertices = np.zeros(seen.shape[:2], _VERTEX)
        vertices["a_position"] = np.nan_to_num(seen[..., :2])
        vertices["a_texture"] = self._places()
        vertices["a_shade"] = shades(frame)
        self._buffer.set_data(vertices.ravel())
        self._indices.set_data(far_to_near(seen))

    def _places(self) -> Array:
        """Where in the map each node of the mesh lies, in [0, 1]."""
        assert self._surface is not None
        if self._image is None:
            return np.zeros(self._surface.plane.shape)
        e = self._image.extent
        place: Array = (self._surface.plane - (e.x0, e.y0)) / (e.x1 - e.x0, e.y1 - e.y0)
        return place

    def pictures(self, frame: Frame) -> list[Placed]:
        """The surface as a picture, for those who draw vectors."""
        if self._surface is None or not isinstance(frame, SpaceFrame):
            return []
        left, top, right, bottom = frame.box
        seen = frame.seen(self._surface.points)
        grid = np.concatenate([seen, self._places(), shades(frame)[..., None]], axis=-1)
        samples = finer(grid, 0.7 / FINENESS, MOST_SAMPLES).reshape(-1, 6)
        samples = samples[np.isfinite(samples).all(axis=1)]
        samples = samples[np.argsort(samples[:, 2])]  # the nearest are written last
        at = np.floor((samples[:, :2] - (left, top)) * FINENESS).astype(int)
        columns, rows = int((right - left) * FINENESS), int((bottom - top) * FINENESS)
        inside = ((at >= 0) & (at < (columns, rows))).all(axis=1)
        at, samples = at[inside], samples[inside]
        picture = np.zeros((rows, columns, 4), np.uint8)
        picture[rows - 1 - at[:, 1], at[:, 0]] = self._lit(samples[:, 3:5], samples[:, 5])
        return [Placed(picture, np.array([left, bottom]), np.array([right, top]), 1.0)]

    def _lit(self, place: Array, shade: Array) -> NDArray[np.uint8]:
        """Return, as the shader does, opaque colours (k, 4) at places (k, 2) of the map."""
        colours = self._colours()
        rows, columns = colours.shape[:2]
        cell = np.clip(np.floor(place * (columns, rows)), 0, (columns - 1, rows - 1)).astype(int)
        found = colours[cell[:, 1], cell[:, 0]] * (self._strength / 255.0)
        ground = np.array(rgba(self.theme.control)[:3])
        colour = (found[:, :3] + ground * (1 - found[:, 3:])) * shade[:, None]
        opaque = np.concatenate([np.clip(colour, 0, 1), np.ones((len(colour), 1))], axis=1)
        return np.round(255 * opaque).astype(np.uint8)


def spread(colours: NDArray[np.uint8], cells: int = 6) -> NDArray[np.uint8]:
    """Colours (rows, columns, 4) continued into what is transparent: the mesh ends between cells."""
    spread = colours.copy()
    for _ in range(cells):
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            # what is rolled over an edge of the map comes from where nothing is drawn
            beside = np.roll(spread, step, axis)
            spread = np.where(spread[..., 3:] == 0, beside, spread)
    return spread


def shades(frame: SpaceFrame) -> Array:
    """Brightness (r, c) at the nodes of the mesh, the same from both sides."""
    assert frame.surface is not None
    lamp = np.stack(axes(frame.camera), axis=0).T @ np.array(LAMP)
    return DARKEST + LIGHT * np.abs(normals(frame.surface) @ lamp)


def far_to_near(seen: Pixels) -> NDArray[np.uint32]:
    """The triangles of a mesh's cells as indices of its nodes, the nearest drawn last."""
    rows, columns = seen.shape[:2]
    node = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    a, b, c, d = node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]
    corners = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
    nearness = seen[..., 2].ravel()[corners].mean(axis=1)
    known = np.isfinite(nearness)
    return corners[known][np.argsort(nearness[known])].ravel()
