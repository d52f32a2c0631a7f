"""Annotations: words and arrows that a user puts on the canvas, and marks of angles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.accents import clusters
from app.views.canvas.display_list import ArrowHeads, Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.marks import overlaps
from app.views.canvas.polyline import dashes
from app.views.canvas.projections.frame import Frame, Pixel, Pixels
from app.views.interface.annotations import AngleArc, Annotation
from app.views.interface.shapes import Box
from app.views.interface.theme import Theme, rgba
from app.views.text.typesetting import is_symbol

SIZE, HEIGHT, AROUND = 13.0, 18.0, 5.0  # of letters, of their box, and the room around it
WIDTH, HEAD = 1.6, 10.0  # of an arrow's shaft and of its head, in pixels
# radius of an angle's arc, at most a share of the plot's sides; its stretch; the gap before its value
SHARE = 0.08
RADIUS, STRETCH, BEYOND = 34.0, 1.6, 1.0
RING = 0.65  # between the arcs of one point, relative to the innermost
# by which multiples of its height a value gives way to others
SHIFTS = (0, -1, 1, -2, 2, -3, 3)
FARTHER = (1, 2, 3)  # the same, away from the foot
DASH = (5.0, 4.0)


class AnnotationsLayer(Layer):
    """Notes with their arrows, and arcs with the values of their angles."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.notes: tuple[Annotation, ...] = ()
        self._angles: tuple[AngleArc, ...] = ()

    def set(self, notes: Sequence[Annotation], angles: Sequence[AngleArc]) -> None:
        """Replace all of them."""
        if angles or self._angles or tuple(notes) != self.notes:
            self.notes, self._angles = tuple(notes), tuple(angles)
            self.changed()

    def under(self, pixel: Pixel, frame: Frame) -> Annotation | None:
        """Return the uppermost note whose words are under a pixel."""
        for note in reversed(self.notes):
            box = self._box(note, frame)
            if box and box[0] <= pixel[0] <= box[2] and box[1] <= pixel[1] <= box[3]:
                return note
        return None

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return arcs and arrows, then words."""
        shapes: list[Primitive] = []
        labels: list[Primitive] = []
        left, top, right, bottom = frame.box
        radius = min(RADIUS, SHARE * min(right - left, bottom - top))
        taken: list[Box] = []
        for i, angle in enumerate(self._angles):
            rings = sum(before.foot == angle.foot for before in self._angles[:i])
            shapes += self._arc(angle, radius * (1.0 + RING * rings), frame, labels, taken)
        for note in self.notes:
            shapes += self._arrow(note, frame)
            box = self._box(note, frame)
            if box:
                labels += self._words(note.letters, box)
        return shapes + labels

    def _words(self, letters: str, box: Box) -> list[Label]:
        """Return letters from the left edge of a box, in one label or one for each font."""
        ink, halo = rgba(self.theme.text), self.theme.outline()
        x, y, labels = box[0] + AROUND, (box[1] + box[3]) / 2, []
        for piece in _pieces(letters):
            labels.append(Label(piece, (x, y), SIZE, ink, (0.0, 0.5), halo))
            x += typeface.width(piece, self._size)
        return labels

    @property
    def _size(self) -> float:
        return self.theme.type_size if self.theme.pen else SIZE

    def _around(self, letters: str, x: float, y: float) -> Box:
        half = sum(typeface.width(piece, self._size) for piece in _pieces(letters)) / 2 + AROUND
        return x - half, y - HEIGHT / 2, x + half, y + HEIGHT / 2

    def _pen(self, width: float = WIDTH) -> Pen:
        return Pen(rgba(self.theme.text), width, self.theme.outline(), 1.0)

    def _box(self, note: Annotation, frame: Frame) -> Box | None:
        """Return the box around the words of a visible note, inside the plot if it has room there."""
        x, y = frame.to_pixels(note.at)
        if not note.letters or not np.isfinite((x, y)).all() or frame.hidden([note.at])[0]:
            return None
        box = self._around(note.letters, float(x), float(y))
        if not frame.contains((x, y)):
            return box
        left, top, right, bottom = frame.box
        across = max(left - box[0], 0.0) or min(right - box[2], 0.0)
        down = max(top - box[1], 0.0) + min(bottom - box[3], 0.0)
        return box[0] + across, box[1] + down, box[2] + across, box[3] + down

    def _arrow(self, note: Annotation, frame: Frame) -> list[Primitive]:
        """Return the arrow of a note, from the edge of its words."""
        if note.to is None or frame.hidden([note.to])[0]:
            return []
        foot, tip = frame.to_pixels(note.at), frame.to_pixels(note.to)
        box = self._box(note, frame)
        if box:
            foot = foot + (tip - foot) * _leaving(box, tip - foot)
        length = float(np.hypot(*(tip - foot)))
        if not length > 1.0:  # NaN too
            return []
        along, head = (tip - foot) / length, min(HEAD, length)
        shaft = np.stack([foot, tip - 0.8 * head * along])
        barb = self._pen(0.8 * head)
        return [Strokes([shaft], self._pen()), ArrowHeads(tip[None], along[None], barb, head)]

    def _arc(
        self,
        angle: AngleArc,
        radius: float,
        frame: Frame,
        labels: list[Primitive],
        taken: list[Box],
    ) -> list[Primitive]:
        """Return the arc of an angle, part of a Fisher circle, and append its value to ``labels`` and
        the value's box, beside those of other values, to ``taken``.
        """
        line = _about(angle, radius, frame)
        if line is None or frame.hidden([angle.foot])[0]:
            return []
        foot = np.asarray(frame.to_pixels(angle.foot))
        middle = line[len(line) // 2] - foot
        out = middle / float(np.hypot(*middle))
        _, _, right, bottom = self._around(angle.words, 0.0, 0.0)
        reach = float(np.abs(out) @ (right, bottom))  # of the box, towards the arc
        at = foot + middle + out * (BEYOND + reach)
        places = [
            *(at + np.array([0.0, HEIGHT * k]) for k in SHIFTS),
            *(at + out * HEIGHT * k for k in FARTHER),
        ]
        boxes = [self._around(angle.words, float(x), float(y)) for x, y in places]
        free = [box for box in boxes if not overlaps(box, taken)]
        box = next((box for box in free if not _hits(box, line)), (free or boxes)[0])
        taken.append(box)
        labels += self._words(angle.words, box)
        drawn: list[Primitive] = [
            Strokes([dashes(line, *DASH) if angle.dashed else line], self._pen())
        ]
        way = line[-1] - line[-2]
        if angle.is_turn and (step := float(np.hypot(*way))) > 0.0:
            barb = self._pen(0.7 * HEAD)
            drawn.append(ArrowHeads(line[-1:], way[None] / step, barb, 0.8 * HEAD))
        return drawn


def _pieces(letters: str) -> list[str]:
    """Split letters so that formulas stay apart from words that another font writes."""
    split = groupby(clusters(letters), lambda letter: is_symbol(letter[0]))
    pieces = ["".join(group) for _, group in split]
    is_foreign = any(typeface.shaped(p, False) for p in pieces if not is_symbol(p[0]))
    return pieces if is_foreign else [letters]


def _hits(box: Box, line: Pixels) -> bool:
    """Whether a line with many nodes (k, 2) passes through a box."""
    left, top, right, bottom = box
    x, y = line.T
    return bool(((x > left) & (x < right) & (y > top) & (y < bottom)).any())


def _leaving(box: Box, along: Pixels) -> float:
    """Return the share of a line from the middle of a box at which it leaves the box, at most 1."""
    half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    size = np.abs(along)
    shares = half[size > 0.0] / size[size > 0.0]
    return float(min(shares.min(initial=1.0), 1.0))


def _about(angle: AngleArc, radius: float, frame: Frame) -> Pixels | None:
    """Return the arc (k, 2), about ``radius`` pixels from its foot; None where it is undefined."""
    foot, arc = np.asarray(angle.foot), np.asarray(angle.arc, np.float64)
    reach = np.abs(arc).max(initial=0.0)
    if not (np.isfinite(reach) and reach > 0.0):
        return None
    e = frame.extent
    small = 1e-3 * min(e.x1 - e.x0, e.y1 - e.y0) / reach  # on a surface only small arcs are flat
    spread = frame.to_pixels(foot + small * arc) - frame.to_pixels(foot)
    sizes = np.hypot(*spread.T)
    if not (np.isfinite(sizes).all() and sizes.min() > 0.0):
        return None
    times = radius / max(float(np.sqrt((sizes**2).mean())), float(sizes.max()) / STRETCH)
    line: Pixels = frame.to_pixels(foot) + times * spread
    return line
