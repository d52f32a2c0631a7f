"""Divergences between members of a family, beside the Fisher–Rao distance.

Of an exponential family the Kullback–Leibler divergence is a Bregman divergence of ψ, and so an
integral over the straight line θ(t) = a + tΔ of natural coordinates:
    KL(p_a‖p_b) = ∫₀¹ (1 − t) g(Δ, Δ) dt,   KL(p_b‖p_a) = ∫₀¹ t g(Δ, Δ) dt,
whose sum, Jeffreys' divergence, is the energy of that line.  Of other families they are sums over
a common support.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from compute.charts import Chart, named
from compute.engine import Engine
from compute.manifold import Manifold, known_inside
from compute.types import Floats, GeometryRequest

QUADRATURE = 48
# outward steps among which the edge of a ball is looked for, and halvings of the step it lies in
MARCH, HALVINGS = 48, 26
TINY = 1e-300


@dataclass(frozen=True)
class Divergences:
    """Between p_a and p_b: KL(a‖b) and KL(b‖a) in nats, 2 arccos ∫√(p_a p_b), and Wasserstein-2 in
    units of x (None where the sample space is not the line).
    """

    forward: float
    backward: float
    bhattacharyya: float
    wasserstein: float | None

    @property
    def jeffreys(self) -> float:
        """KL(a‖b) + KL(b‖a)."""
        return self.forward + self.backward


def natural_chart(manifold: Manifold) -> Chart | None:
    """The chart of natural coordinates, or None."""
    return named(manifold.charts, "natural")


def divergences(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> Divergences:
    """All of them between a and b (2,)."""
    support = manifold.support(np.stack([a, b]))
    rows = np.maximum(manifold.density(np.stack([a, b]), support.x), 0.0)
    weights = np.ones(len(support.x)) if support.labels else np.gradient(support.x)
    rows = rows / (rows @ weights)[:, None]
    overlap = float(np.clip(weights @ np.sqrt(rows[0] * rows[1]), 0.0, 1.0))
    if natural_chart(manifold) is not None:
        forward, backward = (float(d[0]) for d in bregman(engine, manifold, a, b[None]))
    else:
        log = np.log(np.maximum(rows, TINY))
        forward = float(weights @ (rows[0] * (log[0] - log[1])))
        backward = float(weights @ (rows[1] * (log[1] - log[0])))
    on_line = not support.labels and support.space in ("line", "half-line", "interval")
    distance = _wasserstein(support.x, rows * weights) if on_line else None
    return Divergences(forward, backward, 2.0 * float(np.arccos(overlap)), distance)


def bregman(engine: Engine, manifold: Manifold, a: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """KL(p_a‖p_θ) and KL(p_θ‖p_a) (n,) for a (2,) and θ (n, 2) of an exponential family.

    NaN where the straight line between them leaves the domain.
    """
    chart = natural_chart(manifold)
    if chart is None:
        raise ValueError(f"{manifold.name} has no chart of natural coordinates")
    nodes, weight = np.polynomial.legendre.leggauss(QUADRATURE)
    s = 0.5 * (nodes + 1)
    # t = s²(3 − 2s) gathers the nodes at both ends, where g may change by decades
    t, weight = s * s * (3 - 2 * s), 3 * s * (1 - s) * weight
    start, end = chart.forward(a), chart.forward(theta)
    delta = end - start
    line = chart.inverse(start + t[:, None, None] * delta)
    inside = known_inside(manifold, line)
    line = np.where(inside[..., None], line, manifold.interior)
    metric = engine.geometry(GeometryRequest(manifold, line.reshape(-1, 2))).metric
    slope = np.linalg.solve(chart.jacobian(line), np.broadcast_to(delta, line.shape)[..., None])
    slope = slope.reshape(-1, 2)
    speed2 = np.einsum("ni,nij,nj->n", slope, metric, slope).reshape(inside.shape)
    speed2 = np.where(inside, speed2, np.nan)
    return (weight * (1 - t)) @ speed2, (weight * t) @ speed2


def balls(
    engine: Engine, manifold: Manifold, a: Floats, b: Floats, directions: int = 96
) -> tuple[Floats, Floats]:
    """Outlines (k, 2), closed, of {θ: KL(p_a‖p_θ) ≤ KL(p_a‖p_b)} and of {θ: KL(p_θ‖p_a) ≤ KL(p_b‖p_a)}.

    For exponential families, along straight lines of natural coordinates from a; NaN in directions in
    which the domain ends first.
    """
    chart = natural_chart(manifold)
    if chart is None:
        raise ValueError(f"{manifold.name} has no chart of natural coordinates")
    limits = [float(d[0]) for d in bregman(engine, manifold, a, b[None])]
    start = chart.forward(a)
    metric = engine.geometry(GeometryRequest(manifold, a[None])).metric[0]
    back = np.linalg.inv(chart.jacobian(a))
    root = np.linalg.inv(np.linalg.cholesky(back.T @ metric @ back).T)
    angle = np.linspace(0.0, 2 * np.pi, directions + 1)
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1) @ root.T

    def at(radius: Floats, which: int) -> Floats:
        """A divergence at a radius in each direction; infinite beyond the domain."""
        theta = chart.inverse(start + radius[:, None] * wheel)
        inside = known_inside(manifold, theta)
        found = bregman(engine, manifold, a, np.where(inside[:, None], theta, a))[which]
        return np.where(inside & np.isfinite(found), found, np.inf)

    edges = [_edge(partial(at, which=i), limit, directions + 1) for i, limit in enumerate(limits)]
    forward, backward = (chart.inverse(start + edge[:, None] * wheel) for edge in edges)
    return forward, backward


def _edge(divergence: Callable[[Floats], Floats], limit: float, directions: int) -> Floats:
    """The radius (k,) in each direction at which a divergence passes the limit; NaN if it does not."""
    # to a small distance d the divergence is d²/2
    size = np.sqrt(2 * max(limit, TINY))
    low, high = np.zeros(directions), np.full(directions, np.nan)
    for reach in size * np.geomspace(0.1, 1e4, MARCH):
        open_ = np.isnan(high)
        beyond = divergence(np.full(directions, reach)) > limit
        high = np.where(open_ & beyond, reach, high)
        low = np.where(open_ & ~beyond, reach, low)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + np.nan_to_num(high))
        beyond = divergence(middle) > limit
        low, high = np.where(beyond, low, middle), np.where(beyond & ~np.isnan(high), middle, high)
    # where the domain ends first, the divergence is not at its limit there
    met = np.isfinite(divergence(np.nan_to_num(high)))
    return np.where(np.isnan(high) | ~met, np.nan, high)


def _wasserstein(x: Floats, mass: Floats) -> float:
    """W₂ of two distributions given by masses (2, k) at points x (k,), by their quantiles."""
    level = (np.arange(2048) + 0.5) / 2048
    first, second = (np.interp(level, np.cumsum(row) - 0.5 * row, x) for row in mass)
    return float(np.sqrt(np.mean((first - second) ** 2)))
