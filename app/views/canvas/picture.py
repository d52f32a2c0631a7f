"""A plot as a `Picture`, whose shapes any toolkit can paint.  Charts of the plane alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from app.views.canvas.display_list import (
    ArrowHeads,
    Discs,
    Label,
    Primitive,
    Strokes,
    TexturedQuad,
)
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.shapes import HALO, is_near, shapes
from app.views.interface.events import XY
from app.views.interface.picture import Bitmap, Item, Picture, Words
from app.views.interface.theme import rgba

EDGE = 1  # pixels around the picture


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
        item for layer in layers for made in layer.primitives(frame) for item in _shown(made)
    )


def _shown(made: Primitive) -> Iterator[Item]:
    match made:
        case Strokes() | Discs() | ArrowHeads():
            yield from shapes(made)
        case TexturedQuad():
            (x0, y1), (x1, y0) = np.asarray(made.low), np.asarray(made.high)
            box = (float(x0), float(y0), float(x1), float(y1))
            yield Bitmap(np.ascontiguousarray(made.texture[::-1]), box, made.strength)
        case Label() if made.text and is_near(made.at):
            yield Words(
                made.text, made.at, made.size, made.colour, made.anchor, made.halo,
                made.rim or HALO, made.bold, made.upright,
            )  # fmt: skip
