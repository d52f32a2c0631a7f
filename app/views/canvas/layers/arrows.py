"""Arrows: the vector at A, whose tip has a handle, and its transport along the geodesic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import ArrowHeads, Discs, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.events import XY
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Arrows

SHORTEST = 1.0  # pixels; below this an arrow has no direction to show


class ArrowsLayer(Layer):
    """Arrows of one width and opacity; with ``handle``, a ring on the tip invites to drag it."""

    def __init__(self, theme: Theme, width: float, alpha: float, handle: bool) -> None:
        super().__init__(theme)
        self._width, self._alpha, self._handle = width, alpha, handle
        self._arrows: Arrows | None = None
        self._hovered = False

    @property
    def tip(self) -> XY | None:
        """Chart position of the first arrow's tip."""
        if self._arrows is None or not len(self._arrows.xy):
            return None
        return tuple(map(float, self._arrows.xy[0] + self._arrows.vectors[0]))

    @property
    def foot(self) -> XY | None:
        """Chart position of the first arrow's foot."""
        if self._arrows is None or not len(self._arrows.xy):
            return None
        return tuple(map(float, self._arrows.xy[0]))

    def set(self, arrows: Arrows | None) -> None:
        """Replace the arrows; None removes them."""
        self._arrows = arrows
        self.changed()

    def hover(self, hovered: bool) -> None:
        """Whether the pointer is over the tip."""
        if hovered != self._hovered:
            self._hovered = hovered
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return shafts, heads, and the handle."""
        if self._arrows is None or not len(self._arrows.xy):
            return ()
        feet, tips = self._arrows.xy, self._arrows.xy + self._arrows.vectors
        seen = np.full(len(feet), self._handle) | ~frame.hidden(feet)
        feet, tips = frame.to_pixels(feet), frame.to_pixels(tips)
        length = np.hypot(*(tips - feet).T)
        long = (length > SHORTEST) & seen
        feet, tips, length = feet[long], tips[long], length[long]
        if not len(feet):
            return ()
        along = (tips - feet) / length[:, None]
        head = min(4.5 * self._width, 0.6 * float(length.min()))
        ends = tips - along * head * 0.8
        shaft, barb = self._pens()
        lines = [np.array(pair) for pair in zip(feet, ends, strict=True)]
        arrows = (Strokes(lines, shaft), ArrowHeads(tips, along, barb, head))
        return (*arrows, Discs(tips[:1], self._ring())) if self._handle else arrows

    def _pens(self) -> tuple[Pen, Pen]:
        colour, casing = rgba(self.theme.vector, self._alpha), self.theme.outline()
        return Pen(colour, self._width, casing, 1.2), Pen(colour, 3.6 * self._width, casing, 1.2)

    def _ring(self) -> Pen:
        width, glow = (9.0, 5.0) if self._hovered else (5.0, 3.0)
        return Pen(rgba(self.theme.mark), width, rgba(self.theme.vector, 0.45), glow)
