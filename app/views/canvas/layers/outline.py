"""The outline of the chart's image, with the names of its corners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas.display_list import Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame
from app.views.canvas.projections.space import SpaceFrame
from app.views.interface.events import Array
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Outline

NAME = 15.0  # pixels from a corner to the middle of its name
HIDDEN = 0.3  # opacity of what lies behind a surface


class OutlineLayer(Layer):
    """The outline of the chart's image, and coordinate lines of a surface in space."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._outline: Outline | None = None
        self._lines: Array | None = None

    def set(self, outline: Outline | None) -> None:
        """Set the outline, or None."""
        self._outline = outline
        self.changed()

    def set_lines(self, lines: Array | None) -> None:
        """Set coordinate lines (k, 3) of a surface, or None."""
        self._lines = lines
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the outline with its casing, and names outside it."""
        shapes: list[Primitive] = []
        if self._lines is not None and isinstance(frame, SpaceFrame):
            line = np.where(
                frame.hidden(self._lines)[:, None], np.nan, frame.to_pixels(self._lines)
            )
            shapes.append(Strokes([line], Pen(rgba(self.theme.casing, 0.22), 1.0)))
        if self._outline is None or len(self._outline.xy) < 2:
            return shapes
        line = frame.to_pixels(self._outline.xy)
        hidden = frame.hidden(self._outline.xy)[:, None]
        for part, opacity in (
            (np.where(hidden, line, np.nan), HIDDEN),
            (np.where(hidden, np.nan, line), 1.0),
        ):
            pen = Pen(rgba(self.theme.mark, opacity), 1.4, self.theme.outline(opacity), 1.0)
            shapes.append(Strokes([part], pen))
        return (*shapes, *self._names(frame))

    def _names(self, frame: Frame) -> list[Label]:
        assert self._outline is not None
        if not self._outline.corners:
            return []
        at = frame.to_pixels([xy for _, xy in self._outline.corners])
        middle, labels = at.mean(axis=0), []
        halo = self.theme.outline()
        for (name, _), pixel in zip(self._outline.corners, at, strict=True):
            out = (pixel - middle) / max(float(np.hypot(*(pixel - middle))), 1e-9)
            x, y = pixel + NAME * out
            anchor = (float(np.clip(0.5 - 0.8 * out[0], 0.0, 1.0)), 0.5)
            labels.append(
                Label(
                    name, (float(x), float(y)), 12, rgba(self.theme.text), anchor, halo, math=True
                )
            )
        return labels
