"""g, Γ(v, v) and D of mixtures of two normals by few sums, for geodesics with α = 0.

With the notation of `normal_mixture` the densities and their derivatives are φ(y) times polynomials in
y and e, and all that is needed are means over φ of y^j, j ≤ 3, times two functions of e, of all points
one product of matrices: `_ByWeight` and `_ByMeans` say which.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.manifold.tangent import LocalGeometry, QuickGeometry, Spray

# how far nodes reach beyond the means, −log of the error, the largest step, and multiples of δ between
# which nodes are the same
TAIL, DIGITS, COARSEST, GRID = 8.3, 35.0, 0.5, 0.25
# below this D/(g₁₁g₂₂) the difference g₁₁g₂₂ − g₁₂² cancels
CANCELS = 0.02
# points × nodes at once: the memory of larger arrays is fetched from the system every time
AT_ONCE = 48_000


def by_weight(whole: Callable[[Floats], LocalGeometry]) -> QuickGeometry:
    """Return a geometry by (w, m), m₁ = 0, with quicker ways to g and to what geodesics need."""
    return _quick(
        whole, lambda theta: _ByWeight(theta[:, 1], theta[:, 0]), lambda theta: theta[:, 1]
    )


def by_means(whole: Callable[[Floats], LocalGeometry], w: float) -> QuickGeometry:
    """Return a geometry by (m₁, m₂) with quicker ways to g and to what geodesics need."""

    def gap(theta: Floats) -> Floats:
        return np.asarray(theta[:, 1] - theta[:, 0])

    return _quick(whole, lambda theta: _ByMeans(gap(theta), np.full(len(theta), w)), gap)


def _quick(
    whole: Callable[[Floats], LocalGeometry],
    means: Callable[[Floats], _Means],
    gap: Callable[[Floats], Floats],
) -> QuickGeometry:
    def spray(theta: Floats, v: Floats) -> Spray:
        points, ways = theta.reshape(-1, 2).astype(np.float64, copy=False), v.reshape(-1, 2)
        found = np.empty((6, len(points)))
        for some in _parts(gap(points)):
            own = means(points[some])
            g = own.metric()
            for row, part in zip(found, (*g, *own.spray(*ways[some].T), own.det(g)), strict=True):
                row[some] = part
        return Spray(*found.reshape(6, *theta.shape[:-1]).astype(theta.dtype, copy=False))

    def metric(theta: Floats) -> Floats:
        points = theta.reshape(-1, 2).astype(np.float64, copy=False)
        found = np.empty((len(points), 3))
        for some in _parts(gap(points)):
            for i, part in enumerate(means(points[some]).metric()):
                found[some, i] = part
        return found.reshape(*theta.shape[:-1], 3).astype(theta.dtype)

    return QuickGeometry(whole, metric, spray)


def _parts(gap: Floats) -> Iterator[slice | np.ndarray]:
    """Return parts of points with differences δ (n,), which need similar numbers of nodes."""
    count = -(-len(gap) * len(_rule_of(gap).y) // AT_ONCE) if len(gap) else 0
    if count == 1:
        yield slice(None)
    elif count > 1:
        for some in np.array_split(np.argsort(gap), count):
            checkpoint()
            yield some


class _Rule(NamedTuple):
    """Nodes y (k,), φ times the weights (k,), this times y^j, j < 4 (k, 4), and −y and −½ (2, k)."""

    y: Floats
    normal: Floats
    powers: Floats
    sides: Floats


def _rule_of(gap: Floats) -> _Rule:
    """Return the rule for all differences δ (n,)."""
    return _rule(min(floor(gap.min() / GRID), 0), max(ceil(gap.max() / GRID), 0))


@lru_cache(maxsize=128)
def _rule(least: int, most: int) -> _Rule:
    """Return the trapezoid rule for δ between two multiples of GRID.

    Its error, of a pole at c = π/|δ| where φ is e^(c²/2), is e^−DIGITS.
    """
    low, high = -GRID * most - TAIL, -GRID * least + TAIL
    reach = min(np.pi / (GRID * max(-least, most, 1)), np.sqrt(2.0 * DIGITS))
    step = min(2.0 * np.pi * reach / (DIGITS + 0.5 * reach**2), COARSEST)
    y = np.arange(low, high + step, step)
    normal = (step / np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * y * y)
    powers = normal[:, None] * y[:, None] ** np.arange(4)
    return _Rule(y, normal, powers, np.stack([-y, np.full_like(y, -0.5)]))


class _Means(ABC):
    """Means over φ at points with δ and w (n,)."""

    def __init__(self, d: Floats, w: Floats) -> None:
        self.d, self.w, self.u = d, w, 1.0 - w
        self.rule = _rule_of(d)

    @abstractmethod
    def metric(self) -> tuple[Floats, Floats, Floats]:
        """Return g₁₁, g₁₂ and g₂₂, each (n,)."""

    @abstractmethod
    def spray(self, v1: Floats, v2: Floats) -> tuple[Floats, Floats]:
        """Return Γ(v, v)₁ and Γ(v, v)₂ (n,) for velocities (n,)."""

    @abstractmethod
    def rest(self, rows: np.ndarray, share: Floats) -> Floats:
        """Return E[(l₂ − share l₁)²] (k,) at some points."""

    def exponents(self) -> Floats:
        """Return log e (n, k)."""
        powers = np.empty((len(self.d), 2))
        powers[:, 0], powers[:, 1] = self.d, self.d * self.d
        found: Floats = powers @ self.rule.sides
        return found

    def sums(self, values: Floats) -> Floats:
        """Return the means of values (n, k) times y^j, j < 4 (4, n)."""
        found: Floats = values @ self.rule.powers
        return found.T

    def det(self, metric: tuple[Floats, Floats, Floats]) -> Floats:
        """Return D (n,): g₁₁ E[(l₂ − g₁₂/g₁₁ l₁)²] where g₁₁g₂₂ − g₁₂² cancels."""
        g11, g12, g22 = metric
        found = g11 * g22 - g12 * g12
        rows = np.flatnonzero(found < CANCELS * g11 * g22)
        if rows.size:
            found[rows] = g11[rows] * self.rest(rows, g12[rows] / g11[rows])
        return found


class _ByWeight(_Means):
    """By (w, m), with u = 1 − w, E = e − 1 and a = E/n: l_w = −a, l_m = wy/n and
    ∂_v∂_v p/p = (2v¹v²y + (v²)²w(y² − 1))/n.

    Since 1/n = 1 − ua, all is known from the means Q_j, R_j, P and S of ay^j, a²y^j, Ea and Ea²; none
    cancels where w or u is small.
        g = (P, −wQ₁; w²(1 − uQ₂)).
    """

    def __init__(self, d: Floats, w: Floats) -> None:
        super().__init__(d, w)
        rise = self.exponents()
        self.rise = np.expm1(rise, out=rise)
        n = self.rise * self.u[:, None]
        n += 1.0
        self.a = np.divide(self.rise, n, out=n)
        _, self.q1, self.q2, self.q3 = self.sums(self.a)
        self.product = self.rise * self.a
        self.p = self.product @ self.rule.normal

    def metric(self) -> tuple[Floats, Floats, Floats]:
        w = self.w
        return self.p, -w * self.q1, w * w * (1.0 - self.u * self.q2)

    def spray(self, v1: Floats, v2: Floats) -> tuple[Floats, Floats]:
        s = np.multiply(self.product, self.a, out=self.product) @ self.rule.normal
        _, r1, r2, r3 = self.sums(np.multiply(self.a, self.a, out=self.product))
        w, u, q2, v11 = self.w, self.u, self.q2, 0.5 * v1 * v1
        b, cross = w * v2, v1 * v2
        c = u * b
        first = v11 * s - cross * (2.0 * self.q1 + w * r1)
        first += b * (0.5 * b * (q2 - u * r2) - v2 * (q2 + u * self.p))
        second = (
            2.0 * cross * (1.0 - u * q2)
            - c * v2 * (self.q3 - self.q1)
            + b * (v1 * q2 + c * self.q3)
            - v11 * r1
            - c * (v1 * r2 + 0.5 * c * r3)
        )
        return first, w * second

    def rest(self, rows: np.ndarray, share: Floats) -> Floats:
        rise, w = self.rise[rows], self.w[rows, None]
        off = w * self.rule.y + share[:, None] * rise
        off *= off
        off /= 1.0 + self.u[rows, None] * rise
        return np.asarray(off @ self.rule.normal)


class _ByMeans(_Means):
    """By (m₁, m₂), with the shares r = w/n of the second and s = 1 − r of the first component and
    x = y + δ: l₁ = sx, l₂ = ry and ∂_v∂_v p/p = (v¹)²s(x² − 1) + (v²)²r(y² − 1).

    Since pr = wφ(y) and ps = (1 − w)φ(x), all is known from the means T and K of ws and wsr times
    products of x and y.
        g = (1 − w − T[x²], T[xy]; w − T[y²]).
    """

    def __init__(self, d: Floats, w: Floats) -> None:
        super().__init__(d, w)
        odds = self.exponents()
        odds += np.log(self.u / w)[:, None]
        self.odds = odds = np.exp(odds, out=odds)
        self.second = 1.0 / (1.0 + odds)
        self.first = odds * self.second
        self.t = self._products(self.first)

    def metric(self) -> tuple[Floats, Floats, Floats]:
        _, _, xx, xy, yy, *_ = self.t
        return self.u - xx, xy, self.w - yy

    def spray(self, v1: Floats, v2: Floats) -> tuple[Floats, Floats]:
        x, y, _, _, _, _, xxy, xyy, yyy = self.t
        *_, kxxx, kxxy, kxyy, kyyy = self._products(
            np.multiply(self.first, self.second, out=self.second)
        )
        first, cross, second = v1 * v1, v1 * v2, v2 * v2
        one = first * (x - 0.5 * kxxx) - cross * (xxy - kxxy) + second * (xyy - x - 0.5 * kxyy)
        two = first * (0.5 * (xxy + kxxy) - y) - cross * kxyy + second * (y - 0.5 * (yyy - kyyy))
        return one, two

    def _products(self, values: Floats) -> tuple[Floats, ...]:
        """Return w times the means of values (n, k) times x, y, x², xy, y², x³, x²y, xy² and y³, each
        (n,).
        """
        d, (one, y, yy, yyy) = self.d, self.w * self.sums(values)
        x, xy, xyy = y + d * one, yy + d * y, yyy + d * yy
        xx, xxy = xy + d * x, xyy + d * xy
        return x, y, xx, xy, yy, xxy + d * xx, xxy, xyy, yyy

    def rest(self, rows: np.ndarray, share: Floats) -> Floats:
        odds, x = self.odds[rows], self.rule.y + self.d[rows, None]
        off = (self.rule.y - share[:, None] * odds * x) ** 2 / (1.0 + odds)
        return np.asarray(self.w[rows] * (off @ self.rule.normal))
