"""Boundary-value geodesics, polished by shooting: Newton on F(v) = exp_a(v) − b.

In float64 collocation is used instead (`boundary_values`); shooting is the algorithm of the kernels and
of float32, and of methods passed to `connect`.

The derivative comes from two neighbouring rays.  A step that does not reduce the miss is halved.
Misses are Fisher lengths at b: where coordinates span decades, a small difference can be a long
distance.  Pairs where single shooting fails go to `multiple_shooting`.  The twin of
``shaders/kernels/shooting.wgsl``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import (
    boundary_values,
    constant_curvature,
    dually_flat,
    initial_value,
    multiple_shooting,
    outcome_bounds,
    pole,
    short_arcs,
)
from compute.geodesics.discrete_energy import descend
from compute.geodesics.initial_curves import alphas, first_curve, nearest
from compute.geodesics.initial_value import Fire
from compute.geodesics.runge_kutta import RK4, Tableau
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import (
    connection_first,
    contracted,
    is_singular,
    norm,
    raised,
    regular,
    solve2,
)
from compute.requests import batch
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest

ROUNDS = 16
# Relative distance of a neighbouring ray, a balance of truncation and round-off.
OFFSET = {"f8": 1e-6, "f4": 1e-2}
# A miss above this share of the length is not called converged.
MISS_LIMIT = {"f8": 1e-8, "f4": 1e-4}
# Aiming ends when the miss is below this share of the curve's length.
AIM = {"f8": 1e-12, "f4": 2e-6}
# Steps for aiming with the method of order 8, which halves steps of large error.
AIM_STEPS = 40


@dataclass
class _Aim:
    """The best velocities so far, their misses, and the next correction."""

    v: Floats
    miss: Floats
    step: Floats


def connect(
    request: ConnectRequest, tableau: Tableau | None = None, precision: str = "f8"
) -> Paths:
    """Solve for geodesics of Γ^(α) between pairs of points.

    Near pairs use `short_arcs`, others in float64 `boundary_values`.  Otherwise curves of least energy
    (for α ≠ 0 and both flat charts, a mean of their straight lines) are followed by shooting, with
    continuation in α if needed.  A path that misses its end point is NOT_CONVERGED with its residual;
    it is never replaced by another curve.
    """
    if len(request.start) == 0:
        return batch.unmoved(request, Status.OK, "reference")
    found = short_arcs.before(request, lambda rest: _connect(rest, tableau, precision))
    return outcome_bounds.held(request, found, np.dtype(precision).itemsize)


def _connect(request: ConnectRequest, tableau: Tableau | None, precision: str) -> Paths:
    """Solve pairs that are not near."""
    if dually_flat.applies(request):
        return dually_flat.connect(request)
    if tableau is None and precision == "f8":
        return _collocated(request)
    path = alphas(request.manifold, request.alpha)
    curve = first_curve(request.manifold, request.start, request.end, path[0]).astype(precision)
    if path[0] == 0.0:
        curve = descend(request.manifold, curve).theta

    def fire(shot: ShootRequest) -> Paths:
        return initial_value.shoot(shot, tableau, precision)

    return from_curves(request, curve, path, fire, precision, request.steps)


def _collocated(request: ConnectRequest) -> Paths:
    """Solve by collocation, past a pole in natural coordinates; on failure return a ray that misses."""
    paths = boundary_values.solve(request)
    if pole.applies(request.manifold):
        paths = boundary_values.better(request, paths, pole.connect)
    failed = np.flatnonzero(batch.undecided(paths))
    if failed.size == 0:
        return paths
    own = batch.pairs(request, failed)
    curve = first_curve(own.manifold, own.start, own.end)
    shot = shot_of(own, first_velocity(own.manifold, curve, own.alpha))
    # for drawing, not for measuring
    missed = judged(own, initial_value.shoot(shot, RK4), MISS_LIMIT["f8"])
    status = np.where(missed.status == Status.OK, Status.NOT_CONVERGED, missed.status)
    return batch.replaced(paths, failed, replace(missed, status=status.astype(np.int32)))


def polished(request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths (n)`` with each that arrived solved again in float64, starting from its own nodes.

    A path that float64 does not confirm becomes NOT_CONVERGED.
    """
    arrived = np.array([Status(int(status)).arrived for status in paths.status], dtype=bool)
    good = np.flatnonzero(arrived)
    if good.size == 0:
        return paths
    own = batch.pairs(request, good)
    curves = paths.theta[good].copy()
    # in single precision the last node is only near the end, maybe some periods away
    curves[:, 0], curves[:, -1] = own.start, nearest(request.manifold, curves[:, -1], own.end)
    found = outcome_bounds.held(own, boundary_values.near(own, curves))
    return found if good.size == len(arrived) else batch.replaced(paths, good, found)


def from_curves(
    request: ConnectRequest,
    curve: Floats,
    path: list[float],
    fire: Fire,
    precision: str = "f8",
    steps: int = AIM_STEPS,
) -> Paths:
    """Shoot from initial curves (n, N+1, 2) near geodesics of Γ^(path[0]), by continuation through the
    values of α.

    ``steps``: per ray while aiming.  A curve's last node may be its end moved by whole periods.
    """
    request = replace(request, end=curve[:, -1].astype(np.float64))
    v = first_velocity(request.manifold, curve, path[0])
    for alpha in path:
        v = aimed(replace(request, alpha=alpha, steps=steps), v, fire, precision)
    paths = judged(request, fire(shot_of(request, v)), MISS_LIMIT[precision])
    return multiple_shooting.repaired(
        request, constant_curvature.repaired(request, paths), curve, fire, precision
    )


