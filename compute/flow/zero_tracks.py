"""Tracks of the zeros of a field over time, with their births and deaths.

Between two records, zeros of equal index are matched to the nearest, measured in grid cells, the
resolution of zeros.  In a continuous field zeros appear and vanish only in pairs of opposite index or
across the boundary.  So an unmatched zero is paired with another unmatched one or assigned to the
boundary, whichever is nearer; to the boundary only if it is close and moves towards it.  The others are
marked as lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.flow.grid import Grid
from compute.flow.zeros import Singularity, whole_cells

# maximum motion of a zero between two records, in cells
REACH = 4.0
# distance of a pair when last seen, in cells: near its end it closes as √(time left), which is
# faster
PARTING = 8.0
# a zero reaches the boundary before the next record if it would at this multiple of its speed, or
# lies within this many cells of it
HASTE, NEAR = 3.0, 1.0
# motion between two records that counts as rest, in cells
STILL = 0.05
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class End:
    """The begin or end of a track: its cause and time.

    cause: "record", the zero exists when the record begins or ends; "pair", with the track ``partner``
    of opposite index; "edge", across the boundary of the usable grid; "lost", none of these: it moved
    too far between two records, or the cells are too coarse.  time: for a pair, the time at which the
    squared gap, linear in time nearby, vanishes; otherwise the midpoint between two records.
    """

    cause: str
    time: float
    partner: int = -1


@dataclass(frozen=True, eq=False)
class ZeroTrack:
    """One zero over time: its index; positions theta and x (k, 2) and kinds (k,) at the recorded times
    (k,); birth and death.
    """

    index: int
    times: Floats
    theta: Floats
    x: Floats
    kinds: tuple[str, ...]
    birth: End
    death: End


@dataclass(frozen=True, eq=False)
class _Zeros:
    """n zeros at one time: positions, indices, kinds, and the track of each (−1: not assigned yet)."""

    time: Floats
    theta: Floats
    x: Floats
    index: Indices
    kind: NDArray[np.str_]
    track: Indices

    def at(self, rows: Indices) -> _Zeros:
        """Return a selection of rows."""
        return _Zeros(*(column[rows] for column in vars(self).values()))


class Tracker:
    """Follows zeros from record to record; earlier decisions are kept."""

    def __init__(self, grid: Grid) -> None:
        from scipy.ndimage import distance_transform_edt

        whole, wraps = whole_cells(grid), np.array(grid.wraps)
        self._corner, self._step = grid.x[0, 0], np.array(grid.step)
        # cells per period along each axis, 0 if not periodic
        self._round = np.where(wraps, whole.shape[::-1], 0)
        pads = [(int(n) or 1,) * 2 for n in self._round[::-1]]
        for axis, (pad, goes_round) in enumerate(zip(pads, wraps[::-1], strict=True)):
            widths = [(0, 0), (0, 0)]
            widths[axis] = pad
            whole = np.pad(whole, widths, mode="wrap" if goes_round else "constant")
        # with one more cell on all sides, so that depths can be interpolated between the centres
        inside = tuple(slice(pad[0] - 1, whole.shape[k] - pad[1] + 1) for k, pad in enumerate(pads))
        # distance in cells from each centre to the boundary
        self._inward = distance_transform_edt(whole)[inside] - 0.5
        self._times: list[float] = []
        self._records: list[_Zeros] = []
        self._births: list[End] = []
        self._deaths: dict[int, End] = {}

    def add(self, time: float, zeros: Sequence[Singularity]) -> None:
        """Add the zeros at the next time.  Raises ValueError unless it is later than the last."""
        if self._times and not time > self._times[-1]:
            raise ValueError(f"time must be later than {self._times[-1]:g}, got {time:g}")
        now = _zeros(time, zeros)
        if self._times:
            self._follow(now, time)
        else:
            now.track[:] = np.arange(len(zeros))
            self._births = [End("record", time)] * len(zeros)
        self._times.append(time)
        self._records.append(now)

    def tracks(self, until: float = np.inf) -> tuple[ZeroTrack, ...]:
        """Return all tracks, ordered by birth, as known at a given time."""
        count = int(np.searchsorted(self._times, until, side="right"))
        columns = zip(*(vars(record).values() for record in self._records[:count]), strict=True)
        if not any(len(record.track) for record in self._records[:count]):
            return ()
        known, last = _Zeros(*map(np.concatenate, columns)), self._times[count - 1]
        order = np.argsort(known.track, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(known.track[order])) + 1)
        tracks = [self._track(known.at(part), last) for part in parts]
        return tuple(_timed(track, tracks) for track in tracks)

    def _track(self, zeros: _Zeros, last: float) -> ZeroTrack:
        """Return the track of these zeros, truncated at a time."""
        k, open_end = int(zeros.track[0]), End("record", last)
        death = self._deaths.get(k, open_end)
        return ZeroTrack(
            int(zeros.index[0]),
            zeros.time,
            zeros.theta,
            zeros.x,
            tuple(map(str, zeros.kind)),
            self._births[k],
            death if death.time < last else open_end,
        )

    def _follow(self, now: _Zeros, time: float) -> None:
        """Assign tracks to the zeros of ``now``, and decide births and deaths since the last record."""
        before, middle = self._records[-1], 0.5 * (self._times[-1] + time)
        a, b = self._cell(before.x), self._cell(now.x)
        for old, new, _ in self._nearest(a, b, REACH, before.index, now.index):
            now.track[new] = before.track[old]
        gone = np.flatnonzero(~np.isin(before.track, now.track))
        ends = self._ends(before.at(gone), middle, self._leaves(before.at(gone)))
        self._deaths |= zip(map(int, before.track[gone]), ends, strict=True)
        come = np.flatnonzero(now.track < 0)
        now.track[come] = len(self._births) + np.arange(len(come))
        # the velocity of a new zero is not known yet
        near = self._depth(self._cell(now.x[come])) <= REACH
        self._births += self._ends(now.at(come), middle, near)

    def _leaves(self, zeros: _Zeros) -> NDArray[np.bool_]:
        """Return which zeros of the last record are about to leave: close to the boundary and moving
        towards it.
        """
        depth = self._depth(self._cell(zeros.x))
        gone = depth <= REACH
        if len(self._records) > 1:
            earlier = self._records[-2]
            found = {int(track): row for row, track in enumerate(earlier.track)}
            rows = [found.get(int(track), -1) for track in zeros.track]
            known = np.array([row >= 0 for row in rows], bool)
            before = self._depth(self._cell(earlier.x[rows])) if len(earlier.x) else depth
            outwards = before - depth
            goes = depth <= np.where(outwards > 0.0, NEAR + HASTE * outwards, 0.0)
            rests = (depth <= NEAR) & (outwards > -STILL)
            gone = np.where(known, goes | rests, gone)
        return np.asarray(gone, bool)

    def _ends(self, zeros: _Zeros, time: float, edge: NDArray[np.bool_]) -> list[End]:
        """Return why each of some zeros exists in one record but not in the next, or the previous one.

        edge: whether it may have crossed the boundary.
        """
        cell, index, track = self._cell(zeros.x), zeros.index, zeros.track
        depth = np.where(edge, self._depth(cell), PARTING)
        found = [End("edge" if crosses else "lost", time) for crosses in edge]
        plus, minus = np.flatnonzero(index > 0), np.flatnonzero(index < 0)
        for k, m, gap in self._nearest(
            cell[plus], cell[minus], PARTING, index[plus], -index[minus]
        ):
            i, j = plus[k], minus[m]
            if gap <= depth[i] + depth[j]:
                found[i] = End("pair", time, int(track[j]))
                found[j] = End("pair", time, int(track[i]))
        return found

    def _nearest(
        self, a: Floats, b: Floats, reach: float, index_a: Indices, index_b: Indices
    ) -> list[tuple[int, int, float]]:
        """Return pairs of positions (n, 2), (m, 2) of equal index with their gaps, nearest first, each
        used once.
        """
        from scipy.spatial import cKDTree

        if not len(a) or not len(b):
            return []
        trees = (cKDTree(places, boxsize=self._round) for places in (a, b))
        gaps = next(trees).sparse_distance_matrix(next(trees), reach, output_type="ndarray")
        gaps = gaps[index_a[gaps["i"]] == index_b[gaps["j"]]]
        gaps = gaps[np.lexsort((gaps["j"], gaps["i"], gaps["v"]))]
        taken_a, taken_b, pairs = set[int](), set[int](), []
        for i, j, gap in gaps.tolist():
            if i not in taken_a and j not in taken_b:
                taken_a.add(i)
                taken_b.add(j)
                pairs.append((i, j, gap))
        return pairs

    def _cell(self, x: Floats) -> Floats:
        """Return chart positions (n, 2) in units of grid cells, reduced by periods."""
        cell: Floats = (x - self._corner) / self._step
        cell = np.where(self._round > 0, cell % np.maximum(self._round, 1), cell)
        return cell

    def _depth(self, cell: Floats) -> Floats:
        """Return the number of cells between positions (n, 2) and the boundary, interpolated
        linearly.
        """
        from scipy.ndimage import map_coordinates

        depth: Floats = map_coordinates(
            self._inward, cell[:, ::-1].T + 0.5, order=1, mode="nearest"
        )
        return depth


def follow(
    grid: Grid, times: Sequence[float], zeros: Sequence[Sequence[Singularity]]
) -> tuple[ZeroTrack, ...]:
    """Return the tracks of zeros given at increasing times."""
    tracker = Tracker(grid)
    for time, at in zip(times, zeros, strict=True):
        tracker.add(time, at)
    return tracker.tracks()


def _zeros(time: float, zeros: Sequence[Singularity]) -> _Zeros:
    return _Zeros(
        np.full(len(zeros), time),
        np.array([zero.theta for zero in zeros]).reshape(-1, 2),
        np.array([zero.x for zero in zeros]).reshape(-1, 2),
        np.array([zero.index for zero in zeros], np.intp),
        np.array([zero.kind for zero in zeros], np.str_),
        np.full(len(zeros), -1),
    )


def _timed(track: ZeroTrack, tracks: Sequence[ZeroTrack]) -> ZeroTrack:
    """Return a track with the times at which its pairs meet."""
    birth, death = track.birth, track.death
    if birth.cause == "pair":
        birth = replace(birth, time=_meeting(track, tracks[birth.partner], birth.time, 1))
    if death.cause == "pair":
        death = replace(death, time=_meeting(track, tracks[death.partner], death.time, -1))
    return replace(track, birth=birth, death=death)


def _meeting(one: ZeroTrack, other: ZeroTrack, middle: float, way: int) -> float:
    """Return the time at which the gap of two tracks that begin (way 1) or end (−1) together vanishes.

    Extrapolates the squared gap from the two nearest records; the midpoint between records if only one
    is shared.
    """
    if min(len(one.times), len(other.times)) < 2:
        return middle
    near, far = (0, 1) if way > 0 else (-1, -2)
    times = one.times[[near, far]]
    gap2 = ((one.x[[near, far]] - other.x[[near, far]]) ** 2).sum(axis=1)
    if times[1] != other.times[far] or gap2[1] <= gap2[0]:
        return middle
    when = times[0] - gap2[0] * (times[1] - times[0]) / (gap2[1] - gap2[0])
    low, high = sorted((float(times[0]), 2 * middle - float(times[0])))
    return float(np.clip(when, low, high))
