"""The m-path between two hidden states: straight in the mean η = Σ p_j k_j (dual steering).

η(t) = (1 − t) η_A + t η_B lies in the convex hull of the keys, and θ(t) minimises the convex ψ(θ) −
η(t)·θ, ψ = log Σ exp(k_j·θ + b_j): its gradient is η(θ) − η(t), its Hessian g(θ) = Cov_p(k).  The
mean is that of the mixture (1 − t) p_A + t p_B, and p_θ(t) is the member of the family nearest to
it, of least KL(mixture ‖ p_θ); it is the mixture itself only if the keys are affinely independent.
Source: Amari and Nagaoka, Methods of Information Geometry (2000), sections 3.2 and 3.5; as steering
of language models: Park et al., arXiv:2602.15293.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.core.interrupt import checkpoint
from compute.core.sphere import log_partition, log_softmax
from compute.core.status import Status

# |η(θ) − η(t)|, relative to the root mean square spread of the keys
ARRIVED = 1e-8
ROUNDS = 100
# keys of less weight are left out of the Hessian, which only steers the steps
LIGHT = 1e-9
# share of the mean eigenvalue that is added to the Hessian: at first, its factor after a good or a
# bad step, and where a step is hopeless
RIDGE, BETTER, WORSE, HOPELESS = 1e-4, 1 / 8, 8.0, 1e9
# the least ridge that is tried for a matrix that is singular to rounding
ROUNDING = 1e-14
# share of the decrease by a linear model that a step must achieve, and from which it is a good one
SUFFICIENT, GOOD = 1e-4, 0.25
# decrement in nats from which on the Hessian is that of θ itself
NEAR = 0.05
# how straight the mean is made, as a share of its length, and how often that is tried
STRAIGHT, CORRECTIONS = 1e-5, 4
# a Hessian serves while a step reduces the gradient to this share
SERVES = 0.2

# returns the mean of the keys
Mean = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class MeanPath:
    """Points of an m-path: theta (s, d); miss (s,) = |η(θ) − η(t)| relative to the keys' spread;
    status (s,).
    """

    theta: Floats
    miss: Floats
    status: Ints


def mean_path(
    K: Floats, bias: Floats, ends: Floats, shares: Floats, mean: Mean | None = None
) -> MeanPath:
    """Return θ(t) with η(θ(t)) = (1 − t) η_A + t η_B at increasing shares t (s,) in [0, 1].

    K (n, d), bias (n,): keys and their biases; ends (2, d): A and B, which t = 0 and t = 1 return
    as they are.  By Newton's method with an adaptive ridge, each point from the one before.  mean: a
    function that returns η (…, d) at θ (…, d) where the keys approximate a larger family: the points
    are corrected until it is straight, as far as that succeeds.  A point that is not reached within
    tolerance has status NOT_CONVERGED and is the best that was found.
    """
    keys = K - K.mean(axis=0)  # the same family: all logits change by as much
    spread = float(np.sqrt(np.mean(np.sum(keys**2, axis=1))))
    p = np.exp(log_softmax(ends @ keys.T + bias))
    theta, miss = np.empty((len(shares), K.shape[1])), np.zeros(len(shares))
    theta[shares == 0.0], theta[shares == 1.0] = ends
    point = _Newton(keys, bias, ends[0], ARRIVED * spread)
    inner = [i for i, t in enumerate(shares) if 0.0 < t < 1.0]
    shift, hessians = np.zeros_like(theta), dict[int, Floats | None]()
    best, least = (theta, miss), np.inf
    for _ in range(CORRECTIONS + 1):
        for i in inner:
            if i in hessians:
                point.theta, point.hessian = theta[i], hessians[i]
            t = shares[i]
            point.solve((1 - t) * p[0] + t * p[1], shift[i])
            theta[i], miss[i], hessians[i] = point.theta, point.far / spread, point.hessian
        if mean is None:
            break
        off, across = off_line(mean(theta), mean(ends), shares)
        far = float(np.linalg.norm(off, axis=1).max())
        if far < least:
            best, least = (theta.copy(), miss.copy()), far
        if far <= STRAIGHT * across or far > least:
            break
        shift -= off
    status = np.where(best[1] <= ARRIVED, Status.OK, Status.NOT_CONVERGED).astype(np.int32)
    return MeanPath(*best, status)


def off_line(eta: Floats, ends: Floats, shares: Floats) -> tuple[Floats, float]:
    """Return η − (1 − t) η_A − t η_B (s, d) of means η (s, d) at shares t (s,), and |η_B − η_A|; ends
    (2, d): η_A and η_B.
    """
    way = ends[1] - ends[0]
    return eta - ends[0] - shares[:, None] * way, float(np.linalg.norm(way))


class _Newton:
    """The minimiser of ψ(θ) − η·θ by Newton's method with an adaptive ridge, from one η to the next.

    far: the norm of the gradient; hessian: of a point nearby, kept while it serves.
    """

    def __init__(self, keys: Floats, bias: Floats, theta: Floats, tolerance: float) -> None:
        self._keys, self._bias, self._tolerance = keys, bias, tolerance
        self.hessian: Floats | None = None
        self.theta, self.far = theta, 0.0

    def solve(self, mixture: Floats, shift: Floats) -> None:
        """Move to the minimiser for η = Σ q_j k_j + shift of a mixture q (n,), or near it."""
        target = mixture @ self._keys + shift
        log_p, p, gap = self._measured(target)
        near, ridge, fresh = True, RIDGE, False
        for _ in range(ROUNDS):
            checkpoint()
            if self.far <= self._tolerance or ridge > HOPELESS:
                break
            if self.hessian is None:
                weights = p if near else _between(p, mixture)
                self.hessian, fresh = _covariance(self._keys, weights), True
            step = -_divided(self.hessian, gap, ridge)
            slope, change = float(gap @ step), self._keys @ step
            # of ψ(θ) − η·θ
            fall = float(log_partition(log_p + change)) - float(target @ step)
            if not fall <= SUFFICIENT * slope:
                ridge *= WORSE if fresh else 1.0
                self.hessian, near = self.hessian if fresh else None, False
                continue
            ridge *= BETTER if fall <= GOOD * slope else 1.0
            near, before, fresh = -slope < NEAR, self.far, False
            self.theta = self.theta + step
            log_p, p, gap = self._measured(target)
            if self.far > SERVES * before:
                self.hessian = None

    def _measured(self, target: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log p and p (n,) and the gradient η − target (d,) at θ, and set ``far``."""
        log_p = log_softmax(self._keys @ self.theta + self._bias)
        p = np.exp(log_p)
        gap = p @ self._keys - target
        self.far = float(np.linalg.norm(gap))
        return log_p, p, gap


