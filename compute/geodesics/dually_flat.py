"""e- and m-geodesics in closed form: α = ±1 for a family with both flat charts.

The geodesics of Γ^(1) are the straight lines of natural coordinates, those of Γ^(−1) the straight
lines of expectations, both at constant speed in their chart; parallel transport preserves the
components in that chart.  (Amari and Nagaoka 2000, 3.5)  The Fisher speed may change by orders of
magnitude along them, so length and energy are integrated adaptively.  Where g is singular everywhere
there are no geodesics: the result is straight lines with status ILL_CONDITIONED.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.polynomial.legendre import leggauss

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics.initial_curves import between, between_at, is_dual
from compute.geodesics.initial_value import measured
from compute.manifold.charts import named
from compute.manifold.manifold import known_inside
from compute.manifold.tangent import inner, norm
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.transport import Transport, TransportRequest

# Gauss–Legendre nodes and weights on [0, 1]; parts are halved until they change by at most this
POSITIONS, WEIGHTS = leggauss(10)
NODES, WEIGHTS = 0.5 * (POSITIONS + 1.0), 0.5 * WEIGHTS
SMALL, MOST_HALVINGS = 1e-10, 40


def applies(request: ConnectRequest) -> bool:
    """Whether the geodesics of a request have this closed form, or do not exist."""
    return request.manifold.singular or (abs(request.alpha) == 1.0 and is_dual(request.manifold))


def connect(request: ConnectRequest) -> Paths:
    """Return the straight lines of the chart, in float64; LEFT_DOMAIN if one leaves the domain."""
    manifold, steps = request.manifold, request.steps
    theta, v = between(manifold, request.start, request.end, request.alpha, steps)
    inside = np.asarray(np.isfinite(theta).all(axis=-1))
    # both ends are known exactly, and no line leaves the domain at its start
    theta[:, 0], inside[:, 0] = request.start, True
    whole = np.asarray(inside.all(axis=1))
    theta[whole, -1] = request.end[whole]
    for axis, period in enumerate(manifold.periods):
        if period > 0.0:
            theta[whole, :, axis] = np.unwrap(theta[whole, :, axis], axis=1, period=period)
    inside &= known_inside(manifold, theta)
    whole = np.asarray(inside.all(axis=1))
    count = np.where(whole, steps + 1, inside.argmin(axis=1))
    held = np.minimum(np.arange(steps + 1), count[:, None] - 1)[..., None]
    theta, v = (np.take_along_axis(a, np.broadcast_to(held, a.shape), axis=1) for a in (theta, v))
    status = np.where(whole, Status.OK, Status.LEFT_DOMAIN).astype(np.int32)
    shot = ShootRequest(manifold, request.start, np.nan_to_num(v[:, 0]), request.alpha, steps)
    reached = np.where(whole, 1.0, (count - 1) / steps)
    sums = _sums(request, reached)
    paths = measured(shot, theta, v, reached, status, "reference", sums)
    metric = manifold.geometry(request.end).metric
    # a whole line ends at the point itself, or some periods away
    miss = np.where(whole, 0.0, norm(metric, paths.stop - request.end))
    if manifold.singular:
        none = np.full_like(paths.status, Status.ILL_CONDITIONED)
        return replace(paths, residual=np.full_like(miss, np.nan), status=none)
    return replace(paths, residual=miss)


def carries(request: TransportRequest) -> bool:
    """Whether a transport has the closed form: constant components in a flat chart."""
    return abs(request.alpha) == 1.0 and is_dual(request.manifold) and not request.manifold.singular


def transport(request: TransportRequest) -> Transport:
    """Return J(θ_i)⁻¹J(θ_0), J the Jacobian of the flat chart, along any curve, in float64.

    NaN from the first node outside the domain (LEFT_DOMAIN), or where J is singular (ILL_CONDITIONED).
    """
    manifold = request.manifold
    chart = named(manifold.charts, "natural" if request.alpha > 0 else "expectation")
    assert chart is not None
    inside = np.asarray(known_inside(manifold, request.theta))
    jacobian = chart.jacobian(np.where(inside[..., None], request.theta, manifold.interior))
    regular = np.asarray(np.linalg.det(jacobian) != 0.0)
    jacobian = np.where(regular[..., None, None], jacobian, np.eye(2))
    usable = np.asarray(np.logical_and.accumulate(inside & regular, axis=1))
    operators = np.linalg.solve(jacobian, jacobian[:, :1])
    operators = np.where(usable[..., None, None], operators, np.nan)
    why = np.where(regular.all(axis=1), Status.LEFT_DOMAIN, Status.ILL_CONDITIONED)
    return Transport(
        vectors=np.einsum("nmij,nj->nmi", operators, request.vectors),
        operators=operators,
        angle=np.full(usable.shape, np.nan),
        drift=np.zeros(len(usable)),
        status=np.where(usable.all(axis=1), Status.OK, why).astype(np.int32),
        engine="reference",
    )


def _sums(request: ConnectRequest, reached: Floats) -> Floats:
    """Return ∫|v| dt and ∫|v|² dt (n, 2) up to times ``reached`` (n,), by halving intervals until
    converged.
    """
    sums = np.zeros((len(reached), 2))
    line, begin, size = np.arange(len(reached)), np.zeros(len(reached)), reached
    whole = _integrals(request, line, begin, size)
    for _ in range(MOST_HALVINGS):
        begin = np.stack([begin, begin + 0.5 * size])
        parts = _integrals(request, np.tile(line, 2), begin.ravel(), np.tile(0.5 * size, 2))
        parts = parts.reshape(2, -1, 2)
        finer = parts.sum(axis=0)
        # in addition to the known part of the line
        change = np.abs(finer - whole) > SMALL * (sums[line] + finer)
        rough = change.any(axis=1)
        np.add.at(sums, line[~rough], finer[~rough])
        whole, begin = parts[:, rough].reshape(-1, 2), begin[:, rough].ravel()
        line, size = np.tile(line[rough], 2), np.tile(0.5 * size[rough], 2)
        if line.size == 0:
            break
    np.add.at(sums, line, whole)
    return sums


def _integrals(request: ConnectRequest, line: np.ndarray, begin: Floats, size: Floats) -> Floats:
    """Return ∫|v| dt and ∫|v|² dt (k, 2) over parts of some lines, by Gauss–Legendre quadrature; NaN
    where one leaves the domain.
    """
    manifold = request.manifold
    t = begin[:, None] + size[:, None] * NODES
    theta, v = between_at(manifold, request.start[line], request.end[line], request.alpha, t)
    inside = np.asarray(np.isfinite(theta).all(axis=-1))
    metric = manifold.geometry(np.where(inside[..., None], theta, manifold.interior)).metric
    speed2 = np.where(inside, np.maximum(inner(metric, v, v), 0.0), np.nan)
    return size[:, None] * np.stack([np.sqrt(speed2) @ WEIGHTS, speed2 @ WEIGHTS], axis=1)
