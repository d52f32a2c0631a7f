"""Points of data that are selected, the one that is dragged, and the rectangle that selects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import Discs, Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.marks import SIZE, MarksLayer
from app.views.canvas.projections.frame import Frame, Pixel
from app.views.interface.theme import Theme, rgba

# width of the ring round a point, and of a point that is dragged
RING, HELD = 5.0, 8.0
ASIDE = 11.0  # of the label of a dragged point


class ChosenLayer(Layer):
    """Rings round the selected marks of another layer, above it, and the mark that is dragged."""

    def __init__(self, theme: Theme, marks: MarksLayer) -> None:
        super().__init__(theme)
        self._marks = marks
        self.numbers: tuple[int, ...] = ()
        self._band: tuple[Pixel, Pixel] | None = None

    def choose(self, numbers: tuple[int, ...]) -> None:
        """Select marks by their numbers."""
        if numbers != self.numbers:
            self.numbers = numbers
            self.changed()

    def stretch(self, band: tuple[Pixel, Pixel] | None) -> None:
        """Draw a rectangle between two pixels, or none."""
        self._band = band
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the rings, the dragged mark with its label, and the rectangle."""
        return (*self._rings(frame), *self._held(frame), *self._rectangle())

    def _rings(self, frame: Frame) -> list[Primitive]:
        xy, width = self._marks.xy, self._marks.width
        if xy is None or not self.numbers:
            return []
        at = frame.to_pixels(xy[list(self.numbers)])
        inks = np.array([rgba(self._marks.colour(i)) for i in self.numbers])
        ring = Pen(rgba(self.theme.accent), width + 2 * RING, self.theme.outline(), 1.5)
        hole = Pen(rgba(self.theme.background), width + RING)
        return [
            Discs(at, ring),
            Discs(at, hole),
            Discs(at, Pen(rgba(self.theme.mark), width), inks),
        ]

    def _held(self, frame: Frame) -> list[Primitive]:
        xy, held = self._marks.xy, self._marks.held
        if xy is None or held is None:
            return []
        at, ink = frame.to_pixels(xy[held]), rgba(self._marks.colour(held))
        x, y = float(at[0]) + ASIDE, float(at[1])
        halo = self.theme.outline()
        return [
            Discs(at[None], Pen(ink, HELD, halo, 1.5)),
            Label(self._marks.labels[held], (x, y), SIZE, ink, (0.0, 0.5), halo, bold=True),
        ]

    def _rectangle(self) -> list[Primitive]:
        if self._band is None:
            return []
        (x0, y0), (x1, y1) = self._band
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], float)
        return [Strokes([corners], Pen(rgba(self.theme.accent), 1.5, self.theme.outline(), 1.0))]
