"""Lines, discs and arrow heads as smooth quads: one program and one draw call a layer.

GL lines are one pixel wide in core drivers and vispy's ``agg`` lines cost a frame each, so strokes
are ribbons computed here.  A vertex carries its distance from the shape's skeleton; the fragment
shader turns that into a core with a rim (the casing) and an antialiased edge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from vispy import gloo

from app.views.canvas.display_list import Discs, Heads, Pen, Strokes, note
from app.views.canvas.projections.frame import Frame, Pixels

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
Vertices = NDArray[np.void]
NOTHING: Vertices = np.zeros(0, VERTEX)
# A mitre longer than this many half-widths is cut: at a fold it would shoot off as a spike.
LONGEST_MITRE = 2.0
MOST_DASHES = 2000

_VERTEX_SHADER = """
attribute vec2 a_position; attribute vec2 a_offset; attribute float a_half; attribute float a_rim;
attribute vec4 a_core_colour; attribute vec4 a_rim_colour;
uniform vec2 u_size;
varying vec2 v_offset; varying float v_half; varying float v_rim;
varying vec4 v_core; varying vec4 v_rim_colour;
void main() {
    v_offset = a_offset; v_half = a_half; v_rim = a_rim;
    v_core = vec4(a_core_colour.rgb * a_core_colour.a, a_core_colour.a);
    v_rim_colour = vec4(a_rim_colour.rgb * a_rim_colour.a, a_rim_colour.a);
    gl_Position = vec4(a_position / u_size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
"""
_FRAGMENT_SHADER = """
uniform float u_ratio;
varying vec2 v_offset; varying float v_half; varying float v_rim;
varying vec4 v_core; varying vec4 v_rim_colour;
void main() {
    float r = length(v_offset);
    vec4 core = v_core * clamp((v_half - r) * u_ratio + 0.5, 0.0, 1.0);
    vec4 rim = v_rim_colour * clamp((v_half + v_rim - r) * u_ratio + 0.5, 0.0, 1.0);
    gl_FragColor = core + rim * (1.0 - core.a);
}
"""


class Shapes:
    """A batch of quads on the GPU, in canvas pixels."""

    def __init__(self) -> None:
        self._program = gloo.Program(_VERTEX_SHADER, _FRAGMENT_SHADER)
        self._buffer = gloo.VertexBuffer(np.zeros(4, VERTEX))
        self._indices = gloo.IndexBuffer(quad_indices(1))
        self._program.bind(self._buffer)
        self._count = 0

    def set(self, vertices: Vertices) -> None:
        """Replace the batch; four vertices make a quad."""
        self._count = len(vertices) // 4
        if self._count:
            self._buffer.set_data(vertices, copy=False)
            self._indices.set_data(quad_indices(self._count), copy=False)

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if self._count:
            self._program["u_size"] = frame.size
            self._program["u_ratio"] = frame.ratio
            self._program.draw("triangles", self._indices)


def quad_indices(count: int) -> NDArray[np.uint32]:
    """Triangles of ``count`` quads whose corners go round."""
    corners = np.array([0, 1, 2, 0, 2, 3], np.uint32)
    starts = np.arange(0, 4 * count, 4, dtype=np.uint32)
    return (starts[:, None] + corners).ravel()


def join(*parts: Vertices) -> Vertices:
    """Several shapes as one batch, drawn in this order."""
    return np.concatenate(parts) if parts else NOTHING


def discs(centres: ArrayLike, pen: Pen, colours: ArrayLike | None = None) -> Vertices:
    """A disc of diameter ``pen.width`` at each centre (k, 2); ``colours`` (k, 4) if they differ."""
    at = np.asarray(centres, np.float64).reshape(-1, 1, 2)
    shades = None if colours is None else np.asarray(colours, np.float64).reshape(-1, 4)
    note(Discs(at[:, 0], pen, shades))
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * pen.reach
    result = _quads(len(at), pen)
    result["a_position"] = at + corners
    result["a_offset"] = corners
    if shades is not None:
        result["a_core_colour"] = shades[:, None]
        result["a_rim_colour"][..., 3] *= shades[:, None, 3]
    return result.reshape(-1)


def strokes(lines: Sequence[Pixels], pen: Pen, capped: bool = False) -> Vertices:
    """Ribbons along polylines (n, 2), broken at NaN; ``capped`` rounds their ends."""
    lines = [line for line in lines if len(line) > 1]
    if not lines:
        return NOTHING
    note(Strokes(lines, pen, capped))
    gap = np.full((1, 2), np.nan)
    joined = np.concatenate([part for line in lines for part in (line, gap)])
    drawn = np.isfinite(joined).all(axis=1)
    ribbon = _ribbon(np.where(drawn[:, None], joined, 0.0), drawn[:-1] & drawn[1:], pen)
    if not capped:
        return ribbon
    return join(
        ribbon,
        *(_cap(line[0], line[1], pen) for line in lines),
        *(_cap(line[-1], line[-2], pen) for line in lines),
    )


def heads(tips: Pixels, directions: Pixels, pen: Pen, length: float) -> Vertices:
    """Arrow heads: triangles of base ``pen.width`` and ``length`` that end at ``tips`` (k, 2)."""
    note(Heads(tips, directions, pen, length))
    normal = np.stack([-directions[:, 1], directions[:, 0]], axis=1) * pen.reach
    base = tips - directions * length
    result = _quads(len(tips), pen)
    result["a_position"] = np.stack([base - normal, base + normal, tips + normal, tips - normal], 1)
    result["a_offset"][..., 0] = np.array([-1.0, 1.0, 1.0, -1.0]) * pen.reach
    result["a_half"] *= np.array([1.0, 1.0, 0.0, 0.0])
    return result.reshape(-1)


def dashes(line: Pixels, on: float, off: float, begin: float = 0.0) -> Pixels:
    """A polyline (n, 2), finite, as dashes of ``on`` pixels; rows of NaN are the gaps of ``off``.

    ``begin``: how long the line has been before its first point, where it is the rest of a longer one.
    """
    period = on + off
    begin %= period
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = begin + np.concatenate([[0.0], np.cumsum(steps)])
    # a curve that runs far out of the view would otherwise make millions of dashes
    starts = np.arange(min(int(along[-1] / period) + 1, MOST_DASHES)) * period
    inner = np.concatenate([starts, starts + on]).clip(begin, along[-1])
    at = np.unique(np.concatenate([along, inner]))
    points = np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)
    middle = 0.5 * (at[:-1] + at[1:])
    gaps = np.flatnonzero((middle % period > on) | (middle > MOST_DASHES * period))
    return np.insert(points, gaps + 1, np.nan, axis=0)


def _quads(count: int, pen: Pen) -> Vertices:
    result = np.zeros((count, 4), VERTEX)
    result["a_half"] = pen.width / 2
    result["a_rim"] = pen.rim
    result["a_core_colour"] = pen.colour
    result["a_rim_colour"] = pen.rim_colour
    return result


def _unit(vectors: Pixels) -> Pixels:
    length = np.hypot(vectors[..., 0], vectors[..., 1])[..., None]
    unit: Pixels = vectors / np.where(length > 0, length, 1.0)
    return unit


def _ribbon(at: Pixels, drawn: NDArray[np.bool_], pen: Pen) -> Vertices:
    """Quads of the segments ``drawn`` (n − 1,) of the points ``at`` (n, 2), with mitre joins."""
    along = _unit(np.diff(at, axis=0)) * drawn[:, None]
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    mitre = np.zeros_like(at)
    mitre[:-1] += normal
    mitre[1:] += normal
    ends = np.zeros(len(at))
    ends[:-1] += drawn
    ends[1:] += drawn
    square = (mitre**2).sum(axis=1)
    # |n₁ + n₂|² = 4cos²(φ/2): the joint's offset is (n₁ + n₂)·2/|n₁ + n₂|², or n at a free end.
    scale = np.where(ends == 2, 2.0 / np.maximum(square, (2.0 / LONGEST_MITRE) ** 2), 1.0)
    offset = mitre * scale[:, None] * pen.reach
    i = np.flatnonzero(drawn)
    j = i + 1
    result = _quads(len(i), pen)
    result["a_position"] = np.stack(
        [at[i] - offset[i], at[i] + offset[i], at[j] + offset[j], at[j] - offset[j]], 1
    )
    result["a_offset"][..., 0] = np.array([-1.0, 1.0, 1.0, -1.0]) * pen.reach
    return result.reshape(-1)


def _cap(end: Pixels, before: Pixels, pen: Pen) -> Vertices:
    """A half disc at the end of a line that comes from ``before``."""
    out = _unit(end - before) * pen.reach
    side = np.array([-out[1], out[0]])
    result = _quads(1, pen)
    result["a_position"] = np.stack([end - side, end + side, end + side + out, end - side + out])
    result["a_offset"] = np.array([[-1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [-1.0, 1.0]]) * pen.reach
    return result.reshape(-1)
