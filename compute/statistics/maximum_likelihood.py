"""Maximum likelihood: θ̂ = argmax ℓ(θ), by Fisher scoring and then by Newton's method.

Far from the maximum a step is g⁻¹s (s the score), at most 1 long in the Fisher metric, so that scales
of any size are reached in few steps; it is halved until ℓ has increased.  Near it the observed
information takes the place of g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.manifold.manifold import Manifold, known_inside
from compute.samples.samples import Sample
from compute.statistics.likelihood import Likelihood, is_positive, likelihood, metric, outcomes

# longest step in Fisher length, and its halvings
STRIDE, HALVINGS = 1.0, 24
# score lengths √(s g⁻¹ s) at which Newton's method begins, and below which a fit has converged
NEAR, CLOSE = 1e-2, 1e-8
# maximum number of steps: the scale of samples may be 1e±6
SCORING, NEWTON = 120, 12
# product of the curvatures of ℓ, as a share of the square of their sum, below which ℓ has a ridge
RIDGE = 1e-4
# share of the predicted increase that a step must bring
SUFFICIENT = 1e-4
# circles in Fisher length, and points on each, on which ℓ may be higher than at a kink
RADII, DIRECTIONS = 10.0 ** np.arange(-6.0, 1.0), 16
# relative rounding error of ℓ and of shares of weights
ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Fit:
    """The maximum-likelihood point of a sample.

    theta (2,); log_likelihood Σ wᵢ log p(xᵢ|θ̂); aic 4 − 2 log_likelihood; n = Σ wᵢ; missing: the
    number of values left out; wald (2, 2) = g⁻¹/n, the asymptotic covariance of θ̂; score: the length
    √(s g⁻¹ s) of the mean score at θ̂, 0 at a maximum.  status: OK; LEFT_DOMAIN if the likelihood
    increases up to the edge of the domain; NOT_CONVERGED; theta is then where the search ended.
    """

    group: str
    n: float
    missing: int
    theta: Floats
    log_likelihood: float
    aic: float
    wald: Floats
    score: float
    status: Status


def fit(manifold: Manifold, sample: Sample) -> Fit:
    """Return the maximum-likelihood point of a sample.

    Raises Refused as `likelihood` does.
    """
    function = likelihood(manifold, sample)
    with np.errstate(over="ignore", invalid="ignore"):  # of extreme values; what is NaN fails
        theta, status = maximum(function)
        score = score_length(function, theta)
    g = metric(manifold, theta)
    total = float(function.mean(theta[None])[0]) * function.size
    return Fit(
        sample.group,
        sample.size,
        sample.missing,
        theta,
        total,
        2 * len(theta) - 2 * total,
        np.linalg.pinv(g) / sample.size,
        score,
        status,
    )


def score_length(function: Likelihood, theta: Floats) -> float:
    """Return the length √(s g⁻¹ s) of the mean score at θ (2,), NaN where it is not known.

    It is 0 at a maximum, also at a kink, where 0 lies between the slopes on both sides.
    """
    if _is_at_kink(function, theta):
        return 0.0
    return _length(metric(function.manifold, theta), function.score(theta))


def maximum(function: Likelihood, near: Floats | None = None) -> tuple[Floats, Status]:
    """Return θ̂ (2,), or where the search ended, and its status.

    The search begins at the family's own points of reference, on a line at the median and the spread of
    the sample, and at ``near`` (2,), the best first, and ends with the first that converges.
    """
    manifold = function.manifold
    own = _own(function)
    if own and _is_at_kink(function, own[0]):
        return own[0], Status.OK
    starts = np.array([manifold.interior, *manifold.pins, *own])
    if near is not None:
        starts = np.concatenate([near[None], starts])
    order = np.argsort(-function.mean(starts))
    ends = []
    for start in starts[order]:
        ends.append(_newton(function, _ascended(function, start)))
        if ends[-1][1] == Status.OK:
            return ends[-1]
    best = int(np.argmax(function.mean(np.stack([theta for theta, _ in ends]))))
    return ends[best]


def _own(function: Likelihood) -> list[Floats]:
    """Return the median and the mean distance from it, if they may be a location and a scale."""
    if outcomes(function.manifold).space != "line":
        return []
    x, share = function.x, function.weight / function.size
    middle = _median(x, share)
    point = np.array([middle, share @ np.abs(x / 2 - middle / 2) * 2])
    return [point] if known_inside(function.manifold, point) else []


def _median(x: Floats, share: Floats) -> float:
    """Return the weighted median; the middle of both values beside half of the weight."""
    order = np.argsort(x)
    x, below = x[order][share[order] > 0], np.cumsum(share[order][share[order] > 0])
    places = np.searchsorted(below, [0.5 - ROUNDING, 0.5 + ROUNDING])
    return float((x[np.minimum(places, len(x) - 1)] / 2).sum())


def _is_at_kink(function: Likelihood, theta: Floats) -> bool:
    """Whether ℓ, of a family with kinks, is nowhere higher on circles of many sizes round θ (2,)."""
    manifold = function.manifold
    if not manifold.kinked:
        return False
    turn = np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False)
    frame = np.linalg.inv(np.linalg.cholesky(metric(manifold, theta)))
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1) @ frame
    around = theta + (RADII[:, None, None] * circle).reshape(-1, 2)
    value = float(function.mean(theta[None])[0])
    return bool(function.mean(around).max() <= value + ROUNDING * (1.0 + abs(value)))


def _ascended(function: Likelihood, theta: Floats) -> Floats:
    """Return where Fisher scoring from θ (2,) ends."""
    shares = 0.5 ** np.arange(HALVINGS)[:, None]
    value = function.mean(theta[None])[0]
    for _ in range(SCORING):
        checkpoint()
        s, g = function.score(theta), metric(function.manifold, theta)
        step = _solved(g, s)
        length = _length(g, s)
        if not NEAR < length < np.inf:
            break
        step = step * min(1.0, STRIDE / length)
        values = function.mean(theta + shares * step)
        better = values >= value + SUFFICIENT * shares[:, 0] * (s @ step)
        if not better.any():
            break
        chosen = int(np.argmax(better))
        theta, value = theta + shares[chosen] * step, values[chosen]
    return theta


def _newton(function: Likelihood, theta: Floats) -> tuple[Floats, Status]:
    """Return the maximum near θ (2,), and the status."""
    manifold, length, begin = function.manifold, np.inf, theta
    for _ in range(NEWTON):
        s, g = function.score(theta), metric(manifold, theta)
        before, length = length, _length(g, s)
        observed = function.information(theta)
        if not np.isfinite(length) or length > NEAR or not _is_peak(g, observed):
            return theta, _failure(function, theta)
        if length < CLOSE and length >= 0.1 * before:
            break
        following = theta + _solved(observed, s)
        if not known_inside(manifold, following):
            return theta, Status.LEFT_DOMAIN
        if length < CLOSE and _length(g, function.score(following)) >= length:
            break
        theta = following
    first, last = function.mean(np.stack([begin, theta]))
    risen = last >= first - SUFFICIENT * CLOSE * (1.0 + abs(first))
    return theta, Status.OK if length < CLOSE and risen else Status.NOT_CONVERGED


def _is_peak(g: Floats, observed: Floats) -> bool:
    """Whether ℓ falls in every direction, by a share of its mean curvature that differences resolve:
    where the maxima form a ridge, none of them is the maximum.
    """
    if not is_positive(observed) or not is_positive(g):
        return False
    share = np.linalg.solve(g, observed)
    return float(np.linalg.det(share)) > RIDGE * float(np.trace(share)) ** 2


def _failure(function: Likelihood, theta: Floats) -> Status:
    """Return why scoring ended at θ (2,): at an edge, or elsewhere."""
    manifold, s = function.manifold, function.score(theta)
    step = _solved(metric(manifold, theta), s)
    ends = np.isfinite(step).all() and known_inside(manifold, theta + step)
    return Status.NOT_CONVERGED if ends else Status.LEFT_DOMAIN


def _length(g: Floats, s: Floats) -> float:
    """Return √(s g⁻¹ s), NaN where either is not known."""
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.sqrt(np.maximum(s @ _solved(g, s), 0.0)))


def _solved(matrix: Floats, vector: Floats) -> Floats:
    """Return the solution (2,), NaN for a singular matrix."""
    try:
        found: Floats = np.linalg.solve(matrix, vector)
    except np.linalg.LinAlgError:
        return np.full(2, np.nan)
    return found
