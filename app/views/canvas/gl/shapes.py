"""Lines, discs and arrow heads as quads.

GL lines are one pixel wide in core drivers and vispy's ``agg`` lines are slow, so strokes are ribbons
computed here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.display_list import ArrowHeads, Discs, Pen, Shape, Strokes
from app.views.canvas.gl.quads import NOTHING, VERTEX, Vertices
from app.views.canvas.projections.frame import Pixels

# A mitre longer than this many half-widths is cut: at a fold it would be a long spike.
LONGEST_MITRE = 2.0
EDGE = 1.0  # room for the antialiased edge, in pixels


def tessellated(shapes: Sequence[Shape]) -> Vertices:
    """Tessellate shapes into quads in drawing order, four vertices each."""
    made = [_vertices(shape) for shape in shapes]
    # do not copy thousands of lines
    return made[0] if len(made) == 1 else np.concatenate([NOTHING, *made])


def _vertices(shape: Shape) -> Vertices:
    match shape:
        case Strokes():
            return _strokes(shape)
        case Discs():
            return _discs(shape)
        case ArrowHeads():
            return _heads(shape)


def _discs(made: Discs) -> Vertices:
    pen, at = made.pen, made.centres[:, None]
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * _reach(pen)
    result = _quads(len(at), pen)
    result["a_position"] = at + corners
    result["a_offset"] = corners
    if made.colours is not None:
        result["a_core_colour"] = made.colours[:, None]
        result["a_rim_colour"][..., 3] *= made.colours[:, None, 3]
    return result.reshape(-1)


def _strokes(made: Strokes) -> Vertices:
    """Make ribbons along polylines, broken at NaN."""
    pen, lines = made.pen, [line for line in made.lines if len(line) > 1]
    if not lines:
        return NOTHING
    gap = np.full((1, 2), np.nan)
    joined = np.concatenate([part for line in lines for part in (line, gap)])
    drawn = np.isfinite(joined).all(axis=1)
    ribbon = _ribbon(np.where(drawn[:, None], joined, 0.0), drawn[:-1] & drawn[1:], pen)
    if not made.capped:
        return ribbon
    first = [_cap(line[0], line[1], pen) for line in lines]
    return np.concatenate([ribbon, *first, *(_cap(line[-1], line[-2], pen) for line in lines)])


def _heads(made: ArrowHeads) -> Vertices:
    pen, tips, along = made.pen, made.tips, made.directions
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) * _reach(pen)
    base = tips - along * made.length
    result = _quads(len(tips), pen)
    result["a_position"] = np.stack([base - normal, base + normal, tips + normal, tips - normal], 1)
    result["a_offset"][..., 0] = np.array([-1.0, 1.0, 1.0, -1.0]) * _reach(pen)
    result["a_half"] *= np.array([1.0, 1.0, 0.0, 0.0])
    return result.reshape(-1)


def _reach(pen: Pen) -> float:
    """Return the largest drawn distance from the skeleton."""
    return pen.width / 2 + pen.rim + EDGE


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
    """Return quads of the segments ``drawn`` (n − 1,) of the points ``at`` (n, 2), with mitre joins."""
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
    offset = mitre * scale[:, None] * _reach(pen)
    i = np.flatnonzero(drawn)
    j = i + 1
    result = _quads(len(i), pen)
    result["a_position"] = np.stack(
        [at[i] - offset[i], at[i] + offset[i], at[j] + offset[j], at[j] - offset[j]], 1
    )
    result["a_offset"][..., 0] = np.array([-1.0, 1.0, 1.0, -1.0]) * _reach(pen)
    return result.reshape(-1)


def _cap(end: Pixels, before: Pixels, pen: Pen) -> Vertices:
    """Return a half disc at the end of a line that comes from ``before``."""
    out = _unit(end - before) * _reach(pen)
    side = np.array([-out[1], out[0]])
    result = _quads(1, pen)
    result["a_position"] = np.stack([end - side, end + side, end + side + out, end - side + out])
    result["a_offset"] = np.array([[-1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [-1.0, 1.0]]) * _reach(pen)
    return result.reshape(-1)
