"""Strokes, discs and arrow heads of the canvas as plain shapes, for figures and for small pictures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from app.views.canvas.display_list import ArrowHeads, Discs, Pen, Strokes
from app.views.canvas.projections.frame import Pixels
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA

# coordinates are clipped here: nothing is visible beyond, and readers' number formats overflow
FARTHEST = 20000.0
HALO = 1.4  # width of the halo around letters, in logical pixels


def shapes(made: Strokes | Discs | ArrowHeads) -> Iterator[Line | Area | Disc]:
    """Yield the shapes of a primitive in drawing order, rims first; none for what is not finite."""
    match made:
        case Strokes():
            yield from _strokes(made)
        case Discs():
            yield from _discs(made)
        case ArrowHeads():
            yield from _heads(made)


def is_near(at: ArrayLike) -> bool:
    """Whether a place (2,) is finite and near enough to be drawn."""
    return bool(np.abs(at).max() <= FARTHEST)  # False for NaN


def unbroken(line: Pixels) -> list[Pixels]:
    """Split a polyline (n, 2) at NaN; single points are left out."""
    finite = np.isfinite(line).all(axis=1)
    parts = np.split(np.clip(line, -FARTHEST, FARTHEST), np.flatnonzero(~finite))
    cleaned = [part[np.isfinite(part).all(axis=1)] for part in parts]
    return [part for part in cleaned if len(part) > 1]


def _rim(pen: Pen) -> RGBA | None:
    """Return the colour of the rim, None without one."""
    return pen.rim_colour if pen.rim > 0 and pen.rim_colour[3] > 0 else None


def _strokes(made: Strokes) -> Iterator[Line]:
    long, pen = [line for line in made.lines if len(line) > 1], made.pen
    if not long:
        return
    lines, rim = [part for line in long for part in unbroken(line)], _rim(pen)
    if rim:
        yield Line(lines, rim, pen.width + 2 * pen.rim, made.capped)
    yield Line(lines, pen.colour, pen.width, made.capped)


def _discs(made: Discs) -> Iterator[Disc]:
    pen, rim = made.pen, _rim(made.pen)
    for i, centre in enumerate(made.centres):
        if not is_near(centre):
            continue
        at = (float(centre[0]), float(centre[1]))
        colour, fade = pen.colour, 1.0
        if made.colours is not None:
            red, green, blue, fade = map(float, made.colours[i])
            colour = (red, green, blue, fade)
        if rim:
            yield Disc(at, pen.width / 2 + pen.rim, (*rim[:3], rim[3] * fade))
        yield Disc(at, pen.width / 2, colour)


def _heads(made: ArrowHeads) -> Iterator[Line | Area]:
    pen, rim = made.pen, _rim(made.pen)
    normals = np.stack([-made.directions[:, 1], made.directions[:, 0]], axis=1)
    for tip, along, across in zip(made.tips, made.directions, normals, strict=True):
        if not is_near(tip):
            continue
        base, side = tip - along * made.length, across * pen.width / 2
        triangle = np.array([base - side, base + side, tip])
        if rim:
            yield Line([np.vstack([triangle, triangle[:2]])], rim, 2 * pen.rim)
        yield Area(triangle, pen.colour)
