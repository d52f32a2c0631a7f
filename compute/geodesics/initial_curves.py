"""Initial curves of boundary-value solvers: curves between two points near the geodesic.

On a half-plane or a sphere this is the geodesic itself, otherwise a straight line in a chart.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics import constant_curvature
from compute.geodesics.discrete_energy import SEGMENTS
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold, known_inside

# Where no straight line is near, continue from the Levi-Civita solution in steps of at most this.
ALPHA_STEP = 0.25


def first_curve(
    manifold: Manifold, start: Floats, end: Floats, alpha: float = 0.0, segments: int = SEGMENTS
) -> Floats:
    """Return curves (n, N+1, 2) from start to end (n, 2) near the geodesics of Γ^(α).

    For α = 0, the arc of constant curvature if there is one; for α ≠ 0 with both flat charts,
    `between`; otherwise a straight line in the family's first chart.  Along a periodic coordinate a
    curve takes the shorter way and stays continuous, so its last node may differ from ``end`` by whole
    periods.
    """
    end = nearest(manifold, start, end)
    curve = straight(manifold.charts[0], start, end, segments)
    if alpha == 0.0:
        arcs = constant_curvature.arcs(manifold, start, end, segments)
        curve = curve if arcs is None else _whole(manifold, arcs[0], curve)
    if is_dual(manifold) and alpha != 0.0:
        curve = _whole(manifold, between(manifold, start, end, alpha, segments)[0], curve)
    curve[:, 0], curve[:, -1] = start, end
    for axis, period in enumerate(manifold.periods):
        if period > 0.0:
            curve[..., axis] = np.unwrap(curve[..., axis], axis=1, period=period)
    # the short way may lead to a copy of the end outside the domain
    share = np.linspace(0.0, 1.0, segments + 1)[:, None]
    return _whole(manifold, curve, start[:, None] + share * (end - start)[:, None])


def nearest(manifold: Manifold, start: Floats, end: Floats) -> Floats:
    """Return ``end (n, 2)`` moved by whole periods to be nearest to ``start (n, 2)``, if inside the
    domain.
    """
    moved = nearest_copy(manifold, start, end)
    return np.where(np.asarray(manifold.in_domain(moved))[..., None], moved, end)


def nearest_copy(manifold: Manifold, start: Floats, end: Floats) -> Floats:
    """Return ``end (..., 2)`` moved by whole periods to be nearest to ``start (..., 2)``."""
    periods = np.asarray(manifold.periods)
    safe = np.where(periods > 0.0, periods, 1.0)
    moved: Floats = end + np.where(periods > 0.0, np.round((start - end) / safe) * safe, 0.0)
    return moved


def _whole(manifold: Manifold, curve: Floats, otherwise: Floats) -> Floats:
    """Return curves (n, N+1, 2) with those that leave the domain replaced."""
    whole = np.asarray(known_inside(manifold, curve).all(axis=1))
    return np.where(whole[:, None, None], curve, otherwise)


def between(
    manifold: Manifold, start: Floats, end: Floats, alpha: float, segments: int
) -> tuple[Floats, Floats]:
    """Return nodes and velocities (n, N+1, 2) of a weighted mean of the e- and the m-geodesic of a dual
    family.

    The weights are (1 ± α)/2, in the first chart; for α = ±1 it is the geodesic itself.  NaN where a
    line leaves the image of its chart.
    """
    share = np.broadcast_to(np.linspace(0.0, 1.0, segments + 1), (len(start), segments + 1))
    return between_at(manifold, start, end, alpha, share)


def between_at(
    manifold: Manifold, start: Floats, end: Floats, alpha: float, times: Floats
) -> tuple[Floats, Floats]:
    """Return positions and velocities (n, k, 2) of `between` at times (n, k) for each pair."""
    chart, share = manifold.charts[0], times[..., None]
    nodes, slopes = [], []
    for name in _FLAT:
        flat = named(manifold.charts, name) or chart
        x, y = flat.forward(start)[:, None], flat.forward(end)[:, None]
        theta = flat.inverse(x * (1 - share) + y * share)
        inside = known_inside(manifold, theta)[..., None]
        safe = np.where(inside, theta, manifold.interior)
        v = flat.pull(safe, np.broadcast_to(y - x, safe.shape))
        nodes.append(np.where(inside, chart.forward(safe), np.nan))
        slopes.append(np.where(inside, chart.push(safe, v), np.nan))
    weights = [(1 + alpha) / 2, (1 - alpha) / 2]
    terms = [i for i in (0, 1) if weights[i] > 0]
    mean = chart.inverse(np.sum([weights[i] * nodes[i] for i in terms], axis=0))
    inside = known_inside(manifold, mean)[..., None]
    safe = np.where(inside, mean, manifold.interior)
    slope = chart.pull(safe, np.sum([weights[i] * slopes[i] for i in terms], axis=0))
    return np.where(inside, mean, np.nan), np.where(inside, slope, np.nan)


def alphas(manifold: Manifold, alpha: float) -> list[float]:
    """Return the values of α for continuation from `first_curve` to the geodesics of Γ^(α)."""
    return [alpha] if is_dual(manifold) else steps_to(alpha)


def steps_to(alpha: float) -> list[float]:
    """Return values from 0 to α in steps of at most ALPHA_STEP."""
    turns = int(np.ceil(abs(alpha) / ALPHA_STEP))
    return [0.0] if turns == 0 else [float(a) for a in np.linspace(0.0, alpha, turns + 1)]


def is_dual(manifold: Manifold) -> bool:
    """Whether the family has both flat charts, natural and expectation."""
    return all(named(manifold.charts, name) is not None for name in _FLAT)


_FLAT = ("natural", "expectation")


def straight(chart: Chart, start: Floats, end: Floats, segments: int) -> Floats:
    """Return θ (n, N+1, 2) on straight lines of a chart; where they leave its image, straight lines in
    θ.
    """
    share = np.linspace(0.0, 1.0, segments + 1)[:, None]
    x, y = chart.forward(start)[:, None], chart.forward(end)[:, None]
    curve = chart.inverse(x * (1 - share) + y * share)
    usable = np.isfinite(curve).all(axis=(1, 2), keepdims=True)
    return np.where(usable, curve, start[:, None] * (1 - share) + end[:, None] * share)
