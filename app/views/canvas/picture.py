"""A plot as a `Picture`, whose shapes any toolkit can paint.  Charts of the plane alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from app.views.canvas.display_list import (
    ArrowHeads,
    Discs,
    Label,
    Pen,
    Primitive,
    Strokes,
    TexturedQuad,
)
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame, Margins, Pixels
from app.views.interface.events import XY
from app.views.interface.picture import Bitmap, Dot, Item, Picture, Polygon, Stroke, Words
from app.views.interface.theme import RGBA, rgba

EDGE = 1  # pixels around the picture
HALO = 1.4  # width of the halo around letters
FARTHEST = 20000.0  # pixels beyond which nothing is painted


def picture(plot: Plot, pins: Mapping[str, XY]) -> Picture:
    """Return what a plot shows, without axes, colour bar and messages, on the whole of its size.

    pins: names and chart coordinates of what can be dragged.
    """
    width, height = plot.frame.size
    bare = Frame(plot.frame.extent, (width, height), Margins(EDGE, EDGE, EDGE, EDGE))
    frame = bare.with_extent(plot.asked(width - 2 * EDGE, height - 2 * EDGE))
    places = {name: frame.to_pixels(np.array(xy)) for name, xy in pins.items()}
    return Picture(
        frame.size, rgba(plot.theme.plot), frame.box, frame.extent, _items(plot.plotted, frame),
        tuple((name, (float(x), float(y))) for name, (x, y) in places.items()),
    )  # fmt: skip


def _items(layers: Iterable[Layer], frame: Frame) -> tuple[Item, ...]:
    return tuple(
        item for layer in layers for made in layer.primitives(frame) for item in _shapes(made)
    )


def _shapes(made: Primitive) -> Iterator[Item]:
    match made:
        case Strokes():
            yield from _strokes(made)
        case Discs():
            yield from _discs(made)
        case ArrowHeads():
            yield from _heads(made)
        case TexturedQuad():
            (x0, y1), (x1, y0) = np.asarray(made.low), np.asarray(made.high)
            box = (float(x0), float(y0), float(x1), float(y1))
            yield Bitmap(np.ascontiguousarray(made.texture[::-1]), box, made.strength)
        case Label() if made.text and _near(np.array(made.at)):
            yield Words(
                made.text, made.at, made.size, made.colour, made.anchor, made.halo,
                made.rim or HALO, made.bold, made.upright,
            )  # fmt: skip


def _near(points: Pixels) -> bool:
    return bool(np.abs(points).max(initial=0.0) <= FARTHEST)


def _strokes(made: Strokes) -> Iterator[Stroke]:
    lines = tuple(part for line in made.lines for part in _unbroken(np.asarray(line)))
    for colour, width in _rimmed(made.pen):
        yield Stroke(lines, colour, width, made.capped)


def _rimmed(pen: Pen) -> Iterator[tuple[RGBA, float]]:
    """Yield colour and width of the rim, if there is one, and of the core."""
    if pen.rim > 0 and pen.rim_colour[3] > 0:
        yield pen.rim_colour, pen.width + 2 * pen.rim
    yield pen.colour, pen.width


def _unbroken(line: Pixels) -> list[Pixels]:
    """Split a polyline at NaN."""
    finite = np.isfinite(line).all(axis=1)
    parts = np.split(np.clip(line, -FARTHEST, FARTHEST), np.flatnonzero(~finite))
    kept = [part[np.isfinite(part).all(axis=1)] for part in parts]
    return [part for part in kept if len(part) > 1]


def _discs(made: Discs) -> Iterator[Dot]:
    for i, centre in enumerate(made.centres):
        if not np.isfinite(centre).all() or not _near(centre):
            continue
        at, fade, pen = (float(centre[0]), float(centre[1])), 1.0, made.pen
        for colour, width in _rimmed(pen):
            if made.colours is not None:
                red, green, blue, fade = map(float, made.colours[i])
                is_core = colour is pen.colour
                colour = (red, green, blue, fade) if is_core else (*colour[:3], colour[3] * fade)
            yield Dot(at, width / 2, colour)


def _heads(made: ArrowHeads) -> Iterator[Item]:
    normals = np.stack([-made.directions[:, 1], made.directions[:, 0]], axis=1)
    for tip, along, across in zip(made.tips, made.directions, normals, strict=True):
        if not np.isfinite(tip).all() or not _near(tip):
            continue
        base, side = tip - along * made.length, across * made.pen.width / 2
        triangle = np.array([base - side, base + side, tip])
        if made.pen.rim > 0 and made.pen.rim_colour[3] > 0:
            yield Stroke(
                (np.vstack([triangle, triangle[:2]]),), made.pen.rim_colour, 2 * made.pen.rim
            )
        yield Polygon(triangle, made.pen.colour)
