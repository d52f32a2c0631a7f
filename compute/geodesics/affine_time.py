"""Geodesics of Γ^(α) at constant Fisher speed, with the affine parameter computed afterwards.

In its affine parameter an α-geodesic may change its Fisher speed by orders of magnitude.  At constant
speed the equation is well behaved: with T the Amari–Chentsov tensor and u = dθ/ds of constant length
|u|,
    ∇_u u = (α/2) [T(u, u, ·)♯ − T(u, u, u) u/|u|²],
which is homogeneous in u and preserves |u|.  The affine parameter t follows by two quadratures,
    θ'(t) = w u,   d log w/ds = (α/2) T(u, u, u)/|u|²,   dt/ds = 1/w.
(∇^(α)_u u = −(d log w/ds) u; for α = 0 both parameters agree.)
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import (
    LocalGeometry,
    connection_first,
    contracted,
    inner,
    norm,
    raised,
)

# the largest logarithm of a ratio of two speeds on one curve
LARGEST = 300.0


def cubed(cubic: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """Return T(a, b, c) (...,) from packed T (..., 4) and vectors (..., 2)."""
    t111, t112, t122, t222 = (cubic[..., i] for i in range(4))
    a1, a2, b1, b2, c1, c2 = (x[..., i] for x in (a, b, c) for i in (0, 1))
    total: Floats = (
        t111 * a1 * b1 * c1
        + t112 * (a1 * b1 * c2 + a1 * b2 * c1 + a2 * b1 * c1)
        + t122 * (a1 * b2 * c2 + a2 * b1 * c2 + a2 * b2 * c1)
        + t222 * a2 * b2 * c2
    )
    return total


def growth(local: LocalGeometry, u: Floats, alpha: float) -> Floats:
    """Return d log w/ds (...,) at velocities u (..., 2)."""
    square = np.maximum(inner(local.metric, u, u), np.finfo(float).tiny)
    rate: Floats = 0.5 * alpha * cubed(local.cubic, u, u, u) / square
    return rate


def acceleration(local: LocalGeometry, u: Floats, alpha: float) -> Floats:
    """Return du/ds (..., 2) at velocities u (..., 2); D > 0."""
    turn = -raised(local, contracted(connection_first(local, alpha), u, u))
    return turn if alpha == 0.0 else turn - growth(local, u, alpha)[..., None] * u


def derivative(local: LocalGeometry, u: Floats, alpha: float) -> Floats:
    """Return ∂(du/ds)/∂u (..., 2, 2), indexed [component, axis of u]; D > 0."""
    first = connection_first(local, alpha)
    columns = []
    for unit in np.eye(2):
        e = np.broadcast_to(unit, u.shape)
        column = -2.0 * raised(local, contracted(first, u, e))
        if alpha != 0.0:
            square = np.maximum(inner(local.metric, u, u), np.finfo(float).tiny)
            rate = growth(local, u, alpha)
            change = 1.5 * alpha * cubed(local.cubic, u, u, e) / square
            change -= 2.0 * rate * inner(local.metric, u, e) / square
            column = column - change[..., None] * u - rate[..., None] * e
        columns.append(column)
    return np.stack(columns, axis=-1)


def affine(
    manifold: Manifold,
    curves: tuple[Floats, Floats],
    tableau: tuple[Floats, Floats],
    alpha: float,
) -> tuple[Floats, Floats]:
    """Return w (k, N+1) and the steps of t (k, N), which sum to 1, for curves with states (k, N, s, 4)
    at the stages of a Runge–Kutta method on segments of sizes (k, N) in s, by the quadratures of that
    method.

    NaN where speeds differ by more than e^LARGEST.
    """
    stages, h = curves
    k, count = h.shape
    if alpha == 0.0:
        return np.ones((k, count + 1)), h
    a, b = tableau
    theta, _ = inside_only(manifold, stages[..., :2])
    rate = growth(manifold.geometry(theta), stages[..., 2:], alpha)
    steps = h * (rate @ b)
    logs = np.concatenate([np.zeros((k, 1)), np.cumsum(steps, axis=1)], axis=1)
    # relative to the middle of their range
    logs -= 0.5 * (logs.max(axis=1) + logs.min(axis=1))[:, None]
    known = np.abs(logs).max(axis=1) < LARGEST
    logs = np.where(known[:, None], logs, np.nan)
    between = logs[:, :-1, None] + h[..., None] * (rate @ a.T)
    steps = h * (np.exp(-between) @ b)
    total = steps.sum(axis=1, keepdims=True)
    return np.exp(logs) * total, steps / total


def even(manifold: Manifold, curves: Floats, count: int) -> Floats:
    """Resample curves (k, M+1, 2) to count + 1 nodes at equal Fisher lengths along their chords."""
    middle, _ = inside_only(manifold, 0.5 * (curves[:, 1:] + curves[:, :-1]))
    pieces = norm(manifold.geometry(middle).metric, np.diff(curves, axis=1))
    found = np.empty((len(curves), count + 1, 2))
    for i, (curve, piece) in enumerate(zip(curves, pieces, strict=True)):
        along = np.concatenate([[0.0], np.cumsum(np.maximum(piece, 1e-300))])
        at = np.linspace(0.0, along[-1], count + 1)
        found[i] = np.stack([np.interp(at, along, curve[:, axis]) for axis in (0, 1)], axis=1)
        found[i, -1] = curve[-1]
    return found
