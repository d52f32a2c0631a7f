"""The likelihood-ratio region of a fit, {θ : 2(ℓ(θ̂) − ℓ(θ)) ≤ q}, q a quantile of χ² with 2 degrees
of freedom.

For an exponential family it is the ball of radius q/2n round η̂ in the divergence KL(θ̂‖θ).  By Wilks'
theorem it covers θ with the stated probability as n → ∞; for small n that is an approximation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.refusal import Refused, shown
from compute.divergences.divergence import natural_chart
from compute.manifold.manifold import Manifold
from compute.statistics.likelihood import Likelihood, metric

DIRECTIONS = 96
# share of the drop of ℓ within which a ray has ended
FLAT = 1e-6
# least share of the largest eigenvalue of g
SINGULAR = 1e-12
# bisections of a ray; doublings of its length before, from the Wald ellipse on
BISECTIONS, DOUBLINGS = 50, 12


@dataclass(frozen=True, eq=False)
class Region:
    """The boundary of a region round θ̂.

    theta (k, 2): where each of k rays from θ̂ leaves it; closed (k,): False where a ray reaches the
    edge of the domain, or no end, inside the region: theta is then the last point known to lie in it.
    """

    level: float
    theta: Floats
    closed: Bools


def region(function: Likelihood, theta: Floats, level: float = 0.95) -> Region:
    """Return the region of a level in (0, 1) round the maximum θ (2,) of a likelihood.

    The rays are straight in θ and evenly spread in the Fisher metric at θ̂; a region that a ray
    enters again farther away is cut off there.  Raises Refused for another level.
    """
    return _within(function.mean, metric(function.manifold, theta), theta, function.size, level)


def is_summarised(manifold: Manifold) -> bool:
    """Whether the likelihood of a sample depends on its size and its maximum alone: in exponential
    families.
    """
    return manifold.divergence is not None and natural_chart(manifold) is not None


def region_of_summary(
    manifold: Manifold, theta: Floats, n: float, level: float = 0.95
) -> Region | None:
    """Return the region of a fit of n observations in an exponential family, from θ̂ (2,) and n alone:
    {θ : 2n KL(θ̂‖θ) ≤ q}; None for other families, where it depends on all observations.

    Raises Refused as `region` does.
    """
    divergence = manifold.divergence
    if divergence is None or not is_summarised(manifold):
        return None

    def falling(others: Floats) -> Floats:
        inside = manifold.in_domain(others)
        found = np.full(len(others), -np.inf)
        found[inside] = -divergence(theta[None], others[inside])
        return np.where(np.isnan(found), -np.inf, found)

    return _within(falling, metric(manifold, theta), theta, n, level)


def wald_ellipse(manifold: Manifold, theta: Floats, n: float, level: float = 0.95) -> Floats:
    """Return the ellipse (k, 2) {θ : n g(θ − θ̂, θ − θ̂) = q}, which the region becomes as n → ∞."""
    drop = _drop(level, n)
    ellipse: Floats = theta + np.sqrt(2 * drop) * _unit_rays(metric(manifold, theta))
    return ellipse


def _drop(level: float, n: float) -> float:
    """Return q/2n; the quantile of χ² with 2 degrees of freedom is −2 log(1 − level)."""
    if not 0.0 < level < 1.0:
        raise Refused(f"level must lie between 0 and 1, got {shown(level)}")
    return float(-np.log1p(-level) / n)


def _within(
    value: Callable[[Floats], Floats], g: Floats, theta: Floats, n: float, level: float
) -> Region:
    """Return where ``value``, a function of θ (k, 2) with its maximum at θ (2,), has fallen by q/2n."""
    drop = _drop(level, n)
    least = value(theta[None])[0] - drop
    rays = _unit_rays(g) * np.sqrt(2 * drop)
    low, high = _bracketed(value, theta, rays, least)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        inside = value(theta + middle[:, None] * rays) >= least
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    ends = theta + low[:, None] * rays
    # where the domain ends a ray, the value is still above the least one there
    closed = value(ends) - least < FLAT * drop
    return Region(level, ends, closed)


def _unit_rays(g: Floats) -> Floats:
    """Return vectors (k, 2) of Fisher length 1; where g is singular, as if it were nearly so."""
    turn = np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False)
    sizes, axes = np.linalg.eigh(g)
    sizes = np.maximum(sizes, SINGULAR * sizes[-1])
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    rays: Floats = (circle / np.sqrt(sizes)) @ axes.T
    return rays


def _bracketed(
    value: Callable[[Floats], Floats], theta: Floats, rays: Floats, least: float
) -> tuple[Floats, Floats]:
    """Return multiples (k,) of each ray inside the region, and outside it unless it has no end."""
    low, high = np.zeros(len(rays)), np.ones(len(rays))
    going = np.ones(len(rays), bool)
    for _ in range(DOUBLINGS):
        going &= value(theta + high[:, None] * rays) >= least
        low, high = np.where(going, high, low), np.where(going, 2 * high, high)
    return low, np.where(going, low, high)
