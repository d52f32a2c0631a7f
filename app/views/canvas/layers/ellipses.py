"""Fisher ellipses: unit balls of the metric."""

from __future__ import annotations

from collections.abc import Sequence

from app.views.canvas.display_list import Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.interface.events import Array
from app.views.interface.theme import Theme, rgba


class EllipsesLayer(Layer):
    """Thin closed outlines."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._outlines: Array | None = None

    def set(self, outlines: Array | None) -> None:
        """Set outlines (k, points, 2), or None."""
        self._outlines = outlines
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return one ribbon per outline."""
        if self._outlines is None or not len(self._outlines):
            return ()
        pen = Pen(rgba(self.theme.ellipse, 0.7), 1.0, self.theme.outline(), 0.8)
        seen = ~frame.hidden(self._outlines).any(axis=1)
        return (Strokes(list(frame.to_pixels(self._outlines[seen])), pen),)
