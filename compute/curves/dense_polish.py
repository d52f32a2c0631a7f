"""Refinement of a geodesic's nodes from single to double precision.

All intervals are integrated at once, each with four neighbouring rays; then one linear system moves all
nodes to close the gaps, with both ends fixed:
    δy_{i+1} − Φ_i δy_i = φ(y_i) − y_{i+1},   y = (θ, hθ′),   δθ_0, δθ_m given.
One Newton step reduces gaps from 1e-6 to 1e-11.  (Like `multiple_shooting`, with one segment per
interval.)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics import initial_value
from compute.manifold.manifold import Manifold, inside_only
from compute.requests.geodesics import ShootRequest

# distance between neighbouring rays, relative to an interval's Fisher length
OFFSET = 1e-6
# a node that would move by more than this share of the adjacent intervals is not near a geodesic
NEAR = 0.05
# maximum loop iterations of one evaluation of the metric
HEAVY = 96
# off-diagonals of the linear system
BAND = 5


def polished(
    manifold: Manifold, nodes: tuple[Floats, Floats], ends: Floats, alpha: float
) -> tuple[Floats, Floats] | None:
    """Return θ and θ′ (m, 2) at equal times in [0, 1] of the geodesic of Γ^(α) near given ones between
    ``ends`` (2, 2) or periodic copies; None if it is not near, or would take too long.
    """
    theta, count = nodes[0], len(nodes[0]) - 1
    if manifold.slot.loops > HEAVY or count < 2 or not manifold.in_domain(theta).all():
        return None
    y = np.concatenate([theta, nodes[1] / count], axis=1)
    y[[0, -1], :2] = ends
    size = _sizes(manifold, y)
    if not (size > 0.0).all():
        return None
    offsets = np.concatenate([np.zeros((1, 4)), np.eye(4)])
    rays = y[:-1, None] + offsets * size[:-1, None]
    flat = rays.reshape(-1, 4)
    if not manifold.in_domain(flat[:, :2]).all():
        return None
    shot = initial_value.shoot(ShootRequest(manifold, flat[:, :2], flat[:, 2:], alpha, 2))
    landed = np.concatenate([shot.theta[:, -1], shot.velocity[:, -1]], axis=1).reshape(-1, 5, 4)
    if not np.isfinite(landed).all():
        return None
    flow = np.swapaxes((landed[:, 1:] - landed[:, :1]) / size[:-1, :, None], 1, 2)
    step = _closing(flow, landed[:, 0] - y[1:])
    if step is None or not (np.abs(step) <= NEAR / OFFSET * size).all():
        return None
    y = y + step
    return y[:, :2], y[:, 2:] * count


def _sizes(manifold: Manifold, y: Floats) -> Floats:
    """Return the offsets (m, 4) of neighbouring rays in θ and hθ′: a fixed fraction of |hθ′| in the
    metric.
    """
    metric = manifold.geometry(inside_only(manifold, y[:, :2])[0]).metric
    g11, g12, g22 = (metric[:, i] for i in range(3))
    u, v = y[:, 2], y[:, 3]
    speed = np.sqrt(np.maximum(g11 * u * u + 2 * g12 * u * v + g22 * v * v, 0.0))
    scale = np.sqrt(np.maximum(metric[:, [0, 2]], 1e-300))
    size: Floats = OFFSET * speed[:, None] / scale
    return np.concatenate([size, size], axis=1)


def _closing(flow: Floats, gap: Floats) -> Floats | None:
    """Return δy (m, 4) that closes gaps (m − 1, 4) to first order, δθ = 0 at both ends; None if
    singular.
    """
    from scipy.linalg import solve_banded

    count = len(flow)
    # four rows per interval, and the columns of its two nodes, without those of the fixed θ
    row = 4 * np.arange(count)[:, None, None] + np.arange(4)[:, None]
    column = 4 * np.arange(count)[:, None, None] + np.arange(8) - 2
    entries = np.concatenate([-flow, np.broadcast_to(np.eye(4), flow.shape)], axis=2)
    entries[-1, :, 4:6] = entries[-1, :, 6:]
    row, column = (np.broadcast_to(x, entries.shape) for x in (row, column))
    kept = (column >= 0) & (column < 4 * count)
    bands = np.zeros((2 * BAND + 1, 4 * count))
    bands[BAND + row[kept] - column[kept], column[kept]] = entries[kept]
    try:
        found = solve_banded((BAND, BAND), bands, gap.ravel())
    except np.linalg.LinAlgError:
        return None
    step = np.zeros((count + 1, 4))
    step[0, 2:], step[-1, 2:] = found[:2], found[-2:]
    step[1:-1] = found[2:-2].reshape(-1, 4)
    return step
