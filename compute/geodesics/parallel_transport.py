"""Parallel transport of vectors by Γ^(α) along curves: w'^k = −Γ^(α)k_ij w^i θ'^j.

A curve is cut at its nodes.  Each segment has an operator, the solution of M' = −Γ(θ)[θ'] M over it,
with θ the cubic Hermite interpolant; operators compose along the curve.  For α = 0 the operator is a
rotation in the frame e₁ = ∂₁/√g₁₁, e₂ ⟂ e₁, whose angle −∫ω, ω_i = (√D/g₁₁) Γ²_i1, is additive.  The
twin of ``shaders/kernels/transport.wgsl``.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.linear_systems import solve_each
from compute.core.status import Status
from compute.geodesics import dually_flat
from compute.manifold.manifold import Manifold, inside_only
from compute.manifold.tangent import connection_first, contracted, inner, is_singular, raised
from compute.requests.transport import Transport, TransportRequest

# a segment whose chord differs from the mean of its end velocities by this share is not resolved by
# its nodes: its interpolant overshoots
UNRESOLVED = 0.5
# Gauss–Legendre nodes and weights on [0, 1]: the collocation method of order 6.
_ROOT = np.sqrt(15.0)
_NODES = np.array([0.5 - _ROOT / 10, 0.5, 0.5 + _ROOT / 10])
_WEIGHTS = np.array([5 / 18, 4 / 9, 5 / 18])
_STAGES = np.array(
    [
        [5 / 36, 2 / 9 - _ROOT / 15, 5 / 36 - _ROOT / 30],
        [5 / 36 + _ROOT / 24, 2 / 9, 5 / 36 - _ROOT / 24],
        [5 / 36 + _ROOT / 30, 2 / 9 + _ROOT / 15, 5 / 36],
    ]
)


def transport(request: TransportRequest) -> Transport:
    """Carry vectors along every curve; return them with the operators and the frame's angle at each
    node.

    NaN from the first segment that the nodes do not resolve (NOT_CONVERGED) or that cannot be crossed,
    with a status.
    """
    if dually_flat.carries(request):
        return dually_flat.transport(request)
    curve = np.isfinite(request.theta).all(axis=-1) & np.isfinite(request.velocity).all(axis=-1)
    usable = np.logical_and.accumulate(curve, axis=1)
    theta = np.where(usable[..., None], request.theta, np.asarray(request.manifold.interior))
    velocity = np.where(usable[..., None], request.velocity, 0.0)
    segments, angles, status = _segments(request.manifold, theta, velocity, request.alpha)
    status = np.where(unresolved(theta, velocity), Status.NOT_CONVERGED, status)
    return composed(request, segments, angles, status, usable, "reference")


def unresolved(theta: Floats, velocity: Floats) -> np.ndarray:
    """Return which segments (n, m − 1) between nodes (n, m, 2) the cubic interpolant does not
    resolve.
    """
    chord = np.diff(theta, axis=1)
    mean = (velocity[:, 1:] + velocity[:, :-1]) / (2 * (theta.shape[1] - 1))
    return np.asarray(
        np.linalg.norm(mean - chord, axis=-1) > UNRESOLVED * np.linalg.norm(chord, axis=-1)
    )


def composed(
    request: TransportRequest,
    segments: Floats,
    angles: Floats,
    status: np.ndarray,
    usable: np.ndarray,
    engine: str,
) -> Transport:
    """Return the result from the segments' operators (n, m−1, 2, 2), angles and statuses (n, m−1)."""
    pairs = usable[:, 1:]
    passed = np.logical_and.accumulate((status == Status.OK) | ~pairs, axis=1)
    known = usable & np.concatenate([usable[:, :1], passed], axis=1)
    operators = [np.broadcast_to(np.eye(2), (len(segments), 2, 2))]
    for i in range(segments.shape[1]):
        operators.append(segments[:, i] @ operators[-1])
    matrices = np.where(known[..., None, None], np.stack(operators, axis=1), np.nan)
    total = np.concatenate([np.zeros((len(angles), 1)), np.cumsum(angles, axis=1)], axis=1)
    angle = (
        np.where(known, total, np.nan) if request.alpha == 0.0 else np.full(usable.shape, np.nan)
    )
    worst = np.max(np.where(pairs, status, 0), axis=1)
    worst = np.where((worst == 0) & ~usable.all(axis=1), Status.LEFT_DOMAIN, worst).astype(np.int32)
    vectors = np.einsum("nmij,nj->nmi", matrices, request.vectors)
    drift = _drift(request, vectors, known) if request.alpha == 0.0 else np.zeros(len(vectors))
    return Transport(vectors, matrices, angle, drift, worst, engine)


