"""Curves: the geodesic, bold, and all other curves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.views.canvas.display_list import ArrowHeads, Discs, Pen, Primitive, Shape, Strokes, pen_of
from app.views.canvas.layers.layer import Layer
from app.views.canvas.polyline import Polyline, dashes, parts
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.curve_styles import STYLES, Style, in_order
from app.views.interface.events import Array
from app.views.interface.theme import Theme
from app.views.interface.views import Curve
from compute.core.refusal import shown

# dashes of a curve that has not converged
UNSURE = (9.0, 7.0)
# opacity of what lies behind a surface
BEHIND = 0.3


class CurvesLayer(Layer):
    """All curves by kind."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._curves: dict[str, Polyline] = {}
        self.shares: dict[str, float] = {}

    def set(self, kind: str, curve: Curve | None) -> None:
        """Replace the curve of a kind, or remove it.  Raises ValueError for an unknown kind."""
        if kind not in STYLES:
            raise ValueError(
                f"kind of curve must be one of {', '.join(in_order())}, got {shown(kind)}"
            )
        if curve is None and kind not in self._curves:
            return
        if curve is None:
            self._curves.pop(kind)
        else:
            self._curves[kind] = Polyline(curve)
        self.changed()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of curve of which there is something to see."""
        return tuple(kind for kind, line in self._curves.items() if _is_seen(kind, line.curve.xy))

    @property
    def names(self) -> dict[str, str]:
        """The names in the legend of kinds whose style names them otherwise."""
        return {kind: line.curve.name for kind, line in self._curves.items() if line.curve.name}

    def nodes(self, kinds: Collection[str]) -> list[Array]:
        """Return the nodes (n, d) of the curves of these kinds."""
        return [self._curves[kind].curve.xy for kind in kinds if kind in self._curves]

    def fade_kinds(self, shares: Mapping[str, float]) -> None:
        """Set the opacity of each kind of curve; the default is opaque."""
        if dict(shares) != self.shares:
            self.shares = dict(shares)
            self.changed()

    def pixels(self, kind: str, frame: Frame) -> Pixels:
        """Return the pixels (k, 2) of the nodes drawn last of a kind of curve; none without a curve."""
        curve = self._curves.get(kind)
        return np.empty((0, 2)) if curve is None else frame.to_pixels(curve.xy)

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return ribbons, dashed where required."""
        curves = [self._one(kind, frame) for kind in in_order() if kind in self._curves]
        return [shape for curve in curves for shape in curve]

    def _one(self, kind: str, frame: Frame) -> list[Shape]:
        curve, style = self._curves[kind], STYLES[kind]
        pen = pen_of(self.theme, kind).faded(self.shares.get(kind, 1.0))
        xy = curve.points(frame)
        line, hidden = frame.to_pixels(xy), frame.hidden(xy)[:, None]
        dash = style.dash or (UNSURE if curve.curve.dashed else None)
        if not hidden.any():
            return _drawn(line, style, pen, dash, frame)
        behind = _drawn(np.where(hidden, line, np.nan), style, pen.faded(BEHIND), dash, frame)
        return behind + _drawn(np.where(hidden, np.nan, line), style, pen, dash, frame)


def _is_seen(kind: str, xy: Array) -> bool:
    """Whether nodes (n, d) have two different points, or one of a kind that is drawn as dots."""
    known = xy[np.isfinite(xy).all(axis=1)]
    return bool((known != known[:1]).any() or (STYLES[kind].dots and len(known)))


def _drawn(
    line: Pixels, style: Style, pen: Pen, dash: tuple[float, float] | None, frame: Frame
) -> list[Shape]:
    if style.arrow:
        return _arrow(line, pen)
    if style.dots:
        return [Discs(line[np.isfinite(line).all(axis=1)], pen)]
    pieces = parts(line, frame, dash is not None)
    if dash is None:
        return [Strokes([piece for piece, _ in pieces], pen)]
    return [Strokes([dashes(piece, *dash, begin) for piece, begin in pieces], pen)]


def _arrow(line: Pixels, pen: Pen) -> list[Shape]:
    """Return a straight arrow from the first to the last point."""
    length = float(np.hypot(*(line[-1] - line[0])))
    if not length > 1.0:
        return []
    along = (line[-1] - line[0]) / length
    head = min(4.5 * pen.width, length)
    shaft = np.stack([line[0], line[-1] - along * 0.8 * head])
    broad = replace(pen, width=3.2 * pen.width)
    return [Strokes([shaft], pen), ArrowHeads(line[-1:], along[None], broad, head)]
