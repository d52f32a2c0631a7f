"""The Fisher–Rao geodesic between two normals of any dimension, where mean and covariance both move.

From N(0, 1), with velocity (x, B) of mean and covariance, the geodesic is given by
        ⎡ −B  x   0 ⎤
    A = ⎢ xᵀ  0  −xᵀ⎥,   e^{tA} = M diag(Σ⁻¹, 1, Σ) Mᵀ
        ⎣ 0  −x   B ⎦
(Eriksen 1987), with M as in `horizontal_lift`, which finds A of an end point: d(d − 1)/2 unknowns, none
for d = 1.  An affine map of the space, which is an isometry, first moves the start to N(0, 1).  Length
√(|x|² + ½ tr B²) = ½ √(tr A²).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.core.status import Status
from compute.divergences.wasserstein import Normal
from compute.normals.horizontal_lift import horizontal
from compute.requests.checks import positive_steps

# Fisher length of the miss, relative to 1 + the length, at which the end counts as reached
ARRIVED = 1e-6
# means farther apart than this many standard deviations of the start leave no digits
FARTHEST = 1e6
# beyond this length the way back must have the same length
FAR = 10.0
# an iteration for more dimensions takes seconds
MOST_DIMENSIONS = 32


@dataclass(frozen=True, eq=False)
class NormalPath:
    """t (m,) in [0, 1]; mean (m, d) and covariance (m, d, d) there; length in nat-roots.

    residual: Fisher length by which the end is missed.  status: NOT_CONVERGED if no geodesic was found
    (then length and nodes are NaN); ILL_CONDITIONED if precision was exhausted.
    """

    t: Floats
    mean: Floats
    covariance: Floats
    length: float
    residual: float
    status: Status


def normal_geodesic(a: Normal, b: Normal, steps: int = 128) -> NormalPath:
    """Return the geodesic of the metric ds² = dμᵀΣ⁻¹dμ + ½ tr (Σ⁻¹dΣ)² from a to b at ``steps`` + 1
    times.

    a, b: normals of the same dimension d, at most 32; else ValueError.  The length is stationary among
    the curves from a to b.  Means farther apart than 10⁶ standard deviations of a are NOT_CONVERGED.

    >>> a, b = Normal([0.0, 0.0], np.eye(2)), Normal([0.0, 0.0], 4.0 * np.eye(2))
    >>> path = normal_geodesic(a, b)
    >>> print(f"{path.length / np.log(4.0):.10f} {path.status.name}")  # √(½ Σ log² λ), λ = 4, 4
    1.0000000000 OK
    >>> start, end = Normal(np.zeros(3), 0.4 * np.eye(3)), Normal(np.full(3, 0.4), 0.5 * np.eye(3))
    >>> print(f"{normal_geodesic(start, end).length:.12f}")
    1.049360039184
    """
    positive_steps(steps)
    for name, normal in (("a", a), ("b", b)):
        if not isinstance(normal, Normal):
            raise ValueError(f"{name} must be a Normal, got {shown(normal)}")
    d = len(a.mean)
    if len(b.mean) != d:
        raise ValueError(f"a and b must have the same dimension, got {d} and {len(b.mean)}")
    if d > MOST_DIMENSIONS:
        raise ValueError(f"normals must have at most {MOST_DIMENSIONS} dimensions, got {d}")
    t = np.linspace(0.0, 1.0, steps + 1)
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            return _solved(a, b, t)
    except (FloatingPointError, np.linalg.LinAlgError):
        # a factor of a covariance, or a power of e, overflows double precision
        return _none(t, d, Status.ILL_CONDITIONED)


def _none(t: Floats, d: int, status: Status) -> NormalPath:
    """Return a failed path with its status."""
    nan = np.full((len(t), d, d), np.nan)
    return NormalPath(t, nan[:, 0], nan, np.nan, np.nan, status)


def _solved(a: Normal, b: Normal, t: Floats) -> NormalPath:
    """Compute `normal_geodesic` at times (m,).  Raises FloatingPointError or LinAlgError if precision
    is exhausted.
    """
    root, mean, covariance = _centred(a, b)
    generator = _generator(mean, covariance)
    if generator is None:
        return _none(t, len(a.mean), Status.NOT_CONVERGED)
    means, covariances = _read(generator, t)
    length = _length(generator)
    residual = _miss(mean, covariance, means[-1], covariances[-1])
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
    return 0.5 * float(np.linalg.norm(generator))


def _generator(mean: Floats, covariance: Floats) -> Floats | None:
    """Return A (2d + 1, 2d + 1) of the geodesic from N(0, 1); None if it is not found."""
    return horizontal(mean, covariance) if np.abs(mean).max() <= FARTHEST else None


def _read(generator: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Return mean (m, d) and covariance (m, d, d) of e^{tA} at times (m,)."""
    d = len(generator) // 2
    values, vectors = np.linalg.eigh(generator)
    grown = (vectors * np.exp(t[:, None, None] * values)) @ vectors.T
    # Σ⁻¹ and Σ⁻¹μ stand in the first rows
    covariance = np.linalg.inv(grown[:, :d, :d])
    return (covariance @ grown[:, :d, d : d + 1])[..., 0], covariance


def _miss(mean: Floats, covariance: Floats, reached: Floats, spread: Floats) -> float:
    """Return √(|Δμ|² + ½|ΔΣ|²) between a normal and what is reached, in the metric at the normal."""
    back = np.linalg.inv(np.linalg.cholesky(covariance))
    move, change = back @ (reached - mean), back @ spread @ back.T - np.eye(len(mean))
    return float(np.sqrt(move @ move + 0.5 * (change**2).sum()))
