"""The cut locus of a point: where its geodesics cease to be shortest.

Where a wavefront of radius r crosses itself, two geodesics of length r meet; if no shorter one
leads there, both have been shortest so far and neither is beyond: a cut point.  Past a caustic each
wavefront has such crossings (a swallowtail), and as r grows they draw the cut locus.  Rays past their
conjugate points have no part in it.
"""

from __future__ import annotations

import numpy as np

from compute.charts import Chart
from compute.manifold import Manifold
from compute.spray import Spray, covering
from compute.types import Floats

# wavefronts between the first conjugate point and the ends of the rays
FRONTS = 64
# a way shorter by this share of a step along the rays is another one
SHORTER = 1.0


def cut_points(manifold: Manifold, fan: Spray, fronts: int = FRONTS) -> Floats:
    """Cut points (k, 2) in θ of the spray's point, by growing distance.

    None where no ray of the spray has a conjugate point: there, on a simply connected surface, rays
    do not meet again.
    """
    if not np.isfinite(fan.conjugate).any():
        return np.zeros((0, 2))
    chart = manifold.charts[0]
    first = float(np.nanmin(fan.conjugate))
    found = []
    for r in np.linspace(first, fan.r[-1], fronts + 1)[1:]:
        spent = np.nan_to_num(fan.conjugate, nan=np.inf) < r
        front = np.where(spent[:, None], np.nan, chart.forward(fan.front(float(r))))
        crossings = _crossings(front)
        found += [x for x in crossings if _is_first(chart, fan, x, float(r))]
    return chart.inverse(np.array(found)) if found else np.zeros((0, 2))


def _crossings(x: Floats) -> Floats:
    """Where a closed polyline x (n, 2) crosses itself (k, 2); pieces with NaN do not count."""
    a, b = x, np.roll(x, -1, axis=0)
    step = b - a
    n = len(x)
    i, j = np.triu_indices(n, 2)
    apart = (i > 0) | (j < n - 1)  # the last piece adjoins the first
    i, j = i[apart], j[apart]
    near = ~(
        (np.maximum(a[i], b[i]) < np.minimum(a[j], b[j]))
        | (np.minimum(a[i], b[i]) > np.maximum(a[j], b[j]))
    ).any(axis=1)
    i, j = i[near], j[near]
    gap = a[j] - a[i]
    cross = step[i, 0] * step[j, 1] - step[i, 1] * step[j, 0]
    safe = np.where(np.abs(cross) > 0, cross, 1.0)
    s = (gap[:, 0] * step[j, 1] - gap[:, 1] * step[j, 0]) / safe
    t = (gap[:, 0] * step[i, 1] - gap[:, 1] * step[i, 0]) / safe
    hit = (np.abs(cross) > 0) & (s >= 0) & (s < 1) & (t >= 0) & (t < 1)
    crossings: Floats = a[i[hit]] + s[hit, None] * step[i[hit]]
    return crossings


def _is_first(chart: Chart, fan: Spray, x: Floats, r: float) -> bool:
    """Whether no cell of the spray that covers x lies nearer to its point than r."""
    _, node = covering(chart, fan, x)
    step = fan.r[1] - fan.r[0]
    return bool((fan.r[node + 1] > r - (1.0 + SHORTER) * step).all())
