"""Curves between A and B: the geodesic, bold; the straight line of the chart, for contrast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.base import Curve
from app.views.canvas.frame import Frame, Pixels
from app.views.canvas.glyphs import Atlas
from app.views.canvas.layer import Layer
from app.views.canvas.shapes import Pen, Vertices, dashes, join, strokes
from app.views.canvas.texts import Label
from app.views.theme import Theme, rgba

KINDS = ("straight", "geodesic")  # in the order drawn


class CurvesLayer(Layer):
    """All curves by their kind."""

    def __init__(self, theme: Theme, atlas: Atlas) -> None:
        super().__init__(theme, atlas)
        self._curves: dict[str, Curve] = {}

    def set(self, kind: str, curve: Curve | None) -> None:
        """Replace the curve of a kind, or remove it.  Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"kind of curve must be one of {', '.join(KINDS)}, got {kind!r}")
        if curve is None:
            self._curves.pop(kind, None)
        else:
            self._curves[kind] = curve
        self.changed()

    def build(self, frame: Frame) -> tuple[Vertices, Sequence[Label]]:
        """Ribbons, dashed where asked."""
        return join(*(self._one(kind, frame) for kind in KINDS if kind in self._curves)), ()

    def _one(self, kind: str, frame: Frame) -> Vertices:
        curve, theme = self._curves[kind], self.theme
        line = frame.to_pixels(curve.xy)
        casing = rgba(theme.casing, 0.55)
        if kind == "straight":
            pen = Pen(rgba(theme.straight, 0.85), 1.4, casing, 0.8)
            return strokes([_dashed(line, 5, 5)], pen)
        pen = Pen(rgba(theme.geodesic), 3.0, casing, 1.5)
        return strokes([_dashed(line, 9, 7) if curve.dashed else line], pen)


def _dashed(line: Pixels, on: float, off: float) -> Pixels:
    finite = line[np.isfinite(line).all(axis=1)]
    return dashes(finite, on, off) if len(finite) > 1 else finite
