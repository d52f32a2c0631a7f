"""The scalar Jacobi field J'' + K|v|² J = 0 along a geodesic: how neighbouring geodesics spread.

J(0) = 0, J'(0) = 1.  Zeros of J at t > 0 are conjugate points; as many as lie before the end is the
geodesic's Morse index, and past the first it is no longer a shortest curve.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from compute.types import Floats, GeometryRequest, Ints, Paths, Status

if TYPE_CHECKING:
    from compute.engine import Engine
    from compute.manifold import Manifold


def scalar_jacobi(rate: Floats, dt: float) -> Floats:
    """J (n, ⌈m/2⌉) at every other node, from rate = K|v|² at all nodes (n, m), m odd.

    Runge–Kutta of order 4 whose middle stages fall on the nodes between.
    """
    h = 2.0 * dt
    j, slope = np.zeros(len(rate)), np.ones(len(rate))
    values = [j]
    for i in range(0, rate.shape[1] - 2, 2):
        a, b, c = rate[:, i], rate[:, i + 1], rate[:, i + 2]
        k1, l1 = slope, -a * j
        k2, l2 = slope + h / 2 * l1, -b * (j + h / 2 * k1)
        k3, l3 = slope + h / 2 * l2, -b * (j + h / 2 * k2)
        k4, l4 = slope + h * l3, -c * (j + h * k3)
        j = j + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        slope = slope + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        values.append(j)
    return np.stack(values, axis=1)


def morse_index(engine: Engine, manifold: Manifold, paths: Paths) -> Ints:
    """How many conjugate points each geodesic of Levi-Civita passes before its end (n,)."""
    n, m = paths.theta.shape[:2]
    known = np.asarray(np.isfinite(paths.theta).all(axis=-1))
    theta = np.where(known[..., None], paths.theta, np.asarray(manifold.interior))
    geometry = engine.geometry(GeometryRequest(manifold, theta.reshape(-1, 2)))
    curvature = np.nan_to_num(geometry.curvature, nan=0.0).reshape(n, m)
    speed2 = np.where(paths.reached > 0, paths.energy / np.maximum(paths.reached, 1e-300), 0.0)
    rate = np.where(known, curvature * speed2[:, None], 0.0)
    j = scalar_jacobi(rate if m % 2 else rate[:, :-1], 1.0 / (m - 1))[:, 1:]
    seen = known[:, 2::2][:, : j.shape[1]]
    crossing = (j[:, 1:] * j[:, :-1] <= 0) & seen[:, 1:]
    return np.asarray(crossing.sum(axis=1), dtype=np.int32)


def marked(paths: Paths, index: Ints) -> Paths:
    """``paths`` where converged geodesics past a conjugate point say CONJUGATE_POINT."""
    past = (paths.status == Status.OK) & (index > 0)
    return replace(
        paths, status=np.where(past, Status.CONJUGATE_POINT, paths.status).astype(np.int32)
    )
