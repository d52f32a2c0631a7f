"""The key: a sample and a name for each kind of curve and mark in the plot, on a ground of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.views.canvas import typeface
from app.views.canvas.display_list import (
    ArrowHeads,
    Discs,
    Label,
    Pen,
    Primitive,
    Strokes,
    pen_of,
)
from app.views.canvas.layers.layer import Layer
from app.views.canvas.layers.marks import DATA_DISC, overlapped
from app.views.canvas.layers.pins import DIAMETER
from app.views.canvas.polyline import dashes
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.curve_styles import STYLES, in_order
from app.views.interface.events import Array
from app.views.interface.shapes import Box
from app.views.interface.theme import Theme, rgba

# in pixels: height of a row, length of a sample, space around the text, distance from the corner
ROW, SAMPLE, EDGE, INSET = 20.0, 26.0, 8.0, 8.0
SIZE = 12
DISC, PIN_RADIUS = 7.0, DIAMETER / 2  # about the middle of a token, of a pin
GROUND = 0.88  # opacity of the ground
ALONE = 10.0  # dots wider than this stand alone in their sample
# what is no kind of curve: key, and name
ENDS, MOVING, CARRIED, CIRCLES, DATA = "ends", "moving", "carried", "circles", "data"
THIRD = "third"
WORDS = {
    ENDS: "start A, end B",
    THIRD: "point C",
    MOVING: "moving point",
    CARRIED: "carried vector",
    DATA: "points of data",
}
USUAL = ("geodesic", "straight", ENDS, THIRD, MOVING, CARRIED, CIRCLES, DATA)
# the key takes at most these shares of the plot; with less room only studies are named
WIDEST, HIGHEST = 0.5, 0.5
# where the key may be, as shares of the room: right, below
PLACES = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0),
          (0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))  # fmt: skip


# pixels of the geodesic that weigh as much as a pixel of another curve, a pin, words, or a token
OTHER, PIN, WORDS_COVERED, TOKEN = 0.5, 120.0, 150.0, 30.0
# share of what the key covers that another place must save, so that it is worth a jump
WORTH = 0.3


class Shown(NamedTuple):
    """The names of a key, and the objects that it should not cover.

    kinds: of curves and marks; names: of the circles, and of kinds that have others than their styles;
    shares: opacities.  lines: nodes (n, d) of the geodesic and the straight line; others: of the other
    curves; pins (k, d): with the moving point and the tip of the vector; tokens (k, d).  is_held:
    something is being dragged, so that the key stays where it is.
    """

    kinds: Sequence[str]
    names: Mapping[str, str]
    shares: Mapping[str, float]
    lines: Sequence[Array] = ()
    others: Sequence[Array] = ()
    pins: Array | None = None
    tokens: Array | None = None
    is_held: bool = False


class Row(NamedTuple):
    """An entry of the key: a kind of curve or one of WORDS, its name and opacity."""

    kind: str
    words: str
    share: float


class KeyLayer(Layer):
    """Rows in the corner of the plot, or beside the edge, where they cover the least of curves, pins,
    words and tokens; they move only for much less, and in no drag.

    It reads what is shown once after changes; named are kinds that have a name and no other legend.
    """

    def __init__(self, theme: Theme, read: Callable[[], Shown]) -> None:
        super().__init__(theme)
        self._read, self._place = read, PLACES[0]
        self._rows: tuple[Row, ...] = ()
        self._whole = (0.0, 0.0)  # the size with all rows
        self._told: object = None  # what the rows were made from
        self._due = True

    def set_theme(self, theme: Theme) -> None:
        """Set the theme for the following frames."""
        self._told, self._due = None, True
        super().set_theme(theme)

    def note(self) -> None:
        """Read before the next frame what is shown."""
        self._due = True

    def primitives(self, frame: Frame) -> tuple[Primitive, ...]:
        """Return the primitives of what is shown now."""
        if self._due or (frame is not self._built and frame != self._built):
            shown = self._read()
            # after a drag it is read once more
            self._due = shown.is_held
            kinds = {*shown.kinds, CIRCLES} if shown.names[CIRCLES] else {*shown.kinds}
            self._set(kinds, shown.names, shown.shares)
            if self._rows and not shown.is_held:
                self._dodge(frame, shown)
        return super().primitives(frame)

    def _set(self, shown: set[str], names: Mapping[str, str], shares: Mapping[str, float]) -> None:
        told = (shown, dict(names), dict(shares))
        if told == self._told:
            return
        self._told = told
        rows = tuple(
            row for row in rows_of(shown, names, shares) if row.kind not in self.theme.named
        )
        if rows != self._rows:
            self._rows, self._whole = rows, self._size(rows)
            self.changed()

    def _dodge(self, frame: Frame, shown: Shown) -> None:
        """Move to the first place that covers the least, if that is much less than here."""
        rows = self._fitting(frame)
        size = self._whole if rows is self._rows else self._size(rows)
        words = self.occupied(frame)
        lines = ((1.0, _segments(frame, shown.lines)), (OTHER, _segments(frame, shown.others)))
        pins, tokens = _pixels(frame, shown.pins), _pixels(frame, shown.tokens)

        def covered(place: tuple[float, float]) -> float:
            box = _box(frame, size, place)
            length = sum(weight * length_in(box, *each) for weight, each in lines)
            marks = PIN * _count(box, pins, PIN_RADIUS) + TOKEN * _count(box, tokens, DISC)
            return length + marks + WORDS_COVERED * overlapped(box, words)

        place = min(PLACES, key=covered)
        if covered(place) < (1.0 - WORTH) * covered(self._place):
            self._place = place
            self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return the ground, the samples and the names; nothing without rows."""
        rows = self._fitting(frame)
        if not rows:
            return ()
        left, top, right, bottom = _box(frame, self._size(rows), self._place)
        middle = (top + bottom) / 2
        ground = Pen(rgba(self.theme.panel, GROUND), bottom - top)
        edge = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        shapes: list[Primitive] = [
            Strokes([np.array([(left, middle), (right, middle)])], ground),
            Strokes([np.array(edge)], Pen(rgba(self.theme.frame))),
        ]
        labels = []
        for i, row in enumerate(rows):
            y = top + EDGE / 2 + ROW * (i + 0.5)
            start = np.array([left + EDGE, y])
            shapes += [shape.faded(row.share) for shape in sample(self.theme, row.kind, start)]
            at = (left + EDGE + SAMPLE + EDGE, y)
            words = Label(row.words, at, SIZE, rgba(self.theme.text), math=True)
            labels.append(words.faded(row.share))
        return (*shapes, *labels)

    def _fitting(self, frame: Frame) -> tuple[Row, ...]:
        """Return the rows for which there is room."""
        left, top, right, bottom = frame.box
        width, height = self._whole
        if width <= WIDEST * (right - left) and height <= HIGHEST * (bottom - top):
            return self._rows
        return tuple(row for row in self._rows if row.kind not in USUAL)

    def _size(self, rows: Sequence[Row]) -> tuple[float, float]:
        size = self.theme.type_size or SIZE
        widest = max((typeface.width(row.words, size) for row in rows), default=0.0)
        return 3 * EDGE + SAMPLE + widest, ROW * len(rows) + EDGE


