"""Gradient, natural gradient and mirror descent of a loss on a family.

    gradient          θ ← θ − γ ∂L                     in the family's own coordinates
    natural gradient  θ ← θ − γ g⁻¹∂L                  in the same coordinates (Amari 1998)
    mirror descent    η ← η − γ ∂L/∂θ_natural          η = ∇ψ(θ_natural), the expectation parameters

Mirror descent with the potential ψ is the natural gradient in the dual chart η (Raskutti and Mukherjee,
IEEE Trans. Inf. Theory 61, 2015), since there g⁻¹∂L/∂η = ∂L/∂θ_natural.  For the mean negative
log-likelihood of an exponential family that is η − x̄, x̄ the mean statistics: the steps follow the
straight line in η to the maximum-likelihood point, and γ = 1 reaches it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.statistics.likelihood import is_positive, metric

METHODS = ("gradient", "natural", "mirror")
# length of ∂L in the dual metric at which a descent has converged
CLOSE = 1e-7
MOST_STEPS = 10_000
# step of a difference in Fisher length, and weights of order 6
STEP = 5e-3
_OFFSETS = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_WEIGHTS = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0
# a loss (k,) of points θ (k, 2)
Loss = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Descent:
    """theta (k, 2), k ≤ steps + 1: the points visited; loss (k,) at them; slope: √(∂L g⁻¹ ∂L) at the
    last one, 0 at a minimum.

    status: OK where the slope vanishes; NOT_CONVERGED after all steps; LEFT_DOMAIN where the next step
    would leave the domain, as that of a diverging descent; ILL_CONDITIONED where g is singular.
    """

    theta: Floats
    loss: Floats
    slope: float
    status: Status


def descent(
    manifold: Manifold,
    loss: Loss,
    start: Floats,
    method: str = "natural",
    rate: float = 0.1,
    steps: int = 100,
) -> Descent:
    """Return the descent of a loss from θ (2,) by one of METHODS with the learning rate γ.

    Raises Refused for another method, a rate that is not positive, a number of steps beyond 1 … 10000,
    and for mirror descent on a family without expectation parameters.
    """
    _check(method, rate, steps)
    chart = _dual(manifold) if method == "mirror" else None
    at = points_of(manifold, "start", np.asarray(start, np.float64)[None])[0]
    visited, slope, status = [at], float("nan"), Status.NOT_CONVERGED
    for i in range(steps + 1):
        checkpoint()
        g, slopes = metric(manifold, at), gradient(manifold, loss, at)
        if not (is_positive(g) and np.isfinite(slopes).all()):
            status = Status.ILL_CONDITIONED
            break
        natural = np.linalg.solve(g, slopes)
        slope = float(np.sqrt(np.maximum(slopes @ natural, 0.0)))
        if slope <= CLOSE:
            status = Status.OK
            break
        if i == steps:
            break
        at = _next(chart, at, rate * (slopes if method == "gradient" else natural))
        if not (np.isfinite(at).all() and manifold.in_domain(at)):
            status = Status.LEFT_DOMAIN
            break
        visited.append(at)
    theta = np.array(visited)
    return Descent(theta, loss(theta), slope, status)


def gradient(manifold: Manifold, loss: Loss, theta: Floats) -> Floats:
    """Return ∂_i L (2,) at θ (2,) by differences of order 6; NaN if one reaches outside the domain."""
    step = STEP / np.sqrt(np.maximum(np.diag(metric(manifold, theta)), 1e-300))
    at = theta + _OFFSETS[:, None, None] * np.diag(step)
    flat = at.reshape(-1, 2)
    inside = manifold.in_domain(flat)
    values = np.full(len(flat), np.nan)
    values[inside] = loss(flat[inside])
    found: Floats = _WEIGHTS @ values.reshape(len(_OFFSETS), 2) / step
    return found


def divergence_to(manifold: Manifold, target: Floats) -> Loss:
    """Return the loss KL(p_target ‖ p_θ), whose minimum is the target (2,).

    Raises Refused for a family without the divergence.
    """
    divergence = manifold.divergence
    if divergence is None:
        raise Refused(f"{manifold.name} has no Kullback–Leibler divergence to descend")

    def loss(theta: Floats) -> Floats:
        return divergence(np.broadcast_to(target, theta.shape), theta)

    return loss


def _check(method: str, rate: float, steps: int) -> None:
    if method not in METHODS:
        raise Refused(f"method must be one of {', '.join(METHODS)}, got {shown(method)}")
    if not (np.isfinite(rate) and rate > 0):
        raise Refused(f"rate must be positive, got {shown(rate)}")
    if not 1 <= steps <= MOST_STEPS:
        raise Refused(f"steps must be from 1 to {MOST_STEPS}, got {shown(steps)}")


def _dual(manifold: Manifold) -> Chart:
    """Return the chart of expectation parameters."""
    found = named(manifold.charts, "expectation")
    if found is None:
        raise Refused(f"{manifold.name} has no expectation parameters for mirror descent")
    return found


def _next(chart: Chart | None, at: Floats, step: Floats) -> Floats:
    """Return the point a step below θ (2,): straight in θ, or straight in a chart."""
    if chart is None:
        return at - step
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return chart.inverse(chart.forward(at) - chart.push(at, step))
