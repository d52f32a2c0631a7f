"""Adaptive quadrature of several functions at once, on panels halved until all are resolved.

On a panel of half-width h, f is interpolated at n Gauss–Legendre nodes, f ≈ Σ c_k P_k; it is halved
while h(|c_n−2| + |c_n−1|) exceeds a fraction of the total ∫|f|.  All panels of a round are processed as
one array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from compute.core.arrays import Bools, Floats

NODES = 16
# tolerance for the last coefficients; the integral itself is exact to twice their degree
TOLERANCE = 1e-8
# smaller integrals are resolved to this absolute size: rounding leaves no more digits
LEAST = 1e-9
ROUNDS = 40
MOST_PANELS = 1500


@dataclass(frozen=True, eq=False)
class Panels:
    """Panels from left to right: nodes u and weights (m, n), values of the functions (r, m, n).

    settled (r,): whether each is resolved everywhere.
    """

    u: Floats
    weights: Floats
    values: Floats
    settled: Bools

    def integrals(self) -> Floats:
        """Return ∫f du (r,) of each function."""
        total: Floats = (self.values * self.weights).sum(axis=(1, 2))
        return total

    def running(self, row: int) -> tuple[Floats, Floats]:
        """Return ∫f du (m, n) of one function, from the left end to each node and from there to the
        right.
        """
        values, weights = self.values[row], self.weights
        half = weights.sum(axis=1) / 2
        whole = (values * weights).sum(axis=1)
        left = half[:, None] * (values @ _rule().running.T)
        right = half[:, None] * (values[:, ::-1] @ _rule().running.T)[:, ::-1]
        before = np.concatenate([[0.0], np.cumsum(whole)[:-1]])
        after = np.concatenate([np.cumsum(whole[::-1])[::-1][1:], [0.0]])
        return before[:, None] + left, after[:, None] + right


@dataclass(frozen=True, eq=False)
class _Rule:
    """Nodes and weights (n,) on [−1, 1]; values → last two coefficients (2, n); → ∫ to nodes (n, n)."""

    x: Floats
    weights: Floats
    last: Floats
    running: Floats


@cache
def _rule() -> _Rule:
    legendre = np.polynomial.legendre
    x, weights = legendre.leggauss(NODES)
    # c_k = (k + ½) Σ w P_k(x) f(x);  ∫P_k = (P_k+1 − P_k−1)/(2k + 1)
    basis = legendre.legvander(x, NODES)
    k = np.arange(NODES)
    coefficients = (k + 0.5)[:, None] * (basis[:, :NODES] * weights[:, None]).T
    before = np.concatenate([-np.ones((NODES, 1)), basis[:, : NODES - 1]], axis=1)
    rises = (basis[:, 1:] - before) / (2 * k + 1)
    return _Rule(x, weights, coefficients[-2:], rises @ coefficients)


def integrate(functions: Callable[[Floats], Floats], edges: Floats) -> Panels:
    """Resolve functions u (k,) → (r, k), finite everywhere, between the first and the last edge.

    ``edges`` (m,) ascend, with some near places where a function is steep.  A function not resolved by
    1500 panels or 40 halvings is not settled.
    """
    done: list[_Panels] = []
    panels = _panels(functions, (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2)
    for number in range(ROUNDS):
        size = np.sum([part.size() for part in (*done, panels)], axis=0)
        rough = panels.rest > TOLERANCE * np.maximum(size, LEAST)[:, None]
        split = np.asarray(rough.any(axis=0))
        many = 2 * int(split.sum()) + sum(len(part.half) for part in done) > MOST_PANELS
        if number == ROUNDS - 1 or many or not split.any():
            return _mesh([*done, panels], ~rough.any(axis=1))
        done.append(panels.where(~split))
        half = np.repeat(panels.half[split] / 2, 2)
        centre = np.repeat(panels.centre[split], 2) + half * np.tile([-1.0, 1.0], int(split.sum()))
        panels = _panels(functions, centre, half)
    raise AssertionError("the last round returns")


@dataclass(frozen=True, eq=False)
class _Panels:
    """centre and half-width (m,), values (r, m, n), error estimates from the last coefficients
    (r, m).
    """

    centre: Floats
    half: Floats
    values: Floats
    rest: Floats

    def where(self, keep: Bools) -> _Panels:
        return _Panels(self.centre[keep], self.half[keep], self.values[:, keep], self.rest[:, keep])

    def size(self) -> Floats:
        """Return ∫|f| (r,)."""
        total: Floats = (np.abs(self.values) @ _rule().weights * self.half).sum(axis=1)
        return total


def _panels(functions: Callable[[Floats], Floats], centre: Floats, half: Floats) -> _Panels:
    u = centre[:, None] + half[:, None] * _rule().x
    values = functions(u.ravel()).reshape(-1, *u.shape)
    return _Panels(centre, half, values, half * np.abs(values @ _rule().last.T).sum(axis=2))


def _mesh(parts: list[_Panels], settled: Bools) -> Panels:
    centre = np.concatenate([part.centre for part in parts])
    order = np.argsort(centre)
    centre, half = centre[order], np.concatenate([part.half for part in parts])[order]
    values = np.concatenate([part.values for part in parts], axis=1)[:, order]
    rule = _rule()
    u = centre[:, None] + half[:, None] * rule.x
    return Panels(u, half[:, None] * rule.weights, values, settled)
