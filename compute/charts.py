"""Charts: ways to draw a manifold.  A chart maps a family's coordinates θ to drawing coordinates x.

A chart is four pure functions.  Vectors are pushed through its Jacobian, metrics pulled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.types import Floats


@dataclass(frozen=True, eq=False)
class Chart:
    """θ ↔ x.

    forward, inverse: (..., 2) → (..., 2); ``inverse`` gives NaN outside the chart's image.
    jacobian: θ (..., 2) → ∂x/∂θ (..., 2, 2), indexed [row x, column θ].
    labels: the axes' names; log: which drawing axes are logarithms of the label's quantity.
    """

    name: str
    title: str
    labels: tuple[str, str]
    forward: Callable[[Floats], Floats]
    inverse: Callable[[Floats], Floats]
    jacobian: Callable[[Floats], Floats]
    log: tuple[bool, bool] = (False, False)

    def push(self, theta: Floats, vector: Floats) -> Floats:
        """The drawing components of a tangent vector (..., 2) at theta (..., 2)."""
        pushed: Floats = np.einsum("...ij,...j->...i", self.jacobian(theta), vector)
        return pushed

    def pull(self, theta: Floats, vector: Floats) -> Floats:
        """The θ-components of a drawn vector (..., 2) at theta (..., 2)."""
        pulled: Floats = np.linalg.solve(self.jacobian(theta), vector[..., None])[..., 0]
        return pulled


def affine(name: str, title: str, labels: tuple[str, str], matrix: Floats, offset: Floats) -> Chart:
    """x = M θ + c for an invertible M (2, 2) and c (2,)."""
    back = np.linalg.inv(matrix)
    return Chart(
        name,
        title,
        labels,
        forward=lambda theta: theta @ matrix.T + offset,
        inverse=lambda x: (x - offset) @ back.T,
        jacobian=lambda theta: np.broadcast_to(matrix, (*np.shape(theta)[:-1], 2, 2)),
    )


def parameters(labels: tuple[str, str]) -> Chart:
    """The family's own coordinates, x = θ."""
    return affine("parameters", "Parameters", labels, np.eye(2), np.zeros(2))


def log_second(labels: tuple[str, str]) -> Chart:
    """x = (θ¹, log θ²), for a positive second coordinate."""

    def forward(theta: Floats) -> Floats:
        return np.stack([theta[..., 0], np.log(theta[..., 1])], axis=-1)

    def inverse(x: Floats) -> Floats:
        return np.stack([x[..., 0], np.exp(np.clip(x[..., 1], -700.0, 700.0))], axis=-1)

    def jacobian(theta: Floats) -> Floats:
        result = np.zeros((*np.shape(theta)[:-1], 2, 2))
        result[..., 0, 0] = 1.0
        result[..., 1, 1] = 1.0 / theta[..., 1]
        return result

    return Chart("log", "Logarithmic", labels, forward, inverse, jacobian, log=(False, True))


def log_both(labels: tuple[str, str]) -> Chart:
    """x = (log θ¹, log θ²), for two positive coordinates."""

    def jacobian(theta: Floats) -> Floats:
        result = np.zeros((*np.shape(theta)[:-1], 2, 2))
        result[..., 0, 0] = 1.0 / theta[..., 0]
        result[..., 1, 1] = 1.0 / theta[..., 1]
        return result

    return Chart(
        "log",
        "Logarithmic",
        labels,
        np.log,
        lambda x: np.exp(np.clip(x, -700.0, 700.0)),
        jacobian,
        log=(True, True),
    )
