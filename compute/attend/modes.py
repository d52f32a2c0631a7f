"""Geometric attention: each query and each key, taken as a query, is a distribution over the keys.

    p_i = softmax(K Q_i/√d),  r_j = softmax(K K_j/√d),  a_ij = softmax_j(ℓ_ij/τ)
flat        ℓ = −½|q_i − k_j|²/√d + ½|k_j|²/√d: identical to scaled dot-product attention
ambient     ℓ = −½d_ij²,  d_ij = 2 arccos Σ_l √(p_il r_jl), on the sphere of all distributions
jeffreys    ℓ = −½J_ij,   J_ij = (q_i − k_j)·(η(q_i) − η(k_j))/√d,  η(q) = Σ_l p_l k_l;  J ≥ d²
geodesic    ℓ = −½d_ij²,  d_ij the Fisher–Rao length in the plane of most variance of keys and
            queries; values of the keys' dimension are carried there by parallel transport
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.engine import Engine
from compute.families.attention import attention_manifold
from compute.types import ConnectRequest, Floats, Ints, Status, TransportRequest

# pairs for which geodesics are solved, at most
MOST_PAIRS = 64 * 64
STEPS = 64
# queries and keys this near on the plane, as a share of its spread, are one point
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Attended:
    """output (nq, dv), weights (nq, nk) whose rows sum to 1, distances (nq, nk) in nat-roots, status
    (nq, nk) of each; softmax (nq, dv): standard scaled dot-product attention; engine.

    distances: of "flat" the Euclidean |q − k|/d^¼, whose square half is the logit's; of "jeffreys" √J.
    A pair without a converged geodesic has distance NaN and weight 0.
    """

    output: Floats
    weights: Floats
    distances: Floats
    status: Ints
    softmax: Floats
    engine: str


def softmax(logits: Floats) -> Floats:
    """Rows e^ℓ/Σe^ℓ (..., n); −∞ gives 0, and a row of nothing else zeros."""
    largest = np.max(logits, axis=-1, keepdims=True)
    with np.errstate(under="ignore"):
        weights = np.exp(logits - np.where(np.isfinite(largest), largest, 0.0))
        total = weights.sum(axis=-1, keepdims=True)
        rows: Floats = weights / np.where(total > 0, total, 1.0)
    return rows


def attention(Q: Floats, K: Floats, V: Floats) -> Floats:
    """softmax(QKᵀ/√d)V."""
    output: Floats = softmax(Q @ K.T / np.sqrt(Q.shape[1])) @ V
    return output


def flat(Q: Floats, K: Floats, V: Floats, temperature: float, engine: Engine) -> Attended:
    """Scaled dot-product attention written with distances."""
    root = np.sqrt(Q.shape[1])
    square = ((Q[:, None] - K) ** 2).sum(axis=-1) / root
    logits = (-0.5 * square + 0.5 * (K**2).sum(axis=-1) / root) / temperature
    return _mixed(Q, K, V, logits, np.sqrt(square), "reference")


def ambient(Q: Floats, K: Floats, V: Floats, temperature: float, engine: Engine) -> Attended:
    """By the distance on the sphere of all distributions: one product of square roots."""
    root = np.sqrt(Q.shape[1])
    p, r = np.sqrt(softmax(Q @ K.T / root)), np.sqrt(softmax(K @ K.T / root))
    # 4 arcsin of half the chord keeps the digits of short distances
    chord2 = np.maximum(2.0 - 2.0 * p @ r.T, 0.0)
    distances = 4.0 * np.arcsin(np.minimum(np.sqrt(chord2) / 2.0, 1.0))
    near = chord2 < 1e-6
    if near.any():
        i, j = np.nonzero(near)
        exact = np.linalg.norm(p[i] - r[j], axis=-1)
        distances[i, j] = 4.0 * np.arcsin(exact / 2.0)
    return _mixed(Q, K, V, -0.5 * distances**2 / temperature, distances, "reference")


def jeffreys(Q: Floats, K: Floats, V: Floats, temperature: float, engine: Engine) -> Attended:
    """By Jeffreys' divergence, an upper bound of the squared distance that needs products only."""
    root = np.sqrt(Q.shape[1])
    eta_q, eta_k = softmax(Q @ K.T / root) @ K, softmax(K @ K.T / root) @ K
    cross = Q @ eta_k.T + eta_q @ K.T
    own = (Q * eta_q).sum(axis=1)[:, None] + (K * eta_k).sum(axis=1)
    divergence = np.maximum((own - cross) / root, 0.0)
    return _mixed(Q, K, V, -0.5 * divergence / temperature, np.sqrt(divergence), "reference")


