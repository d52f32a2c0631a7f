"""Means of points: Fréchet means and medians by Fisher–Rao distance, affine means, and barycentres.

The Fréchet mean minimises Σ wᵢ d²(θ, θᵢ); there the mean logarithm vanishes, and its length is the
certificate.  Where K ≤ 0 there is exactly one; on a sphere this holds for points within an open
hemisphere (Karcher, Comm. Pure Appl. Math. 30, 1977), and elsewhere the result is a local mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, same_length
from compute.core.interrupt import checkpoint
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.likelihood import is_positive, metric
from compute.statistics.logarithms import Logarithms, RoughLogarithms, exp_near, logarithms
from compute.statistics.mean_steps import mean_step, median_step

# certificate at which a mean has converged, by engine
CLOSE = {"reference": 1e-9, "gpu": 1e-4}
ROUNDS = 60
# relative growth of a sum by rounding, and factor of a step that has made it grow
LEVEL, SHORTER = 1e-12, 0.3
# share of the farthest point's distance within which a point is tried as the median
BESIDE = 0.05
# Fisher length up to which a step is taken to second order
SHORT = 0.05
# length of a mean logarithm after which a rough search has converged, its most rounds, and its
# longest step
ROUGHLY, ROUGH_ROUNDS, LONGEST = 1e-6, 12, 1.0
# steps of the geodesic from one mean to the next
STEPS = 16
# kinds of means: those that are sought, and the chart in which an affine mean is an average
SOUGHT = ("frechet", "median")
AFFINE = {"e": "natural", "m": "expectation"}
KINDS = (*SOUGHT, *AFFINE, "wasserstein")
# charts in which W₂ may be Euclidean, and the largest relative difference of W₂ if it is
FLAT, SAME = ("parameters", "expectation"), 1e-9


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

    ``e`` and ``m`` are averages of natural and of expectation parameters; ``wasserstein`` averages
    quantiles and minimises Σ wᵢ W₂²(θ, θᵢ).  ``start``: a point (2,) near the mean, such as the mean
    before a point moved.  Raises Refused for another kind, a family without that chart or not closed
    under averages of quantiles, no points, or weights that are negative or all 0.
    """
    if kind not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}, got {shown(kind)}")
    points = points_of(manifold, "points", theta)
    share = _shares(points, weights)
    if kind not in SOUGHT:
        return _affine(engine, manifold, points, share, _flat_chart(manifold, kind))
    return hold(engine, manifold, points, weights, kind, start).mean


def rough_mean(manifold: Manifold, theta: Floats) -> Floats:
    """Return a point (2,) near the Fréchet mean of points θ (n, 2), of which nothing is claimed."""
    share = _shares(theta, None)
    return _sought(manifold, theta, share, _start(manifold, theta, share))


def average(manifold: Manifold, theta: Floats, kind: str) -> Floats:
    """Return the average (2,) of points θ (n, 2) that is the mean of an affine kind.

    Raises Refused as `mean` does.  It may lie outside the domain.
    """
    points, chart = points_of(manifold, "points", theta), _flat_chart(manifold, kind)
    found: Floats = chart.inverse(_shares(points, None) @ chart.forward(points))
    return found


@dataclass(frozen=True, eq=False)
class HeldMean:
    """A Fréchet mean or median with what is known at it: points (n, 2), their weights (n,) of sum 1,
    and logarithms, so that a point can move at the cost of one logarithm.
    """

    mean: Mean
    points: Floats
    share: Floats
    logs: Logarithms
    kind: str = "frechet"


