"""Horizontal lifts: geodesics of normals as geodesics of larger positive definite matrices.

N(μ, Σ) of dimension d is the fibre of matrices of size 2d + 1
    X(W) = M diag(Σ⁻¹, 1, Σ) Mᵀ,      ⎡   1           ⎤
                                   M = ⎢   μᵀ      1   ⎥,   W antisymmetric (d, d).
                                       ⎣ W − ½μμᵀ −μ 1 ⎦
A geodesic from N(0, 1) is that of e^{tA}, A = log X(W), where A is horizontal: where its corner C, the
block below μ, which is antisymmetric, vanishes (Eriksen 1987, Calvo and Oller 1991, Kobayashi 2023).
C is the gradient in W of ¼ tr A², the squared length of the lift: Newton's method on the
d(d − 1)/2 unknowns descends it.  With X = U e^l Uᵀ and dX = NX + XNᵀ, N = dW in the corner,
    (Uᵀ dA U)_ij = n_ij φ(l_i − l_j) + n_ji φ(l_j − l_i),  n = UᵀNU,  φ(s) = s/(e^s − 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compute.core.arrays import Floats

# shares of the logarithm: a corner below the first is 0 to all digits, above the second not 0
VANISHED, UNSOLVED = 1e-14, 1e-6
MOST_STEPS, MOST_HALVINGS = 60, 20
# share of the predicted descent that a step must reach
SUFFICIENT = 1e-4


@dataclass(frozen=True, eq=False)
class Lift:
    """log X = U diag(l) Uᵀ of a point of the fibre with the coordinates w of W above its diagonal.

    vectors (n, n): U; logs (n,): l; d: the dimension of the normal, n = 2d + 1.
    """

    w: Floats
    vectors: Floats
    logs: Floats
    d: int

    @cached_property
    def logarithm(self) -> Floats:
        """A = log X (n, n)."""
        found: Floats = (self.vectors * self.logs) @ self.vectors.T
        return found

    @cached_property
    def corner(self) -> Floats:
        """The entries C_pq − C_qp, p < q, of the corner of A."""
        block = self.logarithm[self.d + 1 :, : self.d]
        found: Floats = (block - block.T)[np.triu_indices(self.d, 1)]
        return found

    @property
    def miss(self) -> float:
        """The largest entry of the corner, relative to that of the logarithm."""
        return float(np.abs(self.corner).max(initial=0.0) / (1.0 + np.abs(self.logs).max()))

    @property
    def energy(self) -> float:
        """¼ tr A²: the squared length of the lift; of the normals' geodesic where A is horizontal."""
        return float(self.logs @ self.logs) / 4.0

    def jacobian(self) -> Floats:
        """Return the derivative (k, k) of the corner by w, which is symmetric."""
        p, q = np.triu_indices(self.d, 1)
        low, high = self.vectors[self.d + 1 :], self.vectors[: self.d]
        turns = low[p, :, None] * high[q, None] - low[q, :, None] * high[p, None]
        slopes = _slopes(self.logs)
        change = turns * slopes + np.swapaxes(turns * slopes, 1, 2)
        found: Floats = turns.reshape(len(p), -1) @ change.reshape(len(p), -1).T
        return 0.5 * (found + found.T)


def _slopes(logs: Floats) -> Floats:
    """Return φ(l_i − l_j) (n, n) without overflow: φ(s) = e^{−s} φ(−s)."""
    gap = logs[:, None] - logs
    size = np.abs(gap)
    fall = -np.expm1(-size)
    grown = np.divide(size, fall, out=np.ones_like(size), where=fall > 0)
    slopes: Floats = np.where(gap > 0, grown * np.exp(-size), grown)
    return slopes


def horizontal(mean: Floats, covariance: Floats) -> Floats | None:
    """Return A (2d + 1, 2d + 1) of the geodesic e^{tA} from N(0, 1) to N(mean, covariance); None if
    no W is found.
    """
    d, half = len(mean), _half(covariance)

    def lift(w: Floats) -> Lift:
        # from singular values of a root: eigenvalues would lose the small ones
        vectors, sizes, _ = np.linalg.svd(_unipotent(mean, w) @ half)
        return Lift(w, vectors, 2.0 * np.log(sizes), d)

    here = lift(np.zeros(d * (d - 1) // 2))
    for _ in range(MOST_STEPS):
        ahead = None if here.miss <= VANISHED else _advanced(lift, here)
        if ahead is None:
            break
        here = ahead
    if here.miss > UNSOLVED:
        return None
    found = here.logarithm.copy()
    found[:d, d + 1 :] = found[d + 1 :, :d] = 0.0
    return found


def _half(covariance: Floats) -> Floats:
    """Return diag(Σ^−½, 1, Σ^½)."""
    values, vectors = np.linalg.eigh(covariance)
    d = len(values)
    half = np.zeros((2 * d + 1, 2 * d + 1))
    half[:d, :d] = (vectors / np.sqrt(values)) @ vectors.T
    half[d, d] = 1.0
    half[d + 1 :, d + 1 :] = (vectors * np.sqrt(values)) @ vectors.T
    return half


def _unipotent(mean: Floats, w: Floats) -> Floats:
    """Return M of a mean and of W."""
    d = len(mean)
    turn = np.zeros((d, d))
    turn[np.triu_indices(d, 1)] = w
    M = np.eye(2 * d + 1)
    M[d, :d], M[d + 1 :, d] = mean, -mean
    M[d + 1 :, :d] = turn - turn.T - 0.5 * np.outer(mean, mean)
    return M


def _advanced(lift: Callable[[Floats], Lift], here: Lift) -> Lift | None:
    """Return the lift after one step of Newton's method; None if rounding hides any descent.

    Where the energy is not convex, the step descends along each eigenvector of its second derivative.
    """
    curvatures, ways = np.linalg.eigh(here.jacobian())
    least = np.finfo(float).eps * np.abs(curvatures).max()
    step = -ways @ ((here.corner @ ways) / np.maximum(np.abs(curvatures), least))
    slope = float(here.corner @ step)
    for share in 0.5 ** np.arange(MOST_HALVINGS):
        there = lift(here.w + share * step)
        descends = there.energy <= here.energy + SUFFICIENT * share * slope
        if descends or there.miss <= 0.5 * here.miss:
            return there
    return None
