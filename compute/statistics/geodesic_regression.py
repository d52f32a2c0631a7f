"""Geodesic regression on a covariate, θ(t) = exp_p(t v) (Fletcher, Int. J. Comput. Vis. 105, 2013).

p and v minimise Σ d²(θ(tᵢ), θᵢ), by SciPy's least squares over the logarithms of the points at their
predictions, in orthonormal frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, same_length
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import full
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.likelihood import is_positive, metric
from compute.statistics.logarithms import logarithms
from compute.statistics.means import mean

# relative change of the unknowns at which the search ends, its evaluations at most, and the slope of
# the sum of squares up to which it is level
CLOSE, MOST, LEVEL = 1e-9, 200, 1e-5
# step of a difference: far above the rounding errors of parameters far from 0
STEP = 1e-4
# largest covariate
HUGE = 1e100
# steps of the geodesic to a prediction
STEPS = 16
# residual of a point that cannot be reached
FAR = 1e3


@dataclass(frozen=True, eq=False)
class Regression:
    """The geodesic θ(t) = exp_p(t v): intercept p (2,) at t = 0, slope v (2,).

    residual: Σ d²(θ(tᵢ), θᵢ); explained: 1 − residual / Σ d²(mean, θᵢ), at most 1.
    """

    intercept: Floats
    slope: Floats
    residual: float
    explained: float
    status: Status


def predicted(
    engine: Engine, manifold: Manifold, intercept: Floats, slope: Floats, t: Floats
) -> tuple[Floats, Status]:
    """Return exp_p(t v) (n, 2) for t (n,), and OK or the status of the first that was not reached."""
    start = np.broadcast_to(intercept, (len(t), 2))
    paths = engine.shoot(ShootRequest(manifold, start, t[:, None] * slope, 0.0, STEPS))
    return paths.theta[:, -1], Status.first_failure(paths.status)


def regression(engine: Engine, manifold: Manifold, t: Floats, theta: Floats) -> Regression:
    """Return the geodesic of least squares through points θ (n, 2) at t (n,).

    Raises Refused unless t is finite with two different values.
    """
    points, times = points_of(manifold, "points", theta), np.asarray(t, np.float64)
    same_length(t=times, points=points)
    middle, spread = _scale(times)
    centre = mean(engine, manifold, points)
    g = metric(manifold, centre.theta)
    if not is_positive(g):
        unknown = np.full(2, np.nan)
        return Regression(unknown, unknown, np.nan, np.nan, Status.ILL_CONDITIONED)
    frame = np.linalg.inv(np.linalg.cholesky(g))
    logs = logarithms(engine, manifold, centre.theta, points)
    at, v, residual, converged = _searched(
        _misses(engine, manifold, (times - middle) / spread, points),
        centre.theta,
        ((times - middle) / spread) @ logs.vectors / len(times),
        frame,
    )
    intercept, slope, status = _moved(engine, manifold, at, v, -middle / spread)
    if status == Status.OK and not converged:
        status = Status.NOT_CONVERGED
    total = float((logs.lengths**2).sum())
    explained = 1.0 - residual / total if total > 0 else np.nan
    return Regression(intercept, slope / spread, residual, explained, status)


def _scale(times: Floats) -> tuple[float, float]:
    """Return the middle and the spread of a covariate (n,)."""
    if not np.isfinite(times).all() or np.abs(times).max(initial=0.0) > HUGE:
        raise Refused(
            f"the covariate must be finite and at most {HUGE:g}, got {shown(times.tolist())}"
        )
    if len(np.unique(times)) < 2:
        raise Refused("the covariate must have at least two different values")
    middle = float(times.mean())
    largest = float(np.abs(times - middle).max())
    return middle, largest * float(((times - middle) / largest).std())


def _searched(
    misses: Callable[[Floats], Floats], centre: Floats, first: Floats, frame: Floats
) -> tuple[Floats, Floats, float, bool]:
    """Return p (2,), v (2,), the sum of squares and whether it is least.

    The search is in orthonormal components u at the mean, θ = centre + u frame, so that neither the
    scale of the parameters nor their distance from 0 matters.
    """
    from scipy.optimize import least_squares

    def there(u: Floats) -> Floats:
        return np.concatenate([centre + u[:, :2] @ frame, u[:, 2:] @ frame], axis=1)

    def slopes(u: Floats) -> Floats:
        sides = misses(there(u + STEP * np.concatenate([np.eye(4), -np.eye(4)])))
        return np.asarray((sides[:4] - sides[4:]).T / (2 * STEP))

    found = least_squares(
        lambda u: misses(there(u[None]))[0],
        np.concatenate([np.zeros(2), first @ np.linalg.inv(frame)]),
        slopes,
        xtol=CLOSE,
        ftol=None,
        gtol=CLOSE,
        max_nfev=MOST,
    )
    best = there(found.x[None])[0]
    size = max(1.0, float(np.linalg.norm(found.fun)))
    converged = found.success and found.optimality < LEVEL * size and not (found.fun == FAR).any()
    return best[:2], best[2:], 2.0 * float(found.cost), bool(converged)


def _moved(
    engine: Engine, manifold: Manifold, at: Floats, v: Floats, t: float
) -> tuple[Floats, Floats, Status]:
    """Return the point and the velocity (2,) at t of the geodesic with v at a point, and the status."""
    if t == 0.0:
        return at, v, Status.OK
    path = engine.shoot(ShootRequest(manifold, at[None], t * v[None], 0.0, STEPS))
    return path.theta[0, -1], path.velocity[0, -1] / t, Status(int(path.status[0]))


def _misses(
    engine: Engine, manifold: Manifold, t: Floats, points: Floats
) -> Callable[[Floats], Floats]:
    """Return the function from (p, v) (k, 4) to the residuals (k, 2n) in orthonormal frames."""
    n = len(points)

    def misses(unknown: Floats) -> Floats:
        far = np.full((len(unknown), 2 * n), FAR)
        start, speed = np.repeat(unknown[:, :2], n, axis=0), np.repeat(unknown[:, 2:], n, axis=0)
        speed = np.tile(t, len(unknown))[:, None] * speed
        inside = known_inside(manifold, unknown[:, :2])
        known = np.repeat(inside, n)
        if not known.any():
            return far
        paths = engine.shoot(ShootRequest(manifold, start[known], speed[known], 0.0, STEPS))
        arrived = (paths.status == Status.OK).reshape(-1, n).all(axis=1)
        at = paths.theta[np.repeat(arrived, n), -1]
        if not len(at):
            return far
        g = full(manifold.geometry(at).metric)
        logs = logarithms(engine, manifold, at, np.tile(points, (len(at) // n, 1)))
        flat: Floats = np.einsum("nij,ni->nj", np.linalg.cholesky(g), logs.vectors)
        far[np.flatnonzero(inside)[arrived]] = np.nan_to_num(flat.reshape(-1, 2 * n), nan=FAR)
        return far

    return misses
