"""Special functions in numerically stable forms, under the names that formulas use.

Each has a float32 twin of the same name in ``shaders/lib/special.wgsl``.  In float64 SciPy is used
where it is accurate; series are used where it would cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint

# Above this argument the ratio of Bessel functions is expanded in 1/κ.
_LARGE = 60.0
# below this one κA' − A and A'' are power series of κ: both cancel at 0
_SMALL = 0.5
# closer to 0 the value at 0 is used
_LEAST = 1e-6
_TERMS = 16
# B₂, B₄ … B₂₀ of ψ'(y) = 1/y + 1/(2y²) + Σ B_2k y^−(2k+1) from y = _NEAREST on
_NEAREST = 10
_BERNOULLI = (
    *(1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6),
    *(-3617 / 510, 43867 / 798, -174611 / 330),
)
# ψ'(y) = Σ factor · y^−power from y = _SHIFT on
_SHIFT = 16
# maximum number of arguments for which all terms of a recurrence are computed at once
_FEW = 512
_ASYMPTOTIC = (
    *((1, 1.0), (2, 1 / 2), (3, 1 / 6), (5, -1 / 30), (7, 1 / 42), (9, -1 / 30)),
    *((11, 5 / 66), (13, -691 / 2730)),
)


def digamma(x: Floats) -> Floats:
    """Return ψ(x), x > 0."""
    from scipy import special

    return np.asarray(special.digamma(x))


def log_gamma(x: Floats) -> Floats:
    """Return log Γ(x), x > 0."""
    from scipy import special

    return np.asarray(special.gammaln(x))


def trigamma(x: Floats) -> Floats:
    """Return ψ'(x), x > 0."""
    return _polygamma(1, x)


def tetragamma(x: Floats) -> Floats:
    """Return ψ''(x), x > 0."""
    return _polygamma(2, x)


def pentagamma(x: Floats) -> Floats:
    """Return ψ'''(x), x > 0."""
    return _polygamma(3, x)


def _polygamma(order: int, x: Floats) -> Floats:
    """Return ψ⁽ᵐ⁾(x), m = 1, 2, 3, in float64; NaN for x ≤ 0."""
    near, r, tail = _polygamma_parts(order, x)
    lead = (1.0 + 0.5 * r, 1.0 + r, 2.0 + 3.0 * r)[order - 1]
    return _signed(order, x, near + r**order * (lead + tail))


