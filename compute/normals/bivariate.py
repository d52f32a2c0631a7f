"""The Fisher–Rao geodesic between two bivariate normals, where mean and covariance both move.

From N(0, 1), with velocity (x, B) of mean and covariance, the geodesic is given by
        ⎡ −B  x   0 ⎤                                                 ⎡   1          ⎤
    A = ⎢ xᵀ  0  −xᵀ⎥,   e^{tA} = M diag(Σ⁻¹, 1, Σ) Mᵀ,   M(μ, a) =   ⎢   μᵀ     1   ⎥
        ⎣ 0  −x   B ⎦                                                 ⎣ aJ−½μμᵀ −μ 1 ⎦
(Eriksen 1987), J the rotation by 90°.  An end point fixes μ and Σ but not a; the corner of the
logarithm of the right side is antisymmetric and must vanish: one equation for a, odd at large |a|.  An
affine map of the plane, which is an isometry, first moves the start to N(0, 1).  Length
√(|x|² + ½ tr B²).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.divergences.wasserstein import Normal
from compute.requests.checks import positive_steps

# Fisher length of the miss, relative to 1 + the length, at which the end counts as reached
ARRIVED = 1e-6
# means farther apart than this many standard deviations of the start leave no digits
FARTHEST = 1e6
# beyond this length the way back must have the same length
FAR = 10.0
_J = np.array([[0.0, -1.0], [1.0, 0.0]])


@dataclass(frozen=True, eq=False)
class NormalPath:
    """t (m,) in [0, 1]; mean (m, 2) and covariance (m, 2, 2) there; length in nat-roots.

    residual: Fisher length by which the end is missed.  status: NOT_CONVERGED if no a was found (then
    length and nodes are NaN); ILL_CONDITIONED if precision was exhausted.
    """

    t: Floats
    mean: Floats
    covariance: Floats
    length: float
    residual: float
    status: Status


def normal_geodesic(a: Normal, b: Normal, steps: int = 128) -> NormalPath:
    """Return the geodesic from a to b at ``steps`` + 1 times.  Raises ValueError unless both are
    bivariate.

    Method: Eriksen, Geodesics connected with the Fisher metric on the multivariate normal manifold
    (1987).

    >>> a, b = Normal([0.0, 0.0], np.eye(2)), Normal([0.0, 0.0], 4.0 * np.eye(2))
    >>> path = normal_geodesic(a, b)
    >>> print(f"{path.length / np.log(4.0):.10f} {path.status.name}")  # √(½ Σ log² λ), λ = 4, 4
    1.0000000000 OK
    """
    positive_steps(steps)
    for normal in (a, b):
        if normal.mean.shape != (2,):
            raise ValueError(
                f"the geodesic needs bivariate normals, got {len(normal.mean)} dimensions"
            )
    t = np.linspace(0.0, 1.0, steps + 1)
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            return _solved(a, b, t)
    except (FloatingPointError, np.linalg.LinAlgError):
        # a factor of a covariance, or a power of e, overflows double precision
        return _none(t, Status.ILL_CONDITIONED)


def _none(t: Floats, status: Status) -> NormalPath:
    """Return a failed path with its status."""
    nan = np.full((len(t), 2, 2), np.nan)
    return NormalPath(t, nan[:, 0], nan, np.nan, np.nan, status)


def _solved(a: Normal, b: Normal, t: Floats) -> NormalPath:
    """Compute `normal_geodesic` at times (m,).  Raises FloatingPointError or LinAlgError if precision
    is exhausted.
    """
    root, mean, covariance = _centred(a, b)
    generator = _generator(mean, covariance)
    if generator is None:
        return _none(t, Status.NOT_CONVERGED)
    means, covariances = _read(generator, t)
    length = _length(generator)
    residual = _miss(Normal(mean, covariance), means[-1], covariances[-1])
    arrived = residual <= ARRIVED * (1 + length)
    if arrived and length > FAR:
        # e^{tA} has lost the digits of small values; from the other end it loses others
        back = _generator(*_centred(b, a)[1:])
        arrived = back is not None and abs(_length(back) - length) <= ARRIVED * (1 + length)
    return NormalPath(
        t,
        a.mean + means @ root.T,
        root @ covariances @ root.T,
        length,
        residual,
        Status.OK if arrived else Status.ILL_CONDITIONED,
    )


def _centred(a: Normal, b: Normal) -> tuple[Floats, Floats, Floats]:
    """Return L with LLᵀ the covariance of a, and b's mean and covariance in coordinates where a is
    N(0, 1).
    """
    root = np.linalg.cholesky(a.covariance)
    back = np.linalg.inv(root)
    covariance = back @ b.covariance @ back.T
    return root, back @ (b.mean - a.mean), 0.5 * (covariance + covariance.T)


def _length(generator: Floats) -> float:
    x, B = generator[0:2, 2], generator[3:, 3:]
    return float(np.sqrt(x @ x + 0.5 * np.trace(B @ B)))


def _generator(mean: Floats, covariance: Floats) -> Floats | None:
    """Return a (5, 5) of the geodesic from N(0, 1), with vanishing corners; None if no a was found."""
    from scipy.optimize import brentq

    values, vectors = np.linalg.eigh(covariance)
    half = np.zeros((5, 5))
    half[:2, :2] = (vectors / np.sqrt(values)) @ vectors.T
    half[2, 2] = 1.0
    half[3:, 3:] = (vectors * np.sqrt(values)) @ vectors.T

    def logarithm(a: float) -> Floats:
        M = np.eye(5)
        M[2, :2] = mean
        M[3:, :2] = a * _J - 0.5 * np.outer(mean, mean)
        M[3:, 2] = -mean
        # from singular values of a root: eigenvalues would lose the small ones
        turn, sizes, _ = np.linalg.svd(M @ half)
        found: Floats = (turn * (2 * np.log(sizes))) @ turn.T
        return found

    def corner(a: float) -> float:
        log = logarithm(a)
        return float(log[4, 0] - log[3, 1])

    if np.abs(mean).max() > FARTHEST:
        return None
    reach = 1.0 + float(mean @ mean)
    if corner(-reach) * corner(reach) >= 0:
        return None
    log = logarithm(brentq(corner, -reach, reach, xtol=1e-14 * reach))
    log[:2, 3:] = log[3:, :2] = 0.0
    return log


def _read(generator: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return mean (m, 2) and covariance (m, 2, 2) of e^{tA} at times (m,)."""
    values, vectors = np.linalg.eigh(generator)
    grown = (vectors * np.exp(t[:, None, None] * values)) @ vectors.T
    # Σ⁻¹ and Σ⁻¹μ stand in the first rows
    covariance = np.linalg.inv(grown[:, :2, :2])
    return (covariance @ grown[:, :2, 2:3])[..., 0], covariance


def _miss(wanted: Normal, mean: Floats, covariance: Floats) -> float:
    """Return √(|Δμ|² + ½|ΔΣ|²) in the metric at the wanted end."""
    back = np.linalg.inv(np.linalg.cholesky(wanted.covariance))
    move, change = back @ (mean - wanted.mean), back @ covariance @ back.T - np.eye(2)
    return float(np.sqrt(move @ move + 0.5 * (change**2).sum()))
