"""Other distances between the same distributions: Wasserstein-2 of normals, Bures' of qubits.

W₂² = |m₁ − m₂|² + tr(A + B − 2(A^½ B A^½)^½); the geodesic's covariance is M A M with
M = (1 − t)1 + tT, T = A^−½(A^½ B A^½)^½ A^−½.  For normals of one dimension the metric is flat in
(μ, σ).  (Takatsu 2011; for qubits Hübner 1992)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.types import Floats


@dataclass(frozen=True, eq=False)
class Normal:
    """N(mean (d,), covariance (d, d)), the covariance symmetric and positive definite."""

    mean: Floats
    covariance: Floats

    def __post_init__(self) -> None:
        mean = np.asarray(self.mean, np.float64)
        covariance = np.asarray(self.covariance, np.float64)
        if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)):
            raise ValueError(
                f"mean (d,) and covariance (d, d) must fit, got {mean.shape} and {covariance.shape}"
            )
        if not np.isfinite(mean).all():
            raise ValueError(f"mean must be finite, got {mean.tolist()}")
        if not np.allclose(covariance, covariance.T) or not np.linalg.eigvalsh(covariance)[0] > 0:
            raise ValueError(
                f"covariance must be symmetric and positive definite, got {covariance.tolist()}"
            )
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", covariance)


def outlines(mean: Floats, covariance: Floats, corners: int = 96) -> Floats:
    """Ellipses of one standard deviation (..., corners + 1, 2), closed; mean (..., 2)."""
    turn = np.linspace(0.0, 2.0 * np.pi, corners + 1)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    found: Floats = mean[..., None, :] + np.swapaxes(
        np.linalg.cholesky(covariance) @ circle, -1, -2
    )
    return found


def wasserstein(a: Normal, b: Normal) -> float:
    """W₂ between two normal distributions."""
    root = _root(a.covariance)
    middle = _root(root @ b.covariance @ root)
    square = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance - 2 * middle)
    return float(np.sqrt(max(float(square), 0.0)))


def displaced(a: Normal, b: Normal, t: float) -> Normal:
    """The point a share t of the way along the Wasserstein geodesic from a to b."""
    root = _root(a.covariance)
    back = np.linalg.inv(root)
    move = (1 - t) * np.eye(len(a.mean)) + t * (back @ _root(root @ b.covariance @ root) @ back)
    return Normal((1 - t) * a.mean + t * b.mean, move @ a.covariance @ move.T)


def centred_distance(a: Normal, b: Normal) -> float:
    """The Fisher–Rao distance √(½ Σ log² λ(A⁻¹B)) between the covariances alone."""
    values = np.linalg.eigvals(np.linalg.solve(a.covariance, b.covariance)).real
    return float(np.sqrt(0.5 * (np.log(values) ** 2).sum()))


@dataclass(frozen=True)
class QubitDistances:
    """fidelity F; bures_angle arccos √F; bures_chordal √(2 − 2√F), which is no geodesic's length;
    geodesic 2 arccos √F, the length under quantum Fisher information.
    """

    fidelity: float
    bures_angle: float
    bures_chordal: float
    geodesic: float


def qubit_distances(a: ArrayLike, b: ArrayLike) -> QubitDistances:
    """Between qubits with Bloch vectors r = a and s = b (3,) of length ≤ 1.

    F = ½(1 + r·s + √((1 − r²)(1 − s²))).
    """
    r, s = np.asarray(a, np.float64), np.asarray(b, np.float64)
    for name, v in (("a", r), ("b", s)):
        if v.shape != (3,) or not v @ v <= 1 + 1e-12:
            raise ValueError(f"Bloch vector {name} must have shape (3,) and length ≤ 1, got {v}")
    rest = max(1 - float(r @ r), 0.0) * max(1 - float(s @ s), 0.0)
    fidelity = float(np.clip(0.5 * (1 + r @ s + np.sqrt(rest)), 0.0, 1.0))
    angle = float(np.arccos(np.sqrt(fidelity)))
    return QubitDistances(
        fidelity, angle, float(np.sqrt(max(2 - 2 * np.sqrt(fidelity), 0.0))), 2 * angle
    )


def _root(matrix: Floats) -> Floats:
    """The symmetric square root of a symmetric positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
