"""The scalar Jacobi field J'' + K|v|² J = 0 along a geodesic: how neighbouring geodesics spread.

J(0) = 0, J'(0) = 1.  Zeros of J at t > 0 are conjugate points; as many as lie before the end is the
geodesic's Morse index, and past the first it is no longer a shortest curve.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compute.types import Floats, GeometryRequest, Ints, Paths, Status

if TYPE_CHECKING:
    from compute.engine import Engine
    from compute.manifold import Manifold

Bools = NDArray[np.bool_]


def scalar_jacobi(rate: Floats, dt: float) -> tuple[Floats, Floats]:
    """J and J' (n, ⌈m/2⌉) at every other node, from rate = K|v|² at all nodes (n, m), m odd.

    Runge–Kutta of order 4 whose middle stages fall on the nodes between.
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
    """Which nodes (n, m) paths have, and K (n, m) there, 0 where it is not known."""
    known = np.asarray(np.isfinite(paths.theta).all(axis=-1))
    theta = np.where(known[..., None], paths.theta, np.asarray(manifold.interior))
    geometry = engine.geometry(GeometryRequest(manifold, theta.reshape(-1, 2)))
    return known, np.nan_to_num(geometry.curvature, nan=0.0).reshape(known.shape)


def morse_index(engine: Engine, manifold: Manifold, paths: Paths) -> Ints:
    """How many conjugate points each geodesic of Levi-Civita passes before its end (n,)."""
    m = paths.theta.shape[1]
    known, curvature = curvature_along(engine, manifold, paths)
    speed2 = np.where(paths.reached > 0, paths.energy / np.maximum(paths.reached, 1e-300), 0.0)
    rate = np.where(known, curvature * speed2[:, None], 0.0)
    j = scalar_jacobi(rate if m % 2 else rate[:, :-1], 1.0 / (m - 1))[0][:, 1:]
    seen = known[:, 2::2][:, : j.shape[1]]
    crossing = (j[:, 1:] * j[:, :-1] <= 0) & seen[:, 1:]
    return np.asarray(crossing.sum(axis=1), dtype=np.int32)


def first_zero(rate: Floats, known: Bools) -> tuple[Floats, Floats]:
    """J (n, m) at all nodes from rate = K|v|² there, and the time t (n,) of its first zero or NaN."""
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
    """``paths`` where converged geodesics past a conjugate point say CONJUGATE_POINT."""
    past = (paths.status == Status.OK) & (index > 0)
    return replace(
        paths, status=np.where(past, Status.CONJUGATE_POINT, paths.status).astype(np.int32)
    )
