"""The lives of a field's zeros: curves on the canvas, and lines over time in the panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.presenters import drawables
from app.views.interface.flow import Life
from app.views.interface.views import Canvas
from compute.core.arrays import Floats
from compute.flow.zero_tracks import End, ZeroTrack
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent

KINDS = {1: "plus", -1: "minus"}
# maximum number of curves, and of lines in the panel; of more zeros the longest-lived are shown
MOST_DRAWN, MOST_LISTED = 400, 40
GAP = np.full((1, 2), np.nan)


def show(canvas: Canvas, tracks: Sequence[ZeroTrack], chart: Chart, extent: Extent) -> None:
    """Show where zeros have been, by the sign of their index; ``extent``: of the grid they were on."""
    drawn = [tracks[k] for k in _longest(tracks, MOST_DRAWN)]
    half = 0.5 * np.array([extent.x1 - extent.x0, extent.y1 - extent.y0])
    for sign, kind in KINDS.items():
        ways = [_way(track, tracks, half) for track in drawn if track.index * sign > 0]
        ways = [way for way in ways if len(way) > 1]
        parts = [part for way in ways for part in (way, GAP)]
        canvas.set_curve(
            kind, drawables.polyline(np.concatenate(parts[:-1]), chart) if ways else None
        )


def clear(canvas: Canvas) -> None:
    """Remove all tracks."""
    for kind in KINDS.values():
        canvas.set_curve(kind, None)


def _way(track: ZeroTrack, tracks: Sequence[ZeroTrack], half: Floats) -> Floats:
    """Return a track in θ up to the point where it meets its partner; straight between records.

    Zeros are located only at the records of the flow; between them they may turn, and a smooth curve
    would suggest a path that was not computed. The track is broken where it jumps by more than half of
    the grid, as on a periodic grid.
    """
    leaps = np.flatnonzero((np.abs(np.diff(track.x, axis=0)) > half).any(axis=1)) + 1
    parts = [np.insert(track.theta, leaps, np.nan, axis=0)]
    for end, at, place in ((track.birth, 0, 0), (track.death, -1, 1)):
        if end.cause == "pair":
            other = tracks[end.partner]
            if (np.abs(track.x[at] - other.x[at]) < half).all():
                middle = 0.5 * (track.theta[at] + other.theta[at])
                parts.insert(place * len(parts), middle[None])
    return np.concatenate(parts)


def _longest(tracks: Sequence[ZeroTrack], most: int) -> list[int]:
    """Return the numbers of the longest lives."""
    length = np.array([track.death.time - track.birth.time for track in tracks])
    longest: list[int] = np.argsort(-length, kind="stable")[:most].tolist()
    return longest


def lives(tracks: Sequence[ZeroTrack]) -> tuple[Life, ...]:
    """Return the longest lives, those that end together beside each other."""
    shown = set(_longest(tracks, MOST_LISTED))
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
