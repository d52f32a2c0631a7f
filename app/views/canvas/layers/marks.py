"""Tokens: labelled points, fainter farther from the surface, hollow if it is not their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.views.canvas import typeface
from app.views.canvas.display_list import Discs, Label, Pen, Primitive, Strokes
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.events import Array
from app.views.interface.shapes import Box
from app.views.interface.theme import Theme, rgba
from app.views.interface.views import Marks

SIZE = 13
HEIGHT = 16.0  # of a label's box
DISC = 7.5
# width of a point of data, which is smaller than the moving point; of more than CLEAR less
DATA_DISC, CLEAR, LEAST = 5.5, 150, 0.5
GAP = 4.0  # between the words of two points, in pixels
WIDENED = np.array([-GAP, 0.0, GAP, 0.0]).reshape(4, 1, 1, 1)  # the sides of a box by it
# numbers of boxes times others up to which all are compared at once
AT_ONCE = 4_000_000
# Possible positions of a label: its anchor, and its offset from the point in pixels, which is larger
# beside a pin.  With no room beside the point, a line leads to the label.
BESIDE = (
    ((0.0, 0.5), (13.0, 0.0)),
    ((1.0, 0.5), (-13.0, 0.0)),
    ((0.5, 1.0), (0.0, -12.0)),
    ((0.5, 0.0), (0.0, 12.0)),
    ((0.0, 1.0), (9.0, -7.0)),
    ((0.0, 0.0), (9.0, 7.0)),
    ((1.0, 1.0), (-9.0, -7.0)),
    ((1.0, 0.0), (-9.0, 7.0)),
)
NEARER, FARTHER = (1.0, 1.5), (2.2, 3.4, 4.6)  # times the offset
# of each position: the anchor, the offset
PLACES = np.array([
    (anchor, (far * x, far * y)) for far in (*NEARER, *FARTHER) for anchor, (x, y) in BESIDE
])  # fmt: skip
IS_FAR = np.arange(len(PLACES)) >= len(NEARER) * len(BESIDE)
# half the sides of a pin and of a node of a line, as words see them, which keep a GAP: that of a pin
# leaves room for the ring of the focus; of more marks than FEW a word may be nearer to another one
COVERED, CROSSED, FEW = 15.0, 2.0, 40
# lowest opacity of a disc and of a word
FAINTEST, FAINTEST_WORD = 0.62, 0.8
HOLE = 3.6  # width in pixels of the hole of a disc drawn as a ring
# maximum number of labels placed, the least faint ones
TRIED = 160
# boxes of which most in a crowd hit one
CROWD = 48
NEAR = 9.0  # reach of the pointer in pixels


class MarksLayer(Layer):
    """Discs with labels that never overlap; a label without room is shown on hover."""

    def __init__(self, theme: Theme, disc: float = DISC) -> None:
        super().__init__(theme)
        self._disc = disc
        self._marks: Marks | None = None  # those that this layer draws
        self._all: Marks | None = None  # with the one that is dragged, which another layer draws
        self._before: Marks | None = None  # all, before the drag
        self._aside = -1  # the number of the one that is dragged
        self._hovered = -1
        # pins, which cover words, and lines, which words leave free if they can, at rest
        self._pins: Array = np.empty((0, 2))
        self._lines: Array = self._pins
        self._placed: tuple[object, ...] = ()  # what the positions of labels were found for
        self._spots: tuple[list[int], Spots] = [], NONE

    def set(self, marks: Marks | None) -> None:
        """Set the points, or None."""
        self._marks = self._all = self._before = marks
        self._hovered = self._aside = -1
        self.changed()

    def give_way(self, pins: Array, lines: Array) -> None:
        """Keep words off pins (k, d), and off nodes of lines (m, d) where there is room elsewhere."""
        if not (np.array_equal(pins, self._pins) and np.array_equal(lines, self._lines)):
            self._pins, self._lines = pins, lines
            self.changed()

    def drag(self, marks: Marks | None) -> bool:
        """Set points of which one has moved since `set`; the others are not built again.  False if they
        differ otherwise.
        """
        before = self._before
        if marks is None or before is None or marks.xy.shape != before.xy.shape:
            return False
        moved = np.flatnonzero((marks.xy != before.xy).any(axis=1))
        if len(moved) != 1 or (marks.labels, marks.group) != (before.labels, before.group):
            return False
        if self._aside != moved[0]:
            self._aside, self._hovered = int(moved[0]), -1
            self._marks = _without(before, self._aside)
            self.changed()
        self._all = marks
        return True

    def settle(self) -> None:
        """Draw a mark that was dragged among the others again."""
        if self._aside >= 0:
            self.set(self._all)

    @property
    def held(self) -> int | None:
        """The number of the mark that is dragged, or None."""
        return self._aside if self._all is not None and self._aside >= 0 else None

    def colour(self, i: int) -> str:
        """Return the colour of a mark."""
        return self.theme.mark if self._all is None else _colour(self.theme, self._all, i)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the marks."""
        return () if self._all is None else self._all.labels

    @property
    def width(self) -> float:
        """The width of the discs."""
        return self._width(len(self.labels) or 1)

    @property
    def xy(self) -> Array | None:
        """The places of the marks (n, d), or None."""
        return None if self._all is None or not len(self._all.xy) else self._all.xy

    @property
    def is_crowd(self) -> bool:
        """Whether there are more than `CLEAR` marks, which hide most of what they cover."""
        return len(self.labels) > CLEAR

    def hover(self, pixel: tuple[float, float] | None, frame: Frame) -> bool:
        """Highlight the mark under ``pixel``, if any; return whether that changed the drawing."""
        found = -1 if pixel is None else self.mark_at(pixel, frame)
        if found == self._hovered:
            return False
        self._hovered = found
        self.changed()
        return True

    def mark_at(self, pixel: tuple[float, float], frame: Frame) -> int:
        """Return the number of the nearest mark within reach of a pixel, or −1."""
        if self._marks is None or not len(self._marks.xy):
            return -1
        distance = np.hypot(*(frame.to_pixels(self._marks.xy) - pixel).T)
        nearest = int(np.argmin(np.where(np.isfinite(distance), distance, np.inf)))
        return nearest if distance[nearest] < NEAR else -1

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Return discs, and the labels that fit."""
        if self._marks is None or not len(self._marks.xy):
            return ()
        at = frame.to_pixels(self._marks.xy)
        alpha = 1.0 - (1.0 - FAINTEST) * np.clip(np.asarray(self._marks.fade, float), 0.0, 1.0)
        if self._hovered >= 0:
            alpha[self._hovered] = 1.0
        inks = range(len(at)) if self._marks.index or self._marks.group else (0,)
        colours = np.resize([rgba(self._ink(i)) for i in inks], (len(at), 4))
        colours[:, 3] = alpha
        pen = Pen(rgba(self.theme.mark), self._width(len(at)), self.theme.outline(), 1.5)
        shapes = [Discs(at, pen, colours)]
        if self._marks.hollow is not None and self._marks.hollow.any():
            # points off this surface are rings
            inner = Pen(rgba(self.theme.background), HOLE)
            shapes.append(Discs(at[self._marks.hollow], inner))
        return (*shapes, *self._labels(frame, at, alpha))

    def _width(self, n: int) -> float:
        """Return the width of n discs: tokens keep theirs, points of data are smaller in a crowd."""
        return (
            self._disc if self._disc == DISC else self._disc * float(np.clip(CLEAR / n, LEAST, 1.0))
        )

    def _ink(self, i: int) -> str:
        assert self._marks is not None
        return _colour(self.theme, self._marks, i)

    def _labels(self, frame: Frame, at: Pixels, alpha: np.ndarray) -> list[Primitive]:
        assert self._marks is not None
        order, where = self._beside_discs(frame, at, alpha)
        taken = np.concatenate([self.occupied(frame), _around(frame, self._pins, COVERED)])
        where = Spots(*where[:3], where.free & ~_hits(where.boxes, taken), where.clear)
        crossed = _hits(where.boxes, _around(frame, self._lines, CROSSED))
        leaders: list[Primitive] = []
        labels: list[Primitive] = []
        placed = np.empty((0, 4))
        for k, i in enumerate(order):
            text, bold = self._marks.labels[i], i == self._hovered
            place = first_free(where.of(k), placed, bold, crossed[k])
            if place is not None:
                point, anchor, box, is_far = place
                placed = np.concatenate([placed, [box]])
                if is_far:
                    pen = Pen(rgba(self._ink(i), 0.7), 1.0, self.theme.outline(), 0.8)
                    leaders.append(Strokes([np.array([at[i], point])], pen))
                colour = rgba(self._ink(i), max(float(alpha[i]), FAINTEST_WORD))
                halo = self.theme.outline()
                labels.append(Label(text, point, SIZE, colour, anchor, halo, bold))
        # in this order one draw call for all lines and one for all words
        return [*leaders, *labels]

    def _beside_discs(self, frame: Frame, at: Pixels, alpha: np.ndarray) -> tuple[list[int], Spots]:
        """Return the labels to be placed, in order, and their positions that cover no disc; the same
        until the frame, the marks or the one under the pointer change.
        """
        placed = (frame, self._marks, self._hovered)
        if self._placed != placed:
            self._placed, self._spots = placed, self._found(frame, at, alpha)
        return self._spots

    def _found(self, frame: Frame, at: Pixels, alpha: np.ndarray) -> tuple[list[int], Spots]:
        assert self._marks is not None
        order = np.lexsort((-alpha, np.arange(len(at)) != self._hovered))
        inside = order[frame.inside(at)[order]].tolist()
        half, words = DISC / 2 + 1, self._marks.labels
        # sides of all discs lie together, since thousands are compared
        discs = np.concatenate([at[inside].T - half, at[inside].T + half]).T
        tried = [i for i in inside if words[i]][:TRIED]
        widths = [typeface.width(words[i], SIZE, 1.0, i == self._hovered) for i in tried]
        found = spots(frame, at[tried], np.array(widths), discs)
        if len(inside) <= FEW:
            clear = [_nearest(found.boxes[k], at[i], at[inside]) for k, i in enumerate(tried)]
            found = Spots(*found[:4], np.array(clear, bool).reshape(found.free.shape))
        return tried, found


def _colour(theme: Theme, marks: Marks, i: int) -> str:
    if marks.group:
        return theme.group(marks.group[i])
    return theme.index(marks.index[i]) if marks.index else theme.mark


def _without(marks: Marks, i: int) -> Marks:
    """Return all marks but one."""
    return Marks(
        np.delete(marks.xy, i, axis=0),
        marks.labels[:i] + marks.labels[i + 1 :],
        np.delete(marks.fade, i),
        marks.index[:i] + marks.index[i + 1 :],
        None if marks.hollow is None else np.delete(marks.hollow, i),
        marks.group[:i] + marks.group[i + 1 :],
    )


class Spots(NamedTuple):
    """The n possible positions of each of m labels: points (m, n, 2), boxes (m, n, 4), which of them
    are inside the plot, which of these are free, and which are not nearer to another point.
    """

    points: Pixels
    boxes: Pixels
    inside: NDArray[np.bool_]
    free: NDArray[np.bool_]
    clear: NDArray[np.bool_]

    def of(self, k: int) -> Spots:
        """Return the positions of one label, without the axis of labels."""
        return Spots(*(part[k] for part in self))


NONE = Spots(*(np.empty((0, len(PLACES), *last)) for last in ((2,), (4,), (), (), ())))


def spots(frame: Frame, at: Pixels, widths: Pixels, taken: Pixels) -> Spots:
    """Return the positions of labels (m,) of points ``at`` (m, 2), free of boxes taken (k, 4)."""
    points = at[:, None] + PLACES[:, 1]
    sizes = np.stack([widths, np.full(len(at), HEIGHT)], axis=1)[:, None]
    corners = points - PLACES[:, 0] * sizes
    boxes = np.concatenate([corners, corners + sizes], axis=2)
    inside = (corners >= frame.box[:2]).all(axis=2) & (boxes[..., 2:] <= frame.box[2:]).all(axis=2)
    free = inside & ~_hits(boxes, taken)
    return Spots(points, boxes, inside, free, np.ones_like(free))


def first_free(
    where: Spots, taken: Pixels, insist: bool, crossed: NDArray[np.bool_] | None = None
) -> tuple[tuple[float, float], tuple[float, float], Box, bool] | None:
    """Return the first position of a label free of further boxes (k, 4): point, anchor, box, whether
    a line leads to it; None if there is none.  One beside the point that is clear, and not ``crossed``
    by a line, comes first.
    """
    free = where.free & ~_hit(where.boxes, taken)
    fitting = free if free.any() or not insist else where.inside
    if not fitting.any():
        return None
    clear = free & (where.clear | IS_FAR)
    beside = clear & ~IS_FAR
    if crossed is not None:
        beside &= ~crossed
    fitting = next((ranked for ranked in (beside, clear) if ranked.any()), fitting)
    k = int(fitting.argmax())
    left, top, right, bottom = where.boxes[k].tolist()
    (x, y), anchor = where.points[k].tolist(), tuple(PLACES[k, 0].tolist())
    return (x, y), anchor, (left, top, right, bottom), bool(IS_FAR[k])


def _around(frame: Frame, points: Array, half: float) -> Pixels:
    """Return boxes (k, 4) around points (k, d)."""
    at = frame.to_pixels(points) if len(points) else np.empty((0, 2))
    return np.concatenate([at - half, at + half], axis=1)


def _nearest(boxes: Pixels, own: Pixels, points: Pixels) -> NDArray[np.bool_]:
    """Return which boxes (n, 4) are nearer to their own point than to each other of points (k, 2)."""

    def far(at: Pixels) -> Pixels:
        beside = np.maximum(boxes[:, None, :2] - at, at - boxes[:, None, 2:])
        return np.asarray(np.hypot(*np.maximum(beside, 0.0).T)).T

    others = points[(points != own).any(axis=1)]
    return np.asarray((far(others) > far(own[None])).all(axis=1))


def _hits(boxes: Pixels, others: Pixels) -> NDArray[np.bool_]:
    """Return which boxes (m, n, 4), those of m points, overlap any of others (k, 4), as `_hit` does."""
    if boxes.size * len(others) > AT_ONCE:
        return np.array([_hit(each, others) for each in boxes])
    sides = np.moveaxis(boxes, 2, 0)[..., None] + WIDENED
    return np.asarray(_overlapping(sides, others).any(axis=2))


def _hit(boxes: Pixels, others: Pixels) -> NDArray[np.bool_]:
    """Return which boxes (n, 4), with a gap on either side, overlap any of others (k, 4)."""
    boxes = boxes + WIDENED[:, 0, 0, 0]
    # of thousands of points few are near one label
    around = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    near = others.T[:, _overlapping(around, others)].T
    sides = np.ascontiguousarray(boxes.T)[..., None]
    hit = np.asarray(_overlapping(sides, near[:CROWD]).any(axis=1))
    if len(near) > CROWD and not hit.all():
        hit[~hit] = _overlapping(sides[:, ~hit], near[CROWD:]).any(axis=1)
    return hit


def overlaps(a: Box, others: Sequence[Box] | Pixels) -> bool:
    """Whether a box overlaps any of others (k, 4)."""
    return overlapped(a, others) > 0


def overlapped(a: Box, others: Sequence[Box] | Pixels) -> int:
    """Return how many of others (k, 4) a box overlaps."""
    return int(_overlapping(a, np.asarray(others, float).reshape(-1, 4)).sum())


def _overlapping(a: Box | Pixels, others: Pixels) -> NDArray[np.bool_]:
    """Return which of others (k, 4) a box overlaps, or each of boxes (4, ..., 1)."""
    left, top, right, bottom = others.T
    hit: NDArray[np.bool_] = a[0] < right
    for side in (left < a[2], a[1] < bottom, top < a[3]):
        hit &= side
    return hit
