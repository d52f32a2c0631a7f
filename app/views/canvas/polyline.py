"""Adaptive conversion of curves to polylines that look smooth.

A curve is known at its nodes and, by its function ``at``, between them.  An interval is split if the
curve deviates from the chord by more than `FLAT` pixels; intervals off the plot, or too short or
straight, are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.projections.frame import Frame, Pixels
from app.views.interface.events import Array
from app.views.interface.views import Curve

# tolerance of a drawn curve, in device pixels
FLAT = 0.15
# and the share of it above which an arc through neighbouring nodes has its interval checked
MARGIN = 0.8
# where an interval is checked: not in the middle, through which an S passes
PROBES = np.array([0.3, 0.7])
# an interval shorter than this is flat, in pixels
SHORT = 1.0
# rounds of cutting in three, and number of points above which those of other views are dropped
ROUNDS, MOST = 24, 40_000
# margin in pixels around the plot in which a curve is drawn: no pen is wider
BORDER = 24.0
# margins in pixels beyond which lines are clipped, since float32 is inaccurate far away, and beyond
# which dashed lines are, to limit their dashes
FAR, NEAR = 4000.0, 64.0
MOST_DASHES = 2000


@dataclass
class Polyline:
    """One curve with all points needed so far: place (n,), xy (n, d), and cached inner points of
    intervals (n − 1, 2, d), NaN where not evaluated.
    """

    curve: Curve

    def __post_init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        xy = np.asarray(self.curve.xy, np.float64)
        self.place, self.xy = np.arange(float(len(xy))), xy
        self._seen = np.full((max(len(xy) - 1, 0), len(PROBES), xy.shape[-1]), np.nan)

    def points(self, frame: Frame) -> Array:
        """Return the curve (n, d) with enough points for ``frame``."""
        at = self.curve.at
        if at is None or len(self.xy) < 2:
            return self.xy
        if len(self.xy) > max(MOST, 2 * len(self.curve.xy)):
            self._reset()
        some = _doubtful(frame, self.xy)
        for _ in range(ROUNDS):
            if len(some) == 0:
                break
            self._look(some)
            bent = some[_bent(frame, self.xy, self._seen, some)]
            if len(bent) == 0 or len(self.xy) > MOST + len(self.curve.xy):
                break
            some = self._cut(bent)
            some = some[_matters(frame, frame.to_pixels(self.xy), some)]
        return self.xy

    def _look(self, some: NDArray[np.intp]) -> None:
        """Evaluate inner points of intervals that are not known yet."""
        assert self.curve.at is not None
        new = some[np.isnan(self._seen[some, 0, 0])]
        if len(new):
            size = self.place[new + 1] - self.place[new]
            place = self.place[new, None] + size[:, None] * PROBES
            self._seen[new] = self.curve.at(place.ravel()).reshape(len(new), len(PROBES), -1)

    def _cut(self, bent: NDArray[np.intp]) -> NDArray[np.intp]:
        """Insert the inner points of intervals as nodes; return the new intervals."""
        count = len(PROBES)
        size = self.place[bent + 1] - self.place[bent]
        where = np.repeat(bent + 1, count)
        self.place = np.insert(
            self.place, where, (self.place[bent, None] + size[:, None] * PROBES).ravel()
        )
        inner = self._seen[bent].reshape(-1, self.xy.shape[1])
        self.xy = np.insert(self.xy, where, inner, axis=0)
        self._seen[bent] = np.nan
        self._seen = np.insert(self._seen, where, np.nan, axis=0)
        first = bent + count * np.arange(len(bent))
        return (first[:, None] + np.arange(count + 1)).ravel()


def _matters(frame: Frame, line: Pixels, some: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which intervals (k,) of a line in pixels are long enough and may be visible."""
    a, b = line[some], line[some + 1]
    with np.errstate(invalid="ignore", over="ignore"):
        length = np.hypot(*(b - a).T)
        reach = BORDER + length
        left, top, right, bottom = frame.box
        low, high = np.minimum(a, b), np.maximum(a, b)
        seen = (high[:, 0] + reach > left) & (low[:, 0] - reach < right)
        seen &= (high[:, 1] + reach > top) & (low[:, 1] - reach < bottom)
        # what is not finite compares False
        return np.asarray(seen & (length > SHORT) & np.isfinite(length))


