"""Divergences of nearby distributions, where differences of closed forms cancel.

With natural coordinates ϑ of an exponential family and D = ϑ_b − ϑ_a they are integrals of one positive
function along the straight line of ϑ, without cancellation at any separation:
    KL(b‖a), KL(a‖b), −log ∫√(pq) = ∫₀¹ w(t) DᵀG(ϑ_a + tD)D dt,   w = t, 1 − t, ½min(t, 1 − t).
For other families they are expanded about the midpoint m of a and b in θ: with u of unit length along b
− a and d² = g_m(b − a, b − a),
    KL(b‖a) + KL(a‖b) = d²(1 + s₄d² + s₆d⁴ …),   KL(a‖b) − KL(b‖a) = −d³(T_m(u, u, u)/6 + a₅d² …),
    1 − ∫√(pq) = d²(1/8 + e₄d² + e₆d⁴ …),
with higher coefficients fitted to two pairs farther apart in the same direction.  Where log p has a
kink that moves with θ, all powers of d occur (`one_sided`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.divergences.adaptive_quadrature import integrate
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, is_singular

# largest relative rounding error of a difference of natural coordinates
LOST = 1e-9
# Fisher lengths at which the coefficients are fitted, and the relative tolerance against the
# metric's own
FITTED = (0.1, 0.05)
OFF = 0.2
# the same for densities with a kink
FITTED_ONE_SIDED = (0.04, 0.02, 0.01)
_RULES = tuple(np.polynomial.legendre.leggauss(n) for n in (8, 16))

# KL(a‖b), KL(b‖a) and 1 − ∫√(p_a p_b) of a pair
Three = tuple[float, float, float]


def along_natural(manifold: Manifold, chart: Chart, a: Floats, b: Floats) -> Three | None:
    """Return the three divergences of an exponential family by its natural chart; None if its metric is
    not finite between a and b (2,), or the integrals do not converge.
    """
    start, gap = chart.forward(a), _difference(chart, a, b)
    largest = float(np.max(_squares(manifold, chart, start, gap, np.array([0.0, 0.5, 1.0]))))
    if largest == 0.0 or not np.isfinite(largest):
        return (0.0, 0.0, 0.0) if largest == 0.0 else None

    def rows(t: Floats) -> Floats:
        share = _squares(manifold, chart, start, gap, t) / largest
        weights = np.stack([1.0 - t, t, 0.5 * np.minimum(t, 1.0 - t)])
        return np.asarray(np.nan_to_num(weights * share, nan=1e9))

    mesh = integrate(rows, np.array([0.0, 0.25, 0.5, 0.75, 1.0]))
    if not mesh.settled.all():
        return None
    # KL(a‖b) is Bregman's divergence of ψ from a, whose weight is largest at a
    forward, backward, minus_log = (largest * mesh.integrals()).tolist()
    return forward, backward, float(-np.expm1(-minus_log))


def _squares(manifold: Manifold, chart: Chart, start: Floats, gap: Floats, t: Floats) -> Floats:
    """Return DᵀGD (k,) at fractions t (k,) of the segment; NaN outside the family."""
    theta = chart.inverse(start + t[:, None] * gap)
    known = np.asarray(np.isfinite(theta).all(axis=1))
    safe = np.where(known[:, None], theta, np.asarray(manifold.interior))
    v = chart.pull(safe, np.broadcast_to(gap, safe.shape))
    with np.errstate(all="ignore"):
        square = inner(manifold.geometry(safe).metric, v, v)
    return np.where(known, square, np.nan)


def _difference(chart: Chart, a: Floats, b: Floats) -> Floats:
    """Return ϑ_b − ϑ_a (2,), as the integral of ∂ϑ/∂θ along the straight line in θ if that is resolved,
    which avoids cancellation.
    """
    found = []
    for at, weights in _RULES:
        path = a + (0.5 * (at + 1.0))[:, None] * (b - a)
        found.append(0.5 * weights @ (chart.jacobian(path) @ (b - a)))
    rough, fine = found
    first, second = chart.forward(a), chart.forward(b)
    settled = np.abs(fine - rough).max() <= 1e-13 * np.abs(fine).max()
    # a straight line in θ may take another path, for example around a period
    same = np.abs(fine - (second - first)) <= LOST * (1.0 + np.abs(first) + np.abs(second))
    return np.asarray(fine if settled and same.all() else second - first)


def length(manifold: Manifold, a: Floats, b: Floats) -> float:
    """Return √g(b − a, b − a) at the midpoint of a and b (2,); infinite where g is not a metric."""
    middle = 0.5 * (a + b)
    if not bool(manifold.in_domain(middle)):
        return np.inf
    local = manifold.geometry(middle)
    square = float(inner(local.metric, b - a, b - a))
    bad = bool(is_singular(local)) or not square >= 0.0
    return np.inf if bad else float(np.sqrt(square))


def expanded(
    manifold: Manifold, a: Floats, b: Floats, three: Callable[[Floats, Floats], Three | None]
) -> Three | None:
    """Return the three divergences of a and b (2,) by expansion; ``three`` returns those of pairs
    farther apart.

    None if the domain has no room for these, or they are inconsistent with the metric.
    """
    d, middle = length(manifold, a, b), 0.5 * (a + b)
    if d == 0.0 or not np.isfinite(d):
        return (0.0, 0.0, 0.0) if d == 0.0 else None
    unit = (b - a) / d
    fits = []
    for h in FITTED:
        ends = np.stack([middle - 0.5 * h * unit, middle + 0.5 * h * unit])
        found = three(ends[0], ends[1]) if bool(manifold.in_domain(ends).all()) else None
        if found is None or not np.isfinite(found).all():
            return None
        fits.append(found)
    t = manifold.geometry(middle).cubic @ np.array(
        [unit[0] ** 3, 3 * unit[0] ** 2 * unit[1], 3 * unit[0] * unit[1] ** 2, unit[1] ** 3]
    )
    sums = _fitted(d, 2, 1.0, [f + g for f, g, _ in fits])
    skew = _fitted(d, 3, -float(t) / 6.0, [f - g for f, g, _ in fits])
    apart = _fitted(d, 2, 0.125, [e for _, _, e in fits])
    if sums is None or skew is None or apart is None:
        return None
    return 0.5 * (sums + skew), 0.5 * (sums - skew), apart


def one_sided(
    manifold: Manifold, a: Floats, b: Floats, apart: Callable[[Floats, Floats], float]
) -> float | None:
    """Return 1 − ∫√(p_a p_b) = d²(1/8 + e₃d + e₄d² + e₅d³) for densities with a kink, fitted to pairs
    whose values ``apart`` returns; None if the domain has no room for these.
    """
    d, middle = length(manifold, a, b), 0.5 * (a + b)
    if d == 0.0 or not np.isfinite(d):
        return 0.0 if d == 0.0 else None
    unit, lengths = (b - a) / d, np.array(FITTED_ONE_SIDED)
    ends = middle + 0.5 * lengths[:, None, None] * np.stack([-unit, unit])
    if not bool(manifold.in_domain(ends).all()):
        return None
    slopes = [(apart(*pair) / h**2 - 0.125) / h for pair, h in zip(ends, lengths, strict=True)]
    powers = np.linalg.solve(np.vander(lengths, increasing=True), np.array(slopes))
    return float(d**2 * (0.125 + d * np.polyval(powers[::-1], d)))


def _fitted(d: float, power: int, leading: float, values: list[float]) -> float | None:
    """Return c₀dⁿ + c₁dⁿ⁺² + c₂dⁿ⁺⁴ with c₀ known and the values at the two lengths; None if these are
    inconsistent with c₀.
    """
    squares = np.array(FITTED) ** 2
    ratios = np.array(values) / squares ** (power / 2)
    if np.abs(ratios - leading).max() > OFF:
        return None
    first, second = (ratios - leading) / squares
    bend = (first - second) / (squares[0] - squares[1])
    rise = second - bend * squares[1]
    return float(d**power * (leading + d * d * (rise + bend * d * d)))
