"""Sums over all counts of a negative binomial distribution of shape r and mean μ = mr, as integrals.

With q = m/(1 + m) and B the beta function, g_rr = Σ_{j ≥ 2} q^j B(j, r)/j = q²W/(r(r + 1)) with
    W = r(r + 1) ∫₀¹ w(qt) t (1 − t)^(r−1) dt,   w(x) = (−log(1 − x) − x)/x².
In y = log t/(1 − t) these integrands are analytic for |Im y| < π, so that the trapezoid rule converges
exponentially; beyond the last node they are linear in s = −log(1 − t) times e^(−rs), and that part of
the rule is a geometric series.  Twin: ``shaders/lib/negative_binomial.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint

NODES = 128
# how far the nodes reach beyond where an integrand begins to fall, in log of its size
FALL = 37.0
# below this argument w is a power series with this number of terms
SMALL, TERMS = 0.25, 28
# nodes of the entropy's integral, the first t by the largest scale, and where the integrand vanishes
ENTROPY_NODES, ENTROPY_FIRST, ENTROPY_LAST = 144, 1e-8, 42.0
# maximum number of points whose nodes are kept, in 2 MB
FEW = 256


class _Nodes(NamedTuple):
    """At every node: t, 1 − t, s, x = qt and 1 − x, with w(t) − ½ and w(x) − ½; r, q and log(1 + m)."""

    t: Floats
    s: Floats
    x: Floats
    rest: Floats
    at_t: Floats
    at_x: Floats
    r: Floats
    q: Floats


Integrand = Callable[[_Nodes], tuple[Floats, Floats | float]]


def series(r: Floats, m: Floats) -> Floats:
    """Return W ∈ (½, ∞), r and m > 0."""
    return _integral(r, m, lambda n: (n.r * (n.r + 1) * n.t**2 * (0.5 + n.at_x), 0.0))


def series_first(r: Floats, m: Floats) -> Floats:
    """Return q ∂W/∂q (...,) at r and m = q/(1 − q) (...,)."""

    def integrand(n: _Nodes) -> tuple[Floats, float]:
        return n.r * (n.r + 1) * n.t**2 * _first(n.x, n.rest, n.at_x), 0.0

    return _integral(r, m, integrand)


def series_second(r: Floats, m: Floats) -> Floats:
    """Return (q ∂/∂q)² W."""

    def integrand(n: _Nodes) -> tuple[Floats, float]:
        return n.r * (n.r + 1) * n.t**2 * _second(n.x, n.rest, n.at_x), 0.0

    return _integral(r, m, integrand)


def series_slope(r: Floats, m: Floats) -> Floats:
    """Return ∂W/∂r at fixed m, negative: the part ½ of w does not depend on r."""

    def integrand(n: _Nodes) -> tuple[Floats, Floats]:
        share = n.t**2 * n.at_x
        return share * (2 * n.r + 1 - n.r * (n.r + 1) * n.s), -share * n.r * (n.r + 1)

    return _integral(r, m, integrand)


def third(r: Floats, m: Floats) -> Floats:
    """Return E ∂³ log p/∂r³ = ∫ (1 − t)^r (l(2s − l) − (2q − q²)st) dy, l = −log(1 − qt)."""

    def integrand(n: _Nodes) -> tuple[Floats, Floats]:
        # s = t(1 + σ), l = qt(1 + λ)
        sigma, lamda = n.t * (0.5 + n.at_t), n.x * (0.5 + n.at_x)
        inner = (2 - n.q) * (lamda - sigma) + (1 + lamda) * (2 * sigma - n.q * lamda)
        return n.t**2 * n.q * inner, n.q * (2 * (1 + lamda) - (2 - n.q))

    return _integral(r, m, integrand)


def entropy(r: Floats, m: Floats) -> Floats:
    """Return −E log p in nats, by Malmsten's integral for log Γ, with errors below 1e-12 of its
    largest term r log(1 + m) + rm log(1 + 1/m) ≤ 7000:
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


