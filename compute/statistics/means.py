"""Means of points: Fréchet means and medians by Fisher–Rao distance, and the two affine means.

The Fréchet mean minimises Σ wᵢ d²(θ, θᵢ); there the mean logarithm vanishes, and its length is the
certificate.  Where K ≤ 0 there is exactly one; on a sphere this holds for points within an open
hemisphere (Karcher, Comm. Pure Appl. Math. 30, 1977), and elsewhere the result is a local mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, same_length
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, norm
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.logarithms import Logarithms, logarithms

# certificate at which a mean has converged, by engine
CLOSE = {"reference": 1e-9, "gpu": 1e-4}
ROUNDS = 100
# longest step in terms of the mean logarithm
TRUSTED = 20.0
# steps of the geodesic from one mean to the next
STEPS = 16
# kinds of means, and the chart in which an affine mean is an average
AFFINE = {"e": "natural", "m": "expectation"}
KINDS = ("frechet", "median", *AFFINE)


@dataclass(frozen=True, eq=False)
class Mean:
    """A mean of points: theta (2,).

    variance: Σ wᵢ d²(θ, θᵢ) / Σ wᵢ; certificate: the Fisher length of what vanishes at the mean: the
    mean logarithm, or for the median the mean unit logarithm less the weight of points at θ itself; 0
    for an affine mean.  status: OK, NOT_CONVERGED, or that of the first geodesic that was not found.
    """

    theta: Floats
    variance: float
    certificate: float
    status: Status


def mean(
    engine: Engine,
    manifold: Manifold,
    theta: Floats,
    weights: Floats | None = None,
    kind: str = "frechet",
) -> Mean:
    """Return the mean of points θ (n, 2) of one of KINDS, with weights (n,) or equal ones.

    ``e`` and ``m`` are averages of natural and of expectation parameters.  Raises Refused for another
    kind, a family without that chart, no points, or weights that are negative or all 0.
    """
    if kind not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}, got {shown(kind)}")
    points = points_of(manifold, "points", theta)
    share = _shares(points, weights)
    if kind in AFFINE:
        return _affine(engine, manifold, points, share, kind)
    return _iterated(engine, manifold, points, share, median=kind == "median")


def _shares(points: Floats, weights: Floats | None) -> Floats:
    """Return weights (n,) of sum 1."""
    if not len(points):
        raise Refused("there must be at least one point, got none")
    stated = np.ones(len(points)) if weights is None else np.asarray(weights, np.float64)
    same_length(points=points, weights=stated)
    if not (np.isfinite(stated).all() and (stated >= 0).all() and stated.sum() > 0):
        raise Refused(f"weights must be at least 0 and not all 0, got {shown(stated.tolist())}")
    share: Floats = stated / stated.sum()
    return share


def _affine(engine: Engine, manifold: Manifold, points: Floats, share: Floats, kind: str) -> Mean:
    """Return the average in a flat chart, with its variance in the Fisher–Rao distance."""
    chart = next((c for c in manifold.charts if c.name == AFFINE[kind]), None)
    if chart is None:
        raise Refused(
            f"{manifold.name} has no chart of {AFFINE[kind]} parameters for the {kind}-mean"
        )
    theta = chart.inverse(share @ chart.forward(points))
    if not np.isfinite(theta).all() or not manifold.in_domain(theta):
        return Mean(theta, np.nan, np.nan, Status.LEFT_DOMAIN)
    logs = logarithms(engine, manifold, theta, points)
    return Mean(theta, float(share @ logs.lengths**2), 0.0, logs.worst)


def _iterated(
    engine: Engine, manifold: Manifold, points: Floats, share: Floats, median: bool
) -> Mean:
    """Follow the mean logarithm until it vanishes, or for the median Weiszfeld's steps.

    The change of the mean logarithm per step makes the next step better (Broyden's method).
    """
    theta, close, secant = _start(manifold, points, share), CLOSE[engine.name], _Secant()
    for _ in range(ROUNDS):
        checkpoint()
        logs = logarithms(engine, manifold, theta, points)
        g = manifold.geometry(theta).metric
        variance = float(share @ logs.lengths**2)
        if logs.worst != Status.OK:
            return Mean(theta, variance, np.nan, logs.worst)
        pull, certificate = _pull(g, logs, share, median)
        if certificate <= close:
            return Mean(theta, variance, certificate, Status.OK)
        step = secant.step(g, theta, pull)
        following = engine.shoot(ShootRequest(manifold, theta[None], step[None], 0.0, STEPS))
        if following.status[0] != Status.OK:
            return Mean(theta, variance, certificate, Status(int(following.status[0])))
        theta = following.theta[0, -1]
    return Mean(theta, variance, certificate, Status.NOT_CONVERGED)


class _Secant:
    """Broyden's approximation of the derivative of the mean logarithm by θ, −1 in a flat space."""

    def __init__(self) -> None:
        self._slope = -np.eye(2)
        self._last: tuple[Floats, Floats, float] | None = None

    def step(self, g: Floats, theta: Floats, pull: Floats) -> Floats:
        """Return the step from θ (2,), where the mean logarithm is ``pull`` (2,)."""
        size = float(norm(g, pull))
        if self._last is not None:
            moved, changed = theta - self._last[0], pull - self._last[1]
            if size > self._last[2]:  # the slope is of no use here
                self._slope = -np.eye(2)
            elif moved.any():
                self._slope += np.outer(changed - self._slope @ moved, moved) / (moved @ moved)
        self._last = theta, pull, size
        step = np.linalg.solve(self._slope, -pull) if np.linalg.det(self._slope) else pull
        # along the mean logarithm the sum of squares decreases; a step across it is not trusted
        trusted = norm(g, step) < TRUSTED * size and inner(g, step, pull) > 0
        return step if trusted else pull


def _pull(g: Floats, logs: Logarithms, share: Floats, median: bool) -> tuple[Floats, float]:
    """Return the mean logarithm (2,), or Weiszfeld's step, and the certificate at the present point."""
    if not median:
        pull = share @ logs.vectors
        return pull, float(norm(g, pull))
    apart = logs.lengths > 1e-12
    per_length = np.zeros(len(share))
    per_length[apart] = share[apart] / logs.lengths[apart]
    drawn = per_length @ logs.vectors
    # a point of weight w at the median itself holds it against pulls up to w (Vardi and Zhang 2000)
    held = float(share[~apart].sum())
    certificate = max(float(norm(g, drawn)) - held, 0.0)
    if certificate == 0.0 or not apart.any():
        return 0.0 * drawn, 0.0
    return drawn / per_length.sum() * (certificate / float(norm(g, drawn))), certificate


def _start(manifold: Manifold, points: Floats, share: Floats) -> Floats:
    """Return the average in the first chart, or the heaviest point where that lies outside."""
    chart = manifold.charts[0]
    theta: Floats = chart.inverse(share @ chart.forward(points))
    if np.isfinite(theta).all() and manifold.in_domain(theta):
        return theta
    heaviest: Floats = points[int(np.argmax(share))]
    return heaviest