def rows_of(
    shown: Collection[str], names: Mapping[str, str], shares: Mapping[str, float]
) -> list[Row]:
    """Return the rows of the kinds ``shown`` that have a name and can be seen, the usual ones first.

    ``names``: of the circles, and of kinds that have others than their styles; ``shares``: opacities.
    """
    order = (*USUAL, *(kind for kind in in_order() if kind not in USUAL))
    styled = {kind: style.words for kind, style in STYLES.items() if style.words}
    words = {**WORDS, **styled, **names}
    return [
        Row(kind, words[kind], shares.get(kind, 1.0))
        for kind in order
        if kind in shown and kind in words and shares.get(kind, 1.0) > 0.0
    ]


def sample(theme: Theme, kind: str, start: Pixels) -> list[Strokes | Discs | ArrowHeads]:
    """Return the sample of a row, SAMPLE long, from its left end."""
    line = start + np.array([(0.0, 0.0), (SAMPLE, 0.0)])
    if kind == ENDS:
        pens = (Pen(rgba(theme.pin(name)), 10.0, theme.outline(), 1.2) for name in ("A", "B"))
        return [
            Discs(start + np.array([(x, 0.0)]), pen) for x, pen in zip((6, 20), pens, strict=True)
        ]
    if kind == THIRD:
        pen = Pen(rgba(theme.pin("C")), 10.0, theme.outline(), 1.2)
        return [Discs(start + np.array([(SAMPLE / 2, 0.0)]), pen)]
    if kind == MOVING:
        pen = Pen(rgba(theme.moving), 9.0, theme.outline(), 2.0)
        return [Discs(start + np.array([(SAMPLE / 2, 0.0)]), pen)]
    if kind == DATA:
        pen = Pen(rgba(theme.mark), DATA_DISC, theme.outline(), 1.5)
        return [Discs(start + np.array([(x, 0.0)]), pen) for x in (6, 13, 20)]
    if kind == CIRCLES:
        turn = np.linspace(0.0, 2 * np.pi, 33)
        oval = np.stack([10 * np.cos(turn) + SAMPLE / 2, 6 * np.sin(turn)], 1) + start
        return [Strokes([oval], Pen(rgba(theme.ellipse, 0.7), 1.0, theme.outline(), 0.8))]
    if kind == CARRIED or STYLES[kind].arrow:
        colour, casing = rgba(theme.vector), theme.outline()
        shaft, head = Pen(colour, 2.0, casing, 1.2), Pen(colour, 7.0, casing, 1.2)
        shaft = shaft if kind == CARRIED else pen_of(theme, kind)
        return [
            Strokes([line - np.array([(0.0, 0.0), (7.0, 0.0)])], shaft),
            ArrowHeads(line[1:], np.array([(1.0, 0.0)]), head, 9.0),
        ]
    pen, style = pen_of(theme, kind), STYLES[kind]
    if style.dots:
        alone = pen.width > ALONE
        middle = (line[0] + line[1])[None] / 2
        return [Discs(middle if alone else np.linspace(line[0], line[1], 4), pen)]
    return [Strokes([line if style.dash is None else dashes(line, *style.dash)], pen)]


