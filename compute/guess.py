"""Where boundary-value solvers start from: curves between two points by straight lines in charts."""

from __future__ import annotations

import numpy as np

from compute.action import SEGMENTS
from compute.charts import Chart, named
from compute.manifold import Manifold, known_inside
from compute.types import Floats

# Where no straight line is near, the Levi-Civita solution is followed in steps of at most this.
ALPHA_STEP = 0.25


def first_curve(
    manifold: Manifold, start: Floats, end: Floats, alpha: float = 0.0, segments: int = SEGMENTS
) -> Floats:
    """Curves (n, N+1, 2) from start to end (n, 2) near the geodesics of Γ^(α).

    For α = 0 straight in the family's first chart.  For α ≠ 0 the mean, with weights (1 ± α)/2, of
    the lines straight in natural and in expectation coordinates, which are the geodesics for α = ±1.
    Along a periodic coordinate a curve goes on continuously, so that its last node may be ``end``
    some periods away.
    """
    chart = manifold.charts[0]
    curve = straight(chart, start, end, segments)
    if is_dual(manifold) and alpha != 0.0:
        flat = [named(manifold.charts, name) or chart for name in _FLAT]
        lines = [straight(each, start, end, segments) for each in flat]
        e, m = (chart.forward(line) for line in lines)
        mean = chart.inverse((1 + alpha) / 2 * e + (1 - alpha) / 2 * m)
        whole = np.asarray(known_inside(manifold, mean).all(axis=1))
        curve = np.where(whole[:, None, None], mean, curve)
    curve[:, 0], curve[:, -1] = start, end
    for axis, period in enumerate(manifold.periods):
        if period > 0.0:
            curve[..., axis] = np.unwrap(curve[..., axis], axis=1, period=period)
    return curve


def alphas(manifold: Manifold, alpha: float) -> list[float]:
    """The values of α by which the geodesics of Γ^(α) are reached from `first_curve`."""
    if is_dual(manifold):
        return [alpha]
    turns = int(np.ceil(abs(alpha) / ALPHA_STEP))
    return [0.0] if turns == 0 else [float(a) for a in np.linspace(0.0, alpha, turns + 1)]


def is_dual(manifold: Manifold) -> bool:
    """Whether the family has both flat charts, natural and expectation."""
    return all(named(manifold.charts, name) is not None for name in _FLAT)


_FLAT = ("natural", "expectation")


def straight(chart: Chart, start: Floats, end: Floats, segments: int) -> Floats:
    """θ (n, N+1, 2) on straight lines of a chart; where they leave its image, of θ."""
    share = np.linspace(0.0, 1.0, segments + 1)[:, None]
    x, y = chart.forward(start)[:, None], chart.forward(end)[:, None]
    curve = chart.inverse(x * (1 - share) + y * share)
    usable = np.isfinite(curve).all(axis=(1, 2), keepdims=True)
    return np.where(usable, curve, start[:, None] * (1 - share) + end[:, None] * share)
