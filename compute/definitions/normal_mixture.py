"""Scores of mixtures (1 − w)N(m₁, 1) + wN(m₂, 1) of two normals, with quadrature nodes.

With y = x − m₂, δ = m₂ − m₁ and e = exp(−δy − δ²/2) the density is φ(y)n, n = w + (1 − w)e, and the
second component's share of it is r = w/n.  The scores are products of y, 1 − e and 1/n, which do not
cancel where the components are near; they have poles where p = 0, at a distance π/|δ| from the real
axis.  So the error of the trapezoid rule of step h falls like e^(−2π²/(|δ|h)): near means need fewer
nodes than far ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.quadrature import Nodes, Scores, uniform

# the largest mean, how far nodes reach beyond the means, and the smallest and the largest step
REACH, TAIL, FINEST, COARSEST = 6.0, 9.0, 0.04, 0.4
# 2π²/(|δ|h): an error of e^−42 is below rounding
DIGITS = 42.0
# for all means: the nodes of the kernels
ALL = uniform(-REACH - TAIL, REACH + TAIL, 241)


def nodes(gap: Floats) -> Nodes:
    """Return the rule in y for all differences δ (n,) of the means."""
    if len(gap) == 0:
        return ALL
    least, most = min(float(gap.min()), 0.0), max(float(gap.max()), 0.0)
    apart = max(-least, most, 1e-300)
    step = min(max(2.0 * np.pi**2 / (DIGITS * apart), FINEST), COARSEST)
    low, high = -most - TAIL, -least + TAIL
    return uniform(low, high, int(np.ceil((high - low) / step)) + 1)


class Mixed(NamedTuple):
    """At nodes y (k,) of points: mass, log e, e and 1/n (n, k), and the scores to fill (n, 5, k)."""

    y: Floats
    mass: Floats
    log: Floats
    e: Floats
    over: Floats
    values: Floats


def mixed(gap: Floats, w: Floats | float) -> Mixed:
    """Return densities at differences δ (n,) and weights w (n, 1) of the second component."""
    rule = nodes(gap)
    y, d = rule.x.astype(gap.dtype), gap[:, None]
    normal = rule.weights * np.exp(-0.5 * rule.x**2) / np.sqrt(2.0 * np.pi)
    with np.errstate(under="ignore"):
        log = -d * (y + 0.5 * d)
        e = np.exp(log)
        n = w + (1.0 - w) * e
        values = np.zeros((len(gap), 5, len(y)), y.dtype)
        return Mixed(y, normal.astype(y.dtype) * n, log, e, 1.0 / n, values)


def by_means(w: float) -> Callable[[Floats], Scores]:
    """Return the scores by (m₁, m₂): l₁ = (1 − r)(x − m₁), l₂ = r(x − m₂)."""

    def scores(theta: Floats) -> Scores:
        gap = theta[:, 1] - theta[:, 0]
        m = mixed(gap, w)
        x = m.y + gap[:, None]
        r, s = w * m.over, (1.0 - w) * m.e * m.over
        m.values[:, 0] = s * x
        m.values[:, 1] = r * m.y
        m.values[:, 2] = s * (x * x - 1.0)
        m.values[:, 4] = r * (m.y * m.y - 1.0)
        return Scores(m.mass, m.values)

    return scores


def by_weight(theta: Floats) -> Scores:
    """Return the scores by (w, m), m₁ = 0: l_w = (1 − e)/n, l_m = r(x − m)."""
    w = theta[:, :1]
    m = mixed(theta[:, 1], w)
    m.values[:, 0] = -np.expm1(m.log) * m.over
    m.values[:, 3] = m.y * m.over
    m.values[:, 1] = w * m.values[:, 3]
    m.values[:, 4] = w * (m.y * m.y - 1.0) * m.over
    return Scores(m.mass, m.values)
