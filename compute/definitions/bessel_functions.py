"""The ratio A = I₁/I₀ of Bessel functions and its derivatives, in forms that keep their digits.

Each has a float32 twin of the same name in ``shaders/lib/special.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from compute.core.arrays import Floats

# Above this argument the ratio of Bessel functions is expanded in 1/κ.
_LARGE = 60.0
# below this one κA' − A and A'' are power series of κ: both cancel at 0
_SMALL = 0.5
# closer to 0 the value at 0 is used
_LEAST = 1e-6
_TERMS = 16


def log_bessel_i0(kappa: Floats) -> Floats:
    """Return log I₀(κ), κ ≥ 0."""
    from scipy import special

    return np.asarray(np.log(special.i0e(kappa)) + np.abs(kappa))


def bessel_ratio(kappa: Floats) -> Floats:
    """Return A(κ) = I₁(κ)/I₀(κ), κ ≥ 0: the mean resultant length of a von Mises distribution."""
    from scipy import special

    return np.asarray(special.i1e(kappa) / special.i0e(kappa))


def bessel_ratio_slope(kappa: Floats) -> Floats:
    """Return A'(κ) = 1 − A/κ − A² ≈ 1/(2κ²), expanded where the difference would cancel; ½ at 0."""
    return bessel_ratios(kappa)[1]


def bessel_ratio_bend(kappa: Floats) -> Floats:
    """Return A''(κ) = −A'/κ + A/κ² − 2AA' ≈ −1/κ³, expanded where the sum would cancel; 0 at 0."""
    return bessel_ratios(kappa)[2]


def bessel_skew(kappa: Floats, direct: Floats) -> Floats:
    """Return κA' − A ≈ −κ³/8, T_μμκ of a von Mises distribution, for κ ≥ 0, given the difference
    itself.

    The difference cancels near the pole κ = 0, where the series of A replaces it.
    """
    kappa = np.asarray(kappa)
    if not (kappa < _SMALL).any():
        return np.asarray(direct)
    series = kappa * kappa * kappa * _power_sum(kappa, lambda n: n - 1)
    return np.where(kappa < _SMALL, series, direct)


def _power_sum(kappa: Floats, share: Callable[[int], int]) -> Floats:
    """Return Σ share(n) a_n κ^n−3 over n = 3, 5 … of A = Σ a_n κⁿ, for κ < _SMALL."""
    square = np.minimum(kappa, _SMALL) ** 2
    total = np.zeros_like(square)
    for n, a in reversed(_ratio_powers()):
        total = total * square + np.asarray(share(n) * a, square.dtype)
    return total


@cache
def _ratio_powers() -> tuple[tuple[int, float], ...]:
    """Return n and a_n of A = κ/2 + Σ a_n κⁿ, n = 3, 5 …: A' = 1 − A/κ − A², term by term."""
    powers = {1: 0.5}
    for n in range(3, 2 * _TERMS, 2):
        powers[n] = -sum(powers[i] * powers[n - 1 - i] for i in range(1, n - 1, 2)) / (n + 1)
    return tuple(powers.items())[1:]


def bessel_ratios(kappa: Floats) -> tuple[Floats, Floats, Floats]:
    """Return A = I₁/I₀, A' and A'' (...) at κ ≥ 0 (...)."""
    argument = np.asarray(kappa)
    ratio = bessel_ratio(argument)
    safe = np.maximum(argument, _LEAST)
    own = ratio if argument.min(initial=1.0) >= _LEAST else bessel_ratio(safe)
    slope = 1.0 - own / safe - own * own
    bend = _near(argument, -slope / safe + own / safe**2 - 2.0 * own * slope)
    return ratio, _or_far(argument, slope, 1), _or_far(argument, bend, 2)


def _near(kappa: Floats, direct: Floats) -> Floats:
    """Return A'' by its series near 0, else as it is."""
    small = kappa < _SMALL
    if not small.any():
        return direct
    return np.where(small, kappa * _power_sum(kappa, lambda n: n * (n - 1)), direct)


def _or_far(kappa: Floats, found: Floats, order: int) -> Floats:
    """Return what was found, or for large κ the derivative of that order of Σ c_k κ^−k."""
    far = kappa > _LARGE
    if not far.any():
        return found
    inverse = 1.0 / np.where(far, kappa, _LARGE)
    terms = _ratio_series().astype(kappa.dtype)
    large = np.zeros_like(inverse)
    for k in range(_TERMS - 1, 0, -1):
        factor = -k if order == 1 else k * (k + 1)
        large = (large + terms[k] * factor) * inverse
    return np.where(far, large * (inverse if order == 1 else inverse * inverse), found)


# K = Σ c_k κ^2k of κA dμ² + A' dκ², whose terms cancel at its pole κ = 0
_POLE = (0.0, -1 / 16, 0.0, 1 / 2304, -1 / 36864, -1 / 3932160, 17 / 212336640)


def bessel_curvature(kappa: Floats) -> Floats:
    """Return K of ds² = E dμ² + G dκ², E = κA and G = A': −E''/(2EG) + E'(EG)'/(2EG)², for κ > 0."""
    k = np.asarray(kappa)
    near = k < 0.5
    square = np.where(near, k, 0.0) ** 2
    series = np.zeros_like(square)
    for c in reversed(_POLE):
        series = series * square + np.asarray(c, k.dtype)
    far = np.where(near, 0.5, k).astype(k.dtype)
    ratio, slope, bend = bessel_ratios(far)
    e, e1, e2 = far * ratio, ratio + far * slope, 2 * slope + far * bend
    derived = -e2 / (2 * e * slope) + e1 * (e1 * slope + e * bend) / (2 * e * slope) ** 2
    return np.asarray(np.where(near, series, derived))


@cache
def _ratio_series() -> Floats:
    """Return c_k of A(κ) = Σ c_k κ^−k, as the quotient of the expansions of I₁ and I₀
    (DLMF 10.40.1).
    """

    def hankel(order: int) -> Floats:
        terms = [1.0]
        for k in range(1, _TERMS):
            terms.append(-terms[-1] * (4 * order**2 - (2 * k - 1) ** 2) / (8 * k))
        return np.array(terms)

    top, bottom = hankel(1), hankel(0)
    quotient = np.zeros(_TERMS)
    for k in range(_TERMS):
        quotient[k] = top[k] - np.dot(quotient[:k], bottom[k:0:-1])
    return quotient
