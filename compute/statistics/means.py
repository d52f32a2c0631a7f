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
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.likelihood import is_positive, metric
from compute.statistics.logarithms import Logarithms, logarithms

# certificate at which a mean has converged, by engine
CLOSE = {"reference": 1e-9, "gpu": 1e-4}
ROUNDS = 60
# least share of a Hessian across the geodesics
LEAST = 0.01
# relative growth of a sum by rounding, and factor of a step that has made it grow
LEVEL, SHORTER = 1e-12, 0.3
# Fisher length below which a point is at θ; share of the farthest one within which it is tried itself
HERE, BESIDE = 1e-12, 0.05
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
    start: Floats | None = None,
) -> Mean:
    """Return the mean of points θ (n, 2) of one of KINDS, with weights (n,) or equal ones.

    ``e`` and ``m`` are averages of natural and of expectation parameters.  start: a point (2,) near the
    mean, such as that before a point moved.  Raises Refused for another
    kind, a family without that chart, no points, or weights that are negative or all 0.
    """
    if kind not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}, got {shown(kind)}")
    points = points_of(manifold, "points", theta)
    share = _shares(points, weights)
    if kind in AFFINE:
        return _affine(engine, manifold, points, share, kind)
    begin = _start(manifold, points, share) if start is None else start
    return _iterated(engine, manifold, points, share, begin, median=kind == "median")


def _shares(points: Floats, weights: Floats | None) -> Floats:
    """Return weights (n,) of sum 1."""
    if not len(points):
        raise Refused("there must be at least one point, got none")
    stated = np.ones(len(points)) if weights is None else np.asarray(weights, np.float64)
    same_length(points=points, weights=stated)
    if not (np.isfinite(stated).all() and (stated >= 0).all() and stated.max() > 0):
        raise Refused(f"weights must be at least 0 and not all 0, got {shown(stated.tolist())}")
    share: Floats = stated / stated.max()
    return np.asarray(share / share.sum())


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
    engine: Engine, manifold: Manifold, points: Floats, share: Floats, begin: Floats, median: bool
) -> Mean:
    """Follow Newton's steps, shorter where the sum has grown, until the certificate vanishes."""
    make, power = (_median_step, 1) if median else (mean_step, 2)
    step: Floats = np.zeros(2)
    theta, at, least, tried = begin, begin, np.inf, False
    left = np.ones(len(points), bool)
    for _ in range(ROUNDS):
        checkpoint()
        logs = logarithms(engine, manifold, theta, points)
        variance, total = float(share @ logs.lengths**2), float(share @ logs.lengths**power)
        if logs.worst != Status.OK:
            return Mean(theta, variance, np.nan, logs.worst)
        if not is_positive(metric(manifold, theta)):
            return Mean(theta, variance, np.nan, Status.ILL_CONDITIONED)
        following, certificate = make(manifold, theta, logs, share)
        if certificate <= CLOSE[engine.name]:
            return Mean(theta, variance, certificate, Status.OK)
        if total <= least * (1 + LEVEL):
            at, least, step = theta, total, following
        elif not tried:
            step = SHORTER * step
        nearest = int(np.argmin(np.where(left, logs.lengths, np.inf)))
        if median and left[nearest] and logs.lengths[nearest] < BESIDE * logs.lengths.max():
            # the median may be a point itself, which steps only approach
            theta, left[nearest], tried = points[nearest], False, True
            continue
        theta, step, tried = *_moved(engine, manifold, at, step), False
    return Mean(theta, variance, certificate, Status.NOT_CONVERGED)