def hold(
    engine: Engine,
    manifold: Manifold,
    theta: Floats,
    weights: Floats | None = None,
    kind: str = "frechet",
    start: Floats | None = None,
) -> HeldMean:
    """Return the Fréchet mean or median of points θ (n, 2) as `mean` does, ready for `moved`."""
    if kind not in SOUGHT:
        raise Refused(f"kind must be one of {', '.join(SOUGHT)}, got {shown(kind)}")
    points = points_of(manifold, "points", theta)
    share = _shares(points, weights)
    if start is None:
        begin = _start(manifold, points, share)
    else:
        begin = points_of(manifold, "start", start[None])[0]
    if engine.name == "reference" and RoughLogarithms.pay(manifold):
        begin = _sought(manifold, points, share, begin)
    found, logs = _iterated(engine, manifold, points, share, begin, median=kind == "median")
    return HeldMean(found, points, share, logs, kind)


def moved(
    engine: Engine,
    manifold: Manifold,
    held: HeldMean,
    index: ArrayLike,
    theta: Floats,
    new: Logarithms | None = None,
) -> Mean:
    """Return the mean after the point ``index`` has moved to θ (2,), or several points (k,) to θ
    (k, 2), by one logarithm each; ``new``: these logarithms, if they are known.

    It is Newton's step from the held mean, whose error is of second order in wᵢ times the move (for the
    median up to a hundredth of the step), and so is that of the variance; the certificate is NaN, since
    nothing was evaluated at the new mean.  At rest `hold` certifies it, from this point.  Raises
    Refused for an index out of range or θ outside the domain.
    """
    some = np.atleast_1d(np.asarray(index))
    if not ((some >= 0) & (some < len(held.points))).all():
        raise Refused(f"index must be from 0 to {len(held.points) - 1}, got {shown(index)}")
    to = points_of(manifold, "theta", np.atleast_2d(theta))
    at, status = held.mean.theta, held.mean.status
    if status != Status.OK:
        return Mean(at, np.nan, np.nan, status)
    new = logarithms(engine, manifold, at, to) if new is None else new
    if new.worst != Status.OK:
        return Mean(at, np.nan, np.nan, new.worst)
    vectors, lengths = held.logs.vectors.copy(), held.logs.lengths.copy()
    vectors[some], lengths[some] = new.vectors, new.lengths
    logs = Logarithms(vectors, lengths, held.logs.status)
    # along Newton's step the sum of squares falls by half its slope, along any other by the whole
    make, share = (mean_step, 1.0) if held.kind == "frechet" else (median_step, 2.0)
    step, _ = make(manifold, at, logs, held.share)
    pull = held.share @ vectors
    found, _ = _moved(engine, manifold, at, step)
    variance = float(held.share @ lengths**2 - share * step @ metric(manifold, at) @ pull)
    return Mean(found, variance, np.nan, Status.OK)


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


@lru_cache(maxsize=16)
def kinds(manifold: Manifold) -> tuple[str, ...]:
    """Return those of KINDS that a family has."""
    return tuple(kind for kind in KINDS if kind in SOUGHT or _has(manifold, kind))


def _has(manifold: Manifold, kind: str) -> bool:
    try:
        _flat_chart(manifold, kind)
    except Refused:
        return False
    return True


def _flat_chart(manifold: Manifold, kind: str) -> Chart:
    """Return the chart whose averages are the means of a kind, or raise Refused."""
    if kind == "wasserstein":
        found = next((c for c in manifold.charts if _averages_quantiles(manifold, c)), None)
        if found is None:
            raise Refused(f"averages of quantiles of {manifold.name} are not in the family")
        return found
    chart = named(manifold.charts, AFFINE[kind])
    if chart is None:
        raise Refused(
            f"{manifold.name} has no chart of {AFFINE[kind]} parameters for the {kind}-mean"
        )
    return chart


def _averages_quantiles(manifold: Manifold, chart: Chart) -> bool:
    """Whether the middle of the pins in a chart has the mean of their quantiles.

    Quantile functions are vectors with distances W₂, where only the middle is at half the distance of
    two from both.
    """
    if manifold.wasserstein is None or chart.name not in FLAT:
        return False
    a, b = np.array(manifold.pins)
    middle = chart.inverse(0.5 * (chart.forward(a) + chart.forward(b)))
    whole = float(manifold.wasserstein(a, b))
    halves = np.array([manifold.wasserstein(a, middle), manifold.wasserstein(middle, b)])
    if not np.isfinite([whole, *halves]).all():
        return False
    return bool((np.abs(2.0 * halves - whole) <= SAME * whole).all())