def _between(p: Floats, q: Floats) -> Floats:
    """Return the logarithmic mean (p − q)/(log p − log q).

    With it the step solves the weighted least squares of log q by the logits, which is exact if q
    is of the family, and is of sensible length where p is nearly one word and g(θ) nearly 0.
    """
    p, q = np.maximum(p, 1e-300), np.maximum(q, 1e-300)
    ratio = np.log(p / q)
    close = np.abs(ratio) < 1e-4
    return np.where(close, (p + q) / 2, (p - q) / np.where(close, 1.0, ratio))


def _covariance(keys: Floats, weights: Floats) -> Floats:
    """Return the covariance of the keys under weights, of those that have some."""
    heavy = weights > LIGHT
    w = weights[heavy]
    root = np.sqrt(w)[:, None] * (keys[heavy] - (w @ keys[heavy]) / w.sum())
    found: Floats = root.T @ root
    return found


def _divided(g: Floats, gap: Floats, ridge: float) -> Floats:
    """Return (g + ridge)⁻¹ gap, the ridge as a share of the mean eigenvalue, larger where g is singular
    to rounding.
    """
    # imported here: starting does not need it
    from scipy.linalg import cho_factor, cho_solve

    size = max(float(np.trace(g)) / len(g), 1e-300)
    while True:
        damped = g.copy()
        damped[np.diag_indices_from(g)] += ridge * size
        try:
            factor = cho_factor(damped, check_finite=False)
        except np.linalg.LinAlgError:
            ridge = max(ridge * WORSE, ROUNDING)
            continue
        found: Floats = cho_solve(factor, gap, check_finite=False)
        return found
