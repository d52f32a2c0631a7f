"""Checks of the arguments of requests: points in the domain, α, numbers of steps."""

from __future__ import annotations

from numpy.typing import ArrayLike

from compute.core.arrays import Floats, points
from compute.core.refusal import shown
from compute.manifold.manifold import Manifold


def points_of(manifold: Manifold, name: str, value: ArrayLike, ndim: int = 2) -> Floats:
    """Check as `points` does, and that every point is inside the manifold's domain."""
    array = points(name, value, ndim)
    inside = manifold.in_domain(array)
    if not inside.all():
        bad = tuple(array[~inside][0].tolist())
        raise ValueError(f"{name} must lie in {manifold.domain} of {manifold.name}, got {bad}")
    return array


def alpha_of(value: float) -> float:
    """Return α of the Amari connection Γ^(α) as a finite float in [−1, 1].  Raises ValueError."""
    if not -1.0 <= float(value) <= 1.0:
        raise ValueError(f"alpha must lie in [-1, 1], got {shown(value)}")
    return float(value)


def connection_of(manifold: Manifold, value: float) -> float:
    """Return α as `alpha_of` does; 0 where all Γ^(α) are the same, which has closed forms."""
    alpha = alpha_of(value)
    return 0.0 if manifold.self_dual else alpha


def positive_steps(steps: int) -> None:
    """Raise ValueError unless ``steps`` is an integer in [2, 65536]."""
    if not isinstance(steps, int) or not 2 <= steps <= 65536:
        raise ValueError(f"steps must be an integer from 2 to 65536, got {shown(steps)}")
