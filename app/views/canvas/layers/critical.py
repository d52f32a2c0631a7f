"""Critical points of the map: discs at extrema, rings at saddles; the chosen pair is joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import Discs, Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.marks import SIZE, first_free, spots
from app.views.canvas.polyline import dashes
from app.views.canvas.projections.frame import REACH, Frame, Pixel, Pixels
from app.views.interface.theme import Theme, rgba
from app.views.interface.topology import Critical

DISC, HOLE, GLOW = 9.0, 5.0, 24.0


class CriticalLayer(Layer):
    """Critical points of the topology panel's pairs, selectable by a click."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.points: Critical | None = None

    def set(self, points: Critical | None) -> None:
        """Set the points, or None."""
        if points is not None or self.points is not None:
            self.points = points
            self.changed()

    def pair_at(self, pixel: Pixel, frame: Frame) -> int | None:
        """Return the pair of the nearest point within reach, if any."""
        if self.points is None or not len(self.points.xy):
            return None
        gaps = np.hypot(*(frame.to_pixels(self.points.xy) - pixel).T)
        nearest = int(np.argmin(np.where(np.isfinite(gaps), gaps, np.inf)))
        return int(self.points.pair[nearest]) if gaps[nearest] < REACH else None

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the marks, with the selected pair highlighted."""
        p = self.points
        if p is None or not len(p.xy):
            return ()
        at = frame.to_pixels(p.xy)
        shapes: list[Primitive] = []
        chosen = p.pair == p.chosen
        if chosen.any():
            shapes += self._choice(at[chosen], int(p.dimension[chosen][0]))
        for dimension in (1, 0):
            for saddle in (True, False):
                here = at[(p.dimension == dimension) & (p.saddle == saddle)]
                shapes += self._marks(here, dimension, saddle)
        return (*shapes, *self._labels(frame, at))

    def _labels(self, frame: Frame, at: Pixels) -> list[Label]:
        """Return the labels of the selected pair, inside the plot."""
        assert self.points is not None
        ink, halo, labels = rgba(self.theme.text), self.theme.outline(), []
        widths = np.array([typeface.width(name, SIZE, 1.0, True) for name in self.points.names])
        where, none = spots(frame, at, widths, self.occupied(frame)), np.empty((0, 4))
        for k, (name, (x, y)) in enumerate(zip(self.points.names, at, strict=True)):
            place = first_free(where.of(k), none, insist=True) if name else None
            if place is not None and frame.contains((float(x), float(y))):
                point, anchor, _, _ = place
                labels.append(Label(name, point, SIZE, ink, anchor, halo, bold=True))
        return labels

    def _marks(self, at: Pixels, dimension: int, saddle: bool) -> list[Primitive]:
        casing, colour = self.theme.outline(), rgba(self.theme.homology(dimension))
        disc = Discs(at, Pen(colour, DISC, casing, 1.6))
        return [disc, Discs(at, Pen(rgba(self.theme.casing), HOLE))] if saddle else [disc]

    def _choice(self, at: Pixels, dimension: int) -> list[Primitive]:
        """Return a glow around both points, and a dashed line between them."""
        colour = self.theme.homology(dimension)
        glow = Discs(at, Pen(rgba(colour, 0.45), GLOW))
        if len(at) < 2:
            return [glow]
        pen = Pen(rgba(colour), 1.8, self.theme.outline(), 1.2)
        return [glow, Strokes([dashes(at, 6.0, 4.0)], pen)]
