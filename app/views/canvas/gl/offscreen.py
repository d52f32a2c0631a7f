"""Offscreen rendering of a plot by EGL."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray
from vispy import app

from app.views.canvas.display_list import CLEAR
from app.views.canvas.gl.painter import Painter, context, renderer
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import DARK, Theme, rgba


class OffscreenCanvas(Plot):
    """The layers of the canvas with an offscreen context.

    A process can have either this or windows.  Raises RuntimeError without OpenGL.
    """

    def __init__(self, size: tuple[int, int] = (1200, 800), theme: Theme = DARK) -> None:
        super().__init__(size, theme)
        # without this EGL would look for a display server
        os.environ.setdefault("EGL_PLATFORM", "surfaceless")
        try:
            app.use_app("egl")
            self._view = context(size)
            self._view.set_current()
            self._painter = Painter()
        except (RuntimeError, OSError, AttributeError) as problem:
            raise RuntimeError(f"no OpenGL to draw with (EGL): {problem}") from None

    def image(self) -> NDArray[np.uint8]:
        """Draw the plot at its size, (height, width, 4) RGBA."""
        return self.picture(self.frame.size, 1.0)

    def picture(
        self, pixels: tuple[int, int], ratio: float, transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Render the plot at ``pixels`` (width, height), ``ratio`` per logical pixel; premultiplied."""
        self._view.set_current()
        return self._painter.picture(self, pixels, ratio, transparent)

    def picture_of_layer(
        self, layer: Layer, frame: Frame, pixels: tuple[int, int], transparent: bool = False
    ) -> NDArray[np.uint8]:
        """Render a single layer on the plot's ground; premultiplied."""
        self._view.set_current()
        ground = CLEAR if transparent else rgba(layer.theme.background)
        return self._painter.picture_of_layer(layer, frame, pixels, ground)

    @property
    def renderer(self) -> str:
        """The name of the OpenGL implementation."""
        self._view.set_current()
        return renderer()
