"""The expectation chart η = ∂ψ/∂θ of a family given by its potential."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import full, is_singular, solve2

NAMES = ("expectation_1", "expectation_2")
GRID = 24
ROUNDS = 40
CLOSE = 1e-9


def expectation(manifold: Manifold, view: Extent) -> Chart:
    """Return η(θ), with the Jacobian ∂²ψ = g; the inverse starts from a grid over ``view``."""

    def forward(theta: Floats) -> Floats:
        return np.stack([manifold.scalar(name, theta, 0) for name in NAMES], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        return full(manifold.geometry(np.asarray(theta)).metric)

    labels = (f"∂ψ/∂{manifold.coordinates[0]}", f"∂ψ/∂{manifold.coordinates[1]}")
    inverse = _inverse(manifold, view, forward, jacobian)
    return Chart("expectation", "Expectation η", labels, forward, inverse, jacobian)


def _inverse(
    manifold: Manifold,
    view: Extent,
    forward: Callable[[Floats], Floats],
    jacobian: Callable[[Floats], Floats],
) -> Callable[[Floats], Floats]:
    """Return θ(η) by Newton's method on the convex ψ(θ) − η·θ; NaN where it fails."""
    x, y = np.linspace(view.x0, view.x1, GRID), np.linspace(view.y0, view.y1, GRID)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    grid = grid[np.asarray(manifold.in_domain(grid))]
    grid = grid[~np.asarray(is_singular(manifold.geometry(grid)))]
    known = forward(grid)
    stride = 0.25 * max(view.x1 - view.x0, view.y1 - view.y0)

    def inverse(eta: Floats) -> Floats:
        from scipy.spatial import cKDTree

        target = np.asarray(eta, np.float64).reshape(-1, 2)
        usable = np.asarray(np.isfinite(target).all(axis=1))
        target = np.where(usable[:, None], target, known[0])
        theta = grid[cKDTree(known).query(target)[1]]
        for _ in range(ROUNDS):
            step = solve2(jacobian(theta), target - forward(theta))
            longest = np.max(np.abs(step), axis=1, keepdims=True)
            step *= np.minimum(1.0, stride / np.maximum(longest, 1e-300))
            for _ in range(4):
                step = np.where(manifold.in_domain(theta + step)[:, None], step, 0.5 * step)
            theta, inside = inside_only(manifold, theta + step)
            usable &= inside
            if np.max(longest, initial=0.0) < 1e-12:
                break
        size = np.abs(target) + np.abs(jacobian(theta)).sum(axis=2)
        found = usable & (np.abs(target - forward(theta)) < CLOSE * size).all(axis=1)
        return np.where(found[:, None], theta, np.nan).reshape(np.shape(eta))

    return inverse
