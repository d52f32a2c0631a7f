"""Four paths between two normals of any dimension, with their Fisher–Rao lengths.

fisher-rao  the geodesic (`normal_geodesic`)
w2          optimal transport: means straight, Σ_t = MΣM
e           straight in Σ⁻¹μ and Σ⁻¹, the natural coordinates
m           straight in μ and Σ + μμᵀ, the moments

The last three have closed speeds, |Cμ'|² + ½|CΣ'Cᵀ|² with CᵀC = Σ⁻¹, whose integrals are their lengths.
With t = 1/(1 + e^−u), a speed that increases towards an end like 1/(t + ε) becomes a plateau in u.  For
the e- and the m-path an affine map, an isometry, first moves the ends to N(0, 1) and N(n, Λ) with Λ
diagonal; the optimal-transport path depends on the plane's own distances.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.divergences.adaptive_quadrature import integrate
from compute.divergences.wasserstein import Normal
from compute.normals.geodesic import NormalPath, normal_geodesic

# Fisher length of the miss, relative to 1 + the length, at which the end counts as reached
ARRIVED = 1e-6
# the ends of u, beyond which less than e^−90 of the time remains, and edges of the first panels
EDGES = np.linspace(-90.0, 90.0, 46)

# times t and 1 − t (m,) → mean (m, d), covariance (m, d, d), square of the speed (m,)
Course = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]


def normal_paths(a: Normal, b: Normal, steps: int = 64) -> dict[str, NormalPath]:
    """Return the four paths by name, at ``steps`` + 1 times, with their lengths.

    If the geodesic does not converge, only it is returned, with its status.  The others are
    NOT_CONVERGED if their speed is not resolved, ILL_CONDITIONED if they miss their end.

    >>> a, b = Normal([0.0, 0.0], np.eye(2)), Normal([1.0, 0.0], 2.0 * np.eye(2))
    >>> paths = normal_paths(a, b)
    >>> min(paths, key=lambda name: paths[name].length)
    'fisher-rao'
    """
    found = {"fisher-rao": normal_geodesic(a, b, steps)}
    if found["fisher-rao"].status != Status.OK:
        return found
    for name, course in _COURSES.items():
        found[name] = _followed(course(a, b), b, found["fisher-rao"].t)
    return found


def _followed(course: Course, end: Normal, t: Floats) -> NormalPath:
    """Return the nodes of a path at times (m,), and its length."""
    mean, covariance, _ = course(t, 1.0 - t)
    mesh = integrate(lambda u: _rate(course, u), EDGES)
    length = float(mesh.integrals()[0])
    residual = _miss(end, mean[-1], covariance[-1])
    status = Status.OK if residual <= ARRIVED * (1.0 + length) else Status.ILL_CONDITIONED
    if not mesh.settled.all() or not np.isfinite(length):
        status = Status.NOT_CONVERGED
    return NormalPath(t, mean, covariance, length, residual, status)


def _rate(course: Course, u: Floats) -> Floats:
    """Return |dθ/du| (1, m) at t = 1/(1 + e^−u), dt = t(1 − t) du."""
    t, s = (1.0 / (1.0 + np.exp(-side)) for side in (u, -u))
    return np.asarray(np.sqrt(course(t, s)[2]) * t * s)[None]


def _miss(end: Normal, mean: Floats, covariance: Floats) -> float:
    """Return √(|Δμ|² + ½|ΔΣ|²) in the metric at the end."""
    root = np.linalg.cholesky(end.covariance)
    move = np.linalg.solve(root, mean - end.mean)
    change = np.linalg.solve(root, np.linalg.solve(root, covariance - end.covariance).T)
    return float(np.sqrt(move @ move + 0.5 * (change**2).sum()))


def _least_mass(a: Normal, b: Normal) -> Course:
    """Return Σ_t = L⁻ᵀN²L⁻¹ with A = LLᵀ, S = (LᵀBL)^½ and N = (1 − t)LᵀL + tS: a map of 1 − t and t
    shares of 1 and of T = L⁻ᵀSL⁻¹, from a to b.
    """
    low = np.linalg.cholesky(a.covariance)
    own, moved = low.T @ low, _root(low.T @ np.linalg.cholesky(b.covariance))
    move, back = b.mean - a.mean, np.linalg.inv(low)

    def at(t: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
        pull = s[:, None, None] * own + t[:, None, None] * moved
        side = back.T @ pull
        turn = np.linalg.solve(pull, np.broadcast_to(moved - own, pull.shape))
        drift = np.linalg.solve(
            pull, np.broadcast_to((low.T @ move)[:, None], (len(t), len(move), 1))
        )
        change = turn + np.swapaxes(turn, 1, 2)
        speed = (drift**2).sum(axis=(1, 2)) + 0.5 * (change**2).sum(axis=(1, 2))
        mean = s[:, None] * a.mean + t[:, None] * b.mean
        return mean, side @ np.swapaxes(side, 1, 2), speed

    return at


def _straightened(a: Normal, b: Normal) -> tuple[Floats, Floats, Floats]:
    """Return F (d, d), n (d,) and Λ (d,): x → F⁻¹(x − μ_a) takes a to N(0, 1) and b to N(n, diag Λ)."""
    low = np.linalg.cholesky(a.covariance)
    turn, sizes, _ = np.linalg.svd(np.linalg.solve(low, np.linalg.cholesky(b.covariance)))
    frame = low @ turn
    return frame, turn.T @ np.linalg.solve(low, b.mean - a.mean), sizes**2


def _natural(a: Normal, b: Normal) -> Course:
    """Return Σ⁻¹ = (1 − t) + t/Λ and Σ⁻¹μ = tn/Λ: Σ = Λ/w, μ = tn/w, μ' = nΛ/w², w = (1 − t)Λ + t."""
    frame, n, spread = _straightened(a, b)

    def at(t: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
        w = s[:, None] * spread + t[:, None]
        speed = (n**2 * spread / w**3).sum(axis=1) + 0.5 * (((1.0 - spread) / w) ** 2).sum(axis=1)
        wide = frame * (spread / w)[:, None, :]
        return a.mean + (t[:, None] * n / w) @ frame.T, wide @ frame.T, speed

    return at


def _moments(a: Normal, b: Normal) -> Course:
    """Return μ = tn, Σ = D + t(1 − t)nnᵀ with D = (1 − t) + tΛ: with k = D^−½n and q = t(1 − t)|k|² the
    root of D^½Σ⁻¹D^½ is R = 1 − t(1 − t)kkᵀ/(r + r²), r² = 1 + q, and Rk = k/r.
    """
    frame, n, spread = _straightened(a, b)
    eye = np.eye(len(n))

    def at(t: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
        flat = s[:, None] + t[:, None] * spread
        k = n / np.sqrt(flat)
        size = (k**2).sum(axis=1)
        root = np.sqrt(1.0 + t * s * size)
        outer = k[:, :, None] * k[:, None, :]
        back = eye - (t * s / (root + root**2))[:, None, None] * outer
        stretch = back * ((spread - 1.0) / flat)[:, None, :]
        change = stretch @ back + ((s - t) / root**2)[:, None, None] * outer
        speed = size / root**2 + 0.5 * (change**2).sum(axis=(1, 2))
        wide = flat[:, :, None] * eye + (t * s)[:, None, None] * np.outer(n, n)
        return a.mean + t[:, None] * n @ frame.T, frame @ wide @ frame.T, speed

    return at


def _root(factor: Floats) -> Floats:
    """Return the square root of FFᵀ (d, d), from the singular values of F."""
    turn, sizes, _ = np.linalg.svd(factor)
    root: Floats = (turn * sizes) @ turn.T
    return root


_COURSES: dict[str, Callable[[Normal, Normal], Course]] = {
    "w2": _least_mass,
    "e": _natural,
    "m": _moments,
}
