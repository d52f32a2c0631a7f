"""Boundary-value geodesics by the discrete energy.

    S_N[θ] = N Σ_i g(m_i)(Δ_i, Δ_i),   Δ_i = θ_{i+1} − θ_i,   m_i = (θ_i + θ_{i+1})/2
is stationary at a curve that is a geodesic up to O(1/N²).  Newton's method uses the second variation of
the energy in place of the Hessian,
    2∫(|∇_t X|² − K |θ' ∧ X|²) dt,
which needs only Γ and K; per segment, with A^k_j = Γ^k_ij Δ^i and D = det g,
    ∇X = (1 + A/2) X_R − (1 − A/2) X_L,   |Δ ∧ X|² = D (Δ¹X̄² − Δ²X̄¹)².
The system is block tridiagonal with 2×2 blocks.  The twin of ``shaders/kernels/action_*.wgsl``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import (
    LocalGeometry,
    contracted,
    full,
    inner,
    is_singular,
    raised,
    regular,
)

SEGMENTS = 64
ROUNDS = 24
# Step sizes of the line search; the first that lowers S enough is taken.
STEP_SIZES = 0.5 ** np.arange(8)
ARMIJO = 1e-4


@dataclass(frozen=True, eq=False)
class Relaxed:
    """theta (n, N+1, 2); action (n,) S_N; decrement (n,) the last Newton decrement over S_N."""

    theta: Floats
    action: Floats
    decrement: Floats


def descend(manifold: Manifold, theta: Floats, rounds: int = ROUNDS) -> Relaxed:
    """Minimise S_N by Newton's method from given curves (n, N+1, 2) with fixed ends."""
    theta = theta.copy()
    value = action(manifold, theta)
    decrement = np.full(len(theta), np.inf)
    floor = 64 * np.finfo(theta.dtype).eps
    for _ in range(rounds):
        checkpoint()
        todo = np.flatnonzero(decrement > floor)
        if todo.size == 0:
            break
        step, slope = newton_step(manifold, theta[todo])
        theta[todo], value[todo] = _search(manifold, theta[todo], value[todo], step, slope)
        decrement[todo] = np.abs(slope) / np.maximum(value[todo], np.finfo(theta.dtype).tiny)
    return Relaxed(theta, value, decrement)


def action(manifold: Manifold, theta: Floats) -> Floats:
    """Return S_N (n,) of curves (n, N+1, 2); infinite if a curve leaves the domain."""
    delta = np.diff(theta, axis=1)
    middle, inside = inside_only(manifold, 0.5 * (theta[:, 1:] + theta[:, :-1]))
    local = manifold.geometry(middle)
    nodes = manifold.in_domain(theta).all(axis=1)
    usable = inside.all(axis=1) & ~is_singular(local).any(axis=1) & nodes
    total = delta.shape[1] * inner(local.metric, delta, delta).sum(axis=1)
    return np.where(usable, total, np.inf)


def _search(
    manifold: Manifold, theta: Floats, value: Floats, step: Floats, slope: Floats
) -> tuple[Floats, Floats]:
    """Return the curves and S_N after the first step size that satisfies the Armijo rule, if any."""
    best, best_value = theta.copy(), value.copy()
    open_ = np.ones(len(theta), dtype=bool)
    for size in STEP_SIZES:
        todo = np.flatnonzero(open_)
        if todo.size == 0:
            break
        trial = theta[todo] + theta.dtype.type(size) * step[todo]
        trial_value = action(manifold, trial)
        good = trial_value <= value[todo] + ARMIJO * size * slope[todo]
        best[todo[good]], best_value[todo[good]] = trial[good], trial_value[good]
        open_[todo[good]] = False
    return best, best_value


def newton_step(manifold: Manifold, theta: Floats) -> tuple[Floats, Floats]:
    """Return the Newton step (n, N+1, 2), zero at both ends, and the slope of S_N along it (n,).

    Where curvature makes the second variation indefinite, its curvature term is omitted, so that the
    step is always a descent step.
    """
    middle, _ = inside_only(manifold, 0.5 * (theta[:, 1:] + theta[:, :-1]))
    delta = np.diff(theta, axis=1)
    local = regular(manifold.geometry(middle))
    covector = gradient(local, delta)
    curvature = np.nan_to_num(manifold.curvature(middle), nan=0.0)
    step, positive = solve(*blocks(local, delta, curvature), covector)
    if not positive.all():
        flat, _ = solve(*blocks(local, delta, np.minimum(curvature, 0.0)), covector)
        step = np.where(positive[:, None, None], step, flat)
    slope = (covector * step).sum(axis=(1, 2))
    padded = np.zeros_like(theta)
    padded[:, 1:-1] = step
    return padded, slope


