"""Quadrature rules and sums over sample spaces, in mpmath.

Integrals are by the trapezoidal rule after a double exponential change of variable, sums over counts.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath as mp
import numpy as np

from compute.families import manifold

# half-width in t: beyond, every weight is below 1e-34
REACH = 7
# places where scores jump
JUMPS: dict[str, Callable[[Any], float]] = {"laplace": lambda theta: float(theta[0])}

# x (n,) and weights (n,)
Nodes = tuple[np.ndarray, np.ndarray]


def _change(space: str, centre: Any, scale: Any) -> Callable[[Any], tuple[Any, Any]]:
    """Return t ↦ x and dx/dt onto a sample space."""
    half = mp.pi / 2

    def line(t: Any) -> tuple[Any, Any]:
        u = half * mp.sinh(t)
        return centre + scale * mp.sinh(u), scale * mp.cosh(u) * half * mp.cosh(t)

    def half_line(t: Any) -> tuple[Any, Any]:
        x = scale * mp.exp(half * mp.sinh(t))
        return centre + x, x * half * mp.cosh(t)

    def interval(t: Any) -> tuple[Any, Any]:
        q = 1 / (1 + mp.exp(2 * half * mp.sinh(t)))
        return 1 - q, q * (1 - q) * 2 * half * mp.cosh(t)

    return {"line": line, "half-line": half_line, "interval": interval}[space]


def _rule(change: Callable[[Any], tuple[Any, Any]], h: Any) -> Nodes:
    """Return nodes and weights of the trapezoidal rule in t."""
    count = int(REACH / h)
    pairs = [change(k * h) for k in range(-count, count + 1)]
    x, weight = zip(*pairs, strict=True)
    return np.array(x, object), np.array([w * h for w in weight], object)


def parts(specification: str, *points: Any) -> list[Callable[[Any], Nodes]]:
    """Return rules, functions of the step, for the parts of a sample space with smooth scores at all
    points.
    """
    family = manifold(specification)
    support = family.support(np.array([points[0], points[-1]], float))
    low, high = float(np.min(support.x)), float(np.max(support.x))
    if support.space == "outcomes":
        x = np.array([mp.mpf(float(k)) for k in support.x], object)
        return [lambda h: (x, np.full(len(x), mp.mpf(1), object))]
    if support.space in WHOLE:
        return [WHOLE[support.space]]
    if support.space == "two half-lines":
        return _cut([0.0], mp.mpf(high - low) / 8)
    if family.name in JUMPS:
        return _cut([JUMPS[family.name](theta) for theta in points], mp.mpf(high - low) / 8)
    scale = mp.mpf(high) / 6 if support.space == "half-line" else mp.mpf(high - low) / 8
    centre = mp.mpf(0) if support.space == "half-line" else mp.mpf(low + high) / 2
    change = _change(support.space, centre, scale)
    return [lambda h: _rule(change, h)]


def _cut(places: list[float], scale: Any) -> list[Callable[[Any], Nodes]]:
    """Return rules for the parts of a line that is cut at some places."""
    ends = [mp.mpf(x) for x in sorted(set(places))]
    outer = _change("half-line", mp.mpf(0), scale)
    inner = _change("interval", None, None)

    def beyond(end: Any, sign: int) -> Callable[[Any], Nodes]:
        def rule(h: Any) -> Nodes:
            x, weight = _rule(outer, h)
            return end + sign * x, weight

        return rule

    def inside(first: Any, last: Any) -> Callable[[Any], Nodes]:
        def rule(h: Any) -> Nodes:
            x, weight = _rule(inner, h)
            return first + (last - first) * x, (last - first) * weight

        return rule

    middle = [inside(*pair) for pair in pairwise(ends)]
    return [beyond(ends[0], -1), *middle, beyond(ends[-1], 1)]


def _around(h: Any) -> Nodes:
    """Return equal steps on the circle; 64 at the first h."""
    count = int(8 / h)
    x = [2 * mp.pi * k / count for k in range(count)]
    return np.array(x, object), np.full(count, 2 * mp.pi / count, object)


def _counts(h: Any) -> Nodes:
    """Return 0, 1, 2, … with weights 1; 400 numbers at the first h."""
    count = int(50 / h)
    return np.array([mp.mpf(k) for k in range(count)], object), np.full(count, mp.mpf(1), object)


def _two_counts(h: Any) -> Nodes:
    """Return counts and, for those of the second, −1, −2, …"""
    x, weight = _counts(h)
    return np.concatenate([x, -1 - x]), np.concatenate([weight, weight])


# rules of the sample spaces that need no change of variable
WHOLE = {"circle": _around, "counts": _counts, "two counts": _two_counts}


def joined(rules: list[Nodes]) -> Nodes:
    """Return the nodes and weights of all parts."""
    x, weight = zip(*rules, strict=True)
    return np.concatenate(x), np.concatenate(weight)
