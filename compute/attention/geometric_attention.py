"""Geometric attention: each query, and each key used as a query, is a distribution over the keys.

    p_i = softmax(K Q_i/√d + b),  r_j = softmax(K K_j/√d + b),  a_ij = softmax_j(ℓ_ij/τ)
flat        ℓ = −½|q_i − k_j|²/√d + ½|k_j|²/√d + b_j: identical to scaled dot-product attention
ambient     ℓ = −½d_ij²,  d_ij = 2 arccos Σ_l √(p_il r_jl), on the sphere of all distributions
jeffreys    ℓ = −½J_ij,   J_ij = (q_i − k_j)·(η(q_i) − η(k_j))/√d,  η(q) = Σ_l p_l k_l;  J ≥ d²
geodesic    ℓ = −½d_ij²,  d_ij the Fisher–Rao length in the plane of most variance of keys and
            queries; values of the keys' dimension are carried there by parallel transport
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.sphere import normalise, softmax
from compute.core.status import Status
from compute.families.attention import attention_manifold
from compute.requests.attention import Attended, AttendRequest
from compute.requests.geodesics import ConnectRequest
from compute.requests.transport import TransportRequest

if TYPE_CHECKING:
    from compute.requests.engine import Engine

# maximum number of pairs for which geodesics are solved
MOST_PAIRS = 64 * 64
STEPS = 64
# queries and keys closer than this share of the plane's spread coincide
SAME = 1e-9
# cosines on the sphere of distributions beyond which a distance is taken from the chord
NEAR = 1.0 - 5e-7
AT_ONCE = 1024


def attend(request: AttendRequest, engine: Engine) -> Attended:
    """Compute a request in float64; the engine solves geodesics for that mode."""
    if request.mode == "geodesic":
        return geodesic(request, engine)
    return _CLOSED[request.mode](request)


def _rows(request: AttendRequest, queries: Floats) -> Floats:
    """Return the distributions p_i = softmax(K q_i/√d + b) (n, nk) of queries (n, d)."""
    return normalise(_logits(request, queries))


def _logits(request: AttendRequest, queries: Floats, share: float = 1.0) -> Floats:
    """Return a fraction of (k_j − k̄)·q_i/√d + b_j (n, nk); subtracting the mean key shifts a row's
    logits uniformly.
    """
    logits: Floats = (share / request.root * queries) @ (request.K - request.centre).T
    if request.bias is not None:
        logits += share * request.bias
    return logits


def _roots(request: AttendRequest, queries: Floats) -> Floats:
    """Return √p_i (n, nk), points of the unit sphere, computed from half the logits."""
    logits = _logits(request, queries, 0.5)
    logits -= logits.max(axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        root = np.exp(logits, out=logits)
        root /= np.sqrt(np.einsum("ij,ij->i", root, root))[:, None]
    return root


def _flat(request: AttendRequest) -> Attended:
    """Attend by scaled dot products: the distances give the logits q·k/√d up to a constant per row."""
    from scipy.spatial.distance import cdist

    square = cdist(request.Q, request.K, "sqeuclidean") / request.root
    logits = _logits(request, request.Q)
    p = softmax(logits)
    return _mixed(request, logits, np.sqrt(square), p, "reference")


def _ambient(request: AttendRequest) -> Attended:
    """Use distances on the sphere of all distributions: one matrix product of square roots."""
    root_p, root_r = (_roots(request, queries) for queries in (request.Q, request.K))
    cosine = root_p @ root_r.T
    near = cosine > NEAR
    pairs = np.argwhere(near) if near.any() else np.empty((0, 2), int)
    distances = np.arccos(np.minimum(cosine, 1.0, out=cosine), out=cosine)
    distances *= 2.0
    # of short distances the chord keeps the digits that the cosine loses
    for start in range(0, len(pairs), AT_ONCE):
        i, j = pairs[start : start + AT_ONCE].T
        distances[i, j] = sphere.distance(root_p[i] ** 2, root_r[j] ** 2)
    return _mixed(request, -0.5 * distances**2, distances, root_p**2, "reference")


def _jeffreys(request: AttendRequest) -> Attended:
    """Use Jeffreys' divergence, an upper bound of the squared distance that needs only matrix
    products.
    """
    p, r = (_rows(request, queries) for queries in (request.Q, request.K))
    Q, K = request.Q - request.centre, request.K - request.centre
    eta_q, eta_k = p @ K, r @ K
    cross = Q @ eta_k.T + eta_q @ K.T
    own = (Q * eta_q).sum(axis=1)[:, None] + (K * eta_k).sum(axis=1)
    divergence = np.maximum((own - cross) / request.root, 0.0)
    return _mixed(request, -0.5 * divergence, np.sqrt(divergence), p, "reference")


def geodesic(request: AttendRequest, engine: Engine) -> Attended:
    """Use geodesics in the plane of most variance through the mean query."""
    Q, K, V = request.Q, request.K, request.V
    if Q.shape[1] < 2:
        raise ValueError(f"mode geodesic needs queries of at least 2 dimensions, got {Q.shape}")
    pairs = len(Q) * len(K)
    if pairs > MOST_PAIRS:
        raise ValueError(
            f"mode geodesic solves at most {MOST_PAIRS} pairs, got {len(Q)} × {len(K)} = {pairs}"
        )
    q0, U = plane(Q, K)
    manifold = attention_manifold(K, q0, U, bias=request.bias)
    if manifold.singular:
        raise ValueError(
            "mode geodesic needs keys that do not lie on one line, where its metric is singular"
        )
    theta_q, theta_k = (Q - q0) @ U, (K - q0) @ U
    start = np.tile(theta_k, (len(Q), 1))
    end = np.repeat(theta_q, len(K), axis=0)
    apart = np.linalg.norm(end - start, axis=1) > SAME * (np.abs(start).max() + 1e-300)
    distances, status = np.zeros(pairs), np.zeros(pairs, np.int32)
    operators = np.broadcast_to(np.eye(2), (pairs, 2, 2)).copy()
    if apart.any():
        asked = np.flatnonzero(apart)
        paths = engine.connect(ConnectRequest(manifold, start[asked], end[asked], steps=STEPS))
        status[asked] = paths.status
        distances[asked] = np.where(paths.status == Status.OK, paths.length, np.nan)
        carried = engine.transport(
            TransportRequest(manifold, paths.theta, paths.velocity, np.zeros((len(asked), 2)))
        )
        operators[asked] = np.where(
            (paths.status == Status.OK)[:, None, None], carried.operators[:, -1], np.eye(2)
        )
    shape = (len(Q), len(K))
    distances = distances.reshape(shape)
    logits = np.where(np.isfinite(distances), -0.5 * np.nan_to_num(distances) ** 2, -np.inf)
    found = _mixed(request, logits, distances, _rows(request, Q), engine.name)
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
    """Return the mean query q₀ (d,) and the two directions U (d, 2) of most variance of queries and
    keys.
    """
    q0 = Q.mean(axis=0)
    _, _, axes = np.linalg.svd(np.concatenate([Q - q0, K - q0]), full_matrices=True)
    return q0, axes[:2].T.copy()


def _carried(weights: Floats, V: Floats, U: Floats, operators: Floats) -> Floats:
    """Return Σ_j a_ij [V⊥_j + U P_{k_j→q_i} Uᵀ V_j] (nq, dv), P parallel transport."""
    along = V @ U
    across = V - along @ U.T
    turned = np.einsum("ijab,jb->ija", operators, along)
    output: Floats = weights @ across + np.einsum("ij,ija->ia", weights, turned) @ U.T
    return output


def _mixed(
    request: AttendRequest, logits: Floats, distances: Floats, p: Floats, engine: str
) -> Attended:
    """Return the values weighted by e^{ℓ/τ}, and by p; overwrites the logits."""
    logits /= request.temperature
    weights = normalise(logits)
    status = np.zeros(weights.shape, np.int32)
    return Attended(weights @ request.V, weights, distances, status, p @ request.V, engine)


_CLOSED: dict[str, Callable[[AttendRequest], Attended]] = {
    "flat": _flat,
    "ambient": _ambient,
    "jeffreys": _jeffreys,
}