def _box(frame: Frame, size: tuple[float, float], place: tuple[float, float]) -> Box:
    """Return left, top, right and bottom of the key at a place."""
    left, top, right, bottom = frame.box
    x = left + INSET + place[0] * (right - left - 2 * INSET - size[0])
    y = top + INSET + place[1] * (bottom - top - 2 * INSET - size[1])
    return x, y, x + size[0], y + size[1]


def _pixels(frame: Frame, points: Array | None) -> Pixels:
    return np.empty((0, 2)) if points is None else frame.to_pixels(points)


def _segments(frame: Frame, lines: Sequence[Array]) -> tuple[Pixels, Pixels]:
    """Return where the segments of lines begin (n, 2), and how far they lead (n, 2)."""
    at = [frame.to_pixels(line) for line in lines]
    begin = np.concatenate([np.empty((0, 2)), *(line[:-1] for line in at)])
    along = np.concatenate([np.empty((0, 2)), *(np.diff(line, axis=0) for line in at)])
    known = np.isfinite(begin + along).all(axis=1)
    return begin[known], along[known]


def length_in(box: Box, begin: Pixels, along: Pixels) -> float:
    """Return the length inside a box of segments from ``begin`` (n, 2) by ``along`` (n, 2)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = (box[:2] - begin) / along, (box[2:] - begin) / along
    # on an edge and along it: 0/0, and inside
    enter = np.nan_to_num(np.fmin(first, last), nan=-np.inf, neginf=-np.inf, posinf=np.inf)
    leave = np.nan_to_num(np.fmax(first, last), nan=np.inf, neginf=-np.inf, posinf=np.inf)
    share = leave.min(axis=1).clip(max=1.0) - enter.max(axis=1).clip(min=0.0)
    return float((share.clip(min=0.0) * np.hypot(*along.T)).sum())


def _count(box: Box, points: Pixels, near: float) -> int:
    """Return how many points (k, 2) lie in a box, or less than ``near`` beside it."""
    (left, top, right, bottom), (x, y) = box, points.T
    across = (x > left - near) & (x < right + near)
    return int((across & (y > top - near) & (y < bottom + near)).sum())
