"""A shaded surface in space, coloured by its scalar map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.views.canvas import colour_map
from app.views.canvas.display_list import Primitive, TexturedMesh
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.canvas.projections.space import SpaceFrame, axes, normals
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import ColorMap2D, Surface

# ambient brightness, and what the light adds
DARKEST, LIGHT = 0.5, 0.56
# direction of the light: to the right, upwards, towards the viewer
LAMP = (-0.35, 0.45, 0.82)
_NO_MAP = np.zeros((1, 1, 4), np.uint8)


class ReliefLayer(Layer):
    """The surface, with its map as a texture."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._surface: Surface | None = None
        self._image: ColorMap2D | None = None
        self._texture: NDArray[np.uint8] | None = None

    def set_surface(self, surface: Surface | None) -> None:
        """Set the surface, or None."""
        self._surface = surface
        self.changed()

    def set_theme(self, theme: Theme) -> None:
        """Set the theme for the following frames."""
        self._texture = None
        super().set_theme(theme)

    def set(self, image: ColorMap2D | None) -> None:
        """Set the map that colours it, or None."""
        if image is not self._image:
            self._image, self._texture = image, None
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return one mesh, or nothing for a plane chart."""
        if self._surface is None or not isinstance(frame, SpaceFrame):
            return ()
        image, theme = self._image, self.theme
        if self._texture is None:
            self._texture = _NO_MAP if image is None else spread(colour_map.colours(image, theme))
        mesh = TexturedMesh(
            frame.seen(self._surface.points),
            self._places(),
            shades(frame),
            frame.box,
            self._texture,
            rgba(theme.control),
            theme.map_strength if image is None else colour_map.strength(image, theme),
        )
        return (mesh,)

    def _places(self) -> Pixels:
        """Return the texture coordinates of the mesh nodes, in [0, 1]."""
        assert self._surface is not None
        if self._image is None:
            return np.zeros(self._surface.plane.shape)
        e = self._image.extent
        plane = np.asarray(self._surface.plane, np.float64)
        place: Pixels = (plane - (e.x0, e.y0)) / (e.x1 - e.x0, e.y1 - e.y0)
        return place


def spread(colours: NDArray[np.uint8], cells: int = 6) -> NDArray[np.uint8]:
    """Extend colours (rows, columns, 4) into transparent cells, since the mesh ends between cells."""
    # four bytes are one number, so that a step moves a quarter of the numbers
    spread, opaque = (
        colours.copy().view(np.uint32),
        np.array([0, 0, 0, 255], np.uint8).view(np.uint32),
    )
    for _ in range(cells):
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            empty = (spread & opaque) == 0
            if not empty.any():
                break
            # values rolled over an edge of the map come from cells without a drawing
            np.copyto(spread, np.roll(spread, step, axis), where=empty)
    return spread.view(np.uint8)


def shades(frame: SpaceFrame) -> Pixels:
    """Return the brightness (r, c) at the nodes of the mesh, equal on both sides."""
    assert frame.surface is not None
    lamp = np.stack(axes(frame.camera), axis=0).T @ np.array(LAMP)
    shade: Pixels = DARKEST + LIGHT * np.abs(normals(frame.surface) @ lamp)
    return shade
