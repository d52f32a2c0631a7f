"""How far from A on the straight line to B the quadratic ½ sᵀg s still is KL(p_A ‖ p_A+s).

With x_j = l_j(B) − l_j(A), on the line A + s(B − A),
    KL(s) = log Σ p_j e^(s x_j) − s Σ p_j x_j = ½ σ² s² + κ₃ s³/6 + …,
σ² and κ₃ the variance and the third cumulant of x under p = p_A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.sphere import log_partition

# relative error at which the quadratic has failed
FAILED = 0.1
# solves 2 (e^x − 1 − x)/x² = 1 + FAILED; the lower bound 2 (e^−x − 1 + x)/x² is above 1 − FAILED
# there
SAFE = 0.2793483
# searched for the radius, as factors of its cubic estimate or of its lower bound
_GRID = np.geomspace(1.0, 1e9, 900)
# smallest s x for which KL and its quadratic are compared: below, both are rounding
_NOISE = 1e-3
# beyond this exponent e^y is computed with the logarithm of its probability
_LARGE = 300.0


@dataclass(frozen=True)
class KLRadii:
    """Radii round A in the direction of B, in units of |B − A|.

    ball: where KL(p_A ‖ p_θ) = budget; quadratic = √(2 budget)/σ: the same for ½
    s²σ²; failed: where the quadratic is first wrong by 10 %, ∞ if it never is; cubic = 0.3 σ²/|κ₃|:
    an estimate of ``failed`` by the next term of the series; safe = 0.279/(max x − min x): a proven
    lower bound of it.
    """

    budget: float
    ball: float
    quadratic: float
    failed: float
    cubic: float
    safe: float


def kl_radii(log_a: Floats, change: Floats, budget: float = 0.1) -> KLRadii:
    """Return the radii for log p at A (n,) and the change of the logits from A to B (n,), budget in
    nats.

    The bound: |ψ‴| ≤ (max x − min x) ψ″ on the line, so that e^−Ds ≤ ψ″(s)/ψ″(0) ≤ e^Ds with D =
    max x − min x; integrated twice (Bach, Self-concordant analysis for logistic regression, 2010,
    proposition 1).
    """
    p, x = np.exp(log_a), centred(log_a, change)
    variance, third = max(float(p @ x**2), 1e-300), float(p @ x**3)
    width = float(x.max() - x.min())

    def kl(s: float) -> float:
        return log_mean(log_a, s * x)

    def gap(s: float) -> float:
        return abs(kl(s) / (0.5 * variance * s * s) - 1.0) - FAILED

    return KLRadii(
        budget,
        _first(lambda s: kl(s) - budget, budget / (2 * width)),  # KL ≤ s·width
        float(np.sqrt(2 * budget / variance)),
        _first(gap, max(SAFE, _NOISE) / width),
        0.3 * variance / abs(third) if third else float("inf"),
        SAFE / width,
    )


def centred(log_a: Floats, change: Floats) -> Floats:
    """Return x − Σ p x (n,) for changes x of the logits (n,)."""
    # from the likeliest word, whose own may be by far the smallest
    x = change - change[np.argmax(log_a)]
    found: Floats = x - np.exp(log_a) @ x
    return found


def log_mean(log_a: Floats, y: Floats) -> float:
    """Return log Σ p e^y for y (n,) with Σ p y = 0."""
    if y.max() < _LARGE:
        # keeps the digits of small y and of the rest beside nearly one word
        return float(np.log1p(np.exp(log_a) @ (np.expm1(y) - y)))
    return float(log_partition(log_a + y))


def _first(function: Callable[[float], float], start: float) -> float:
    """Return the first zero of a function that is negative at ``start``, on a fine grid of factors; ∞
    if there is none.
    """
    from scipy.optimize import brentq

    before = start
    for s in start * _GRID:
        if function(s) >= 0:
            return float(brentq(function, before, s)) if s > before else float(s)
        before = s
    return float("inf")
