"""The cut locus of a point: where its geodesics cease to be shortest.

Where a wavefront of radius r crosses itself, two geodesics of length r meet.  If no shorter one leads
there, both are shortest up to that point and not beyond: it is a cut point.  Past a caustic each
wavefront has such crossings (a swallowtail), which trace the cut locus as r grows.  With a periodic
coordinate a wavefront also meets its own copies, shifted by a period.  Rays past their conjugate points
are ignored; a conjugate point that no shorter geodesic reaches is itself a cut point: the cusp of a
caustic, or the antipode on a sphere.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.distances.distance_map import period_of
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold
from compute.studies.geodesic_fan import Spray, covering

# number of wavefronts between the first possible crossing and the ends of the rays
FRONTS = 64
# a path shorter by this share of a step along the rays is a different one
SHORTER = 1.0
# cut points closer to a conjugate point than this share of the rays' extent coincide with it
SAME = 5e-3
# conjugate lengths that differ by less than this share of themselves are equal
EVEN = 1e-5
# adjacent rays that pass a pole on its two sides do not meet: they count as one
ALIKE = 0.05


def cut_points(manifold: Manifold, fan: Spray, fronts: int = FRONTS) -> Floats:
    """Return the cut points (k, 2) in θ of the fan's source, by increasing distance.

    There are none if no ray has a conjugate point and no coordinate a period: then, on a simply
    connected surface, rays do not meet again.
    """
    chart, turns = manifold.charts[0], _turns(manifold)
    conjugate = np.isfinite(fan.conjugate)
    if not conjugate.any() and not turns:
        return np.zeros((0, 2))
    first = float(np.min(fan.conjugate[conjugate])) if conjugate.any() else np.inf
    if turns:
        first = min(first, fan.r[-1] / fronts)
    focal = _focal(chart, fan, turns)
    found = list(focal)
    for r in np.linspace(first, fan.r[-1], fronts + 1)[1:]:
        spent = np.nan_to_num(fan.conjugate, nan=np.inf) < r
        front = np.where(spent[:, None], np.nan, chart.forward(fan.front(float(r))))
        crossings = [_crossings(front)] if conjugate.any() else []
        crossings += [_meetings(front, front + turn) for turn in turns]
        here = [x for part in crossings for x in part]
        here = [x for x in here if not _is_among(chart, fan, x, focal, turns)]
        found += [(float(r), x) for x in here if _is_first(chart, fan, x, float(r), turns)]
    found.sort(key=lambda point: point[0])
    return chart.inverse(np.array([x for _, x in found])) if found else np.zeros((0, 2))


def _turns(manifold: Manifold) -> list[Floats]:
    """Return shifts (2,) in the first chart by a period of one coordinate or both, one of each opposite
    pair.
    """
    period = period_of(manifold)
    if period is None:
        return []
    ways = [(1, 0), (0, 1), (1, 1), (1, -1)] if period.all() else [(1, 1)]
    return [np.array(way) * period for way in ways]


def _focal(chart: Chart, fan: Spray, turns: list[Floats]) -> list[tuple[float, Floats]]:
    """Return the conjugate points that no shorter geodesic reaches, without duplicates, with their
    distances.
    """
    known = np.isfinite(fan.conjugate)
    if not known.any():
        return []
    length = np.where(known, fan.conjugate, np.inf)
    # the closest of their neighbours: a cusp that opens away from the point
    least = np.minimum(np.roll(length, 1), np.roll(length, -1)) * (1.0 + EVEN)
    chosen = (length <= least)[known]
    rays, points = np.flatnonzero(known)[chosen], chart.forward(fan.caustic())[chosen]
    found: list[tuple[float, Floats]] = []
    for i in np.argsort(fan.conjugate[rays]):
        r, x = float(fan.conjugate[rays[i]]), points[i]
        if not _is_among(chart, fan, x, found, turns) and _is_first(chart, fan, x, r, turns):
            found.append((r, x))
    return found


def _is_among(
    chart: Chart, fan: Spray, x: Floats, found: list[tuple[float, Floats]], turns: list[Floats]
) -> bool:
    """Whether x (2,), or a periodic copy, is close to one of the points found so far."""
    if not found:
        return False
    size = chart.forward(fan.theta)
    scale = SAME * (np.nanmax(size, axis=(0, 1)) - np.nanmin(size, axis=(0, 1)))
    copies = np.array([np.zeros(2), *turns, *(-turn for turn in turns)])
    gaps = x + copies - np.array([other for _, other in found])[:, None]
    return bool((np.abs(gaps) < scale).all(axis=-1).any())


def _meetings(x: Floats, other: Floats) -> Floats:
    """Return the crossings of one closed polyline (n, 2) with another (k, 2), ignoring pieces with
    NaN.
    """
    both = np.isfinite(x).all(axis=1)
    if not both.any() or (np.nanmax(x, axis=0) < np.nanmin(other, axis=0)).any():
        return np.zeros((0, 2))
    i, j = (index.ravel() for index in np.indices((len(x), len(other))))
    between = np.abs(i - j)
    apart = np.minimum(between, len(x) - between) > ALIKE * len(x)
    return _crossed(x, other, i[apart], j[apart])


def _crossings(x: Floats) -> Floats:
    """Return the self-crossings (k, 2) of a closed polyline x (n, 2), ignoring pieces with NaN."""
    n = len(x)
    i, j = np.triu_indices(n, 2)
    apart = (i > 0) | (j < n - 1)  # the last piece adjoins the first
    return _crossed(x, x, i[apart], j[apart])


def _crossed(x: Floats, other: Floats, i: np.ndarray, j: np.ndarray) -> Floats:
    """Return the crossings (k, 2) of pieces i of a closed polyline with pieces j of another."""
    a, b, c, d = x, np.roll(x, -1, axis=0), other, np.roll(other, -1, axis=0)
    step, way = b - a, d - c
    near = ~(
        (np.maximum(a, b)[i] < np.minimum(c, d)[j]) | (np.minimum(a, b)[i] > np.maximum(c, d)[j])
    ).any(axis=1)
    i, j = i[near], j[near]
    gap = c[j] - a[i]
    cross = step[i, 0] * way[j, 1] - step[i, 1] * way[j, 0]
    safe = np.where(np.abs(cross) > 0, cross, 1.0)
    s = (gap[:, 0] * way[j, 1] - gap[:, 1] * way[j, 0]) / safe
    t = (gap[:, 0] * step[i, 1] - gap[:, 1] * step[i, 0]) / safe
    hit = (np.abs(cross) > 0) & (s >= 0) & (s < 1) & (t >= 0) & (t < 1)
    crossings: Floats = a[i[hit]] + s[hit, None] * step[i[hit]]
    return crossings


def _is_first(chart: Chart, fan: Spray, x: Floats, r: float, turns: list[Floats]) -> bool:
    """Whether no cell of the fan that covers x, or a periodic copy, is nearer to the source than r."""
    step = fan.r[1] - fan.r[0]
    for copy in (np.zeros(2), *turns, *(-turn for turn in turns)):
        _, node = covering(chart, fan, x + copy, turns)
        if not (fan.r[node + 1] > r - (1.0 + SHORTER) * step).all():
            return False
    return True
