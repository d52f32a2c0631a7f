"""Tangent vectors at points of a surface: inner products, raised indices, contracted symbols.

Packed two-dimensional components, used nowhere else: g₁₁ g₁₂ g₂₂; Γ_11,k Γ_12,k Γ_22,k; T₁₁₁ T₁₁₂
T₁₂₂ T₂₂₂.  Twin of ``shaders/lib/tensor.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from compute.core.arrays import Bools, Floats, Ints

# Levi-Civita arithmetic loses its digits when D/(g₁₁g₂₂), which is invariant under scaling of the
# coordinates, falls to this: curves stop there and the status says ILL_CONDITIONED.
SINGULAR = 1e-6
# Below this the status warns, but the curve continues (condition number 1e4 of the scaled metric).
NEARLY_SINGULAR = 1e-4


@dataclass(frozen=True, eq=False)
class LocalGeometry:
    """Packed components at points (...,), the twin of the kernels' ``Geometry``.

    metric (..., 3): g₁₁ g₁₂ g₂₂; first (..., 2, 3): Γ_11,k Γ_12,k Γ_22,k for k = 1, 2;
    cubic (..., 4): T₁₁₁ T₁₁₂ T₁₂₂ T₂₂₂; det (...,): D = det g, computed without cancellation.
    """

    metric: Floats
    first: Floats
    cubic: Floats
    det: Floats


class Spray(NamedTuple):
    """g₁₁, g₁₂, g₂₂, Γ_ij,k v^i v^j for k = 1, 2, and D = det g, each (...,): what geodesics need."""

    g11: Floats
    g12: Floats
    g22: Floats
    u1: Floats
    u2: Floats
    det: Floats


@dataclass(frozen=True, eq=False)
class QuickGeometry:
    """The local geometry at θ (..., 2), ``whole``, as a function that also has quicker ways to parts.

    ``metric(θ)`` returns packed g (..., 3).  For Levi-Civita geodesics one of two is enough:
    ``spray(θ, v)`` or ``acceleration(θ, v)``, which is that of `geodesics.spray`.
    """

    whole: Callable[[Floats], LocalGeometry]
    metric: Callable[[Floats], Floats]
    spray: Callable[[Floats, Floats], Spray] | None = None
    acceleration: Callable[[Floats, Floats], tuple[Floats, Floats, Ints | None]] | None = None

    def __call__(self, theta: Floats) -> LocalGeometry:
        """Return the local geometry at θ (..., 2)."""
        return self.whole(theta)


def inner(metric: Floats, v: Floats, w: Floats) -> Floats:
    """Return g(v, w) from packed metric (..., 3) and vectors (..., 2)."""
    cross = v[..., 0] * w[..., 1] + v[..., 1] * w[..., 0]
    return (
        metric[..., 0] * v[..., 0] * w[..., 0]
        + metric[..., 1] * cross
        + metric[..., 2] * v[..., 1] * w[..., 1]
    )


def full(metric: Floats) -> Floats:
    """Return g (..., 2, 2) from packed metric (..., 3), or Γ_ij,k (..., k, i, j) from (..., k, 3)."""
    return metric[..., [0, 1, 1, 2]].reshape(*metric.shape[:-1], 2, 2)


def norm(metric: Floats, v: Floats) -> Floats:
    """Return √g(v, v) (...,) from packed metric (..., 3)."""
    length: Floats = np.sqrt(np.maximum(inner(metric, v, v), 0.0))
    return length


def raised(local: LocalGeometry, covector: Floats) -> Floats:
    """Return g^{kl} u_l from packed metric and covector (..., 2).  Needs det > 0."""
    u1, u2 = covector[..., 0], covector[..., 1]
    g11, g12, g22 = (local.metric[..., i] for i in range(3))
    return np.stack([g22 * u1 - g12 * u2, g11 * u2 - g12 * u1], axis=-1) / local.det[..., None]


def connection_first(local: LocalGeometry, alpha: float) -> Floats:
    """Return Γ^(α)_ij,k = Γ_ij,k − (α/2) T_ijk, packed (..., 2, 3) as ``first``."""
    if alpha == 0.0:
        return local.first
    t111, t112, t122, t222 = (local.cubic[..., i] for i in range(4))
    rows = np.stack([t111, t112, t122, t112, t122, t222], axis=-1)
    return local.first - 0.5 * alpha * rows.reshape(*rows.shape[:-1], 2, 3)


def contracted(first: Floats, v: Floats, w: Floats) -> Floats:
    """Return Γ_ij,k v^i w^j (..., 2) from packed symbols of the first kind."""
    pairs = np.stack(
        [
            v[..., 0] * w[..., 0],
            v[..., 0] * w[..., 1] + v[..., 1] * w[..., 0],
            v[..., 1] * w[..., 1],
        ],
        axis=-1,
    )
    total: Floats = (first * pairs[..., None, :]).sum(axis=-1)
    return total


def solve2(matrix: Floats, vector: Floats) -> Floats:
    """Return M⁻¹u for 2×2 matrices (n, 2, 2); zero where M is singular."""
    a, b, c, d = (matrix[:, i, j] for i in range(2) for j in range(2))
    det = a * d - b * c
    safe = np.where(det == 0, 1.0, det)
    x = np.stack(
        [d * vector[:, 0] - b * vector[:, 1], a * vector[:, 1] - c * vector[:, 0]], axis=-1
    )
    solution: Floats = np.where((det == 0)[:, None], 0.0, x / safe[:, None])
    return solution


def is_singular(local: LocalGeometry, threshold: float = SINGULAR) -> Bools:
    """Whether D ≤ threshold · g₁₁g₂₂, too close to degenerate for computation."""
    singular: Bools = local.det <= threshold * local.metric[..., 0] * local.metric[..., 2]
    return singular


def regular(local: LocalGeometry) -> LocalGeometry:
    """Return ``local`` with D = 1 where the metric is singular, so that divisions by D stay finite."""
    det = np.where(is_singular(local), 1.0, local.det).astype(local.det.dtype)
    return LocalGeometry(local.metric, local.first, local.cubic, det)


def quarter_turn(metric: Floats, v: Floats) -> Floats:
    """Return v (..., 2) rotated by 90° counter-clockwise under a packed metric (..., 3).

    (Jv)¹ = −g_2j v^j/√D, (Jv)² = g_1j v^j/√D.
    """
    g11, g12, g22 = (metric[..., i] for i in range(3))
    root = np.sqrt(g11 * g22 - g12**2)
    first, second = -(g12 * v[..., 0] + g22 * v[..., 1]), g11 * v[..., 0] + g12 * v[..., 1]
    return np.stack([first / root, second / root], axis=-1)


def angle_between(metric: Floats, v: Floats, w: Floats) -> Floats:
    """Return the angle (...,) from 0 to π between v and w (..., 2) under a packed metric."""
    across = inner(metric, quarter_turn(metric, v), w)
    return np.asarray(np.arctan2(np.abs(across), inner(metric, v, w)))
