"""Divergences between members of a family, beside the Fisher–Rao distance.

Of an exponential family the Kullback–Leibler divergence is a Bregman divergence of ψ, and so an
integral over the straight line θ(t) = a + tΔ of natural coordinates:
    KL(p_a‖p_b) = ∫₀¹ (1 − t) g(Δ, Δ) dt,   KL(p_b‖p_a) = ∫₀¹ t g(Δ, Δ) dt,
whose sum, Jeffreys' divergence, is the energy of that line.  Of other families they are sums over
a common support.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.charts import Chart, named
from compute.engine import Engine
from compute.manifold import Manifold, known_inside
from compute.types import Floats, GeometryRequest

QUADRATURE = 16
# outward steps among which the edge of a ball is looked for
MARCH = 48
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
    t, weight = np.polynomial.legendre.leggauss(QUADRATURE)
    t, weight = 0.5 * (t + 1), 0.5 * weight
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
    # to a small distance d the divergence is d²/2
    reach = np.sqrt(2 * max(*limits, TINY)) * np.geomspace(0.05, 20.0, MARCH)
    x = start + reach[:, None, None] * wheel
    theta = chart.inverse(x)
    inside = known_inside(manifold, theta)
    theta = np.where(inside[..., None], theta, a)
    found = bregman(engine, manifold, a, theta.reshape(-1, 2))
    outlines = []
    for divergence, limit in zip(found, limits, strict=True):
        values = np.where(inside, divergence.reshape(inside.shape), np.nan)
        radius = np.array([_crossing(reach, column, limit) for column in values.T])
        outlines.append(chart.inverse(start + radius[:, None] * wheel))
    return outlines[0], outlines[1]


def _crossing(reach: Floats, values: Floats, limit: float) -> float:
    """Where values first pass the limit, by interpolation of their roots; NaN if they do not."""
    beyond = np.flatnonzero(values > limit)
    if beyond.size == 0 or not np.isfinite(values[: beyond[0]]).all():
        return float("nan")
    i = int(beyond[0])
    low = (0.0, 0.0) if i == 0 else (reach[i - 1], np.sqrt(max(values[i - 1], 0.0)))
    high = reach[i], np.sqrt(values[i])
    return float(low[0] + (np.sqrt(limit) - low[1]) / (high[1] - low[1]) * (high[0] - low[0]))


def _wasserstein(x: Floats, mass: Floats) -> float:
    """W₂ of two distributions given by masses (2, k) at points x (k,), by their quantiles."""
    level = (np.arange(2048) + 0.5) / 2048
    first, second = (np.interp(level, np.cumsum(row) - 0.5 * row, x) for row in mass)
    return float(np.sqrt(np.mean((first - second) ** 2)))
