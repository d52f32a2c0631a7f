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
from compute.definitions.bessel_functions import (
    bessel_curvature,
    bessel_ratio,
    bessel_ratio_bend,
    bessel_ratio_slope,
    bessel_ratios,
    bessel_skew,
    log_bessel_i0,
)

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
    (near,), r, (tail,) = _polygamma_parts((order,), x)
    return _signed(order, x, _polygamma_sum(order, near, r, tail))


def _polygamma_sum(order: int, near: Floats, r: Floats, tail: Floats) -> Floats:
    lead = (1.0 + 0.5 * r, 1.0 + r, 2.0 + 3.0 * r)[order - 1]
    return np.asarray(near + r**order * (lead + tail))


def polygammas(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return xψ'(x) − 1, ψ'(x) and ψ''(x), x > 0, with one recurrence."""
    (first, second), r, tails = _polygamma_parts((1, 2), x)
    excess = x * (first + r * (0.5 * r + tails[0])) - _NEAREST * r
    found = _polygamma_sum(1, first, r, tails[0]), _polygamma_sum(2, second, r, tails[1])
    return _signed(1, x, excess), _signed(1, x, found[0]), _signed(2, x, found[1])


def _polygamma_parts(
    orders: tuple[int, ...], x: Floats
) -> tuple[list[Floats], Floats, list[Floats]]:
    """Return the recurrences of |ψ⁽ᵐ⁾| up to y = x + _NEAREST, 1/y, and Σ of the asymptotic series less
    their first two terms, over y⁻ᵐ (DLMF 5.15.5 and 5.15.8), for some m.
    """
    checkpoint()
    x = np.asarray(x, np.float64)
    safe = np.where(x > 0, x, 1.0)
    near = [np.zeros_like(x) for _ in orders]
    with np.errstate(over="ignore", under="ignore"):
        for steps in _steps(_NEAREST, x):
            r = 1.0 / (safe + steps)
            square = r * r
            powers = {1: square, 2: square * r, 3: square * square}
            for total, order in zip(near, orders, strict=True):
                total += powers[order].sum(axis=0)
        near = [(1.0, 2.0, 6.0)[m - 1] * total for m, total in zip(orders, near, strict=True)]
        r = np.asarray(1.0 / (safe + _NEAREST))
        square = r * r
        tails: list[Floats] = []
        for order in orders:
            tail: Floats = np.zeros_like(r)
            for factor in _polygamma_series(order):
                tail += factor
                tail *= square
            tails.append(tail)
    return near, r, tails


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
    return _drops(x, d, (1,))[0]


def tetragamma_drop(x: Floats, d: Floats) -> Floats:
    """Return ψ''(x) − ψ''(x + d), x > 0, d > 0, the derivative of `trigamma_drop` by x; negative."""
    return _drops(x, d, (2,))[0]


def drops(x: Floats, d: Floats) -> tuple[Floats, ...]:
    """Return `trigamma_drop` and `tetragamma_drop`, with one recurrence."""
    return _drops(x, d, (1, 2))


def _drops(x: Floats, d: Floats, orders: tuple[int, ...]) -> tuple[Floats, ...]:
    """Return the recurrences up to x + _SHIFT term by term, then the asymptotic series, DLMF 5.15.8.

    Each is a sum of rⁿ − sⁿ with r = 1/y and s = 1/(y + d), by r − s = d r s.
    """
    x, d = np.asarray(x), np.asarray(d)
    with np.errstate(under="ignore"):
        near = [np.zeros(np.broadcast_shapes(x.shape, d.shape), x.dtype) for _ in orders]
        for steps in _steps(_SHIFT, near[0]):
            r: Floats = 1.0 / (x + steps)
            s: Floats = 1.0 / (x + steps + d)
            product, both = r * s, r + s
            for total, order in zip(near, orders, strict=True):
                quotient = both if order == 1 else both * both - product
                total += (product * quotient).sum(axis=0)
        r = 1.0 / (x + _SHIFT)
        s = r / (1.0 + d * r)
        shares = [{n + m - 1: f if m == 1 else -n * f for n, f in _ASYMPTOTIC} for m in orders]
        far, first = _quotients(r, s, shares), d * r * s
        return tuple(
            np.asarray((1.0 if m == 1 else -2.0) * d * total + first * rest)
            for m, total, rest in zip(orders, near, far, strict=True)
        )


def _steps(count: int, x: Floats) -> list[Floats]:
    """Return 0 … count − 1 on a new first axis, together for few x, else one by one, so that
    temporary arrays stay in the cache.
    """
    every = np.arange(count).astype(x.dtype).reshape(-1, *(1,) * x.ndim)
    return [every] if x.size <= _FEW else list(every[:, None])


def _quotients(r: Floats, s: Floats, shares: list[dict[int, float]]) -> list[Floats]:
    """Return Σ share (rⁿ − sⁿ)/(r − s) over n: share, each quotient the sum Σ rⁱ sⁿ⁻¹⁻ⁱ of positive
    terms, for each of some shares.
    """
    power, quotient = s, r + s
    totals: list[Floats] = [own.get(1, 0.0) + own.get(2, 0.0) * quotient for own in shares]
    for n in range(3, max(map(max, shares)) + 1):
        power = power * s
        quotient = quotient * r + power
        for i, own in enumerate(shares):
            if n in own:
                totals[i] = totals[i] + own[n] * quotient
    return totals


def x_trigamma_minus_1(x: Floats) -> Floats:
    """Return xψ'(x) − 1 ≈ 1/(2x) for large x, where the difference would cancel."""
    (near,), r, (tail,) = _polygamma_parts((1,), x)
    # x/(x + n) − 1 = −n/(x + n)
    return _signed(1, x, x * (near + r * (0.5 * r + tail)) - _NEAREST * r)


def x_trigamma_slope(x: Floats) -> Floats:
    """Return ψ'(x) + xψ''(x), the derivative of `x_trigamma_minus_1`; ≈ −1/(2x²) for large x."""
    return trigamma(x) + x * tetragamma(x)


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

# functions of the same arguments that are quicker together, in the order of what is returned
TOGETHER: dict[tuple[str, ...], Callable[..., tuple[Floats, ...]]] = {
    ("x_trigamma_minus_1", "trigamma", "tetragamma"): polygammas,
    ("bessel_ratio", "bessel_ratio_slope", "bessel_ratio_bend"): bessel_ratios,
    ("trigamma_drop", "tetragamma_drop"): drops,
}
