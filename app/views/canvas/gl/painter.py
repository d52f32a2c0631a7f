"""The painter: renders plots and single layers by OpenGL, to the screen or a picture.

It needs the same current context at every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from vispy import app, gloo

from app.views.canvas.display_list import CLEAR, Primitive
from app.views.canvas.gl.backdrop import Backdrop, Copier
from app.views.canvas.gl.batches import Batches
from app.views.canvas.gl.glyphs import Atlas
from app.views.canvas.gl.still import PictureTile, still
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import RGBA, rgba

# dpi of the screen, vispy's default; drawing does not depend on it
DPI = 96.0


class Painter:
    """Draws layers; what the GPU holds of each is kept until the layer changes.

    surface: what `paint` draws on, if it copies quickly.
    """

    def __init__(self, surface: object = None) -> None:
        self._batches = Batches(Atlas())
        self._backdrop = Backdrop(surface) if isinstance(surface, Copier) else None

    def paint(self, plot: Plot, pixels: tuple[int, int]) -> None:
        """Draw a plot into the current framebuffer of ``pixels`` (width, height)."""
        tile, ground = PictureTile(pixels, 0, 0, *pixels), rgba(plot.theme.background)
        places = _places(plot, plot.frame, plot.drawn)
        states = [place.primitives for place in places]
        self._batches.begin()

        def paint(first: int, last: int) -> None:
            if first == 0:
                _begin(tile, ground)
            self._draw(places[first:last], tile, plot.frame)

        if self._backdrop is None:
            paint(0, len(places))
        else:
            self._backdrop.draw((plot.frame, plot.drawn, tile, ground), states, paint)

    def picture(
        self, plot: Plot, pixels: tuple[int, int], ratio: float, transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Render a plot at ``pixels`` (width, height), ``ratio`` per logical pixel; premultiplied."""
        frame, things = (replace(f, ratio=ratio) for f in (plot.frame, plot.drawn))
        ground = CLEAR if transparent else rgba(plot.theme.background)

        def paint(tile: PictureTile) -> None:
            self._draw_alone(_places(plot, frame, things), tile, frame, ground)

        return still(pixels, paint)

    def picture_of_layer(
        self, layer: Layer, frame: Frame, pixels: tuple[int, int], ground: RGBA
    ) -> NDArray[np.uint8]:
        """Draw one layer on a ground, (height, width, 4) RGBA, premultiplied."""

        def paint(tile: PictureTile) -> None:
            self._draw_alone([_place(layer, frame, False)], tile, frame, ground)

        return still(pixels, paint)

    def _draw_alone(
        self, places: Iterable[Place], tile: PictureTile, frame: Frame, ground: RGBA
    ) -> None:
        self._batches.begin()
        _begin(tile, ground)
        self._draw(places, tile, frame)

    def _draw(self, places: Iterable[Place], tile: PictureTile, frame: Frame) -> None:
        for is_inside, run in groupby(places, lambda place: place.is_inside):
            layers = [(place.layer, place.primitives) for place in run]
            with _clipped(tile, frame) if is_inside else nullcontext():
                self._batches.draw(layers, frame)


class Place(NamedTuple):
    """A layer, its primitives, and whether nothing of it is drawn outside the plot."""

    layer: Layer
    primitives: tuple[Primitive, ...]
    is_inside: bool


def _place(layer: Layer, frame: Frame, is_inside: bool) -> Place:
    return Place(layer, layer.primitives(frame), is_inside)


def _places(plot: Plot, frame: Frame, things: Frame) -> list[Place]:
    """Return the layers, hindmost first."""
    return [
        *(_place(layer, frame, True) for layer in plot.ground),
        *(_place(layer, frame, False) for layer in plot.margin),
        *(_place(layer, things, True) for layer in plot.things),
        *(_place(layer, frame, False) for layer in plot.over),
    ]


def _begin(tile: PictureTile, ground: RGBA) -> None:
    tile.view()
    gloo.set_state(depth_test=False, cull_face=False, scissor_test=False, blend=True)
    gloo.set_blend_func("one", "one_minus_src_alpha")
    gloo.clear(color=ground)


@contextmanager
def _clipped(tile: PictureTile, frame: Frame) -> Iterator[None]:
    """Draw within the plot only."""
    tile.clip(frame)
    gloo.set_state(scissor_test=True)
    yield
    gloo.set_state(scissor_test=False)


def renderer() -> str:
    """Return the name of the OpenGL implementation of the current context."""
    names = (gloo.gl.GL_RENDERER, gloo.gl.GL_VERSION)
    return ", ".join(str(gloo.gl.glGetParameter(name)) for name in names)


def context(size: tuple[int, int], application: app.Application | None = None) -> app.Canvas:
    """Make a hidden surface of an application, or of the one in use, with a context to draw in."""
    # without a dpi vispy runs programs that ask the screen for it, and warns where there are none
    return app.Canvas(
        size=size,
        show=False,
        keys=None,
        title="canvas",
        autoswap=False,
        dpi=DPI,
        app=application,
    )