def _integral(r: Floats, m: Floats, integrand: Integrand) -> Floats:
    """Return ∫ f(y) (1 − t)^r dy for an integrand that gives f and its slope by s in the tail."""
    checkpoint()
    shape, kind = np.broadcast_shapes(np.shape(r), np.shape(m)), np.result_type(r, m)
    r, m = (np.broadcast_to(np.asarray(a, np.float64), shape) for a in (r, m))
    few = r.size <= FEW
    nodes, step, weight = _kept(r.tobytes(), m.tobytes(), shape) if few else _laid(r, m)
    with np.errstate(all="ignore"):  # outside the domain anything may come
        f, slope = integrand(nodes)
        after = 1.0 / np.expm1(nodes.r * step)[..., 0]
        # Σ over k ≥ 1 of (f + k·step·slope) e^(−k r·step), at the last node
        last = np.broadcast_to(slope, f.shape)[..., -1]
        tail = f[..., -1] * after + last * step[..., 0] * after * (1.0 + after)
        total = step[..., 0] * (np.sum(weight * f, axis=-1) + weight[..., -1] * tail)
    return np.asarray(total, kind)


@lru_cache(maxsize=2)
def _kept(r: bytes, m: bytes, shape: tuple[int, ...]) -> tuple[_Nodes, Floats, Floats]:
    """Return the rule for few points: a geometry takes several integrals at the same ones."""
    return _laid(np.frombuffer(r).reshape(shape), np.frombuffer(m).reshape(shape))


def _laid(r: Floats, m: Floats) -> tuple[_Nodes, Floats, Floats]:
    """Return the nodes (..., NODES), their distance in y (..., 1) and (1 − t)^r at them."""
    r, m = r[..., None], m[..., None]
    low = -np.log1p(r) - 0.5 * FALL - 1.0
    with np.errstate(all="ignore"):
        high = np.minimum(np.maximum(np.log(m), 0.0) + FALL, 4.0 + FALL / r)
        step = (high - low) / (NODES - 1)
        y = low + step * np.arange(NODES)
        t, c = 1.0 / (1.0 + np.exp(-y)), 1.0 / (1.0 + np.exp(y))
        s, q = np.logaddexp(0.0, y), m / (1.0 + m)
        x, rest = q * t, (1.0 + m * c) / (1.0 + m)
        nodes = _Nodes(t, s, x, rest, _bend(t, s), _bend(x, -np.log(rest)), r, q)
        return nodes, step, np.exp(-r * s)


def _bend(x: Floats, log: Floats) -> Floats:
    """Return w(x) − ½, given −log(1 − x)."""
    near = x < SMALL
    safe = np.where(near, 1.0, x)
    return np.where(near, _power_sum(x, 0), (log - x) / safe**2 - 0.5)


def _first(x: Floats, rest: Floats, at_x: Floats) -> Floats:
    return np.where(x < SMALL, _power_sum(x, 1), x / rest - 2 * at_x)


def _second(x: Floats, rest: Floats, at_x: Floats) -> Floats:
    far = x / rest**2 - 2 * x / rest + 4 * at_x
    return np.where(x < SMALL, _power_sum(x, 2), far)


def _power_sum(x: Floats, power: int) -> Floats:
    """Return Σ_{k ≥ 1} k^power x^k/(k + 2) for x < SMALL, else 0."""
    near = x < SMALL
    small, found = x[near], np.zeros_like(x)
    total = np.zeros_like(small)
    for k in range(TERMS, 0, -1):
        total += k**power / (k + 2)
        total *= small
    found[near] = total
    return found


# by their names in formulas
FUNCTIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "negative_binomial_series": series,
    "negative_binomial_first": series_first,
    "negative_binomial_second": series_second,
    "negative_binomial_slope": series_slope,
    "negative_binomial_third": third,
    "negative_binomial_entropy": entropy,
}
