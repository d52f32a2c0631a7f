"""The painter: renders plots and single layers by OpenGL, to the screen or a picture.

It needs the same current context at every call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from vispy import app, gloo

from app.views.canvas.display_list import CLEAR
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
    """Draws layers; their GPU data is kept until they change."""

    def __init__(self) -> None:
        self._atlas = Atlas()
        self._batches: dict[Layer, Batches] = {}

    def paint(self, plot: Plot, pixels: tuple[int, int]) -> None:
        """Draw a plot into the current framebuffer of ``pixels`` (width, height)."""
        self._plot(plot, plot.frame, plot.drawn, PictureTile(pixels, 0, 0, *pixels), None)

    def picture(
        self, plot: Plot, pixels: tuple[int, int], ratio: float, transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Render a plot at ``pixels`` (width, height), ``ratio`` per logical pixel; premultiplied."""
        frame, things = (replace(f, ratio=ratio) for f in (plot.frame, plot.drawn))
        ground = CLEAR if transparent else None
        return still(pixels, lambda tile: self._plot(plot, frame, things, tile, ground))

    def picture_of_layer(
        self, layer: Layer, frame: Frame, pixels: tuple[int, int], ground: RGBA
    ) -> NDArray[np.uint8]:
        """Draw one layer on a ground, (height, width, 4) RGBA, premultiplied."""

        def paint(tile: PictureTile) -> None:
            _begin(tile, ground)
            self._draw((layer,), frame)

        return still(pixels, paint)

    def _plot(
        self, plot: Plot, frame: Frame, things: Frame, tile: PictureTile, ground: RGBA | None
    ) -> None:
        _begin(tile, ground or rgba(plot.theme.background))
        tile.clip(frame)
        gloo.set_state(scissor_test=True)
        self._draw(plot.ground, frame)
        self._draw(plot.things, things)
        gloo.set_state(scissor_test=False)
        self._draw(plot.around, frame)

    def _draw(self, layers: Iterable[Layer], frame: Frame) -> None:
        for layer in layers:
            if layer not in self._batches:
                self._batches[layer] = Batches(self._atlas)
            self._batches[layer].draw(layer.primitives(frame), frame)


def _begin(tile: PictureTile, ground: RGBA) -> None:
    tile.view()
    gloo.set_state(depth_test=False, cull_face=False, scissor_test=False, blend=True)
    gloo.set_blend_func("one", "one_minus_src_alpha")
    gloo.clear(color=ground)


def renderer() -> str:
    """Return the name of the OpenGL implementation of the current context."""
    names = (gloo.gl.GL_RENDERER, gloo.gl.GL_VERSION)
    return ", ".join(str(gloo.gl.glGetParameter(name)) for name in names)


def context(size: tuple[int, int]) -> app.Canvas:
    """Make a hidden surface of the current backend, with a context."""
    # without a dpi vispy runs programs that ask the screen for it, and warns where there are none
    return app.Canvas(size=size, show=False, keys=None, title="canvas", autoswap=False, dpi=DPI)