def first_velocity(manifold: Manifold, theta: Floats, alpha: float) -> Floats:
    """Return θ'(0) (n, 2) of the geodesic of Γ^(α) through the first nodes of curves (n, N+1, 2)."""
    count = theta.shape[1] - 1
    slope = count * (theta[:, 1] - theta[:, 0])
    local = regular(manifold.geometry(theta[:, 0]))
    first = connection_first(local, alpha)
    # θ₁ = θ₀ + hθ' + ½h²θ'', with θ'' = −Γθ'θ'
    velocity: Floats = slope + 0.5 / count * raised(local, contracted(first, slope, slope))
    return velocity


def shot_of(request: ConnectRequest, v: Floats) -> ShootRequest:
    """Return the initial-value problems with velocities v (n, 2) at the starting points of a request.

    If shooting ended without a velocity, that of the straight line is used, which misses.
    """
    known = np.isfinite(v).all(axis=1, keepdims=True)
    v = np.where(known, v, request.end - request.start)
    return ShootRequest(request.manifold, request.start, v, request.alpha, request.steps)


def judged(request: ConnectRequest, paths: Paths, limit: float) -> Paths:
    """Return ``paths`` with the residual at ``request.end``, and NOT_CONVERGED where it exceeds limit ·
    length.

    A ray that left the domain is also NOT_CONVERGED: a bad aim does not prove that no geodesic exists.
    If g is singular at an end, lengths are unreliable there: ILL_CONDITIONED, residual NaN.
    """
    local = request.manifold.geometry(np.stack([request.start, request.end], axis=1))
    residual = norm(local.metric[:, 1], paths.stop - request.end)
    residual = outcome_bounds.missed(request.manifold, paths.stop, request.end, residual)
    # rays not known to arrive have missed
    missed = ~(residual <= limit * paths.length)
    strayed = missed & np.isin(paths.status, (Status.OK, Status.LEFT_DOMAIN))
    status = np.where(strayed, Status.NOT_CONVERGED, paths.status)
    singular = np.asarray(is_singular(local).any(axis=1))
    status = np.where(singular, Status.ILL_CONDITIONED, status)
    return replace(
        paths, residual=np.where(singular, np.nan, residual), status=status.astype(np.int32)
    )


def aimed(request: ConnectRequest, v: Floats, fire: Fire, precision: str) -> Floats:
    """Return velocities (n, 2) that lead from start to end, by Newton's method from given ones.

    Each pair iterates independently and keeps its best velocity.
    """
    aim = _Aim(v.copy(), np.full(len(v), np.inf), np.zeros_like(v))
    near = request.manifold.geometry(request.start).metric
    far = request.manifold.geometry(request.end).metric
    for number in range(ROUNDS):
        scale = norm(near, aim.v) + np.finfo(precision).tiny
        # if even the first ray breaks off there is no step to halve
        lost = np.isinf(aim.miss) if number else np.zeros(len(v), dtype=bool)
        todo = np.flatnonzero((aim.miss > AIM[precision] * scale) & ~lost)
        if todo.size == 0:
            break
        _improve(request, aim, todo, (near, far), fire, precision)
    return aim.v


def _improve(
    request: ConnectRequest,
    aim: _Aim,
    todo: np.ndarray,
    metrics: tuple[Floats, Floats],
    fire: Fire,
    precision: str,
) -> None:
    """Shoot three rays for every pair of ``todo``; accept steps that reduce the miss, halve the
    others.
    """
    trial = aim.v[todo] + aim.step[todo]
    near, far = (metric[todo] for metric in metrics)
    # the same Fisher length along each axis
    size = OFFSET[precision] * np.maximum(norm(near, trial), 1e-6)
    own = near[:, [0, 2]]
    sizes = size[:, None] / np.sqrt(np.where(own > 0, own, 1.0))  # g may be no metric there
    rays = trial[:, None] + sizes[:, None] * np.array([[0, 0], [1, 0], [0, 1]])
    start = np.repeat(request.start[todo], 3, axis=0)
    rays = rays.reshape(-1, 2)
    paths = fire(ShootRequest(request.manifold, start, rays, request.alpha, request.steps))
    arrived = (paths.reached >= 1.0).reshape(-1, 3).all(axis=1)
    ends = paths.stop.reshape(-1, 3, 2)
    gap = ends[:, 0] - request.end[todo]
    miss = np.where(arrived, norm(far, gap), np.inf)
    jacobian = np.swapaxes(ends[:, 1:] - ends[:, :1], 1, 2) / sizes[:, None]
    better = miss < aim.miss[todo]
    aim.step[todo[~better]] *= 0.5
    chosen = todo[better]
    aim.v[chosen], aim.miss[chosen] = trial[better], miss[better]
    aim.step[chosen] = -solve2(jacobian[better], gap[better])
