"""Newton's steps towards Fréchet means and medians, in the tangent plane of a point."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.manifold import Manifold
from compute.statistics.likelihood import metric
from compute.statistics.logarithms import HERE, Logarithms

# least share of a Hessian across the geodesics
LEAST = 0.01


def mean_step(
    manifold: Manifold, theta: Floats, logs: Logarithms, share: Floats
) -> tuple[Floats, float]:
    """Return H⁻¹ Σ wᵢ log θᵢ (2,) and the length of the mean logarithm Σ wᵢ log θᵢ.

    H is the Hessian of half the sum of squares, Σ wᵢ (uᵢuᵢᵀ + c(dᵢ) nᵢnᵢᵀ), as if K were constant, with
    unit vectors uᵢ to the points, nᵢ across, and c(d) = √K d cot √K d.
    """
    root = np.linalg.cholesky(metric(manifold, theta))
    u, n = _frames(logs, root)
    pull = (share * logs.lengths) @ u
    bent = share * _across(float(manifold.curvature(theta)), logs.lengths)
    rest = 1.0 - float(share @ (u**2).sum(axis=1))  # of points at θ itself
    hessian = (u.T * share) @ u + (n.T * bent) @ n + rest * np.eye(2)
    return np.linalg.solve(root.T, np.linalg.solve(hessian, pull)), float(np.hypot(*pull))


def median_step(
    manifold: Manifold, theta: Floats, logs: Logarithms, share: Floats
) -> tuple[Floats, float]:
    """Return H⁻¹ Σ wᵢuᵢ (2,), less what points at θ itself hold, and its length (Vardi and Zhang 2000).

    H is the Hessian of the sum of distances, Σ wᵢ c(dᵢ)/dᵢ nᵢnᵢᵀ, and a small share of Σ wᵢ/dᵢ, for
    points on one geodesic.
    """
    root = np.linalg.cholesky(metric(manifold, theta))
    (u, n), apart = _frames(logs, root), logs.lengths > HERE
    pull = share @ u
    size = float(np.hypot(*pull))
    certificate = max(size - float(share[~apart].sum()), 0.0)
    if certificate == 0.0:
        return np.zeros(2), 0.0
    stiff = share[apart] / logs.lengths[apart]
    bent = stiff * _across(float(manifold.curvature(theta)), logs.lengths[apart])
    hessian = (n[apart].T * bent) @ n[apart] + LEAST * stiff.sum() * np.eye(2)
    if not apart.all():  # only along the pull does the sum decrease for sure
        hessian = stiff.sum() * np.eye(2)
    step = np.linalg.solve(hessian, pull * (certificate / size))
    return np.linalg.solve(root.T, step), certificate


def _frames(logs: Logarithms, root: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors (n, 2) to the points and across, 0 for a point at θ itself, in the
    orthonormal frame of ``root``, g = root rootᵀ.
    """
    apart = logs.lengths > HERE
    u = np.where(apart[:, None], logs.vectors @ root, 0.0)
    u = u / np.where(apart, logs.lengths, 1.0)[:, None]
    return u, u[:, ::-1] * [-1.0, 1.0]


def _across(curvature: float, d: Floats) -> Floats:
    """Return c(d) (n,) for a curvature K: √K d cot √K d, √−K d coth √−K d, or 1."""
    angle = np.maximum(np.sqrt(abs(curvature)) * d, 1e-6)
    if curvature > 0.0:
        # beyond a quarter of a great circle the sum of squares need not be convex
        shrunk: Floats = np.maximum(angle / np.tan(np.minimum(angle, 1.5)), LEAST)
        return shrunk
    grown: Floats = angle / np.tanh(angle)
    return grown