def geodesic(Q: Floats, K: Floats, V: Floats, temperature: float, engine: Engine) -> Attended:
    """By geodesics in the plane through the mean query that holds most variance."""
    pairs = len(Q) * len(K)
    if pairs > MOST_PAIRS:
        raise ValueError(
            f"mode geodesic solves at most {MOST_PAIRS} pairs, got {len(Q)} × {len(K)} = {pairs}"
        )
    q0, U = plane(Q, K)
    manifold = attention_manifold(K, q0, U)
    theta_q, theta_k = (Q - q0) @ U, (K - q0) @ U
    start = np.tile(theta_k, (len(Q), 1))
    end = np.repeat(theta_q, len(K), axis=0)
    apart = np.linalg.norm(end - start, axis=1) > SAME * (np.abs(start).max() + 1e-300)
    distances, status = np.zeros(pairs), np.zeros(pairs, np.int32)
    operators = np.broadcast_to(np.eye(2), (pairs, 2, 2)).copy()
    if apart.any():
        rows = np.flatnonzero(apart)
        paths = engine.connect(ConnectRequest(manifold, start[rows], end[rows], steps=STEPS))
        status[rows] = paths.status
        distances[rows] = np.where(paths.status == Status.OK, paths.length, np.nan)
        carried = engine.transport(
            TransportRequest(manifold, paths.theta, paths.velocity, np.zeros((len(rows), 2)))
        )
        operators[rows] = np.where(
            (paths.status == Status.OK)[:, None, None], carried.operators[:, -1], np.eye(2)
        )
    shape = (len(Q), len(K))
    distances = distances.reshape(shape)
    logits = np.where(np.isfinite(distances), -0.5 * np.nan_to_num(distances) ** 2, -np.inf)
    found = _mixed(Q, K, V, logits / temperature, distances, engine.name)
    output = found.output
    if V.shape[1] == K.shape[1]:
        output = _carried(found.weights, V, U, operators.reshape(*shape, 2, 2))
    return Attended(
        output,
        found.weights,
        distances,
        status.reshape(shape),
        found.softmax,
        engine.name,
    )


def plane(Q: Floats, K: Floats) -> tuple[Floats, Floats]:
    """The mean query q₀ (d,) and the two directions U (d, 2) of most variance of queries and keys."""
    q0 = Q.mean(axis=0)
    _, _, rows = np.linalg.svd(np.concatenate([Q - q0, K - q0]), full_matrices=True)
    return q0, rows[:2].T.copy()


def _carried(weights: Floats, V: Floats, U: Floats, operators: Floats) -> Floats:
    """Σ_j a_ij [V⊥_j + U P_{k_j→q_i} Uᵀ V_j] (nq, dv), P parallel transport."""
    along = V @ U
    across = V - along @ U.T
    turned = np.einsum("ijab,jb->ija", operators, along)
    output: Floats = weights @ across + np.einsum("ij,ija->ia", weights, turned) @ U.T
    return output


def _mixed(
    Q: Floats, K: Floats, V: Floats, logits: Floats, distances: Floats, engine: str
) -> Attended:
    weights = softmax(logits)
    status = np.zeros(weights.shape, np.int32)
    return Attended(weights @ V, weights, distances, status, attention(Q, K, V), engine)


MODES: dict[str, Callable[[Floats, Floats, Floats, float, Engine], Attended]] = {
    "flat": flat,
    "ambient": ambient,
    "jeffreys": jeffreys,
    "geodesic": geodesic,
}
