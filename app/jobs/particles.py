"""Particles advected by a field: their positions over their lives.

They follow the current field, so a picture depends only on the field and the phase.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.extent import Extent

COUNT, MOMENTS = 3000, 33
# shares of the rectangle that particles of typical speed cross in a life, and that none exceeds
REACH, FARTHEST = 0.16, 0.35
COMMON = 0.7  # quantile of speeds


def tracks(drawn: Floats, extent: Extent) -> Floats:
    """Return positions (moments, n, 2), as fractions of ``extent``, along a field (rows, columns, 2) at
    its nodes.

    Integrated by the midpoint rule; NaN after a particle leaves the field.  Starting points are a
    low-discrepancy additive sequence, evenly spread without visible lines.
    """
    speed = _saturated(drawn / np.array([extent.x1 - extent.x0, extent.y1 - extent.y0]))
    number = np.arange(1, COUNT + 1)[:, None]
    # the additive recurrence of the plastic number
    at = ((0.5 + number * np.array([0.7548776662466927, 0.5698402909980532])) % 1.0).astype(
        np.float32
    )
    step = np.float32(1.0 / (MOMENTS - 1))
    found = np.empty((MOMENTS, COUNT, 2), np.float32)
    found[0] = np.where(np.isfinite(sampled(speed, at)), at, np.nan)
    for moment in range(1, MOMENTS):
        now = found[moment - 1]
        half = now + 0.5 * step * sampled(speed, now)
        found[moment] = now + step * sampled(speed, half)
    return found


def _saturated(velocity: Floats) -> Floats:
    """Return a velocity in fractions of the rectangle per life, bounded, with its direction
    preserved.
    """
    size = np.hypot(velocity[..., 0], velocity[..., 1])
    known = size[np.isfinite(size) & (size > 0)]
    if known.size == 0:
        return np.where(np.isfinite(velocity), 0.0, np.nan).astype(np.float32)
    scale = REACH / float(np.quantile(known, COMMON))
    bounded: Floats = scale * velocity / np.sqrt(1.0 + (scale * size / FARTHEST) ** 2)[..., None]
    return bounded.astype(np.float32)


def sampled(nodes: Floats, at: Floats) -> Floats:
    """Interpolate nodes (rows, columns, d) at fractions (n, 2); NaN outside and next to NaN."""
    rows, columns = nodes.shape[:2]
    inside = ((at >= 0.0) & (at <= 1.0)).all(axis=1)
    x = np.where(inside, at[:, 0], 0.0) * (columns - 1)
    y = np.where(inside, at[:, 1], 0.0) * (rows - 1)
    j, i = np.minimum(x.astype(np.int32), columns - 2), np.minimum(y.astype(np.int32), rows - 2)
    s, t = (x - j)[:, None].astype(nodes.dtype), (y - i)[:, None].astype(nodes.dtype)
    flat = nodes.reshape(rows * columns, -1)
    k = i * columns + j
    # take is several times as fast as an index
    a, b, c, d = (np.take(flat, k + next_, axis=0) for next_ in (0, 1, columns, columns + 1))
    low, high = a + s * (b - a), c + s * (d - c)
    found: Floats = low + t * (high - low)
    found[~inside] = np.nan
    return found