def _moved(engine: Engine, manifold: Manifold, at: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return exp(step) (2,) at a point and the step, shorter where it would leave the domain."""
    for _ in range(ROUNDS):
        moved = engine.shoot(ShootRequest(manifold, at[None], step[None], 0.0, STEPS))
        if moved.status[0] == Status.OK:
            return moved.theta[0, -1], step
        step = SHORTER * step
    return at, step


def mean_step(
    manifold: Manifold, theta: Floats, logs: Logarithms, share: Floats
) -> tuple[Floats, float]:
    """Return H⁻¹ Σ wᵢ log θᵢ (2,) and the length of the mean logarithm Σ wᵢ log θᵢ.

    H is the Hessian of half the sum of squares, Σ wᵢ (uᵢuᵢᵀ + c(dᵢ) nᵢnᵢᵀ), as if K were constant, with
    unit vectors uᵢ to the points, nᵢ across, and c(d) = √K d cot √K d.
    """
    root = np.linalg.cholesky(metric(manifold, theta))
    u, n = _frames(logs, root)
    pull = (share * logs.lengths) @ u
    bent = share * _across(float(manifold.curvature(theta)), logs.lengths)
    rest = 1.0 - float(share @ (u**2).sum(axis=1))  # of points at θ itself
    hessian = (u.T * share) @ u + (n.T * bent) @ n + rest * np.eye(2)
    return np.linalg.solve(root.T, np.linalg.solve(hessian, pull)), float(np.hypot(*pull))


def _median_step(
    manifold: Manifold, theta: Floats, logs: Logarithms, share: Floats
) -> tuple[Floats, float]:
    """Return H⁻¹ Σ wᵢuᵢ (2,), less what points at θ itself hold, and its length (Vardi and Zhang 2000).

    H is the Hessian of the sum of distances, Σ wᵢ c(dᵢ)/dᵢ nᵢnᵢᵀ, and a small share of Σ wᵢ/dᵢ, for
    points on one geodesic.
    """
    root = np.linalg.cholesky(metric(manifold, theta))
    (u, n), apart = _frames(logs, root), logs.lengths > HERE
    pull = share @ u
    size = float(np.hypot(*pull))
    certificate = max(size - float(share[~apart].sum()), 0.0)
    if certificate == 0.0:
        return np.zeros(2), 0.0
    stiff = share[apart] / logs.lengths[apart]
    bent = stiff * _across(float(manifold.curvature(theta)), logs.lengths[apart])
    hessian = (n[apart].T * bent) @ n[apart] + LEAST * stiff.sum() * np.eye(2)
    if not apart.all():  # only along the pull does the sum decrease for sure
        hessian = stiff.sum() * np.eye(2)
    step = np.linalg.solve(hessian, pull * (certificate / size))
    return np.linalg.solve(root.T, step), certificate


def _frames(logs: Logarithms, root: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors (n, 2) to the points and across, 0 for a point at θ itself, in the
    orthonormal frame of ``root``, g = root rootᵀ.
    """
    apart = logs.lengths > HERE
    u = np.where(apart[:, None], logs.vectors @ root, 0.0)
    u = u / np.where(apart, logs.lengths, 1.0)[:, None]
    return u, u[:, ::-1] * [-1.0, 1.0]


def _across(curvature: float, d: Floats) -> Floats:
    """Return c(d) (n,) for a curvature K: √K d cot √K d, √−K d coth √−K d, or 1."""
    angle = np.maximum(np.sqrt(abs(curvature)) * d, 1e-6)
    if curvature > 0.0:
        # beyond a quarter of a great circle the sum of squares need not be convex
        shrunk: Floats = np.maximum(angle / np.tan(np.minimum(angle, 1.5)), LEAST)
        return shrunk
    grown: Floats = angle / np.tanh(angle)
    return grown


def _start(manifold: Manifold, points: Floats, share: Floats) -> Floats:
    """Return the average in the first chart, or the heaviest point where that lies outside."""
    chart = manifold.charts[0]
    theta: Floats = chart.inverse(share @ chart.forward(points))
    if np.isfinite(theta).all() and manifold.in_domain(theta):
        return theta
    heaviest: Floats = points[int(np.argmax(share))]
    return heaviest
