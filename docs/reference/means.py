"""Metric, connection, cubic tensor and curvature as means over the sample space, in 40 digits.

With l = log p and e_ij = ∂_i∂_j l + ½ ∂_i l ∂_j l, which is 2∂_i∂_j√p/√p,
    g_ij = E[∂_i l ∂_j l],  T_ijk = E[∂_i l ∂_j l ∂_k l],  Γ_ij,k = E[e_ij ∂_k l],
and by Gauss' equation for the surface 2√p in the flat space L²
    K D = E[e₁₁ e₂₂] − E[e₁₂²] − g^mn (Γ_11,m Γ_22,n − Γ_12,m Γ_12,n).
Only the log-density is used: no formula of the metric.  Integrals are by the trapezoidal rule after a
double exponential change of variable, halved until two agree; sums go on until the rest is below 1e-30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
import sympy as sp

from compute.definitions.derive import Definition
from compute.families import manifold

from . import formulas, sample_rules

# relative agreement of two rules, and size of a term that ends a sum
AGREED, LEAST = mp.mpf("1e-20"), mp.mpf("1e-34")
FIRST, HALVINGS = mp.mpf(1) / 8, 7
# log-density below which p dx is nothing, also with the largest weight
NOTHING = -10_000
KINKED = frozenset(sample_rules.JUMPS)


@dataclass(frozen=True)
class Means:
    """g (2, 2), T (2, 2, 2), Γ_ij,k (2, 2, 2) and K, as nested lists of mpmath numbers."""

    metric: Any
    cubic: Any
    first: Any
    curvature: Any


def _scores(stated: Definition, theta: Any) -> tuple[Callable[[Any], list[Any]], ...]:
    """Return x ↦ (l,) and x ↦ (l, ∂₁l, ∂₂l, ∂₁₁l, ∂₁₂l, ∂₂₂l) at θ."""
    expressions = _derivatives(stated.log_density, stated.theta)
    at_theta = formulas.at_point(expressions, stated.theta, theta)
    return tuple(formulas.precise(some, [stated.x]) for some in (at_theta[:1], at_theta))


def _derivatives(log: Any, theta: tuple[Any, Any]) -> list[Any]:
    one, two = (sp.diff(log, t) for t in theta)
    second = sp.diff(one, theta[0]), sp.diff(one, theta[1]), sp.diff(two, theta[1])
    return [_smooth(e) for e in (log, one, two, *second)]


def _smooth(expression: Any) -> Any:
    """Return an expression off its jumps: no δ, and no derivative of a sign."""
    delta = (sp.DiracDelta, sp.Derivative)
    return expression.replace(lambda e: isinstance(e, delta), lambda e: sp.Integer(0))


def _finite(specification: str, theta: Any) -> np.ndarray | None:
    """Return the six scores (6, n) of finitely many outcomes; None for other sample spaces."""
    stated, given = formulas.definition(specification), formulas.logits(specification)
    if given is not None and stated is None:
        keys, bias = (np.vectorize(lambda v: mp.mpf(float(v)))(part) for part in given)
        at = np.array([mp.mpf(float(t)) for t in theta], object)
        zero = np.full(len(bias), mp.mpf(0), object)
        return np.array([bias + keys @ at, keys[:, 0], keys[:, 1], zero, zero, zero], object)
    if stated is None or not stated.probabilities:
        return None
    rows = [_derivatives(sp.log(p), stated.theta) for p in stated.probabilities]
    numbers = [formulas.at_point(row, stated.theta, theta) for row in rows]
    return np.array([[mp.mpf(str(sp.N(e, 40))) for e in row] for row in numbers], object).T


def _samples(specification: str, theta: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield weights p dx (n,) and scores (6, n), by finer and finer rules."""
    known = _finite(specification, theta)
    if known is not None:
        yield np.array([mp.exp(v) for v in known[0]], object), known
        return
    stated = formulas.definition(specification)
    assert stated is not None
    scores, rules = _scores(stated, theta), sample_rules.parts(specification, theta)
    for halving in range(HALVINGS):
        x, weight = sample_rules.joined([part(FIRST / 2**halving) for part in rules])
        yield _weighed(x, weight, scores)


def _share(weight: Any, log: Any) -> Any:
    """Return p dx; 0 where log p is so small that its exponential takes too long."""
    return weight * mp.exp(mp.mpf(log)) if log > NOTHING else mp.mpf(0)


def _counts_in(share: Any) -> bool:
    """Whether p dx is large enough for a sum; not where rounding puts x on a pole of p."""
    return bool(mp.isfinite(share) and share > LEAST)


