"""Fields to begin with, as θ-components (rows, columns, 2) or scalars (rows, columns) on a grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.flow.grid import Grid
from compute.types import Floats


def gradient(grid: Grid, seed: int) -> Floats:
    """g^ij ∂_j of the family's first scalar."""
    name = grid.manifold.scalars[0]
    values = grid.manifold.scalar(name, grid.theta, 0) if name not in ("curvature", "log_det") else (
        np.log(np.linalg.det(grid.metric))
    )  # fmt: skip
    d2, d1 = np.gradient(values, grid.step[1], grid.step[0])
    along = np.einsum("...ij,...j->...i", grid.raised, np.stack([d1, d2], axis=-1))
    return grid.chart.pull(grid.theta, along)


def frame(grid: Grid, seed: int) -> Floats:
    """The unit vector e₁ everywhere."""
    return grid.from_frame(np.ones(grid.shape, complex))


def dipole(grid: Grid, seed: int) -> Floats:
    """A source near A and a sink near B, in the frame, from the chart's straight lines to them."""
    flow = np.zeros((*grid.shape, 2))
    size = np.array(grid.step) * np.array(grid.shape[::-1])
    for pin, sign in zip(grid.manifold.pins, (1.0, -1.0), strict=True):
        gap = (grid.x - grid.chart.forward(np.array(pin))) / size
        flow += sign * gap / (0.01 + (gap**2).sum(axis=-1, keepdims=True))
    return grid.from_frame(flow[..., 0] + 1j * flow[..., 1])


def random(grid: Grid, seed: int) -> Floats:
    """Independent normal components of the frame at every node."""
    numbers = np.random.default_rng(seed).normal(size=(2, *grid.shape))
    return grid.from_frame(numbers[0] + 1j * numbers[1])


def bump(grid: Grid, seed: int) -> Floats:
    """A scalar: attention mass around A, a tenth of the chart wide."""
    size = np.array(grid.step) * np.array(grid.shape[::-1])
    gap = (grid.x - grid.chart.forward(np.array(grid.manifold.pins[0]))) / size
    mass: Floats = np.exp(-50.0 * (gap**2).sum(axis=-1))
    return mass


VECTORS: dict[str, Callable[[Grid, int], Floats]] = {
    "gradient": gradient,
    "dipole": dipole,
    "frame": frame,
    "random": random,
}
