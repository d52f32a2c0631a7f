"""Entropies of Poisson and binomial distributions.

With w_k = p_k/p_m of the mode m, a product of ratios of neighbours,
    H = log Σ w_k − Σ w_k log w_k / Σ w_k,
sums of positive terms, so that nothing cancels.  For large λ a Poisson distribution has
    H = ½ log 2πeλ − 1/(12λ) − 1/(24λ²) − 19/(360λ³) − …
Errors are below 1e-14, relative where H < 1.  Twin: ``shaders/lib/count_entropies.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint

# λ from which on the series is used, and its coefficients of 1/λ, 1/λ² …
FAR = 48.0
_SERIES = (
    *(1 / 12, 1 / 24, 19 / 360, 9 / 80, 863 / 2520, 1375 / 1008, 33953 / 5040, 57281 / 1440),
    *(3250433 / 11880, 378351 / 176, 13695779093 / 720720),
)
# weights below this share of the mode's are left out, and more steps from the mode than all take
LEAST, STEPS = 1e-21, 1001


def poisson_entropy(mean: Floats) -> Floats:
    """Return the entropy in nats of Poisson distributions of means λ > 0."""
    given = np.asarray(mean)
    rate = np.asarray(given, np.float64)
    with np.errstate(all="ignore"):  # outside the domain anything may come
        near = np.where(rate < FAR, rate, FAR)
        mode = np.floor(near)
        small = _summed(lambda k: near / (mode + 1 + k), lambda k: (mode - k) / near, near)
        large = 0.5 * np.log(2 * np.pi * np.e * rate)
        power = np.ones_like(rate)
        for factor in _SERIES:
            power = power / rate
            large = large - factor * power
    return np.asarray(np.where(rate < FAR, small, large), np.result_type(given, np.float32))


def binomial_entropy(trials: Floats, chance: Floats) -> Floats:
    """Return the entropy in nats of binomial distributions of n trials with probability p."""
    kind = np.result_type(np.asarray(trials), np.asarray(chance), np.float32)
    n, p = np.broadcast_arrays(np.asarray(trials, np.float64), np.asarray(chance, np.float64))
    with np.errstate(all="ignore"):
        odds = p / (1 - p)
        mode = np.minimum(np.floor((n + 1) * p), n)
        found = _summed(
            lambda k: (n - mode - k) / (mode + 1 + k) * odds,
            lambda k: (mode - k) / (n - mode + 1 + k) / odds,
            p,
        )
    return np.asarray(found, kind)


def _summed(up: Callable[[int], Floats], down: Callable[[int], Floats], like: Floats) -> Floats:
    """Return H (...,) from the ratios of neighbours above and below the mode, the nearest first."""
    checkpoint()
    weights, logs = np.zeros_like(like), np.zeros_like(like)
    for ratio in (up, down):
        w = np.ones_like(like)
        for k in range(STEPS):
            w = w * np.maximum(ratio(k), 0.0)
            known = w > LEAST
            if not known.any():
                break
            weights += np.where(known, w, 0.0)
            logs += np.where(known, w * np.log(np.where(known, w, 1.0)), 0.0)
    return np.asarray(np.log1p(weights) - logs / (1.0 + weights))


# by their names in formulas
FUNCTIONS: dict[str, tuple[Callable[..., Floats], int]] = {
    "poisson_entropy": (poisson_entropy, 1),
    "binomial_entropy": (binomial_entropy, 2),
}
