"""Connection and curvature by numerical derivatives of a metric's formula, in 40 digits.

For points that means over the sample space do not reach, densities with kinks, and states of a qubit,
whose metric is checked by ½ ∂_i∂_j d(θ, φ)² at φ = θ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

from . import formulas

PAIRS = ((0, 0), (0, 1), (1, 1))
ORDERS = {(0, 0): (2, 0), (0, 1): (1, 1), (1, 1): (0, 2)}


def metric(specification: str, theta: Any) -> list[Any] | None:
    """Return g₁₁, g₁₂, g₂₂ at θ by the formula; None where a family states none."""
    made = _metric(specification)
    if made is None:
        return None
    with mp.workdps(formulas.DIGITS):
        return list(made(*map(mp.mpf, map(float, theta))))


def _metric(specification: str) -> Callable[..., Any] | None:
    stated = formulas.definition(specification)
    g = None if stated is None else formulas.metric(stated)
    return None if stated is None or g is None else formulas.precise(list(g), stated.theta)


def first_and_curvature(specification: str, theta: Any) -> tuple[Any, Any] | None:
    """Return Γ_ij,k (2, 2, 2) and K at θ; None where a family states no metric."""
    made = _metric(specification)
    if made is None:
        return None
    with mp.workdps(formulas.DIGITS):
        at = tuple(map(mp.mpf, map(float, theta)))

        def slope(pair: tuple[int, int], order: tuple[int, int]) -> Any:
            number = sum(pair)
            return mp.diff(lambda a, b: made(a, b)[number], at, order)

        g11, g12, g22 = made(*at)
        once = {
            (pair, k): slope(pair, (1 - k, k)) for pair in PAIRS for k in (0, 1)
        }  # ∂_k g of a pair
        first = [[[_first(once, i, j, k) for k in (0, 1)] for j in (0, 1)] for i in (0, 1)]
        bend = 2 * slope((0, 1), (1, 1)) - slope((1, 1), (2, 0)) - slope((0, 0), (0, 2))
        det = g11 * g22 - g12**2

        def raised(u: list[Any], v: list[Any]) -> Any:
            cross = u[0] * v[1] + u[1] * v[0]
            return (g22 * u[0] * v[0] - g12 * cross + g11 * u[1] * v[1]) / det

        across = raised(first[0][1], first[0][1]) - raised(first[0][0], first[1][1])
        return first, (bend / 2 + across) / det


def _first(once: dict[Any, Any], i: int, j: int, k: int) -> Any:
    def g(a: int, b: int, along: int) -> Any:
        return once[(min(a, b), max(a, b)), along]

    return (g(j, k, i) + g(i, k, j) - g(i, j, k)) / 2


def metric_by_distance(specification: str, theta: Any) -> list[Any] | None:
    """Return ½ ∂_i∂_j d(θ, φ)² at φ = θ, packed (3,); None without a closed form of the distance."""
    stated = formulas.definition(specification)
    if stated is None or stated.distance is None or stated.other is None:
        return None
    made = formulas.precise([stated.distance**2], (*stated.theta, *stated.other))
    with mp.workdps(formulas.DIGITS):
        at = tuple(map(mp.mpf, map(float, theta)))
        return [mp.diff(lambda a, b: made(*at, a, b)[0], at, ORDERS[pair]) / 2 for pair in PAIRS]
