"""Parallel transport of vectors along paths: a request, and its result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints, points, same_length
from compute.manifold.manifold import Manifold
from compute.requests.checks import alpha_of


@dataclass(frozen=True, eq=False)
class TransportRequest:
    """Parallel transport of ``vectors (n, 2)`` by Γ^(α) along curves given by their nodes.

    theta, velocity (n, m, 2) at equidistant times in [0, 1]; between nodes the curve is the cubic
    Hermite interpolant.  Nodes after a curve's first NaN are ignored, status LEFT_DOMAIN.
    """

    manifold: Manifold
    theta: Floats
    velocity: Floats
    vectors: Floats
    alpha: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", np.asarray(self.theta, dtype=np.float64))
        object.__setattr__(self, "velocity", np.asarray(self.velocity, dtype=np.float64))
        object.__setattr__(self, "vectors", points("vectors", self.vectors))
        object.__setattr__(self, "alpha", alpha_of(self.alpha))
        if self.theta.ndim != 3 or self.theta.shape[1] < 2 or self.theta.shape[2] != 2:
            raise ValueError(f"theta must have shape (n, m ≥ 2, 2), got {self.theta.shape}")
        if self.velocity.shape != self.theta.shape:
            raise ValueError(
                f"velocity must match theta {self.theta.shape}, got {self.velocity.shape}"
            )
        same_length(theta=self.theta, vectors=self.vectors)


@dataclass(frozen=True, eq=False)
class Transport:
    """Vectors carried along n curves of m nodes.

    vectors (n, m, 2); operators (n, m, 2, 2) the map from the first node to each; angle (n, m) the
    unwrapped rotation −∫ω in the frame e₁ = ∂₁/√g₁₁ (only for α = 0, else NaN); drift (n,) the
    largest relative change of g(w,w) (α = 0, else 0); status (n,).
    """

    vectors: Floats
    operators: Floats
    angle: Floats
    drift: Floats
    status: Ints
    engine: str
