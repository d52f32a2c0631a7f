"""Geodesics between nearby points in float64, to full precision relative to θ_B − θ_A.

With Δ = θ_B − θ_A the curve is θ(t) = θ_A + tΔ + δ(t), and δ'' = −Γ^(α)(θ)(θ', θ') with δ = 0 at both
ends: Picard iteration on the values of δ'' at Gauss nodes contracts by a factor |Γ||Δ|.  Lengths,
velocities and misses stay accurate relative to Δ, however short it is, while shooting and discrete
energies lose Δ against θ.  Both engines use this for near pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.core.status import Status
from compute.geodesics.initial_curves import nearest
from compute.geodesics.initial_value import DRIFT_LIMIT
from compute.geodesics.legendre_curves import gauss, matrices
from compute.geodesics.runge_kutta import acceleration
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import is_singular, norm
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths

# Pairs are near if their chord, measured by g at either end, is this short.
NEAR = 1e-2
# Gauss nodes for the curve, and others for checking it.
NODES, FINER = 8, 11
# Rounds of Picard's iteration, and the change of δ, as a share of Δ, that ends it.
ROUNDS, STILL = 16, 1e-15
# A miss above this share of the length is not called converged.
MISS_LIMIT = 1e-8
# A closed form of the distance has lost digits below this.
CLOSED_FORM = 1e-6


def near_pairs(request: ConnectRequest) -> Bools:
    """Return which pairs (n,) of a request are near with g regular at both ends, or coincide."""
    move = request.end - request.start
    ends = np.stack([request.start, request.end], axis=1)
    local = request.manifold.geometry(ends)
    chord = norm(local.metric, move[:, None]).max(axis=1)
    regular = ~is_singular(local).any(axis=1)
    return np.asarray(((chord <= NEAR) & regular) | (move == 0.0).all(axis=1))


def before(request: ConnectRequest, connect: Callable[[ConnectRequest], Paths]) -> Paths:
    """Solve near pairs by `connect_near`, all others by ``connect``."""
    if request.manifold.singular:
        return connect(request)
    close = replace(request, end=nearest(request.manifold, request.start, request.end))
    near = np.flatnonzero(near_pairs(close))
    if near.size == 0:
        return connect(request)
    found = connect_near(replace(close, start=close.start[near], end=close.end[near]))
    good = found.status == Status.OK
    rest = np.setdiff1d(np.arange(len(request.start)), near[good])
    if rest.size == 0:
        return found
    others = connect(replace(request, start=request.start[rest], end=request.end[rest]))
    order = np.argsort(np.concatenate([rest, near[good]]))
    return batch.rows(batch.joined(others, batch.rows(found, good)), order)


def in_all_digits(manifold: Manifold) -> Manifold:
    """Return a manifold whose closed-form distance, if any, is accurate for near points.

    A closed form that takes differences of nearly equal numbers has an absolute error of 1e-16, not a
    relative one.
    """
    closed = manifold.distance
    if closed is None:
        return manifold

    def distance(theta: Floats, other: Floats) -> Floats:
        found = np.asarray(closed(theta, other))
        near = (found < CLOSED_FORM) & np.not_equal(theta, other).any(axis=-1)
        if not near.any():
            return found
        start, end = (
            np.broadcast_to(x, (*found.shape, 2))[near].astype(np.float64) for x in (theta, other)
        )
        inside = manifold.in_domain(start) & manifold.in_domain(end)
        start, end = (np.where(inside[:, None], x, manifold.interior) for x in (start, end))
        paths = connect_near(ConnectRequest(manifold, start, end))
        found = found.copy()
        found[near] = np.where(inside & (paths.status == Status.OK), paths.length, found[near])
        return found

    return replace(manifold, distance=distance)


def connect_near(request: ConnectRequest) -> Paths:
    """Solve pairs that are all near, with misses estimated by a finer quadrature.

    NOT_CONVERGED if the metric changes too fast between two points for the iteration.
    """
    manifold = request.manifold
    move = (request.end - request.start)[:, None]
    bend, inside = _bend(request, move)
    points, weights = gauss(FINER)
    theta, v = _curve(request, move, bend, points)
    safe, known = inside_only(manifold, theta)
    local = manifold.geometry(safe)
    # in units of Δ: squares of the shortest lengths underflow
    unit = np.abs(move).max(axis=(1, 2))
    unit = np.where(unit > 0.0, unit, 1.0)
    speed = norm(local.metric, v / unit[:, None, None])
    mean = speed @ weights
    missing = _acceleration(request, safe, v) - matrices(NODES, points)[0] @ bend
    # miss of a ray with this velocity at the end: ∫(1 − s)(θ'' − δ'') ds
    miss = np.einsum("j,nji->ni", weights * (1.0 - points), missing)
    length, residual = unit * mean, norm(manifold.geometry(request.end).metric, miss)
    uneven = np.abs(speed**2 / np.where(mean > 0.0, mean, 1.0)[:, None] ** 2 - 1.0).max(axis=1)
    still = (move == 0.0).all(axis=(1, 2))
    error = np.where(still, 0.0, uneven if request.alpha == 0.0 else np.nan)
    good = inside & known.all(axis=1) & ~is_singular(local).any(axis=1)
    good &= (residual <= MISS_LIMIT * length) & ~(error > DRIFT_LIMIT[8])
    energy = unit**2 * (speed**2 @ weights)
    return _paths(request, (move, bend), (length, energy), (residual, error), good | still)


def _paths(
    request: ConnectRequest,
    curve: tuple[Floats, Floats],
    sums: tuple[Floats, Floats],
    errors: tuple[Floats, Floats],
    good: Bools,
) -> Paths:
    """Return the result, with its nodes at equal times."""
    n, t = len(request.start), np.linspace(0.0, 1.0, request.steps + 1)
    theta, v = _curve(request, *curve, t)
    theta[:, 0], theta[:, -1] = request.start, request.end
    return Paths(
        t=t,
        theta=theta,
        velocity=v,
        nodes=np.full(n, len(t), np.int32),
        reached=np.ones(n),
        stop=request.end.copy(),
        length=sums[0],
        energy=sums[1],
        residual=errors[0],
        error=errors[1],
        status=np.where(good, Status.OK, Status.NOT_CONVERGED).astype(np.int32),
        engine="reference",
    )


def _bend(request: ConnectRequest, move: Floats) -> tuple[Floats, Bools]:
    """Return δ'' (n, NODES, 2) at Gauss nodes, and for which pairs the iteration converged inside the
    domain.
    """
    points = gauss(NODES)[0]
    metric = request.manifold.geometry(request.start).metric
    bend = np.zeros((len(move), NODES, 2))
    size = norm(metric, move[:, 0])
    change = np.full(len(move), np.inf)
    inside = np.ones(len(move), dtype=bool)
    for _ in range(ROUNDS):
        theta, v = _curve(request, move, bend, points)
        safe, known = inside_only(request.manifold, theta)
        inside &= known.all(axis=1)
        found = np.where(known[..., None], _acceleration(request, safe, v), 0.0)
        change = norm(metric[:, None], found - bend).max(axis=1)
        # divergent iterations stop
        bounded = inside & (change <= size)
        inside &= bounded
        bend = np.where(bounded[:, None, None], found, 0.0)
        if not (bounded & (change > STILL * size)).any():
            break
    return bend, inside & (change <= MISS_LIMIT * size)


def _acceleration(request: ConnectRequest, theta: Floats, v: Floats) -> Floats:
    """Return −Γ^(α)k_ij v^i v^j (n, k, 2) at points inside the domain."""
    flat = theta.reshape(-1, 2), v.reshape(-1, 2)
    return acceleration(request.manifold, *flat, request.alpha).reshape(theta.shape)


def _curve(request: ConnectRequest, move: Floats, bend: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return θ and θ' (n, k, 2) at times (k,)."""
    _, shift, slope = matrices(NODES, t)
    return request.start[:, None] + (t[:, None] * move + shift @ bend), move + slope @ bend
