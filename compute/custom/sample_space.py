"""Sample spaces of user-defined log-densities: their line for quadrature, and their range for drawing.

line       x on the whole line, or with a range an interval
half-line  x > 0, or with a range an interval
interval   0 < x < 1, or between the ends of a range
circle     −π < x < π; outcomes one by one
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.custom.definition import Own
from compute.custom.parse import evaluate
from compute.definitions import node_placement
from compute.definitions.quadrature import Nodes
from compute.manifold.manifold import Manifold, Support

Expr = Any  # sympy.Expr, which has no type stubs

DRAWN = 257
# share of the largest density from which it is drawn
WORTH = 2e-3


def line(own: Own) -> str:
    """Return the line of a sample space (see `node_placement`); "" for outcomes."""
    if isinstance(own.space, tuple):
        return ""
    return "interval" if own.range is not None else own.space


def on_line(line: str, x: Expr, ends: tuple[Expr, Expr] | None) -> dict[str, Any]:
    """Return x in terms of the line's symbols, so that no digits are lost at its ends."""
    import sympy as sp

    r, q, log_r, log_q = places = sp.symbols("r q log_r log_q", real=True)
    if line == "half-line":
        return {"places": places, "sample": r, "swaps": {sp.log(x): log_r}, "slope": log_r}
    if line != "interval":
        return {"places": places, "sample": r}
    low, high = ends or (sp.Integer(0), sp.Integer(1))
    length = high - low
    swaps = {
        x - low: length * r,
        low - x: -length * r,
        high - x: length * q,
        x - high: -length * q,
        sp.log(x - low): sp.log(length) + log_r,
        sp.log(high - x): sp.log(length) + log_q,
    }
    slope = sp.log(length) + log_r + log_q
    return {"places": places, "sample": low + length * r, "swaps": swaps, "slope": slope}


def outcomes(own: Own) -> Nodes:
    """Return the distinct outcomes of a list."""
    assert isinstance(own.space, tuple)
    return Nodes(np.array(own.space), np.ones(len(own.space)))


def support(
    own: Own, made: Manifold, density: Callable[[Floats, Floats], Floats], theta: Floats
) -> Support:
    """Return the support for drawing the distributions at theta (k, 2)."""
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
    x = np.linspace(low, high, 8 * DRAWN) if ends else _looked(own, made, theta)
    p = density(theta, x)
    seen = x[(p > WORTH * p.max(axis=1, keepdims=True)).any(axis=0)]
    if len(seen) < 2:
        return Support(np.linspace(low, high, DRAWN), space=str(space), ends=ends)
    border = 0.05 * (seen[-1] - seen[0])
    least = 1e-6 * seen[0] if space == "half-line" else -np.inf
    drawn = np.linspace(max(seen[0] - border, least), seen[-1] + border, DRAWN)
    return Support(drawn, space=str(space), ends=ends)


def _looked(own: Own, made: Manifold, theta: Floats) -> Floats:
    """Return samples (k,) that include those where the densities at theta are large."""
    assert made.averages is not None
    v = made.averages.nodes(theta)
    x = node_placement.seen(line(own), v)[0]
    return np.unique(x[np.isfinite(x)])


def _reach(own: Own, theta: Floats) -> tuple[float, float]:
    """Return the ends of the samples at theta (k, 2)."""
    ends = own.ends()
    if ends is None:
        return (0.0, 1.0) if own.space != "line" else (-5.0, 5.0)
    at = dict(zip(own.coordinates, np.moveaxis(theta, -1, 0), strict=True))
    low, high = (evaluate(end, at) for end in ends)
    return float(np.min(low)), float(np.max(high))