def _doubtful(frame: Frame, xy: Array) -> NDArray[np.intp]:
    """Return intervals that may be curved, judged by the curvature at their ends, or without
    neighbours.
    """
    line = frame.to_pixels(xy)
    if len(line) < 3:
        return np.flatnonzero(_matters(frame, line, np.arange(len(line) - 1)))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        step = np.diff(line[:, 0] + 1j * line[:, 1])
        length = np.abs(step)
        # the curvature, twice: angle over the mean of both lengths
        curved = np.abs(np.angle(step[1:] / step[:-1])) / (length[1:] + length[:-1])
        worst = np.fmax(np.append(curved, curved[-1:]), np.insert(curved, 0, curved[0]))
        # the arc's height over its chord: κ L²/8; unknown curvature counts as bent
        some = np.flatnonzero(~(length * length * worst < 4.0 * MARGIN * FLAT / frame.ratio))
    return some[_matters(frame, line, some)] if len(some) else some


def _bent(frame: Frame, xy: Array, seen: Array, some: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which intervals (k,) deviate from their chord by more than `FLAT`."""
    a, b = frame.to_pixels(xy[some])[:, None], frame.to_pixels(xy[some + 1])[:, None]
    p = frame.to_pixels(seen[some])
    chord = b - a
    square = (chord**2).sum(axis=-1)
    share = ((p - a) * chord).sum(axis=-1) / np.where(square > 0.0, square, 1.0)
    off = p - (a + np.clip(share, 0.0, 1.0)[..., None] * chord)
    far = np.hypot(off[..., 0], off[..., 1])
    return np.asarray((far > FLAT / frame.ratio).any(axis=1) & np.isfinite(far).all(axis=1))


def parts(line: Pixels, frame: Frame, dashed: bool = False) -> list[tuple[Pixels, float]]:
    """Return the pieces of a line between rows of NaN, of two points or more, clipped near the canvas,
    with the arc length before each.
    """
    border = NEAR if dashed else FAR
    found = [line] if len(line) > 1 and np.isfinite(line).all() else _pieces(line)
    with np.errstate(invalid="ignore"):
        far = (line < -border).any() or (line > border + np.array(frame.size)).any()
    if not far:
        return [(piece, 0.0) for piece in found]
    return [part for piece in found for part in _clipped(piece, frame, border)]


def _pieces(line: Pixels) -> list[Pixels]:
    """Split a polyline at rows of NaN into parts of two points or more."""
    known = np.isfinite(line).all(axis=1)
    edges = np.flatnonzero(np.diff(known.astype(int))) + 1
    parts = np.split(line, edges)
    return [part for part in parts if len(part) > 1 and np.isfinite(part[0]).all()]


def _clipped(piece: Pixels, frame: Frame, border: float) -> list[tuple[Pixels, float]]:
    """Clip a polyline to the rectangle around the canvas (Liang–Barsky)."""
    a, step = piece[:-1], np.diff(piece, axis=0)
    low, high = np.full(2, -border), border + np.array(frame.size, np.float64)
    moving = step != 0.0
    safe = np.where(moving, step, 1.0)
    to_low, to_high = (low - a) / safe, (high - a) / safe
    out = ~moving & ((a < low) | (a > high))
    enter = np.where(moving, np.minimum(to_low, to_high), 0.0).max(axis=1).clip(0.0)
    leave = np.where(moving, np.maximum(to_low, to_high), 1.0).min(axis=1).clip(None, 1.0)
    seen = (enter < leave) & ~out.any(axis=1)
    before = np.concatenate([[0.0], np.cumsum(np.hypot(*step.T))])
    found = []
    # runs of connected segments
    ends = np.flatnonzero(
        seen & ~((leave == 1.0) & np.append(seen[1:] & (enter[1:] == 0.0), False))
    )
    first = np.flatnonzero(
        seen & ~((enter == 0.0) & np.insert(seen[:-1] & (leave[:-1] == 1.0), 0, 0))
    )
    for i, j in zip(first, ends, strict=True):
        head = a[i] + enter[i] * step[i]
        tail = a[j] + leave[j] * step[j]
        run = np.concatenate([head[None], piece[i + 1 : j + 1], tail[None]])
        found.append((run, float(before[i] + enter[i] * (before[i + 1] - before[i]))))
    return found


def dashes(line: Pixels, on: float, off: float, begin: float = 0.0) -> Pixels:
    """Split a finite polyline (n, 2) into dashes of ``on`` pixels, separated by rows of NaN for gaps of
    ``off``.

    ``begin``: arc length before the first point, if it is part of a longer line.
    """
    period = on + off
    begin %= period
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = begin + np.concatenate([[0.0], np.cumsum(steps)])
    # a curve far outside the view would otherwise have millions of dashes
    starts = np.arange(min(int(along[-1] / period) + 1, MOST_DASHES)) * period
    inner = np.concatenate([starts, starts + on]).clip(begin, along[-1])
    at = np.unique(np.concatenate([along, inner]))
    points = np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)
    middle = 0.5 * (at[:-1] + at[1:])
    gaps = np.flatnonzero((middle % period > on) | (middle > MOST_DASHES * period))
    return np.insert(points, gaps + 1, np.nan, axis=0)