def _drift(request: TransportRequest, vectors: Floats, usable: np.ndarray) -> Floats:
    """Return the largest relative change of g(w, w)."""
    safe, inside = inside_only(request.manifold, np.where(usable[..., None], request.theta, 0.0))
    metric = request.manifold.geometry(safe).metric
    w = np.where(usable[..., None], vectors, 0.0)
    square = inner(metric, w, w)
    start = np.where(square[:, :1] > 0, square[:, :1], 1.0)
    change = np.where(usable & inside, np.abs(square - square[:, :1]) / start, 0.0)
    return np.asarray(change.max(axis=1))


def hermite(theta: Floats, velocity: Floats, s: float) -> tuple[Floats, Floats]:
    """Return position and velocity (per segment) at the fraction s of every segment of curves
    (n, m, 2).
    """
    h = 1.0 / (theta.shape[1] - 1)
    a, b = theta[:, :-1], theta[:, 1:]
    u, v = h * velocity[:, :-1], h * velocity[:, 1:]
    position = (
        (1 + 2 * s) * (1 - s) ** 2 * a
        + s * (1 - s) ** 2 * u
        + s * s * (3 - 2 * s) * b
        - s * s * (1 - s) * v
    )
    speed = 6 * s * (1 - s) * (b - a) + (1 - s) * (1 - 3 * s) * u + s * (3 * s - 2) * v
    return position, speed


def _segments(
    manifold: Manifold, theta: Floats, velocity: Floats, alpha: float
) -> tuple[Floats, Floats, np.ndarray]:
    """Return operators, angles and statuses of all segments."""
    rates, turns = [], []
    status = np.zeros((theta.shape[0], theta.shape[1] - 1), np.int32)
    for s in _NODES:
        position, speed = hermite(theta, velocity, float(s))
        rate, turn, wrong = _rate(manifold, position, speed, alpha)
        rates.append(rate)
        turns.append(turn)
        status = np.maximum(status, wrong)
    angles = sum(w * t for w, t in zip(_WEIGHTS, turns, strict=True))
    return _collocation(rates), np.asarray(angles), status


def _collocation(rates: list[Floats]) -> Floats:
    """Return the operator of M' = B(t) M over a unit step from B at the Gauss nodes (…, 2, 2) each."""
    shape = rates[0].shape[:-2]
    system = np.zeros((*shape, 6, 6))
    side = np.concatenate(rates, axis=-2)
    for i in range(3):
        for j in range(3):
            system[..., 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = -_STAGES[i, j] * rates[i]
    system += np.eye(6)
    slopes = solve_each(system, side)
    operator: Floats = np.eye(2) + sum(
        w * slopes[..., 2 * i : 2 * i + 2, :] for i, w in enumerate(_WEIGHTS)
    )
    return operator


def _rate(
    manifold: Manifold, theta: Floats, speed: Floats, alpha: float
) -> tuple[Floats, Floats, np.ndarray]:
    """Return −Γ^(α)k_ij θ'^j as matrices [k, i], −ω(θ'), and the status at every point."""
    safe, inside = inside_only(manifold, theta)
    local = manifold.geometry(safe)
    singular = is_singular(local)
    det = np.where(singular, 1.0, local.det)
    local = type(local)(local.metric, local.first, local.cubic, det)
    first = connection_first(local, alpha)
    columns = [
        raised(local, contracted(first, speed, np.broadcast_to(e, speed.shape))) for e in np.eye(2)
    ]
    rate = np.where(singular[..., None, None], 0.0, -np.stack(columns, axis=-1))
    turn = np.sqrt(det) / local.metric[..., 0] * rate[..., 1, 0]
    status = np.where(singular, Status.ILL_CONDITIONED, Status.OK)
    return rate, turn, np.where(inside, status, Status.LEFT_DOMAIN).astype(np.int32)