def _affine(
    engine: Engine, manifold: Manifold, points: Floats, share: Floats, chart: Chart
) -> Mean:
    """Return the average in a flat chart, with its variance in the Fisher–Rao distance."""
    theta = chart.inverse(share @ chart.forward(points))
    if not np.isfinite(theta).all() or not manifold.in_domain(theta):
        return Mean(theta, np.nan, np.nan, Status.LEFT_DOMAIN)
    logs = logarithms(engine, manifold, theta, points)
    return Mean(theta, float(share @ logs.lengths**2), 0.0, logs.worst)


def _iterated(
    engine: Engine, manifold: Manifold, points: Floats, share: Floats, begin: Floats, median: bool
) -> tuple[Mean, Logarithms]:
    """Follow Newton's steps, shorter where the sum has grown, until the certificate vanishes; return
    the mean with the logarithms at it.
    """
    make, power = (median_step, 1) if median else (mean_step, 2)
    step: Floats = np.zeros(2)
    theta, at, least, tried = begin, begin, np.inf, False
    left = np.ones(len(points), bool)
    for _ in range(ROUNDS):
        checkpoint()
        logs = logarithms(engine, manifold, theta, points)
        variance, total = float(share @ logs.lengths**2), float(share @ logs.lengths**power)
        if logs.worst != Status.OK:
            return Mean(theta, variance, np.nan, logs.worst), logs
        if not is_positive(metric(manifold, theta)):
            return Mean(theta, variance, np.nan, Status.ILL_CONDITIONED), logs
        following, certificate = make(manifold, theta, logs, share)
        if certificate <= CLOSE[engine.name]:
            return Mean(theta, variance, certificate, Status.OK), logs
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
    return Mean(theta, variance, certificate, Status.NOT_CONVERGED), logs


def _moved(engine: Engine, manifold: Manifold, at: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return exp(step) (2,) at a point and the step, shorter where it would leave the domain."""
    short = bool(np.sqrt(step @ metric(manifold, at) @ step) <= SHORT)
    near = exp_near(manifold, at, step) if short else np.full(2, np.nan)
    if np.isfinite(near).all():
        return near, step
    for _ in range(ROUNDS):
        moved = engine.shoot(ShootRequest(manifold, at[None], step[None], 0.0, STEPS))
        if moved.status[0] == Status.OK:
            return moved.theta[0, -1], step
        step = SHORTER * step
    return at, step


def _start(manifold: Manifold, points: Floats, share: Floats) -> Floats:
    """Return the average in the first chart, or the heaviest point where that lies outside."""
    chart = manifold.charts[0]
    theta: Floats = chart.inverse(share @ chart.forward(points))
    if np.isfinite(theta).all() and manifold.in_domain(theta):
        return theta
    heaviest: Floats = points[int(np.argmax(share))]
    return heaviest


def _sought(manifold: Manifold, points: Floats, share: Floats, theta: Floats) -> Floats:
    """Return a point near the Fréchet mean by rough logarithms, from θ (2,): a start, for which
    nothing is claimed.
    """
    rough, best, least = RoughLogarithms(manifold, points), theta, np.inf
    for _ in range(ROUGH_ROUNDS):
        checkpoint()
        logs = rough.at(theta)
        if logs is None or not is_positive(metric(manifold, theta)):
            break
        step, size = mean_step(manifold, theta, logs, share)
        if size < least:
            best, least = theta, size
        length = float(np.sqrt(step @ metric(manifold, theta) @ step))
        following = exp_near(manifold, theta, step * min(1.0, LONGEST / max(length, 1e-300)))
        if not np.isfinite(following).all():
            break
        if size <= ROUGHLY:
            return following
        theta = following
    return best
