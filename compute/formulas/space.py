"""Sample spaces: where the mean of a stated log-density is taken, and where it is drawn.

line       x = sinh u, or with a range of the sample x = a + (b − a)u, trapezoidal rule
half-line  x = eᵘ, or with a range as an interval
interval   x = a + (b − a)(1 + tanh(½π sinh u))/2, which crowds where a density may diverge
circle     trapezoidal rule on (−π, π), outcomes one by one
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.formulas.definition import Own
from compute.formulas.parse import evaluate
from compute.manifold import Support
from compute.quadrature import Nodes, uniform
from compute.types import Floats

COUNT = 257
DRAWN = 257
# by these, single precision still tells x from the end of the interval
CROWDED = 2.4


def nodes(own: Own) -> Nodes:
    """The nodes of a log-density's sample space, on the unit interval if it has a range."""
    space = own.space
    if isinstance(space, tuple):
        return Nodes(np.array(space), np.ones(len(space)))
    if space == "circle":
        x = np.linspace(-np.pi, np.pi, COUNT)[:-1]
        return Nodes(x, np.full(COUNT - 1, x[1] - x[0]))
    if space == "interval" or (own.range is not None and space == "half-line"):
        return _crowded()
    if own.range is not None:
        return uniform(0.0, 1.0, COUNT)
    low, high = (-10.0, 10.0) if space == "line" else (-30.0, 9.0)
    u = np.linspace(low, high, COUNT)
    x, slope = (np.sinh(u), np.cosh(u)) if space == "line" else (np.exp(u), np.exp(u))
    return Nodes(x, slope * (u[1] - u[0]))


def _crowded() -> Nodes:
    """The double exponential rule on (0, 1) (Takahasi and Mori 1974)."""
    u = np.linspace(-CROWDED, CROWDED, COUNT)
    inner = 0.5 * np.pi * np.sinh(u)
    slope = 0.25 * np.pi * np.cosh(u) / np.cosh(inner) ** 2
    return Nodes(0.5 * (1 + np.tanh(inner)), slope * (u[1] - u[0]))


def support(own: Own, density: Callable[[Floats, Floats], Floats], theta: Floats) -> Support:
    """What shows the distributions at theta (k, 2): where any of them is worth drawing."""
    space = own.space
    if isinstance(space, tuple):
        return Support(np.array(space), tuple(f"{x:g}" for x in space), "outcome", "outcomes")
    if space == "circle":
        return Support(np.linspace(-np.pi, np.pi, DRAWN), space=space)
    low, high = _reach(own, theta)
    if space == "interval":
        border = 0.002 * (high - low)
        drawn = np.linspace(low + border, high - border, DRAWN)
        return Support(drawn, space=space, ends=(low, high))
    ends = (low, high) if own.range is not None else None
    x = np.linspace(low, high, 8 * DRAWN) if own.range is not None else nodes(own).x
    p = density(theta, x)
    seen = x[(p > 2e-3 * p.max(axis=1, keepdims=True)).any(axis=0)]
    if len(seen) < 2:
        return Support(np.linspace(low, high, DRAWN), space=str(space), ends=ends)
    border = 0.05 * (seen[-1] - seen[0])
    least = 1e-6 * seen[0] if space == "half-line" else -np.inf
    drawn = np.linspace(max(seen[0] - border, least), seen[-1] + border, DRAWN)
    return Support(drawn, space=str(space), ends=ends)


def integral(own: Own, density: Callable[[Floats, Floats], Floats], theta: Floats) -> Floats:
    """∫p dx (k,) at theta (k, 2), by the nodes of the mean."""
    rule, ends = nodes(own), own.ends()
    sums = []
    for point in theta:
        x, weights = rule.x, rule.weights
        if ends is not None:
            at = dict(zip(own.coordinates, point, strict=True))
            low, high = (evaluate(end, at) for end in ends)
            x, weights = low + (high - low) * x, (high - low) * weights
        sums.append(float((density(point, x) * weights).sum()))
    return np.array(sums)


def _reach(own: Own, theta: Floats) -> tuple[float, float]:
    """Between which ends the samples at theta (k, 2) lie."""
    ends = own.ends()
    if ends is None:
        return (0.0, 1.0) if own.space != "line" else (-5.0, 5.0)
    at = dict(zip(own.coordinates, np.moveaxis(theta, -1, 0), strict=True))
    low, high = (evaluate(end, at) for end in ends)
    return float(np.min(low)), float(np.max(high))
