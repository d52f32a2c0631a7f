"""Requests for geodesics by initial or boundary values, and the resulting paths."""

from __future__ import annotations

from dataclasses import dataclass

from compute.core.arrays import Floats, Ints, points, same_length
from compute.manifold.manifold import Manifold
from compute.requests.checks import connection_of, points_of, positive_steps


@dataclass(frozen=True, eq=False)
class ShootRequest:
    """Initial-value problem: geodesics of Γ^(α) from ``theta (n, 2)`` with ``velocity (n, 2)``.

    Over unit time, in ``steps`` equal steps, with every node kept.
    """

    manifold: Manifold
    theta: Floats
    velocity: Floats
    alpha: float = 0.0
    steps: int = 128

    def __post_init__(self) -> None:
        object.__setattr__(self, "theta", points_of(self.manifold, "theta", self.theta))
        object.__setattr__(self, "velocity", points("velocity", self.velocity))
        object.__setattr__(self, "alpha", connection_of(self.manifold, self.alpha))
        same_length(theta=self.theta, velocity=self.velocity)
        positive_steps(self.steps)


@dataclass(frozen=True, eq=False)
class ConnectRequest:
    """Boundary-value problem: geodesics of Γ^(α) from ``start (n, 2)`` to ``end (n, 2)``."""

    manifold: Manifold
    start: Floats
    end: Floats
    alpha: float = 0.0
    steps: int = 128

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", points_of(self.manifold, "start", self.start))
        object.__setattr__(self, "end", points_of(self.manifold, "end", self.end))
        object.__setattr__(self, "alpha", connection_of(self.manifold, self.alpha))
        same_length(start=self.start, end=self.end)
        positive_steps(self.steps)


@dataclass(frozen=True, eq=False)
class Paths:
    """n curves with m nodes each, with their certificates.

    t (m,) in [0, 1]; theta, velocity (n, m, 2), NaN after a curve has stopped; nodes (n,) how many
    nodes are valid; reached (n,) the time at which each curve ended, 1 unless it stopped; stop
    (n, 2) where it ended; length (n,) ∫√g(v,v)dt and energy (n,) ∫g(v,v)dt up to there;
    residual (n,) the Fisher length by which the end point is missed (0 for an initial-value
    problem; NaN where g is singular at the end point); error (n,) for α = 0 the largest relative
    drift |g(v,v)/g(v₀,v₀) − 1|, for α = ±1 how far v and θ are from straight in a flat chart where
    there is one, and for rays that are integrated at least an estimate of their error as a share of the
    length (NaN where nothing is known); status (n,); engine that computed the curves.
    """

    t: Floats
    theta: Floats
    velocity: Floats
    nodes: Ints
    reached: Floats
    stop: Floats
    length: Floats
    energy: Floats
    residual: Floats
    error: Floats
    status: Ints
    engine: str
