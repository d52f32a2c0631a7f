"""Adaptive panels for densities that a single placed rule does not resolve.

Each panel has the Gauss–Kronrod pair of 7 and 15 nodes; it is halved while the two differ by more than
its share of the mass or of the weighted scores.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from compute.core.arrays import Floats
from compute.definitions.node_placement import Rule

# nodes and weights of the pair (QUADPACK, qk15), from the outermost to the middle
_NODES = (
    0.991455371120812639206854697526329,
    0.949107912342758524526189684047851,
    0.864864423359769072789712788640926,
    0.741531185599394439863864773280788,
    0.586087235467691130294144691693013,
    0.405845151377397166906606412076961,
    0.207784955007898467600689403773245,
    0.0,
)
_KRONROD = (
    0.022935322010529224963732008058970,
    0.063092092629978553290700663189204,
    0.104790010322250183839876322541518,
    0.140653259715525918745189590510238,
    0.169004726639267902826583426598550,
    0.190350578064785409913256402421014,
    0.204432940075298892414161999234649,
    0.209482141084727828012999174891714,
)
_GAUSS = (
    0.129484966168869693270611432679082,
    0.279705391489276667901467771423780,
    0.381830050505118944950369775488975,
    0.417959183673469387755102040816327,
)
X = np.array([*(-x for x in _NODES), *_NODES[-2::-1]])
KRONROD = np.array([*_KRONROD, *_KRONROD[-2::-1]])
GAUSS = np.zeros(15)
GAUSS[1::2] = [*_GAUSS, *_GAUSS[-2::-1]]

# initial panels, rounds of halving, and maximum panels per density
FIRST, ROUNDS, MOST = 16, 14, 400
# maximum nodes per density and round
MOST_NODES = 2 * 15 * MOST
# tolerance for the difference of a panel's two rules, relative to the total
ALLOWED = 1e-10
Measured = Callable[[np.ndarray, Floats], Floats]


def refined(rule: Rule, circle: bool, measured: Measured) -> Rule:
    """Return the rule whose panels resolve the functions ``measured(rows, v)`` (j, k) → (f, j, k).

    rows (j,): the density to which the nodes v (j, k) belong; the functions f are positive.
    """
    low, high, owner = _first(rule, circle)
    done: list[tuple[Floats, Floats, np.ndarray]] = []
    for number in range(ROUNDS):
        values = measured(owner, _nodes(low, high))
        half = 0.5 * (high - low)
        fine, gross = (half * (values * weights).sum(axis=2) for weights in (KRONROD, GAUSS))
        kept = [np.bincount(owner, weights=f, minlength=len(rule.v)) for f in fine]
        if number == 0:
            total = np.array(kept)
        total = np.maximum(total, np.array(kept))
        error = (np.abs(fine - gross) / np.maximum(total[:, owner], 1e-300)).max(axis=0)
        count = np.bincount(owner, minlength=len(rule.v))
        split = (error > ALLOWED) & (count[owner] < MOST) & (number < ROUNDS - 1)
        done.append((low[~split], high[~split], owner[~split]))
        low, high, owner = low[split], high[split], owner[split]
        if len(owner) == 0:
            break
        middle = 0.5 * (low + high)
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        owner = np.concatenate([owner, owner])
    return _gathered(rule, done)


def _first(rule: Rule, circle: bool) -> tuple[Floats, Floats, np.ndarray]:
    """Return initial panels: some along the placed rule, and half as many evenly spaced in v."""
    if circle:
        edges = np.broadcast_to(np.linspace(-np.pi, np.pi, FIRST + 1), (len(rule.v), FIRST + 1))
        edges = edges + rule.spot[:, :1]
    else:
        u = np.linspace(0.0, 1.0, FIRST + 1)
        centre, scale, start, end = (rule.spot[:, i : i + 1] for i in range(4))
        low, high = (centre + scale * np.sinh(e) for e in (start, end))
        inner = centre + scale * np.sinh(start + (end - start) * u)
        edges = np.sort(np.concatenate([inner, low + (high - low) * u[1:-1]], axis=1), axis=1)
    owner = np.repeat(np.arange(len(rule.v)), edges.shape[1] - 1)
    return edges[:, :-1].ravel(), edges[:, 1:].ravel(), owner


def _nodes(low: Floats, high: Floats) -> Floats:
    nodes: Floats = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * X
    return nodes


def _gathered(rule: Rule, done: list[tuple[Floats, Floats, np.ndarray]]) -> Rule:
    """Return all panels as one rule, padded with nodes of weight 0."""
    low, high, owner = (np.concatenate(part) for part in zip(*done, strict=True))
    order = np.lexsort((low, owner))
    low, high, owner = low[order], high[order], owner[order]
    count = np.bincount(owner, minlength=len(rule.v))
    place = np.arange(len(owner)) - np.concatenate([[0], np.cumsum(count)[:-1]])[owner]
    shape = (len(rule.v), int(count.max()), 15)
    v = np.broadcast_to(rule.spot[:, 0, None, None], shape).copy()
    weights, coarse = np.zeros(shape), np.zeros(shape)
    half = 0.5 * (high - low)[:, None]
    v[owner, place] = _nodes(low, high)
    weights[owner, place], coarse[owner, place] = half * KRONROD, half * GAUSS
    flat = (len(v), -1)
    return Rule(v.reshape(flat), weights.reshape(flat), coarse.reshape(flat), rule.spot)
