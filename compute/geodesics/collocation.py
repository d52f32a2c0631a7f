"""α-geodesics between two points by collocation, where rays cannot be aimed.

y = (θ, v), y' = (v, −Γ^(α) v v) with both ends fixed, on a mesh that is refined where it asks for it.
For α near ±1 the speed changes by orders of magnitude on the way: what is known at one end says next
to nothing of the other, and shooting from either finds nothing.  (Kierzenka, Shampine 2001; SciPy)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.geodesics import initial_value
from compute.geodesics.initial_curves import between, is_dual
from compute.manifold.manifold import Manifold, inside_only, known_inside
from compute.manifold.tangent import is_singular, norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

# residual of the equation, relative; nodes of the first mesh, and at most
TOLERANCE, FIRST, MOST = 1e-6, 129, 8_000
# from the flat connection α goes by steps of at most and at least this
LONGEST, SHORTEST = 0.1, 0.004


def connect(request: ConnectRequest) -> Paths | None:
    """The geodesic of Γ^(α), α ≠ 0, of a request of one pair, in float64.

    From the mean of the e- and the m-geodesic, or, of a dual family, followed from the nearer of them.
    None where nothing is found.  `Interrupted` where it is `interruptible`.
    """
    start = _mean(request, request.alpha)
    found = _solved(request, request.alpha, *start) if start is not None else None
    if found is None and is_dual(request.manifold):
        found = _followed(request)
    return None if found is None else _path(request, found)


def _mean(request: ConnectRequest, alpha: float) -> tuple[Floats, Floats] | None:
    """Times (k,) and states (4, k) of the mean of two straight lines."""
    theta, v = between(request.manifold, request.start, request.end, alpha, FIRST - 1)
    y = np.concatenate([theta[0].T, v[0].T])
    return (np.linspace(0.0, 1.0, FIRST), y) if np.isfinite(y).all() else None


def _followed(request: ConnectRequest) -> Any | None:
    """The solution from that of α = ±1, in steps that are halved where one fails."""
    alpha, step = float(np.sign(request.alpha)), LONGEST
    state, found = _mean(request, alpha), None
    while state is not None and abs(alpha - request.alpha) > 1e-12:
        way = request.alpha - alpha
        trial = alpha + np.sign(way) * min(step, abs(way))
        solution = _solved(request, trial, *state)
        if solution is not None:
            alpha, found, step = trial, solution, min(1.5 * step, LONGEST)
            state = solution.x, solution.y
        elif step > SHORTEST:
            step *= 0.5
        else:
            return None
    return found


def _solved(request: ConnectRequest, alpha: float, times: Floats, states: Floats) -> Any | None:
    """SciPy's solution of one α from states (4, k) at times (k,), or None."""
    from scipy.integrate import solve_bvp

    manifold, a, b = request.manifold, request.start[0], request.end[0]

    def slopes(_: Floats, y: Floats) -> Floats:
        checkpoint()
        return np.concatenate(
            [y[2:], initial_value.acceleration(manifold, y[:2].T, y[2:].T, alpha).T]
        )

    def missed(first: Floats, last: Floats) -> Floats:
        return np.concatenate([first[:2] - a, last[:2] - b])

    with np.errstate(all="ignore"):  # iterates may go anywhere; what is not finite is no solution
        found = solve_bvp(slopes, missed, times, states, tol=TOLERANCE, max_nodes=MOST)
    return found if found.status == 0 and _holds(manifold, found) else None


def _holds(manifold: Manifold, found: Any) -> bool:
    """Whether the equation holds all along: outside and where g is singular its right side is 0."""
    middle = 0.5 * (found.x[1:] + found.x[:-1])
    theta = found.sol(np.concatenate([found.x, middle]))[:2].T
    inside = known_inside(manifold, theta)
    return bool(inside.all()) and not is_singular(manifold.geometry(theta)).any()


def _path(request: ConnectRequest, found: Any) -> Paths | None:
    """A solution as a path; error: the largest residual of the equation."""
    manifold, times = request.manifold, np.linspace(0.0, 1.0, request.steps + 1)
    y = found.sol(times)
    theta = y[:2].T.copy()
    if not known_inside(manifold, theta).all():
        return None
    theta[0], theta[-1] = request.start[0], request.end[0]
    error = float(found.rms_residuals.max())
    return batch.one(request, theta, y[2:].T.copy(), _sums(manifold, found), error)


def _sums(manifold: Manifold, found: Any) -> tuple[float, float]:
    """∫|v| dt and ∫|v|² dt, by Gauss and Legendre on the mesh's intervals."""
    at, weights = leggauss(4)
    half = 0.5 * np.diff(found.x)[:, None]
    times = found.x[:-1, None] + half * (at + 1.0)
    y = found.sol(times.ravel())
    theta = inside_only(manifold, y[:2].T)[0]
    speed, share = norm(manifold.geometry(theta).metric, y[2:].T), (half * weights).ravel()
    return float(share @ speed), float(share @ speed**2)
