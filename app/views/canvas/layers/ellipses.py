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
        self._radius = 0.0

    @property
    def words(self) -> str:
        """The name of the circles with their radius; "" if there are none."""
        if self._outlines is None or not len(self._outlines):
            return ""
        return f"Fisher circles, radius {self._radius:.2g}" if self._radius else "Fisher circles"

    def set(self, outlines: Array | None, radius: float = 0.0) -> None:
        """Set outlines (k, points, 2) of a Fisher radius, or None."""
        self._outlines, self._radius = outlines, radius
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return one ribbon per outline."""
        if self._outlines is None or not len(self._outlines):
            return ()
        pen = Pen(rgba(self.theme.ellipse, 0.7), 1.0, self.theme.outline(), 0.8)
        seen = ~frame.hidden(self._outlines).any(axis=1)
        return (Strokes(list(frame.to_pixels(self._outlines[seen])), pen),)
