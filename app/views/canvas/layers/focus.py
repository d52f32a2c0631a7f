"""The focus ring around the object selected by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.events import XY
from app.views.interface.theme import rgba

RADIUS = 16.0
_TURN = np.linspace(0.0, 2.0 * np.pi, 49)
_CIRCLE = RADIUS * np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


class FocusLayer(Layer):
    """A ring in the accent colour, with a casing that keeps it visible on any background."""

    _xy: XY | None = None

    def set(self, xy: XY | None) -> None:
        """Place the ring at ``xy``, or hide it."""
        if xy != self._xy:
            self._xy = xy
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return a circle of fixed size."""
        if self._xy is None:
            return ()
        pen = Pen(rgba(self.theme.accent), 2.5, self.theme.outline(), 1.5)
        return (Strokes([np.asarray(frame.to_pixels(self._xy)) + _CIRCLE], pen),)
