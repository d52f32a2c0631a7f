"""Fréchet means while some of many points move: a step of Newton from a mean that is known.

The logarithms of the points that rest are those at the known mean m, so one update costs a few
geodesics, however many points there are:

    m' = exp_m(H⁻¹ Σ wᵢ log_m θᵢ),   equal weights

with the Hessian H of `means`, which is exact where K is constant: there the error is of second order in
the distance from m to m'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.likelihood import is_positive, metric
from compute.statistics.logarithms import Logarithms, logarithms
from compute.statistics.means import STEPS, mean_step


@dataclass(frozen=True, eq=False)
class KnownMean:
    """A mean theta (2,) of points (n, 2), with their logarithms there."""

    theta: Floats
    points: Floats
    logs: Logarithms


@dataclass(frozen=True, eq=False)
class MovedMean:
    """theta (2,) of the mean to first order, its distance from the known one, and a status.

    status: OK, LEFT_DOMAIN if the step leaves the domain, ILL_CONDITIONED where g is singular, or that
    of the first geodesic that was not found; theta is NaN unless it is OK.
    """

    theta: Floats
    step: float
    status: Status


def known_mean(engine: Engine, manifold: Manifold, theta: Floats, points: Floats) -> KnownMean:
    """Return a mean θ (2,) of points (n, 2) with their logarithms, from which others can start."""
    return KnownMean(theta, points, logarithms(engine, manifold, theta, points))


def moved_rows(before: KnownMean, points: Floats) -> NDArray[np.intp]:
    """Return the rows in which points (n, 2) differ from those of a mean."""
    return np.flatnonzero((points != before.points).any(axis=1))


def moved_mean(engine: Engine, manifold: Manifold, before: KnownMean, points: Floats) -> MovedMean:
    """Return the Fréchet mean of points (n, 2), of which few differ from those of a known mean, to
    first order in their moves.
    """
    rows = moved_rows(before, points)
    logs = _with_rows(before.logs, rows, logarithms(engine, manifold, before.theta, points[rows]))
    g = metric(manifold, before.theta)
    if logs.worst != Status.OK or not is_positive(g):
        return _lost(Status.ILL_CONDITIONED if logs.worst == Status.OK else logs.worst)
    share = np.full(len(points), 1.0 / len(points))
    step, _ = mean_step(manifold, before.theta, logs, share)
    found = engine.shoot(ShootRequest(manifold, before.theta[None], step[None], 0.0, STEPS))
    if found.status[0] != Status.OK:
        return _lost(Status(int(found.status[0])))
    return MovedMean(found.theta[0, -1], float(np.sqrt(step @ g @ step)), Status.OK)


def _with_rows(logs: Logarithms, rows: NDArray[np.intp], other: Logarithms) -> Logarithms:
    """Return logarithms with some rows replaced."""
    vectors, lengths, status = logs.vectors.copy(), logs.lengths.copy(), logs.status.copy()
    vectors[rows], lengths[rows], status[rows] = other.vectors, other.lengths, other.status
    return replace(logs, vectors=vectors, lengths=lengths, status=status)


def _lost(status: Status) -> MovedMean:
    return MovedMean(np.full(2, np.nan), np.nan, status)
