"""Boundary-value geodesics, polished by shooting: Newton on F(v) = exp_a(v) − b.

The derivative comes from two neighbouring rays.  A step that does not bring the end nearer is
halved.  The residual is the Fisher length of F at b.  The twin of ``shaders/kernels/shooting.wgsl``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compute import geodesic
from compute.action import relax
from compute.geodesic import Tableau
from compute.manifold import Manifold, contracted, inner, raised
from compute.types import ConnectRequest, Floats, Paths, ShootRequest, Status

ROUNDS = 16
# Share of |v| by which the neighbouring rays differ: truncation against round-off, per precision.
OFFSET = {"f8": 1e-6, "f4": 1e-2}
# A miss above this share of the length is not called converged.
MISS_LIMIT = {"f8": 1e-8, "f4": 1e-4}
# Aiming ends when the miss, in coordinates, is this share of the pins' distance.
AIM = {"f8": 1e-12, "f4": 2e-6}
# Steps that aim with the method of order 8, whose error is then below 1e-11.
AIM_STEPS = 40
# Where α ≠ 0 there is no energy: the Levi-Civita solution is followed in steps of at most this.
ALPHA_STEP = 0.25


@dataclass
class _Aim:
    """The best velocities so far, how far they miss, and the next correction."""

    v: Floats
    miss: Floats
    step: Floats


def connect(
    request: ConnectRequest, tableau: Tableau | None = None, precision: str = "f8"
) -> Paths:
    """Geodesics of Γ^(α) between pairs of points.

    Curves of least energy first, then shooting, for α ≠ 0 continued from α = 0.  What does not
    meet its end point says NOT_CONVERGED and carries its residual; it is never replaced.
    """
    manifold = request.manifold
    start, end = request.start.astype(precision), request.end.astype(precision)
    relaxed = relax(manifold, start, end)
    v = first_velocity(manifold, relaxed.theta)
    turns = int(np.ceil(abs(request.alpha) / ALPHA_STEP))
    for alpha in [0.0] if turns == 0 else np.linspace(0.0, request.alpha, turns + 1):
        v = _aim(request, v, float(alpha), tableau, precision)
    return fired(request, v, tableau, precision)


def first_velocity(manifold: Manifold, theta: Floats) -> Floats:
    """θ'(0) (n, 2) of the geodesic through the first nodes of curves (n, N+1, 2), to O(1/N²)."""
    count = theta.shape[1] - 1
    slope = count * (theta[:, 1] - theta[:, 0])
    local = manifold.geometry(theta[:, 0])
    # θ₁ = θ₀ + hθ' + ½h²θ'', with θ'' = −Γθ'θ'
    velocity: Floats = slope + 0.5 / count * raised(local, contracted(local.first, slope, slope))
    return velocity


def fired(request: ConnectRequest, v: Floats, tableau: Tableau | None, precision: str) -> Paths:
    """The paths that velocities v (n, 2) give, with their residuals and statuses."""
    shot = ShootRequest(request.manifold, request.start, v, request.alpha, request.steps)
    return judged(request, geodesic.shoot(shot, tableau, precision), MISS_LIMIT[precision])


def judged(request: ConnectRequest, paths: Paths, limit: float) -> Paths:
    """``paths`` with the residual at ``request.end``, and NOT_CONVERGED above limit · length."""
    metric = request.manifold.geometry(request.end).metric
    gap = paths.stop - request.end
    residual = np.sqrt(np.maximum(inner(metric, gap, gap), 0.0))
    missed = residual > limit * np.maximum(paths.length, 1e-3)
    status = np.where((paths.status == Status.OK) & missed, Status.NOT_CONVERGED, paths.status)
    return replace(paths, residual=residual, status=status.astype(np.int32))


def _aim(
    request: ConnectRequest, v: Floats, alpha: float, tableau: Tableau | None, precision: str
) -> Floats:
    """Newton's method on the velocities, each pair at its own pace."""
    aim = _Aim(v.copy(), np.full(len(v), np.inf), np.zeros_like(v))
    floor = AIM[precision]
    scale = np.linalg.norm(request.end - request.start, axis=1) + np.finfo(precision).tiny
    for _ in range(ROUNDS):
        todo = np.flatnonzero(aim.miss > floor * scale)
        if todo.size == 0:
            break
        _improve(request, aim, todo, alpha, tableau, precision)
    return aim.v


def _improve(
    request: ConnectRequest,
    aim: _Aim,
    todo: np.ndarray,
    alpha: float,
    tableau: Tableau | None,
    precision: str,
) -> None:
    """Fire three rays for every pair of ``todo``; keep what comes nearer, halve what does not."""
    trial = aim.v[todo] + aim.step[todo]
    size = OFFSET[precision] * np.maximum(np.linalg.norm(trial, axis=1), 1e-6)
    offsets = size[:, None, None] * np.array([[0, 0], [1, 0], [0, 1]], dtype=precision)
    rays = (trial[:, None] + offsets.astype(precision)).reshape(-1, 2)
    start = np.repeat(request.start[todo], 3, axis=0)
    steps = request.steps if tableau is not None else min(request.steps, AIM_STEPS)
    paths = geodesic.shoot(
        ShootRequest(request.manifold, start, rays, alpha, steps), tableau, precision
    )
    arrived = (paths.reached >= 1.0).reshape(-1, 3).all(axis=1)
    ends = paths.stop.reshape(-1, 3, 2)
    miss = ends[:, 0] - request.end[todo]
    distance = np.where(arrived, np.linalg.norm(miss, axis=1), np.inf)
    jacobian = np.swapaxes(ends[:, 1:] - ends[:, :1], 1, 2) / size[:, None, None]
    better = distance < aim.miss[todo]
    aim.step[todo[~better]] *= 0.5
    chosen = todo[better]
    aim.v[chosen], aim.miss[chosen] = trial[better], distance[better]
    aim.step[chosen] = -_solve2(jacobian[better], miss[better]).astype(precision)


def _solve2(matrix: Floats, vector: Floats) -> Floats:
    """M⁻¹u for 2×2 matrices (n, 2, 2); zero where M is singular."""
    a, b, c, d = (matrix[:, i, j] for i in range(2) for j in range(2))
    det = a * d - b * c
    safe = np.where(det == 0, 1.0, det)
    x = np.stack(
        [d * vector[:, 0] - b * vector[:, 1], a * vector[:, 1] - c * vector[:, 0]], axis=-1
    )
    solution: Floats = np.where((det == 0)[:, None], 0.0, x / safe[:, None])
    return solution