def gradient(local: LocalGeometry, delta: Floats) -> Floats:
    """Return ∂S_N/∂θ_i at the inner nodes (n, N−1, 2), exact for the discrete energy."""
    count = delta.shape[1]
    g11, g12, g22 = (local.metric[..., i] for i in range(3))
    lowered = np.stack(
        [g11 * delta[..., 0] + g12 * delta[..., 1], g12 * delta[..., 0] + g22 * delta[..., 1]],
        axis=-1,
    )
    # ½ ∂_k g_ab Δ^a Δ^b = Γ_ka,b Δ^a Δ^b
    f = local.first
    d1, d2 = delta[..., 0], delta[..., 1]
    turn = np.stack(
        [
            f[..., 0, 0] * d1 * d1
            + (f[..., 1, 0] + f[..., 0, 1]) * d1 * d2
            + f[..., 1, 1] * d2 * d2,
            f[..., 0, 1] * d1 * d1
            + (f[..., 1, 1] + f[..., 0, 2]) * d1 * d2
            + f[..., 1, 2] * d2 * d2,
        ],
        axis=-1,
    )
    right = count * (turn + 2 * lowered)
    left = count * (turn - 2 * lowered)
    total: Floats = right[:, :-1] + left[:, 1:]
    return total


def blocks(local: LocalGeometry, delta: Floats, curvature: Floats) -> tuple[Floats, Floats]:
    """Return diagonal (n, N−1, 2, 2) and upper (n, N−2, 2, 2) blocks of the second variation."""
    count = delta.shape[1]
    connection = np.stack(
        [
            raised(local, contracted(local.first, delta, np.broadcast_to(e, delta.shape)))
            for e in np.eye(2, dtype=delta.dtype)
        ],
        axis=-1,
    )
    forward = np.eye(2, dtype=delta.dtype) + 0.5 * connection
    backward = 0.5 * connection - np.eye(2, dtype=delta.dtype)
    g = full(local.metric)
    normal = 0.5 * np.stack([-delta[..., 1], delta[..., 0]], axis=-1)
    bend = (curvature * local.det)[..., None, None] * normal[..., :, None] * normal[..., None, :]

    def form(p: Floats, q: Floats) -> Floats:
        block: Floats = 2 * count * (np.swapaxes(p, -1, -2) @ g @ q - bend)
        return block

    diagonal = form(forward, forward)[:, :-1] + form(backward, backward)[:, 1:]
    return diagonal, form(backward, forward)[:, 1:-1]


def solve(diagonal: Floats, upper: Floats, covector: Floats) -> tuple[Floats, Floats]:
    """Return −H⁻¹u by block elimination (n, N−1, 2), and whether H is positive definite (n,)."""
    count = diagonal.shape[1]
    positive = np.ones(len(diagonal), dtype=bool)
    pivot, rest = diagonal[:, 0], -covector[:, 0]
    factors: list[Floats] = []
    sides: list[Floats] = []
    for i in range(count):
        if i > 0:
            lower = np.swapaxes(upper[:, i - 1], -1, -2)
            pivot = diagonal[:, i] - lower @ factors[-1]
            rest = -covector[:, i] - (lower @ sides[-1][..., None])[..., 0]
        det = pivot[:, 0, 0] * pivot[:, 1, 1] - pivot[:, 0, 1] * pivot[:, 1, 0]
        positive &= (det > 0) & (pivot[:, 0, 0] > 0)
        inverse = _inverse(pivot, np.where(det == 0, 1.0, det))
        sides.append((inverse @ rest[..., None])[..., 0])
        if i < count - 1:
            factors.append(inverse @ upper[:, i])
    step = [sides[-1]]
    for i in range(count - 2, -1, -1):
        step.append(sides[i] - (factors[i] @ step[-1][..., None])[..., 0])
    return np.stack(step[::-1], axis=1), positive


def _inverse(matrix: Floats, det: Floats) -> Floats:
    a, b, c, d = (matrix[:, i, j] for i in range(2) for j in range(2))
    inverse = np.stack([d, -b, -c, a], axis=-1) / det[:, None]
    return inverse.reshape(-1, 2, 2)