def _polygamma_parts(order: int, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the recurrence of |ψ⁽ᵐ⁾| up to y = x + _NEAREST, 1/y, and Σ of the asymptotic series less
    its first two terms, over y⁻ᵐ (DLMF 5.15.5 and 5.15.8).
    """
    checkpoint()
    x = np.asarray(x, np.float64)
    safe = np.where(x > 0, x, 1.0)
    near = np.zeros_like(x)
    with np.errstate(over="ignore", under="ignore"):
        for steps in _steps(_NEAREST, x):
            r = 1.0 / (safe + steps)
            near += (r * r if order == 1 else r * r * r if order == 2 else (r * r) ** 2).sum(axis=0)
        near, r = (1.0, 2.0, 6.0)[order - 1] * near, 1.0 / (safe + _NEAREST)
        square, tail = r * r, np.zeros_like(r)
        for factor in _polygamma_series(order):
            tail = (tail + factor) * square
    return near, r, tail


def _signed(order: int, x: Floats, found: Floats) -> Floats:
    x = np.asarray(x)
    return np.where(x > 0, found if order % 2 else -found, np.nan).astype(x.dtype, copy=False)


@cache
def _polygamma_series(order: int) -> tuple[float, ...]:
    """Return B_2k, (2k + 1)B_2k or (2k + 1)(2k + 2)B_2k, the last k first."""
    shares = enumerate(_BERNOULLI, start=1)
    return tuple(
        b * (1.0, 2 * k + 1.0, (2 * k + 1.0) * (2 * k + 2.0))[order - 1] for k, b in shares
    )[::-1]


def log_cosh(x: Floats) -> Floats:
    """Return log cosh x without overflow: a mixture of two exponentials is a multiple of cosh."""
    size = np.abs(x)
    with np.errstate(under="ignore"):
        return np.asarray(size + np.log1p(np.exp(-2.0 * size)) - np.log(2.0).astype(size.dtype))


def trigamma_drop(x: Floats, d: Floats) -> Floats:
    """Return ψ'(x) − ψ'(x + d), x > 0, d > 0: a sum of positive terms where the difference would
    cancel.
    """
    return _drop(x, d, 1)


def tetragamma_drop(x: Floats, d: Floats) -> Floats:
    """Return ψ''(x) − ψ''(x + d), x > 0, d > 0, the derivative of `trigamma_drop` by x; negative."""
    return _drop(x, d, 2)


def _drop(x: Floats, d: Floats, order: int) -> Floats:
    """Return the recurrence up to x + _SHIFT term by term, then the asymptotic series, DLMF 5.15.8.

    Each is a sum of rⁿ − sⁿ with r = 1/y and s = 1/(y + d), by r − s = d r s.
    """
    x, d = np.asarray(x), np.asarray(d)
    with np.errstate(under="ignore"):
        near = np.zeros(np.broadcast_shapes(x.shape, d.shape), x.dtype)
        for steps in _steps(_SHIFT, near):
            r: Floats = 1.0 / (x + steps)
            s: Floats = 1.0 / (x + steps + d)
            product, both = r * s, r + s
            near += (product * (both if order == 1 else both * both - product)).sum(axis=0)
        near *= d
        r = 1.0 / (x + _SHIFT)
        s = r / (1.0 + d * r)
        shares = {n + order - 1: f if order == 1 else -n * f for n, f in _ASYMPTOTIC}
        far = d * r * s * _quotients(r, s, shares)
    return np.asarray((near if order == 1 else -2.0 * near) + far)


def _steps(count: int, x: Floats) -> list[Floats]:
    """Return 0 … count − 1 on a new first axis, together for few x, else one by one, so that
    temporary arrays stay in the cache.
    """
    every = np.arange(count).astype(x.dtype).reshape(-1, *(1,) * x.ndim)
    return [every] if x.size <= _FEW else list(every[:, None])


def _quotients(r: Floats, s: Floats, shares: dict[int, float]) -> Floats:
    """Return Σ share (rⁿ − sⁿ)/(r − s) over n: share, each quotient the sum Σ rⁱ sⁿ⁻¹⁻ⁱ of positive
    terms.
    """
    power, quotient = s, r + s
    total = shares.get(1, 0.0) + shares.get(2, 0.0) * quotient
    for n in range(3, max(shares) + 1):
        power = power * s
        quotient = quotient * r + power
        if n in shares:
            total = total + shares[n] * quotient
    return np.asarray(total)


def x_trigamma_minus_1(x: Floats) -> Floats:
    """Return xψ'(x) − 1 ≈ 1/(2x) for large x, where the difference would cancel."""
    near, r, tail = _polygamma_parts(1, x)
    # x/(x + n) − 1 = −n/(x + n)
    return _signed(1, x, x * (near + r * (0.5 * r + tail)) - _NEAREST * r)


def x_trigamma_slope(x: Floats) -> Floats:
    """Return ψ'(x) + xψ''(x), the derivative of `x_trigamma_minus_1`; ≈ −1/(2x²) for large x."""
    return trigamma(x) + x * tetragamma(x)


def log_bessel_i0(kappa: Floats) -> Floats:
    """Return log I₀(κ), κ ≥ 0."""
    from scipy import special

    return np.asarray(np.log(special.i0e(kappa)) + np.abs(kappa))


def bessel_ratio(kappa: Floats) -> Floats:
    """Return a(κ) = I₁(κ)/I₀(κ), κ ≥ 0: the mean resultant length of a von Mises distribution."""
    from scipy import special

    return np.asarray(special.i1e(kappa) / special.i0e(kappa))


def bessel_ratio_slope(kappa: Floats) -> Floats:
    """Return a'(κ) = 1 − A/κ − A² ≈ 1/(2κ²), expanded where the difference would cancel; ½ at 0."""
    return _near_or_far(kappa, _slope_near, 1)


def bessel_ratio_bend(kappa: Floats) -> Floats:
    """Return a''(κ) = −A'/κ + A/κ² − 2AA' ≈ −1/κ³, expanded where the sum would cancel; 0 at 0."""
    return _near_or_far(kappa, _bend_near, 2)


def bessel_skew(kappa: Floats, direct: Floats) -> Floats:
    """Return κA' − A ≈ −κ³/8, T_μμκ of a von Mises distribution, for κ ≥ 0, given the difference
    itself.

    The difference cancels near the pole κ = 0, where the series of A replaces it.
    """
    kappa = np.asarray(kappa)
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


def _slope_near(kappa: Floats) -> Floats:
    ratio = bessel_ratio(kappa)
    return 1.0 - ratio / kappa - ratio * ratio


def _bend_near(kappa: Floats) -> Floats:
    ratio, slope = bessel_ratio(kappa), _slope_near(kappa)
    direct = -slope / kappa + ratio / kappa**2 - 2.0 * ratio * slope
    return np.where(kappa < _SMALL, kappa * _power_sum(kappa, lambda n: n * (n - 1)), direct)


def _near_or_far(kappa: Floats, near: Callable[[Floats], Floats], order: int) -> Floats:
    """Return ``near`` for small κ > 0, the derivative of that order of Σ c_k κ^−k for large κ."""
    argument = np.asarray(kappa)
    far = argument > _LARGE
    small = near(np.where(far, 1.0, np.maximum(argument, _LEAST)))
    inverse = 1.0 / np.where(far, argument, _LARGE)
    terms = _ratio_series().astype(argument.dtype)
    large = np.zeros_like(inverse)
    for k in range(_TERMS - 1, 0, -1):
        factor = -k if order == 1 else k * (k + 1)
        large = (large + terms[k] * factor) * inverse
    return np.where(far, large * (inverse if order == 1 else inverse * inverse), small)


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
    ratio, slope, bend = bessel_ratio(far), bessel_ratio_slope(far), bessel_ratio_bend(far)
    e, e1, e2 = far * ratio, ratio + far * slope, 2 * slope + far * bend
    derived = -e2 / (2 * e * slope) + e1 * (e1 * slope + e * bend) / (2 * e * slope) ** 2
    return np.asarray(np.where(near, series, derived))


def erfcx(x: Floats) -> Floats:
    """Return e^(x²) erfc x, x ≥ 0; ≈ 1/(x√π) for large x."""
    from scipy import special

    return np.asarray(special.erfcx(x))


# s at which log cosh s is taken, as shares of the largest
_SHARES = np.arange(1, 65) / 64


def mean_log_root(v: Floats) -> Floats:
    """Return ½E log(1 + vz²), z ~ N(0, 1), v ≥ 0.

    With √v z = sinh s the trapezoidal rule in s converges faster than any power for every v.
    """
    root = np.sqrt(np.asarray(v))[..., None]
    top = np.arcsinh(8.5 * root)
    s = top * _SHARES.astype(root.dtype)
    with np.errstate(under="ignore"):
        density = np.exp(-0.5 * (np.sinh(s) / root) ** 2) * np.cosh(s) / root
        return np.asarray(
            np.sqrt(2 / np.pi).astype(root.dtype)
            * np.sum(log_cosh(s) * density, axis=-1)
            * top[..., 0]
            / len(_SHARES)
        )


def exp_rest(x: Floats) -> Floats:
    """Return e^x − 1 − x, as x²/2(1 + x/3(1 + x/4(1 + …))) where |x| < 1."""
    near = np.abs(x) < 1.0
    small = np.where(near, x, 0.0)
    total = np.ones_like(small)
    for n in range(18, 2, -1):
        total = 1.0 + total * small / n
    with np.errstate(over="ignore"):
        return np.where(near, 0.5 * small * small * total, np.exp(x) - 1.0 - x)


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


FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    f.__name__: f
    for f in (
        digamma,
        log_gamma,
        trigamma,
        tetragamma,
        pentagamma,
        x_trigamma_minus_1,
        x_trigamma_slope,
        log_bessel_i0,
        log_cosh,
        bessel_ratio,
        bessel_ratio_slope,
        bessel_ratio_bend,
        bessel_curvature,
        erfcx,
        mean_log_root,
    )
}

# functions of two arguments
PAIRED: dict[str, Callable[[Floats, Floats], Floats]] = {
    "trigamma_drop": trigamma_drop,
    "tetragamma_drop": tetragamma_drop,
    "bessel_skew": bessel_skew,
}
