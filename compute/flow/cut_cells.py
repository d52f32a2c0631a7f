"""Quadrature over the part of a grid's cells that lies inside a domain, along lines of the chart.

Lines run across the boundary in each cell; their intersection is found by bisection, and nodes are
placed by the square root of the distance to it.  So integrands with an inverse square-root singularity
there, like the area of a family at a boundary at finite distance, are integrated as accurately as
smooth ones.  (Saye 2015, with square roots in place of polynomials.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint

Bools = NDArray[np.bool_]
# cells, positions across them beyond which lines meet no boundary, and whether these are corners
Tips = tuple[Ints, Floats, Bools]
# nodes per piece of a line, and lines per piece of a cell
NODES = 6
# samples per side for finding pieces, and halvings
SAMPLES, HALVINGS = 17, 28
# samples per line of a cell that contains a corner of the domain
FINEST = 1025
# distance in cells beyond its cell to which a line searches for the boundary, and the steps
REACH, STRIDE = 2.5, 0.25
# a boundary near which the area grows faster than this power of the distance is infinitely far away
STEEPEST, NEAR, FAR = 0.9, 0.02, 0.08
# where a domain ends this near the place at which its area diverges, in cells, it ends there
GAP = 1e-3
# a corner of the domain lies in a cell if it is at least this share of it away from its sides
CORNER = 1e-6


@dataclass(frozen=True, eq=False)
class CellQuadrature:
    """Quadrature nodes: the cell (m,) of each, its position (m, 2) in units of the cell, and its weight
    (m,), normalised to sum 1 over a whole cell; steep (n,): cells whose boundary is infinitely far
    away.
    """

    cell: Ints
    place: Floats
    weight: Floats
    steep: Bools


def roots(count: int = NODES) -> tuple[Floats, Floats]:
    """Return nodes and weights on (0, 1) for integrands with square roots at both ends."""
    at, weight = np.polynomial.legendre.leggauss(count)
    turn = (at + 1.0) * np.pi / 4
    return np.sin(turn) ** 2, weight * np.pi / 4 * np.sin(2 * turn)


@dataclass(frozen=True, eq=False)
class CutCells:
    """Cells that the boundary cuts or passes.

    corner (n, 2): first corners; step (2,): cell size; upright (n,): whether lines run along x₂;
    inside: (..., 2) → (...), whether a point is in the domain; area: (..., 2) → (...), √D inside.
    """

    corner: Floats
    step: Floats
    upright: Bools
    inside: Callable[[Floats], Bools]
    area: Callable[[Floats], Floats]

    def quadrature(self) -> CellQuadrature:
        """Return quadrature nodes over the part inside; extra lines pass through corners of the domain
        in cells.
        """
        every, across = self._partial, np.linspace(0.0, 1.0, SAMPLES)
        turned = replace(self, upright=~self.upright)
        tips = [each._tips(every, across) for each in (self, turned)]
        own, other = (
            np.bincount(cell[strict], minlength=len(self.corner)) > 0 for cell, _, strict in tips
        )
        flipped = other & ~own
        kept = [flipped[tips[0][0]] == 0, flipped[tips[1][0]]]
        found = [np.concatenate([a[kept[0]], b[kept[1]]]) for a, b in zip(*tips, strict=True)]
        lines = replace(self, upright=np.where(flipped, ~self.upright, self.upright))
        return lines._quadrature((found[0], found[1], found[2]))

    def _quadrature(self, tips: Tips) -> CellQuadrature:
        cell, line, weight, seed = self._lines(tips)
        low, high = (self._edge(cell, line, seed, sign) for sign in (-1.0, 1.0))
        steep = self._steep(cell, line, low, high)
        foot, top = (self._widened(cell, line, e, s) for e, s in ((low, -1.0), (high, 1.0)))
        begin, end = np.where(low > 0.0, foot, 0.0), np.where(high < 1.0, top, 1.0)
        along, parts = _placed(begin, end, foot, top)
        inner = np.clip(along, low[:, None] + 1e-12, high[:, None] - 1e-12)
        outer = np.broadcast_to(line[:, None], inner.shape)
        turned = np.where(self.upright[cell], 1, 0)[:, None]
        place = np.stack([np.where(turned, outer, inner), np.where(turned, inner, outer)], axis=-1)
        weights = weight[:, None] * parts
        kept = weights > 0.0
        cells = np.broadcast_to(cell[:, None], inner.shape)
        return CellQuadrature(cells[kept], place[kept], weights[kept], steep)

    def _at(self, cell: Ints, line: Floats, along: Floats) -> Floats:
        """Return chart positions (..., 2) along a line of a cell, in units of the cell."""
        line, along = np.broadcast_arrays(line, along)
        upright = self.upright[cell]
        place = np.stack([np.where(upright, line, along), np.where(upright, along, line)], axis=-1)
        found: Floats = self.corner[cell] + place * self.step
        return found

    @cached_property
    def _partial(self) -> Ints:
        """Return the cells that do not have all corners inside."""
        corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        inside = self.inside(self.corner[:, None] + corners * self.step)
        return np.flatnonzero(~inside.all(axis=1)).astype(np.int32)

    def _is_open(self, cell: Ints, line: Floats, along: Floats) -> Bools:
        checkpoint()
        return self.inside(self._at(cell, line, along))

    def _halved(self, is_open: Callable[[Floats], Bools], closed: Floats, opened: Floats) -> Floats:
        """Return the boundary between two points by bisection, on its inner side."""
        for _ in range(HALVINGS):
            middle = 0.5 * (closed + opened)
            found = is_open(middle)
            closed, opened = np.where(found, closed, middle), np.where(found, middle, opened)
        return opened

    # --- pieces of cells ---------------------------------------------------------------------
    def _lines(self, tips: Tips) -> tuple[Ints, Floats, Floats, Floats]:
        """Return lines: cell, position across, weight, and an inside position along each."""
        cell, begin, end, fine = self._pieces(tips)
        middle = 0.5 * (begin + end)
        spans = np.full((2, len(cell)), np.nan)
        for some, count in ((~fine, 2 * SAMPLES), (fine, FINEST)):
            rows = np.linspace(0.0, 1.0, count)
            found = self._is_open(cell[some, None], middle[some, None], rows)
            span = np.stack([rows[_first(found)], rows[_last(found)]])
            spans[:, some] = np.where(found.any(axis=1), span, np.nan)
        met = np.isfinite(spans[0])
        cell, begin, end, middle = cell[met], begin[met], end[met], middle[met]
        spans = spans[:, met]
        seed = spans.mean(axis=0)
        face = np.where(spans[0] == 0.0, 0.0, np.where(spans[1] == 1.0, 1.0, np.nan))
        pointed = np.flatnonzero(np.isnan(face))
        ends = np.stack([face, face])
        for k, stop in enumerate((begin, end)):
            ends[k, pointed] = self._tip(
                cell[pointed], middle[pointed], stop[pointed], *(s[pointed] for s in spans)
            )
        at, weight = roots()
        line = begin[:, None] + (end - begin)[:, None] * at
        share = np.abs(2.0 * at - 1.0)
        towards = np.where(at < 0.5, ends[0][:, None], ends[1][:, None])
        inner = np.where(np.isnan(face), seed, face)[:, None]
        seeds = inner + share * (towards - inner)
        each = np.repeat(cell, len(at))
        weights = ((end - begin)[:, None] * weight).reshape(-1)
        line, seeds = line.reshape(-1), seeds.reshape(-1)
        real = self._is_open(each, line, seeds)
        return each[real], line[real], weights[real], seeds[real]

    def _pieces(self, tips: Tips) -> tuple[Ints, Floats, Floats, Bools]:
        """Return intervals across the cells in which the intersections change smoothly, and whether the
        cell has a corner of the domain.
        """
        count, across = len(self.corner), np.linspace(0.0, 1.0, SAMPLES)
        all_ = np.arange(count)
        cuts: list[tuple[NDArray[np.integer], Floats]] = [
            (all_, np.zeros(count)), (all_, np.ones(count))
        ]  # fmt: skip
        every = self._partial
        for face in (0.0, 1.0):
            found = self._is_open(every[:, None], across, np.full(SAMPLES, face))
            row, k = np.nonzero(found[:, 1:] != found[:, :-1])
            cell = every[row]
            opened = np.where(found[row, k], across[k], across[k + 1])
            closed = np.where(found[row, k], across[k + 1], across[k])
            cuts.append((cell, self._halved(self._on_face(cell, face), closed, opened)))
        ended, at, strict = tips
        cuts.append((ended, at))
        pointed = np.bincount(ended[strict], minlength=count) > 0
        cell, at = (np.concatenate(part) for part in zip(*cuts, strict=True))
        order = np.lexsort((at, cell))
        cell, at = cell[order], at[order]
        piece = (cell[1:] == cell[:-1]) & (at[1:] - at[:-1] > 1e-9)
        return cell[:-1][piece], at[:-1][piece], at[1:][piece], pointed[cell[:-1][piece]]

    def _on_face(self, cell: Ints, face: float) -> Callable[[Floats], Bools]:
        return lambda line: self._is_open(cell, line, np.full(len(line), face))

    def _tips(self, every: Ints, across: Floats) -> Tips:
        """Return positions across cells beyond which lines miss the domain, and whether these are
        corners of the domain, where lines end at the boundary on both sides.
        """
        grid = self._is_open(every[:, None, None], across[:, None], across)
        found: Bools = np.asarray(grid.any(axis=2))
        row, k = np.nonzero(found[:, 1:] != found[:, :-1])
        opened = np.where(found[row, k], k, k + 1)
        step = np.where(found[row, k], 0.5, -0.5) * across[1]
        lines, cell = grid[row, opened], every[row]
        low, high = across[_first(lines)], across[_last(lines)]
        inner, width, each = across[opened], np.full(len(cell), across[1]), np.arange(len(cell))
        # continue while something is met near its previous place; otherwise halve the step
        for _ in range(2 * HALVINGS):
            line = np.clip(inner + step, 0.0, 1.0)
            rows = _spread(low - width, high + width)
            hit = self._is_open(cell[:, None], line[:, None], rows)
            some = hit.any(axis=1)
            low = np.where(some, rows[each, _first(hit)], low)
            high = np.where(some, rows[each, _last(hit)], high)
            width = np.where(some, rows[:, 1] - rows[:, 0], width)
            inner, step = np.where(some, line, inner), np.where(some, step, 0.5 * step)
        return cell, inner, (low > CORNER) & (high < 1.0 - CORNER)

    def _tip(self, cell: Ints, middle: Floats, stop: Floats, low: Floats, high: Floats) -> Floats:
        """Return an inside position along lines near the end of pieces whose lines begin and end at the
        boundary.
        """
        seed, width = 0.5 * (low + high), np.full(len(cell), 1.0 / SAMPLES)
        each = np.arange(len(cell))
        for k in range(1, HALVINGS):
            rows = _spread(low - width, high + width)
            line = stop + (middle - stop) * 0.5**k
            hit = self._is_open(cell[:, None], line[:, None], rows)
            some = hit.any(axis=1)
            low = np.where(some, rows[each, _first(hit)], low)
            high = np.where(some, rows[each, _last(hit)], high)
            width = np.where(some, rows[:, 1] - rows[:, 0], width)
            seed = np.where(some, 0.5 * (low + high), seed)
        return seed

    # --- where lines end ---------------------------------------------------------------------
    def _edge(self, cell: Ints, line: Floats, seed: Floats, sign: float) -> Floats:
        """Return where lines meet the boundary up (sign 1) or down from an inside point; ±∞ if that is
        far.
        """
        steps = STRIDE * np.arange(int((1.0 + REACH) / STRIDE) + 1)
        along = seed[:, None] + sign * steps
        found = self._is_open(cell[:, None], line[:, None], along)
        ends = ~found.all(axis=1)
        k = np.maximum(_first(~found), 1)
        each = np.arange(len(cell))
        edge = np.full(len(cell), sign * np.inf)
        edge[ends] = self._halved(
            lambda v: self._is_open(cell[ends], line[ends], v),
            along[each, k][ends], along[each, k - 1][ends],
        )  # fmt: skip
        return edge

    def _widened(self, cell: Ints, line: Floats, edge: Floats, sign: float) -> Floats:
        """Return the boundary, or the nearby position where √D, behaving as 1/√distance, diverges."""
        here, within = self._areas(cell, line, edge, -sign * np.array([0.0, GAP]))
        with np.errstate(all="ignore"):
            ratio = (within / here) ** 2
            gap = np.where((ratio > 0.0) & (ratio < 0.5), GAP * ratio / (1.0 - ratio), 0.0)
        wide: Floats = edge + sign * gap
        return wide

    def _steep(self, cell: Ints, line: Floats, low: Floats, high: Floats) -> Bools:
        """Return the cells in most of whose lines the area grows so fast towards the boundary that it
        is infinite.
        """
        votes = np.zeros(len(self.corner))
        for edge, sign in ((low, -1.0), (high, 1.0)):
            near, far = self._areas(cell, line, edge, -sign * np.array([NEAR, FAR]))
            with np.errstate(all="ignore"):
                power = np.log(near / far) / np.log(FAR / NEAR)
            vote = np.where(np.isfinite(power), np.where(power > STEEPEST, 1.0, -1.0), 0.0)
            votes += np.bincount(cell, vote, len(votes))
        return votes > 0.0

    def _areas(self, cell: Ints, line: Floats, edge: Floats, by: Floats) -> tuple[Floats, Floats]:
        """Return √D (k,) at two points near a boundary; NaN without a boundary, or if they are not
        inside.
        """
        known = np.flatnonzero(np.isfinite(edge))
        found = np.full((2, len(edge)), np.nan)
        for k, gap in enumerate(by):
            x = self._at(cell[known], line[known], edge[known] + gap)
            inside = self.inside(x)
            found[k, known[inside]] = self.area(x[inside])
        return found[0], found[1]


def _placed(begin: Floats, end: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return nodes (m, k) between two positions of lines with weights, denser near the boundary."""
    at, weight = np.polynomial.legendre.leggauss(NODES)
    at, weight = 0.5 * (at + 1.0), 0.5 * weight
    both, one = np.isfinite(low) & np.isfinite(high), np.isfinite(low) | np.isfinite(high)
    # both: v = low + width sin² τ
    width = np.where(both, high - np.where(both, low, 0.0), 1.0)
    first, last = (
        np.arcsin(np.sqrt(np.clip((v - np.where(both, low, 0.0)) / width, 0.0, 1.0)))
        for v in (begin, end)
    )
    turn = first[:, None] + (last - first)[:, None] * at
    of_both = np.where(both, low, 0.0)[:, None] + width[:, None] * np.sin(turn) ** 2
    by_both = (last - first)[:, None] * weight * width[:, None] * np.sin(2 * turn)
    # one: v = edge ± r²
    foot = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high, 0.0))
    sign = np.where(np.isfinite(low), 1.0, -1.0)
    near, far = (np.sqrt(np.maximum(sign * (v - foot), 0.0)) for v in (begin, end))
    root = near[:, None] + (far - near)[:, None] * at
    of_one = foot[:, None] + sign[:, None] * root**2
    by_one = np.abs(far - near)[:, None] * weight * 2.0 * root
    plain = begin[:, None] + (end - begin)[:, None] * at
    by_plain = (end - begin)[:, None] * weight
    places = np.where(both[:, None], of_both, np.where(one[:, None], of_one, plain))
    parts = np.where(both[:, None], by_both, np.where(one[:, None], by_one, by_plain))
    return places, parts


def _first(found: Bools) -> Ints:
    return np.asarray(found.argmax(axis=-1))


def _last(found: Bools) -> Ints:
    return np.asarray(found.shape[-1] - 1 - found[..., ::-1].argmax(axis=-1))


def _spread(low: Floats, high: Floats) -> Floats:
    """Return samples (n, SAMPLES) of intervals within their cells."""
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    rows: Floats = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, SAMPLES)
    return rows
