"""Wavefronts and caustics of a geodesic fan, interpolated between its rays.

At the angle φ and the length r a front has the tangent ∂θ/∂φ = J e, where J is the Jacobi field along
the ray and e the unit normal of the ray, counter-clockwise; between two rays the front is a cubic
Hermite curve in φ.  Rays are added where neighbours are more than `APART` apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.curves.dense_curve import DenseCurve, cubics, through
from compute.geodesics.initial_curves import nearest_copy
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import norm
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.studies.geodesic_fan import Spray, resolved, spread_of

# Fisher length between neighbouring rays above which others are inserted, how many at once, how
# often, and the maximum number of rays
APART, PARTS, ROUNDS, MOST = 0.3, 16, 3, 4096


def finer(engine: Engine, manifold: Manifold, fan: Spray) -> Spray:
    """Return a fan with more rays where neighbours diverge, up to `MOST` rays."""
    if len(fan.angle) % 4:
        return fan
    # the velocities of the angles 0 and π/2
    basis = fan.velocity[[0, len(fan.angle) // 4], 0].T
    for _ in range(ROUNDS):
        reach = np.nan_to_num(np.abs(fan.spread)).max(axis=1)
        gap = np.diff(fan.angle, append=fan.angle[0] + 2 * np.pi)
        wide = gap * np.maximum(reach, np.roll(reach, -1)) / APART
        parts = np.clip(np.ceil(wide), 1, PARTS).astype(int)
        while parts.sum() > MOST and (parts > 1).any():
            wide = 0.5 * wide
            parts = np.clip(np.ceil(wide), 1, PARTS).astype(int)
        if (parts == 1).all():
            break
        between = np.concatenate([np.arange(1, k) / k for k in parts if k > 1])
        ray = np.repeat(np.arange(len(parts)), parts - 1)
        fan = _with_rays(engine, manifold, fan, basis, fan.angle[ray] + gap[ray] * between)
    return fan


def _with_rays(
    engine: Engine, manifold: Manifold, fan: Spray, basis: Floats, angle: Floats
) -> Spray:
    """Return a fan with rays at further angles (k,) inserted."""
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    start = np.repeat(fan.theta[:1, 0], len(angle), axis=0)
    request = ShootRequest(manifold, start, wheel @ basis.T, 0.0, len(fan.r) - 1)
    paths = resolved(engine, request)
    spread, conjugate = spread_of(engine, manifold, paths, float(fan.r[-1]), 0.0)
    angles = np.concatenate([fan.angle, angle])
    order = np.argsort(angles, kind="stable")

    def merged(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.concatenate([a, b])[order]

    return replace(
        fan,
        angle=angles[order],
        theta=merged(fan.theta, paths.theta),
        velocity=merged(fan.velocity, paths.velocity),
        spread=merged(fan.spread, spread),
        conjugate=merged(fan.conjugate, conjugate),
        status=merged(fan.status, paths.status),
    )


def front(manifold: Manifold, fan: Spray, node: int) -> DenseCurve:
    """Return the closed wavefront through the ``node``-th node of every ray, interrupted where a ray
    has stopped.
    """
    theta, v, j = fan.theta[:, node], fan.velocity[:, node], fan.spread[:, node]
    known = np.isfinite(theta).all(axis=1) & np.isfinite(j)
    local = manifold.geometry(
        inside_only(manifold, np.where(known[:, None], theta, np.nan_to_num(theta)))[0]
    )
    across = _turned(local.metric, np.nan_to_num(v), local.det)
    tangent = j[:, None] * across
    angle = np.append(fan.angle, fan.angle[0] + 2 * np.pi)
    theta, tangent = np.concatenate([theta, theta[:1]]), np.concatenate([tangent, tangent[:1]])
    gap = np.diff(angle)[:, None]
    ends = nearest_copy(manifold, theta[:-1], theta[1:])
    pieces = cubics(theta[:-1], ends, gap * tangent[:-1], gap * tangent[1:])
    return DenseCurve(angle, theta, pieces, np.ones(len(pieces), bool))


def _turned(metric: Floats, v: Floats, det: Floats) -> Floats:
    """Return v (n, 2), rotated by 90° counter-clockwise and normalised (n, 2)."""
    g11, g12, g22 = (metric[:, i] for i in range(3))
    root = np.sqrt(np.maximum(det, 1e-300))
    turned = np.stack([-(g12 * v[:, 0] + g22 * v[:, 1]), g11 * v[:, 0] + g12 * v[:, 1]], axis=1)
    length = np.maximum(norm(metric, v), 1e-300)
    unit: Floats = turned / (root * length)[:, None]
    return unit


def caustic(fan: Spray) -> DenseCurve:
    """Return the curve of conjugate points over equally spaced angles, interrupted where a ray has
    none.
    """
    has = np.isfinite(fan.conjugate)
    points = np.full((len(has), 2), np.nan)
    points[has] = fan.caustic()
    if has.all():
        return through(np.concatenate([points, points[:1]]), closed=True)
    # begin where a ray has none
    return through(np.roll(points, -int(np.flatnonzero(~has)[0]), axis=0))
