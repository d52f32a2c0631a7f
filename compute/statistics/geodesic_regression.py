"""Geodesic regression on a covariate, θ(t) = exp_p(t v) (Fletcher, Int. J. Comput. Vis. 105, 2013).

p and v minimise Σ d²(θ(tᵢ), θᵢ), by SciPy's least squares over the logarithms of the points at their
predictions, in orthonormal frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, same_length
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.manifold.manifold import Manifold, known_inside
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.statistics.logarithms import logarithms
from compute.statistics.means import mean

# relative change of the unknowns at which the search ends, and its evaluations at most
CLOSE, MOST = 1e-9, 200
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
    bad = paths.status[paths.status != Status.OK]
    return paths.theta[:, -1], Status(int(bad[0])) if bad.size else Status.OK


def regression(engine: Engine, manifold: Manifold, t: Floats, theta: Floats) -> Regression:
    """Return the geodesic of least squares through points θ (n, 2) at t (n,).

    Raises Refused unless t has two different values.
    """
    points, times = points_of(manifold, "points", theta), np.asarray(t, np.float64)
    same_length(t=times, points=points)
    if len(np.unique(times)) < 2:
        raise Refused("the covariate must have at least two different values")
    from scipy.optimize import least_squares

    middle, spread = float(times.mean()), float(times.std())
    centre = mean(engine, manifold, points)
    logs = logarithms(engine, manifold, centre.theta, points)
    first = ((times - middle) / spread) @ logs.vectors / len(times)
    misses = _misses(engine, manifold, (times - middle) / spread, points)
    found = least_squares(
        misses,
        np.concatenate([centre.theta, first]),
        xtol=CLOSE,
        ftol=None,
        gtol=CLOSE,
        max_nfev=MOST,
    )
    at, v = found.x[:2], found.x[2:] / spread
    origin, status = predicted(engine, manifold, at, v, np.array([-middle, 1.0 - middle]))
    if status == Status.OK and not found.success:
        status = Status.NOT_CONVERGED
    back = logarithms(engine, manifold, origin[:1], origin[1:]) if status == Status.OK else None
    residual, total = 2.0 * float(found.cost), float((logs.lengths**2).sum())
    return Regression(
        origin[0],
        np.full(2, np.nan) if back is None else back.vectors[0],
        residual,
        1.0 - residual / total if total > 0 else np.nan,
        status,
    )


def _misses(
    engine: Engine, manifold: Manifold, t: Floats, points: Floats
) -> Callable[[Floats], Floats]:
    """Return the function from (p, v) (4,) to the residuals (2n,) in orthonormal frames."""

    def misses(unknown: Floats) -> Floats:
        far = np.full(2 * len(points), FAR)
        if not known_inside(manifold, unknown[:2]):
            return far
        at, status = predicted(engine, manifold, unknown[:2], unknown[2:], t)
        if status != Status.OK:
            return far
        g = manifold.geometry(at).metric[:, [0, 1, 1, 2]].reshape(-1, 2, 2)
        logs = logarithms(engine, manifold, at, points)
        flat: Floats = np.einsum("nij,ni->nj", np.linalg.cholesky(g), logs.vectors)
        return np.nan_to_num(flat.ravel(), nan=FAR)

    return misses
