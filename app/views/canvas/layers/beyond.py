"""Marks at the plot's edge: where pins, moving point and geodesic lie that are out of view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import ArrowHeads, Label, Pen, Primitive, Strokes
from app.views.canvas.layers.curves import CurvesLayer
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.pins import NAMES, PinsLayer
from app.views.canvas.projections.blend import BlendFrame
from app.views.canvas.projections.frame import Frame, Pixel, Pixels
from app.views.interface.theme import Theme, rgba

SIZE, HEIGHT, PADDING = 12, 22.0, 4.0
HEAD, INSET = 11.0, 5.0  # length of an arrow head, and its distance from the edge
# pixels beyond the edge from which something counts as out of view: a pin's disc is still seen
OUT = 10.0
# marks whose plates are closer than this are one
APART = 26.0
POINT, CURVE = "point", "curve"


class BeyondLayer(Layer):
    """An arrow and a name for each thing out of view; a click on one brings all into view."""

    def __init__(self, theme: Theme, pins: PinsLayer, curves: CurvesLayer) -> None:
        super().__init__(theme)
        self._pins, self._curves = pins, curves
        self._seen: tuple[tuple[Primitive, ...], ...] = ()
        self._plates: list[tuple[Pixels, float]] = []  # middle, and half of the width

    def primitives(self, frame: Frame) -> tuple[Primitive, ...]:
        seen = self._pins.primitives(frame), self._curves.primitives(frame)
        if len(self._seen) != 2 or any(a is not b for a, b in zip(seen, self._seen, strict=True)):
            self._seen = seen
            self.changed()
        return super().primitives(frame)

    def has(self, pixel: Pixel) -> bool:
        """Whether a mark lies under a pixel."""
        return any(
            abs(pixel[0] - x) <= half + HEAD and abs(pixel[1] - y) <= HEIGHT / 2 + HEAD
            for (x, y), half in self._plates
        )

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return plates and arrows; none during a transition, when places are undefined."""
        self._plates = []
        if isinstance(frame, BlendFrame):
            return ()
        marks: list[tuple[list[str], Pixels, Pixels]] = []  # names, middle of the plate, direction
        for name, pixel in self._beyond(frame):
            middle, along = _place(frame, pixel, _half(name))
            near = [mark for mark in marks if np.abs(mark[1] - middle).max() < APART]
            if not near:
                marks.append(([name], middle, along))
            elif name != CURVE:  # a curve ends at a pin
                near[0][0].append(name)
        return [shape for mark in marks for shape in self._mark(frame, *mark)]

    def _beyond(self, frame: Frame) -> list[tuple[str, Pixels]]:
        """Return what is out of view, with its pixels (2,)."""
        at = self._pins.at
        places = {name: at[name] for name in NAMES if name in at}
        if self._pins.moving is not None:
            places[POINT] = self._pins.moving
        at_pixels = frame.to_pixels(list(places.values())) if places else np.empty((0, 2))
        far = _excess(frame, at_pixels) > OUT
        out = [(name, p) for name, p, f in zip(places, at_pixels, far, strict=True) if f]
        line = self._curves.pixels("geodesic", frame)
        excess = _excess(frame, line)
        if len(line) and excess.max() > OUT:
            out.append((CURVE, line[int(excess.argmax())]))
        return out

    def _mark(
        self, frame: Frame, names: list[str], middle: Pixels, along: Pixels
    ) -> list[Primitive]:
        words, half = ", ".join(names), _half(", ".join(names))
        middle = _inside(frame, middle, half)
        self._plates.append((middle, half))
        first = names[0]
        ink = self.theme.pin(first) if first in NAMES else self.theme.accent
        reach = np.array([half - HEIGHT / 2, 0.0])
        pen = Pen(rgba(self.theme.panel, 0.94), HEIGHT, rgba(ink), 1.5)
        tip = middle + along * (_support(along, half) + HEAD)
        head = Pen(rgba(ink), HEAD + 1.0, rgba(self.theme.casing, 0.85), 1.0)
        at = (float(middle[0]), float(middle[1]))
        return [
            Strokes([np.stack([middle - reach, middle + reach])], pen, capped=True),
            ArrowHeads(tip[None], along[None], head, HEAD),
            Label(words, at, SIZE, rgba(self.theme.text), (0.5, 0.5)),
        ]


def _half(words: str) -> float:
    """Return half of the width of a plate."""
    return typeface.width(words, SIZE) / 2 + HEIGHT / 2 + PADDING - 6.0


def _support(along: Pixels, half: float) -> float:
    """Return the distance from the middle of a plate to its edge in a direction, with a gap."""
    x, y = (abs(float(part)) for part in along)
    side = half / x if x > 0.0 else np.inf
    return float(min(side, HEIGHT / 2 / y if y > 0.0 else np.inf)) + 2.0


def _excess(frame: Frame, pixels: Pixels) -> Pixels:
    """Return how far pixels (k, 2) lie beyond the plot (k,); −1 for those that are undefined."""
    left, top, right, bottom = frame.box
    x, y = pixels.T
    beyond = np.maximum(np.maximum(left - x, x - right), np.maximum(top - y, y - bottom))
    return np.asarray(np.where(np.isfinite(beyond), np.maximum(beyond, 0.0), -1.0))


def _place(frame: Frame, pixel: Pixels, half: float) -> tuple[Pixels, Pixels]:
    """Return the middle of the plate of a mark towards a pixel, and the direction (2,) to it."""
    middle = _inside(frame, pixel, half)
    gap = pixel - middle
    return middle, gap / max(float(np.hypot(*gap)), 1e-12)


def _inside(frame: Frame, pixel: Pixels, half: float) -> Pixels:
    """Return the middle nearest to a pixel where a plate and its arrow head fit into the plot."""
    left, top, right, bottom = frame.box
    room = np.array([half, HEIGHT / 2]) + HEAD + INSET
    low = np.array([left, top]) + room
    return np.clip(pixel, low, np.maximum(low, np.array([right, bottom]) - room))
