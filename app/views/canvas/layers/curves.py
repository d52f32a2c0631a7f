"""Curves: the geodesic, bold, and all other curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.views.canvas.display_list import ArrowHeads, Discs, Label, Pen, Primitive, Shape, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.polyline import Polyline, dashes, parts
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.curve_styles import STYLES, Style, in_order
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Curve
from compute.core.refusal import shown

# dashes of a curve that has not converged
UNSURE = (9.0, 7.0)
# opacity of what lies behind a surface
BEHIND = 0.3
# legend, in pixels: first row below the plot's top, height of a row, length of a sample
KEY_TOP, KEY_ROW, KEY_SAMPLE = 18.0, 20.0, 26.0


class CurvesLayer(Layer):
    """All curves by kind."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._curves: dict[str, Polyline] = {}
        self._shares: dict[str, float] = {}

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

    def fade_kinds(self, shares: Mapping[str, float]) -> None:
        """Set the opacity of each kind of curve; the default is opaque."""
        if dict(shares) != self._shares:
            self._shares = dict(shares)
            self.changed()

    def pixels(self, kind: str, frame: Frame) -> Pixels:
        """Return the pixels (k, 2) of the nodes drawn last of a kind of curve; none without a curve."""
        curve = self._curves.get(kind)
        return np.empty((0, 2)) if curve is None else frame.to_pixels(curve.xy)

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return ribbons, dashed where required, and a legend of curves that are not
        self-explanatory.
        """
        curves = [self._one(kind, frame) for kind in in_order() if kind in self._curves]
        return (*(shape for curve in curves for shape in curve), *self._key(frame))

    def _key(self, frame: Frame) -> list[Primitive]:
        """Return the legend: a short sample of each curve with its name, in the corner of the plot."""
        left, top, _, _ = frame.box
        shapes: list[Primitive] = []
        labels: list[Primitive] = []
        shown = self._curves.keys() - self.theme.named
        named = [kind for kind in in_order() if kind in shown and STYLES[kind].words]
        for row, kind in enumerate(named):
            y = top + KEY_TOP + KEY_ROW * row
            sample = np.array([(left + 14.0, y), (left + 14.0 + KEY_SAMPLE, y)])
            pen, dash = self._pen(kind), STYLES[kind].dash
            if STYLES[kind].dots:
                shapes.append(Discs(np.linspace(sample[0], sample[1], 4), pen))
            else:
                shapes.append(Strokes([sample if dash is None else dashes(sample, *dash)], pen))
            at = (left + 22.0 + KEY_SAMPLE, y)
            halo = rgba(self.theme.halo, 0.85)
            words = Label(STYLES[kind].words, at, 12, rgba(self.theme.text), halo=halo, math=True)
            labels.append(words.faded(self._share(kind)))
        return shapes + labels

    def _one(self, kind: str, frame: Frame) -> list[Shape]:
        curve, style, pen = self._curves[kind], STYLES[kind], self._pen(kind)
        xy = curve.points(frame)
        line, hidden = frame.to_pixels(xy), frame.hidden(xy)[:, None]
        dash = style.dash or (UNSURE if curve.curve.dashed else None)
        if not hidden.any():
            return _drawn(line, style, pen, dash, frame)
        behind = _drawn(np.where(hidden, line, np.nan), style, pen.faded(BEHIND), dash, frame)
        return behind + _drawn(np.where(hidden, np.nan, line), style, pen, dash, frame)

    def _share(self, kind: str) -> float:
        return self._shares.get(kind, 1.0)

    def _pen(self, kind: str) -> Pen:
        style = STYLES[kind]
        opacity = style.opacity * self._share(kind)
        colour = rgba(style.colour(self.theme), opacity)
        casing = rgba(self.theme.casing, 0.55 * opacity)
        return Pen(colour, style.width, casing, style.rim)


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
