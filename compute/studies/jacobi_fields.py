"""The scalar Jacobi field J'' + K|v|² J = 0 along a geodesic: how neighbouring geodesics spread.

J(0) = 0, J'(0) = 1.  Zeros of J at t > 0 are conjugate points; their number before the end is the Morse
index of the geodesic, which is not shortest beyond the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats, Ints
from compute.core.status import Status
from compute.requests.geodesics import Paths, ShootRequest
from compute.requests.geometry import GeometryRequest

if TYPE_CHECKING:
    from compute.manifold.manifold import Manifold
    from compute.requests.engine import Engine

Bools = NDArray[np.bool_]
# minimum and maximum steps of J over a path, and its largest angle √K|v| Δt per step
FEWEST, MOST, TURN = 64, 8192, 0.2


def scalar_jacobi(rate: Floats, dt: float) -> tuple[Floats, Floats]:
    """Return J and J' (n, ⌈m/2⌉) at every other node, from rate = K|v|² at all nodes (n, m), m odd.

    By Runge–Kutta of order 4, whose middle stages are the nodes in between.
    """
    h = 2.0 * dt
    j, slope = np.zeros(len(rate)), np.ones(len(rate))
    values, slopes = [j], [slope]
    for i in range(0, rate.shape[1] - 2, 2):
        a, b, c = rate[:, i], rate[:, i + 1], rate[:, i + 2]
        k1, l1 = slope, -a * j
        k2, l2 = slope + h / 2 * l1, -b * (j + h / 2 * k1)
        k3, l3 = slope + h / 2 * l2, -b * (j + h / 2 * k2)
        k4, l4 = slope + h * l3, -c * (j + h * k3)
        j = j + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        slope = slope + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        values.append(j)
        slopes.append(slope)
    return np.stack(values, axis=1), np.stack(slopes, axis=1)


def curvature_along(engine: Engine, manifold: Manifold, paths: Paths) -> tuple[Bools, Floats]:
    """Return the valid nodes (n, m) of paths, and K (n, m) there, 0 where it is unknown."""
    known = np.asarray(np.isfinite(paths.theta).all(axis=-1))
    theta = np.where(known[..., None], paths.theta, np.asarray(manifold.interior))
    geometry = engine.geometry(GeometryRequest(manifold, theta.reshape(-1, 2)))
    return known, np.nan_to_num(geometry.curvature, nan=0.0).reshape(known.shape)


def morse_index(engine: Engine, manifold: Manifold, paths: Paths) -> Ints:
    """Return the number (n,) of conjugate points of each Levi-Civita geodesic before its end.

    If the nodes do not resolve J, the geodesic is integrated again between them.
    """
    theta, rate = _rates(engine, manifold, paths)
    intervals = theta.shape[1] - 1
    every = _between(rate, intervals)
    if every > 1:
        theta, rate = _rates(engine, manifold, _dense(engine, manifold, paths, every))
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    j = scalar_jacobi(rate, 1.0 / (theta.shape[1] - 1))[0][:, 1:]
    seen = known[:, 2::2][:, : j.shape[1]]
    crossing = ((j[:, 1:] > 0) != (j[:, :-1] > 0)) & seen[:, 1:]
    return np.asarray(crossing.sum(axis=1), dtype=np.int32)


def _rates(engine: Engine, manifold: Manifold, paths: Paths) -> tuple[Floats, Floats]:
    """Return the nodes θ (n, m, 2) of paths, and K|v|² (n, m) there, 0 where it is unknown."""
    known, curvature = curvature_along(engine, manifold, paths)
    speed2 = np.where(paths.reached > 0, paths.energy / np.maximum(paths.reached, 1e-300), 0.0)
    return paths.theta, np.where(known, curvature * speed2[:, None], 0.0)


def _between(rate: Floats, intervals: int) -> int:
    """Return the number of parts, even or 1, into which intervals between nodes are divided."""
    turn = float(np.sqrt(max(float(rate.max(initial=0.0)), 0.0))) / intervals
    parts = max(FEWEST / intervals, turn / TURN)
    if parts <= 1.0 and intervals % 2 == 0:
        return 1
    return min(2 * int(np.ceil(parts / 2)), max(2, MOST // (2 * intervals) * 2))


def _dense(engine: Engine, manifold: Manifold, paths: Paths, every: int) -> Paths:
    """Return ``paths`` with ``every`` times as many nodes, by integrating from each node to the
    next.
    """
    n, m = paths.theta.shape[:2]
    known = np.asarray(np.isfinite(paths.theta).all(axis=-1))
    both = known[:, 1:] & known[:, :-1]
    theta = np.full((n, m - 1, every, 2), np.nan)
    if both.any():
        start, velocity = paths.theta[:, :-1][both], paths.velocity[:, :-1][both] / (m - 1)
        theta[both] = engine.shoot(ShootRequest(manifold, start, velocity, 0.0, every)).theta[
            :, :-1
        ]
    ends = np.concatenate([theta.reshape(n, -1, 2), paths.theta[:, -1:]], axis=1)
    return replace(paths, theta=ends, t=np.linspace(0.0, 1.0, ends.shape[1]))


def first_zero(rate: Floats, known: Bools) -> tuple[Floats, Floats]:
    """Return J (n, m) at all nodes from rate = K|v|² there, and the time t (n,) of its first zero or
    NaN.
    """
    n, m = rate.shape
    even = rate if m % 2 else np.concatenate([rate, rate[:, -1:]], axis=1)
    dt = 1.0 / (m - 1)
    j = np.empty(even.shape)
    j[:, ::2], slope = scalar_jacobi(even, dt)
    # Hermite's cubic in the middle between two nodes
    j[:, 1::2] = (j[:, :-2:2] + j[:, 2::2]) / 2 + dt / 4 * (slope[:, :-1] - slope[:, 1:])
    j = j[:, :m]
    crossing = (j[:, 1:-1] > 0) & (j[:, 2:] <= 0) & known[:, 2:]
    node = crossing.argmax(axis=1) + 1
    before, after = j[np.arange(n), node], j[np.arange(n), np.minimum(node + 1, m - 1)]
    gap = np.where(before != after, before - after, 1.0)
    zero = np.where(crossing.any(axis=1), (node + before / gap) * dt, np.nan)
    return j, zero


def marked(paths: Paths, index: Ints) -> Paths:
    """Return ``paths`` with status CONJUGATE_POINT for converged geodesics past a conjugate point."""
    past = (paths.status == Status.OK) & (index > 0)
    return replace(
        paths, status=np.where(past, Status.CONJUGATE_POINT, paths.status).astype(np.int32)
    )
