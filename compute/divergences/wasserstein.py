"""Other distances: Wasserstein-2 between normals, Bures distances between qubits.

W₂² = |m₁ − m₂|² + tr(A + B − 2(A^½ B A^½)^½); the geodesic's covariance is M A M with
M = (1 − t)1 + tT, T = A^−½(A^½ B A^½)^½ A^−½.  For univariate normals the metric is flat in (μ, σ).
(Takatsu 2011; for qubits Hübner 1992)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats, real
from compute.core.refusal import Refused, shown


@dataclass(frozen=True, eq=False)
class Normal:
    """N(mean (d,), covariance (d, d)), with a symmetric positive definite covariance.  Raises
    ValueError.

    >>> Normal([0.0, 1.0], [[2.0, 0.0], [0.0, 1.0]]).mean.tolist()
    [0.0, 1.0]
    """

    mean: Floats
    covariance: Floats

    def __post_init__(self) -> None:
        mean, covariance = (real(name, getattr(self, name)) for name in ("mean", "covariance"))
        if mean.ndim != 1 or 0 in mean.shape or covariance.shape != (len(mean), len(mean)):
            raise ValueError(
                f"mean (d,) and covariance (d, d) must fit, got {mean.shape} and {covariance.shape}"
            )
        if not np.isfinite(mean).all():
            raise ValueError(f"mean must be finite, got {shown(mean)}")
        _check_covariance(covariance)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", covariance)


def _check_covariance(covariance: Floats) -> None:
    """Raise ValueError that says what is wrong with a covariance."""
    wanted = f"covariance must be symmetric and positive definite, got {shown(covariance)}"
    if not np.isfinite(covariance).all():
        raise Refused(f"{wanted} with entries that are not finite")
    gap = np.abs(covariance - covariance.T)
    if (gap > 1e-8 * np.abs(covariance).max()).any():
        i, j = (int(k) for k in np.argwhere(gap == gap.max())[0])
        pair = f"{covariance[i, j]:g} at ({i}, {j}) and {covariance[j, i]:g} at ({j}, {i})"
        raise Refused(f"{wanted} with {pair}")
    values = np.linalg.eigvalsh(covariance)
    if not values[0] > 0:
        rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
        raise Refused(f"{wanted} of rank {rank} with least eigenvalue {values[0]:g}")


def outlines(mean: Floats, covariance: Floats, corners: int = 96) -> Floats:
    """Return ellipses of one standard deviation (..., corners + 1, 2), closed; mean (..., 2)."""
    turn = np.linspace(0.0, 2.0 * np.pi, corners + 1)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    found: Floats = mean[..., None, :] + np.swapaxes(
        np.linalg.cholesky(covariance) @ circle, -1, -2
    )
    return found


def wasserstein(a: Normal, b: Normal) -> float:
    """Return W₂ between two normal distributions: W₂² = |μ_a − μ_b|² + |(T − 1)√A|², T the map from a
    to b.
    """
    moved = (_carrier(a, b) - np.eye(len(a.mean))) @ _root(a.covariance)
    return float(np.hypot(np.linalg.norm(a.mean - b.mean), np.linalg.norm(moved)))


def _carrier(a: Normal, b: Normal) -> Floats:
    """Return T = A^−½ (A^½ B A^½)^½ A^−½, which maps a to b up to the means."""
    root = _root(a.covariance)
    back = np.linalg.inv(root)
    carrier: Floats = back @ _root(root @ b.covariance @ root) @ back
    return carrier


def displaced(a: Normal, b: Normal, t: float) -> Normal:
    """Return the point at fraction t of the Wasserstein geodesic from a to b."""
    move = (1 - t) * np.eye(len(a.mean)) + t * _carrier(a, b)
    return Normal((1 - t) * a.mean + t * b.mean, move @ a.covariance @ move.T)


def centred_distance(a: Normal, b: Normal) -> float:
    """Return the Fisher–Rao distance √(½ Σ log² λ(A⁻¹B)) between the covariances alone.

    λ are the squares of the singular values of L⁻¹M, A = LLᵀ and B = MMᵀ.
    """
    low, high = (np.linalg.cholesky(normal.covariance) for normal in (a, b))
    values = np.linalg.svd(np.linalg.solve(low, high), compute_uv=False)
    return float(np.sqrt(2.0 * (np.log(values) ** 2).sum()))


@dataclass(frozen=True)
class QubitDistances:
    """fidelity F; bures_angle arccos √F; bures_chordal √(2 − 2√F), which is not a geodesic length;
    geodesic 2 arccos √F, the length under quantum Fisher information.
    """

    fidelity: float
    bures_angle: float
    bures_chordal: float
    geodesic: float


def qubit_distances(a: ArrayLike, b: ArrayLike) -> QubitDistances:
    """Return distances between qubits with Bloch vectors r = a and s = b (3,) of length ≤ 1.

    F = ½(1 + r·s + √((1 − r²)(1 − s²))) = cos² of half the angle between (r, √(1 − r²)) and
    (s, √(1 − s²)) on the unit sphere; the angle is that of their chord.
    """
    r, s = np.asarray(a, np.float64), np.asarray(b, np.float64)
    for name, v in (("a", r), ("b", s)):
        if v.shape != (3,) or not v @ v <= 1 + 1e-12:
            raise ValueError(f"Bloch vector {name} must have shape (3,) and length ≤ 1, got {v}")
    u, v = (np.append(x, np.sqrt(max(1 - float(x @ x), 0.0))) for x in (r, s))
    angle = float(np.arcsin(min(0.5 * float(np.linalg.norm(u - v)), 1.0)))
    return QubitDistances(
        float(np.cos(angle) ** 2), angle, float(2 * np.sin(0.5 * angle)), 2 * angle
    )


def _root(matrix: Floats) -> Floats:
    """Return the symmetric square root of a symmetric positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