def _weighed(
    x: np.ndarray, weight: np.ndarray, scores: tuple[Callable[[Any], list[Any]], ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return p dx and scores at nodes, without those of no weight."""
    kept, rows = [], []
    for at, w in zip(x, weight, strict=True):
        try:
            share = _share(w, scores[0](at)[0])
            row = [mp.mpf(v) for v in scores[1](at)] if _counts_in(share) else []
        except (ZeroDivisionError, ValueError, OverflowError):
            continue  # at an end of the sample space, where p dx is below 1e-34
        if row:
            kept.append(share)
            rows.append(row)
    return np.array(kept, object), np.array(rows, object).T


def means(specification: str, theta: Any) -> Means | None:
    """Return the local geometry at θ by means; None where two rules do not agree to 1e-20, and for
    several distributions of one state, which are no family of distributions.
    """
    before = None
    if _space(specification) == "measurements":
        return None
    with mp.workdps(_digits(specification)):
        for weight, scores in _samples(specification, theta):
            found = _moments(weight, scores, formulas.without_norm(specification))
            if _is_finite(specification):
                return _geometry(found)
            if before is not None and _agree(before, found):
                return _geometry(found)
            before = found
    return None


def _space(specification: str) -> str:
    """Return the sample space of a family."""
    family = manifold(specification)
    return family.support(np.array([family.interior, family.interior])).space


def _digits(specification: str) -> int:
    """Return the working precision: on (0, 1) with all digits of 1 − x near both ends."""
    return formulas.DIGITS + (100 if _space(specification) == "interval" else 20)


def _is_finite(specification: str) -> bool:
    """Whether a family has finitely many outcomes."""
    stated = formulas.definition(specification)
    return stated is None or bool(stated.probabilities)


def _agree(before: np.ndarray, found: np.ndarray) -> bool:
    size = max(abs(v) for v in found)
    return bool(max(abs(v) for v in before - found) <= AGREED * size)


def _moments(weight: np.ndarray, scores: np.ndarray, without_norm: bool) -> np.ndarray:
    """Return E of g (3), T (4), Γ (6), e₁₁e₂₂ and e₁₂², packed (15,)."""
    _, one, two, s11, s12, s22 = scores
    if without_norm:
        weight = weight / weight.sum()
        one, two = one - (weight * one).sum(), two - (weight * two).sum()
        s11, s12, s22 = (
            s - (weight * s).sum() - (weight * a * b).sum()
            for s, a, b in ((s11, one, one), (s12, one, two), (s22, two, two))
        )
    e11, e12, e22 = s11 + one * one / 2, s12 + one * two / 2, s22 + two * two / 2
    columns = [one * one, one * two, two * two]
    columns += [one**3, one * one * two, one * two * two, two**3]
    columns += [e11 * one, e12 * one, e22 * one, e11 * two, e12 * two, e22 * two]
    columns += [e11 * e22, e12 * e12]
    return np.array([(weight * c).sum() for c in columns], object)


def _geometry(packed: np.ndarray) -> Means:
    g11, g12, g22, t111, t112, t122, t222, *rest = packed
    a1, b1, c1, a2, b2, c2, e1122, e1212 = rest
    det = g11 * g22 - g12**2

    def raised(u: tuple[Any, Any], v: tuple[Any, Any]) -> Any:
        return (g22 * u[0] * v[0] - g12 * (u[0] * v[1] + u[1] * v[0]) + g11 * u[1] * v[1]) / det

    across = raised((a1, a2), (c1, c2)) - raised((b1, b2), (b1, b2))
    return Means(
        [[g11, g12], [g12, g22]],
        [[[t111, t112], [t112, t122]], [[t112, t122], [t122, t222]]],
        [[[a1, a2], [b1, b2]], [[b1, b2], [c1, c2]]],
        (e1122 - e1212 - across) / det,
    )


def divergence(specification: str, a: Any, b: Any) -> Any:
    """Return KL(a‖b) = E_a[log p_a − log p_b] by the same rules; None as for `means`."""
    before = None
    if _space(specification) == "measurements":
        return None
    with mp.workdps(_digits(specification)):
        for value, exact in _divergences(specification, a, b):
            if exact or (before is not None and abs(value - before) <= AGREED * abs(value)):
                return value
            before = value
    return None


def _divergences(specification: str, a: Any, b: Any) -> Iterator[tuple[Any, bool]]:
    one, two = _finite(specification, a), _finite(specification, b)
    if one is not None and two is not None:
        p, q = (np.array([mp.exp(v) for v in part[0]], object) for part in (one, two))
        p, q = p / p.sum(), q / q.sum()
        yield sum(x * mp.log(x / y) for x, y in zip(p, q, strict=True)), True
        return
    stated = formulas.definition(specification)
    assert stated is not None
    logs = [_log(stated, theta) for theta in (a, b)]
    rules = sample_rules.parts(specification, a, b)
    for halving in range(HALVINGS):
        x, weight = sample_rules.joined([part(FIRST / 2**halving) for part in rules])
        yield _difference(x, weight, logs, formulas.without_norm(specification)), False


def _log(stated: Definition, theta: Any) -> Callable[[Any], list[Any]]:
    return formulas.precise(
        formulas.at_point([stated.log_density], stated.theta, theta), [stated.x]
    )


def _difference(x: np.ndarray, weight: np.ndarray, logs: list[Any], without_norm: bool) -> Any:
    total, mass = mp.mpf(0), [mp.mpf(0), mp.mpf(0)]
    for at, w in zip(x, weight, strict=True):
        try:
            one = mp.mpf(logs[0](at)[0])
            share = _share(w, one)
            if not (_counts_in(share) or without_norm):
                continue
            two = mp.mpf(logs[1](at)[0])
        except (ZeroDivisionError, ValueError, OverflowError):
            continue
        total += share * (one - two)
        mass = [mass[0] + share, mass[1] + _share(w, two)]
    return total / mass[0] + mp.log(mass[1] / mass[0]) if without_norm else total
