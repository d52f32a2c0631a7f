"""A rectangle of colours in the plot: for scalar maps and their colour bars."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from vispy import gloo

from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.theme import CATEGORICAL, rgba

LEVELS = 256
# Okabe and Ito (2008), which common kinds of colour blindness keep apart; the last is grey
DISTINCT = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#7f7f7f",
)
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


@dataclass(frozen=True, eq=False)
class Placed:
    """Premultiplied RGBA (rows, columns, 4), row 0 lowest, between two pixels, at an opacity."""

    colours: NDArray[np.uint8]
    low: Pixels
    high: Pixels
    strength: float


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

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """Premultiplied RGBA (rows, columns, 4), row 0 lowest."""
        self._texture.set_data(colours)

    def set_corners(self, low: ArrayLike, high: ArrayLike) -> None:
        """Pixels of the corners with the lowest and the highest coordinates."""
        (x0, y0), (x1, y1) = np.asarray(low, np.float64), np.asarray(high, np.float64)
        vertices = np.zeros(4, _VERTEX)
        vertices["a_position"] = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)]
        vertices["a_texture"] = _TEXTURE
        self._buffer.set_data(vertices)

    def draw(self, frame: Frame, strength: float) -> None:
        """Draw into the current framebuffer; ``strength`` is the picture's opacity."""
        self._program["u_size"] = frame.size
        self._program["u_strength"] = strength
        self._program.draw("triangle_strip")


def bands(count: int) -> NDArray[np.floating]:
    """The first colours, each over an equal share of the levels (LEVELS, 4)."""
    colours = np.array([rgba(colour) for colour in DISTINCT])
    return colours[np.arange(LEVELS) * count // LEVELS % len(DISTINCT)]


@lru_cache(maxsize=8)
def palette(colormap: str) -> NDArray[np.uint8]:
    """The colours (LEVELS + 1, 4) of a colour map; the last entry is transparent."""
    if colormap.startswith(CATEGORICAL):
        shades = bands(int(colormap.removeprefix(CATEGORICAL)))
    else:
        # imported here: the first picture of the window comes before its first map
        from cmap import Colormap

        shades = Colormap(colormap)(np.linspace(0.0, 1.0, LEVELS))
    result = np.zeros((LEVELS + 1, 4), np.uint8)
    result[:LEVELS] = np.round(255.0 * shades)
    return result


def coloured(
    values: NDArray[np.floating], colormap: str, limits: tuple[float, float]
) -> NDArray[np.uint8]:
    """RGBA (rows, columns, 4) of values (rows, columns), transparent where they are not finite.

    Looked up here and not in a shader: software GL samples bytes four times as fast as floats.
    """
    low, high = limits
    width = high - low if high > low else 1.0
    values = np.asarray(values, np.float32)
    with np.errstate(invalid="ignore"):
        level = np.clip(
            (values - np.float32(low)) * np.float32((LEVELS - 1) / width) + 0.5, 0, LEVELS - 1
        )
    level = np.where(np.isfinite(values), level, LEVELS)
    return np.take(palette(colormap), level.astype(np.int32), axis=0)
