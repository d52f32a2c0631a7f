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

import numbers
from collections.abc import Callable, Mapping
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
    return race(manifold, loss, start, {method: rate}, steps)[method]


def race(
    manifold: Manifold, loss: Loss, start: Floats, rates: Mapping[str, float], steps: int = 100
) -> dict[str, Descent]:
    """Return the descents of a loss from θ (2,) by several METHODS, each with its own rate γ.

    They advance together, which costs a third of one after another.  Raises Refused as `descent` does.
    """
    for method, rate in rates.items():
        _check(method, rate, steps)
    charts = {method: _dual(manifold) if method == "mirror" else None for method in rates}
    begin = points_of(manifold, "start", np.asarray(start, np.float64)[None])[0]
    runs = {method: _Run([begin]) for method in rates}
    for i in range(steps + 1):
        checkpoint()
        going = [method for method, run in runs.items() if run.status is None]
        if not going:
            break
        at = np.array([runs[method].visited[-1] for method in going])
        g, slopes = metric(manifold, at), gradient(manifold, loss, at)
        for j, method in enumerate(going):
            natural = runs[method].judge(g[j], slopes[j])
            if runs[method].status is None and i < steps:
                down = slopes[j] if method == "gradient" else natural
                following = _next(charts[method], at[j], rates[method] * down)
                runs[method].take(manifold, following)
    return {method: run.found(loss) for method, run in runs.items()}


@dataclass(eq=False)
class _Run:
    """A descent under way: its points, the slope at the last one, and its status once it has ended."""

    visited: list[Floats]
    slope: float = float("nan")
    status: Status | None = None

    def judge(self, g: Floats, slopes: Floats) -> Floats:
        """Return g⁻¹∂L (2,) at the last point; end where it is singular, or vanishes."""
        if not (is_positive(g) and np.isfinite(slopes).all()):
            self.status = Status.ILL_CONDITIONED
            return np.full(2, np.nan)
        natural: Floats = np.linalg.solve(g, slopes)
        self.slope = float(np.sqrt(np.maximum(slopes @ natural, 0.0)))
        if self.slope <= CLOSE:
            self.status = Status.OK
        return natural

    def take(self, manifold: Manifold, at: Floats) -> None:
        """Visit the next point θ (2,), or end before the edge of the domain."""
        if np.isfinite(at).all() and manifold.in_domain(at):
            self.visited.append(at)
        else:
            self.status = Status.LEFT_DOMAIN

    def found(self, loss: Loss) -> Descent:
        """Return the descent; without another end it has not converged."""
        theta = np.array(self.visited)
        status = Status.NOT_CONVERGED if self.status is None else self.status
        return Descent(theta, loss(theta), self.slope, status)


def gradient(manifold: Manifold, loss: Loss, theta: Floats) -> Floats:
    """Return ∂_i L (…, 2) at θ (…, 2) by differences of order 6; NaN if one reaches outside the
    domain.
    """
    lengths = manifold.geometry(theta).metric[..., [0, 2]]
    step = STEP / np.sqrt(np.maximum(lengths, 1e-300))
    moves = _OFFSETS[:, None, None] * (step[..., None, :] * np.eye(2))[..., None, :, :]
    at = theta[..., None, None, :] + moves
    flat = at.reshape(-1, 2)
    inside = manifold.in_domain(flat)
    values = np.full(len(flat), np.nan)
    values[inside] = loss(flat[inside])
    found: Floats = np.einsum("o,...oi->...i", _WEIGHTS, values.reshape(at.shape[:-1])) / step
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
    if not isinstance(rate, numbers.Real) or not (np.isfinite(rate) and rate > 0):
        raise Refused(f"rate must be positive, got {shown(rate)}")
    if not isinstance(steps, numbers.Integral) or not 1 <= steps <= MOST_STEPS:
        raise Refused(f"steps must be a whole number from 1 to {MOST_STEPS}, got {shown(steps)}")


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
