"""The lives of a field's zeros: curves on the canvas, and lines over time in the panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.views.base import Canvas, Curve
from app.views.flow import Life
from compute.charts import Chart
from compute.flow.tracking import End, Track
from compute.types import Floats

KINDS = {1: "plus", -1: "minus"}
# lines that the panel has room for: of more, the longest lives
MOST = 40


def show(canvas: Canvas, tracks: Sequence[Track], chart: Chart) -> None:
    """Where zeros have been, by the sign of their index."""
    for sign, kind in KINDS.items():
        of_sign = [track for track in tracks if track.index * sign > 0]
        canvas.set_curve(kind, _curve(of_sign, tracks, chart))


def clear(canvas: Canvas) -> None:
    """No tracks."""
    for kind in KINDS.values():
        canvas.set_curve(kind, None)


def _curve(of_sign: Sequence[Track], tracks: Sequence[Track], chart: Chart) -> Curve | None:
    ways = [_way(track, tracks) for track in of_sign]
    ways = [way for way in ways if len(way) > 1]
    if not ways:
        return None
    gap = np.full((1, chart.dimension), np.nan)
    return Curve(np.concatenate([part for way in ways for part in (chart.forward(way), gap)][:-1]))


def _way(track: Track, tracks: Sequence[Track]) -> Floats:
    """A track in θ, to where it meets the one that it begins or ends with."""
    parts = [track.theta]
    if track.birth.cause == "pair":
        parts.insert(0, 0.5 * (track.theta[:1] + tracks[track.birth.partner].theta[:1]))
    if track.death.cause == "pair":
        parts.append(0.5 * (track.theta[-1:] + tracks[track.death.partner].theta[-1:]))
    return np.concatenate(parts)


def lives(tracks: Sequence[Track]) -> tuple[Life, ...]:
    """The longest lives, those that end together beside each other."""
    length = np.array([track.death.time - track.birth.time for track in tracks])
    shown = set(np.argsort(-length, kind="stable")[:MOST].tolist())
    lanes: dict[int, int] = {}
    for k, track in enumerate(tracks):
        for i in (k, track.death.partner):
            if i in shown:
                lanes.setdefault(i, len(lanes))

    def lane(end: End) -> int:
        return lanes.get(end.partner, -1)

    return tuple(
        Life(
            tracks[k].index,
            (tracks[k].birth.time, tracks[k].death.time),
            (tracks[k].birth.cause, tracks[k].death.cause),
            (lane(tracks[k].birth), lane(tracks[k].death)),
        )
        for k in lanes
    )
