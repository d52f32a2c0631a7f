"""Sums over all counts of a negative binomial distribution of shape r and mean μ = mr, as integrals.

With q = m/(1 + m) and B the beta function, g_rr = Σ_{j ≥ 2} q^j B(j, r)/j = q²W/(r(r + 1)) with
    W = r(r + 1) ∫₀¹ w(qt) t (1 − t)^(r−1) dt,   w(x) = (−log(1 − x) − x)/x².
In y = log t/(1 − t) these integrands are analytic for |Im y| < π, so that the trapezoid rule converges
exponentially; beyond the last node they are linear in s = −log(1 − t) times e^(−rs), before the first
proportional to t², and both parts of the rule are geometric series.  Nodes are the same for all points
of a range of r, so that what depends on t alone is known; where t is small, functions of qt are power
series, whose moments are one product of matrices.  Twin: ``shaders/lib/negative_binomial.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint

# The rules for r below a bound: first and last node and the largest step.  The step is limited by
# e^(−2πa/step) (sin a)^(−r), the size of (1 − t)^r on Im y = ±a; the last node by
# m e^(−(1 + r)y) or (1 + e^y)^(−r) below rounding, the first by (e^y r)² times e^y.
RULES = ((2.0, -13.5, 43.0, 0.42), (30.0, -16.0, 15.0, 0.285), (np.inf, -19.5, 1.0, 0.23))
# below this argument functions are power series with this number of terms
SMALL, TERMS = 0.25, 28
# below this the logarithm of an upper node cancels
NEAR = 0.05
# nodes of the entropy's integral, the first t by the largest scale, and where the integrand vanishes
ENTROPY_NODES, ENTROPY_FIRST, ENTROPY_LAST = 144, 1e-8, 42.0
# maximum number of points at once
FEW = 256
K = np.arange(TERMS)
# Coefficients of x^k: w(x) − ½ and its derivatives (x∂/∂x), λ = w(x)x and λ²
_W = np.where(K > 0, 1.0 / (K + 2.0), 0.0)
_LAMBDA = np.where(K > 0, 1.0 / (K + 1.0), 0.0)
POWERS = np.stack([_W, K * _W, K**2 * _W, _LAMBDA, np.convolve(_LAMBDA, _LAMBDA)[:TERMS]], axis=1)
# (w(x) − ½)/x for x < SMALL, in fewer terms
BEND = Chebyshev.interpolate(Polynomial(_W[1:]), 13, [0.0, SMALL])
# the same for x < NEAR, as coefficients of falling powers
NEAR_BEND = (
    Chebyshev.interpolate(Polynomial(_W[1:]), 8, [0.0, NEAR]).convert(kind=Polynomial).coef[::-1]
)


class _Rule(NamedTuple):
    """The step; at the nodes (k,) s and σ = s/t − 1; the powers t^(k+2) (lower, TERMS) of the lower
    nodes, where t < SMALL; t, t² and 1 − t at the others.
    """

    step: float
    s: Floats
    sigma: Floats
    powers: Floats
    t: Floats
    square: Floats
    rest: Floats


def series(r: Floats, m: Floats) -> Floats:
    """Return W ∈ (½, ∞) (...) at r > 0 and m = q/(1 − q) > 0 (...)."""
    return np.asarray(sums(r, m, (0,))[0])


def series_first(r: Floats, m: Floats) -> Floats:
    """Return q ∂W/∂q (...) at r and m = q/(1 − q) > 0 (...)."""
    return np.asarray(sums(r, m, (1,))[1])


def series_second(r: Floats, m: Floats) -> Floats:
    """Return (q ∂/∂q)² W (...) at r and m = q/(1 − q) > 0 (...)."""
    return np.asarray(sums(r, m, (2,))[2])


def series_slope(r: Floats, m: Floats) -> Floats:
    """Return ∂W/∂r < 0 (...) at fixed m, at r and m > 0 (...)."""
    return np.asarray(sums(r, m, (3,))[3])


def third(r: Floats, m: Floats) -> Floats:
    """Return E ∂³ log p/∂r³ (...) at r and m > 0 (...), with l = −log(1 − qt):
    ∫ (1 − t)^r (l(2s − l) − (2q − q²)st) dy.
    """
    return np.asarray(sums(r, m, (4,))[4])


def entropy(r: Floats, m: Floats) -> Floats:
    """Return −E log p (...) in nats at r and m > 0 (...), by Malmsten's integral for log Γ, with errors
    below 1e-12 of its largest term r log(1 + m) + rm log(1 + 1/m) ≤ 7000:
        H = r log(1 + m) + rm log(1 + 1/m) + ∫₀^∞ (e^(−rt) − e^(−t))/t · (1 − G)/(1 − e^(−t)) dt,
    G = E e^(−xt) = (1 + m(1 − e^(−t)))^(−r), by the trapezoid rule in log t.
    """
    checkpoint()
    shape, kind = np.broadcast_shapes(np.shape(r), np.shape(m)), np.result_type(r, m)
    r, m = (np.broadcast_to(np.asarray(a, np.float64), shape) for a in (r, m))
    with np.errstate(all="ignore"):  # outside the domain anything may come
        low = np.log(ENTROPY_FIRST / (1.0 + r * (1.0 + m)))
        high = np.log(ENTROPY_LAST / np.minimum(r, 1.0))
        step = (high - low) / (ENTROPY_NODES - 1)
        total = np.zeros(shape)
        for k in range(ENTROPY_NODES):
            t = np.exp(low + k * step)
            gone = -np.expm1(-t)
            fall = np.exp(-np.minimum(r, 1.0) * t) * -np.expm1(-np.abs(1.0 - r) * t)
            part = fall * -np.expm1(-r * np.log1p(m * gone)) / gone
            # before the first node the integrand is linear in t
            total += part * (1.0 + 1.0 / np.expm1(step) if k == 0 else 1.0)
        lead = r * np.log1p(m) + r * m * np.log1p(1.0 / m)
        return np.asarray(lead + np.sign(1.0 - r) * step * total, kind)


def sums(r: Floats, m: Floats, wanted: Collection[int]) -> Floats:
    """Return W, its derivatives and E ∂³l (5, ...) at r and m (...,), in the order of `SUMS`; NaN for
    those that are not wanted.
    """
    shape, kind = np.broadcast_shapes(np.shape(r), np.shape(m)), np.result_type(r, m)
    r, m = (np.broadcast_to(np.asarray(a, np.float64), shape).ravel() for a in (r, m))
    found = np.empty((5, len(r)))
    for i in range(0, len(r), FEW):
        checkpoint()
        some = slice(i, i + FEW)
        found[:, some] = _by_rules(r[some], m[some], wanted)
    return found.reshape(5, *shape).astype(kind)


def _by_rules(r: Floats, m: Floats, wanted: Collection[int]) -> Floats:
    which = np.searchsorted([bound for bound, *_ in RULES[:-1]], r, side="right")
    found = np.full((5, len(r)), np.nan)
    with np.errstate(all="ignore"):  # outside the domain anything may come
        for number in np.unique(which):
            rows = np.flatnonzero(which == number)
            found[:, rows] = _by_rule(_rule(number), r[rows], m[rows], wanted)
    return found


@lru_cache
def _rule(number: int) -> _Rule:
    _, low, high, most = RULES[number]
    count = int(np.ceil((high - low) / most)) + 1
    y, step = np.linspace(low, high, count, retstep=True)
    t, rest, s = 1.0 / (1.0 + np.exp(-y)), 1.0 / (1.0 + np.exp(y)), np.logaddexp(0.0, y)
    lower = int(np.searchsorted(t, SMALL))
    sigma = s / t - 1.0
    sigma[:lower] = t[:lower] * (0.5 + t[:lower] * BEND(t[:lower]))
    powers = t[:lower, None] ** (K + 2.0)
    powers[0] /= -np.expm1(-2.0 * step)
    return _Rule(float(step), s, sigma, powers, t[lower:], t[lower:] ** 2, rest[lower:])


def _by_rule(rule: _Rule, r: Floats, m: Floats, wanted: Collection[int]) -> Floats:
    """Return the wanted sums (5, n), from weights of integrands that do not grow, and of s and σ."""
    found = np.full((5, len(r)), np.nan)
    q, size, lower = m / (1.0 + m), r * (r + 1.0), len(rule.powers)
    weight = np.exp(-r[:, None] * rule.s)
    weight *= rule.step
    after = 1.0 / np.expm1(r * rule.step)
    # Σ over k ≥ 1 of e^(−k r·step), and of k·step e^(−k r·step), at the last node
    late = rule.step * weight[:, -1] * after * (1.0 + after)
    weight[:, -1] *= 1.0 + after
    power = q[:, None] ** K
    upper = _Upper(rule, q, m)

    def halves(values: Floats) -> tuple[Floats, Floats]:
        """Return moments (n, TERMS) at the lower nodes, and the weights of the upper ones (n, k)."""
        return power * (values[:, :lower] @ rule.powers), values[:, lower:] * rule.square

    a, e = halves(weight)
    w0, w1, w2, one, two = (a @ POWERS).T
    w0 = w0 + np.vecdot(e, upper.at)
    if 0 in wanted:
        found[0] = size * (0.5 * (a[:, 0] + e.sum(axis=1)) + w0)
    if 1 in wanted:
        found[1] = size * (w1 + np.vecdot(e, upper.first))
    if 2 in wanted:
        found[2] = size * (w2 + np.vecdot(e, upper.second))
    if 3 in wanted:
        # the part ½ of w contributes ½ to W for every r
        by_s = weight * rule.s
        by_s[:, -1] += late
        b, e_s = halves(by_s)
        found[3] = (2 * r + 1) * w0 - size * (b @ _W + np.vecdot(e_s, upper.at))
    if 4 in wanted:
        by_sigma = weight * rule.sigma
        by_sigma[:, -1] += late
        c, e_sigma = halves(by_sigma)
        lamda = upper.x * (0.5 + upper.at)
        one, two = one + np.vecdot(e, lamda), two + np.vecdot(e * lamda, lamda)
        mixed, plain = c @ _LAMBDA + np.vecdot(e_sigma, lamda), c[:, 0] + e_sigma.sum(axis=1)
        # s = t(1 + σ), l = qt(1 + λ)
        found[4] = q * (2.0 * (1.0 - q) * one - q * two + q * plain + 2.0 * mixed)
    return found


def _bend(x: Floats) -> Floats:
    """Return w(x) − ½ for x < NEAR."""
    found = np.full_like(x, NEAR_BEND[0])
    for coefficient in NEAR_BEND[1:]:
        found *= x
        found += coefficient
    found *= x
    return found


class _Upper:
    """Functions of x = qt at the upper nodes (n, k): w(x) − ½ and its derivatives (x∂/∂x)."""

    def __init__(self, rule: _Rule, q: Floats, m: Floats) -> None:
        self.x = x = q[:, None] * rule.t
        self.rest = 1.0 / (1.0 + m)[:, None] + q[:, None] * rule.rest
        at = np.log(self.rest)
        at += x
        at /= -x * x
        at -= 0.5
        near = x < NEAR
        if near.any():
            at[near] = _bend(x[near])
        self.at = at

    @cached_property
    def first(self) -> Floats:
        """x w′ = x/(1 − x) − 2(w − ½) (n, k)."""
        return np.asarray(self.x / self.rest - 2.0 * self.at)

    @cached_property
    def second(self) -> Floats:
        """x(x w′)′ = x/(1 − x)² − 2x/(1 − x) + 4(w − ½) (n, k)."""
        share = self.x / self.rest
        return np.asarray(share / self.rest - 2.0 * share + 4.0 * self.at)


# by their names in formulas
FUNCTIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "negative_binomial_series": series,
    "negative_binomial_first": series_first,
    "negative_binomial_second": series_second,
    "negative_binomial_slope": series_slope,
    "negative_binomial_third": third,
    "negative_binomial_entropy": entropy,
}
# the functions that `sums` returns
SUMS = tuple(FUNCTIONS)[:5]
