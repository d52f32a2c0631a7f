"""The scalar map behind everything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.gl.picture import Picture, Placed, coloured
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import ColorMap2D

# cells of a map: the width of a stripe and from one to the next
STRIPES = (2, 10)
# how much of a stripe shows over the ground
HATCHING = 0.5


class MapLayer:
    """A picture of a scalar over its own rectangle of the chart."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._picture = Picture()
        self._image: ColorMap2D | None = None
        self._uploaded: ColorMap2D | None = None

    def set_theme(self, theme: Theme) -> None:
        """Other colours from the next frame on."""
        self.theme, self._uploaded = theme, None

    @property
    def image(self) -> ColorMap2D | None:
        """Return the colour map on screen."""
        return self._image

    def set(self, image: ColorMap2D | None) -> None:
        """Show another map, or none."""
        self._image = image

    def draw(self, frame: Frame) -> None:
        """Draw into the current framebuffer."""
        if self._image is None:
            return
        if self._image is not self._uploaded:
            self._picture.set_colours(self.colours(self._image))
            self._uploaded = self._image
        low, high = self.corners(frame)
        self._picture.set_corners(low, high)
        self._picture.draw(frame, self.strength)

    @property
    def strength(self) -> float:
        """How much of the map shows over the plot's ground."""
        return self.theme.map_strength * (self._image.opacity if self._image else 1.0)

    def colours(self, image: ColorMap2D) -> NDArray[np.uint8]:
        """The map's colours, with stripes where there is no metric."""
        colours = coloured(image.values, image.colormap, image.limits)
        if image.hatched is not None:
            row, column = np.indices(image.hatched.shape)
            stripe = (row + column) % STRIPES[1] < STRIPES[0]
            red, green, blue, _ = rgba(self.theme.warning)
            ink = np.round(255 * HATCHING * np.array([red, green, blue, 1.0])).astype(np.uint8)
            colours[image.hatched & stripe] = ink
        return colours

    def corners(self, frame: Frame) -> tuple[Pixels, Pixels]:
        """Pixels of the map's lowest and highest coordinates."""
        assert self._image is not None
        e = self._image.extent
        low, high = frame.to_pixels([(e.x0, e.y0), (e.x1, e.y1)])
        return low, high

    def pictures(self, frame: Frame) -> list[Placed]:
        """The map's colours and where they go."""
        if self._image is None:
            return []
        return [Placed(self.colours(self._image), *self.corners(frame), self.strength)]
