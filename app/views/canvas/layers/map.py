"""The scalar map behind everything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.views.canvas import colour_map
from app.views.canvas.display_list import Primitive, TexturedQuad
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.theme import Theme
from app.views.interface.views import ColorMap2D


class MapLayer(Layer):
    """A scalar map over its rectangle of the chart."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image: ColorMap2D | None = None
        self._texture: NDArray[np.uint8] | None = None

    def set_theme(self, theme: Theme) -> None:
        """Set the theme for the following frames."""
        self._texture = None
        super().set_theme(theme)

    @property
    def image(self) -> ColorMap2D | None:
        """The map on screen."""
        return self._image

    def set(self, image: ColorMap2D | None) -> None:
        """Set the map, or None."""
        if image is not self._image:
            self._image, self._texture = image, None
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return one rectangle, with colours computed once per map."""
        if self._image is None:
            return ()
        if self._texture is None:
            self._texture = colour_map.colours(self._image, self.theme)
        e = self._image.extent
        low, high = frame.to_pixels([(e.x0, e.y0), (e.x1, e.y1)])
        strength = colour_map.strength(self._image, self.theme)
        return (TexturedQuad(self._texture, low, high, strength),)
