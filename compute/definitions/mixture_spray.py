"""g, Γ(v, v) and D of mixtures of two normals by few nodes, for geodesics with α = 0.

With the notation of `normal_mixture`, l_k = N_k/n, ∂_v∂_v p/p = B/n and N_v = v^k N_k, where N_k and
B are entire functions of y:
    g_ij = ∫ φ N_i N_j/n dy,   Γ_ij,k v^i v^j = ∫ φ (B/n − ½ N_v²/n²) N_k dy.
The trapezoid rule of step h errs by the poles of the integrand f, where n = 0:
    h Σ f(y_j) − ∫ f dy = −2π Re Σ Res f c,   c = i + cot(π(y − y₀)/h) = 2iE/(E − 1),
with E = e^(2πi(y − y₀)/h), over the poles above the real axis, at distances (2j + 1)π/|δ|.  The residue
at the first is known: there (1 − w)e = −w, n' = δw and n'' = −δn'.  Once it is subtracted, the error is
that of the next pole, three times as far, and a third of the nodes are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.definitions.normal_mixture import TAIL
from compute.manifold.tangent import LocalGeometry, QuickGeometry, Spray

# −log of the error, the largest step, and differences of means below which all poles are far enough
DIGITS, COARSEST, FAR = 40.0, 0.5, 0.6
# below this D/(g₁₁g₂₂) the difference g₁₁g₂₂ − g₁₂² cancels
CANCELS = 0.02
# points whose integrands are held together: they fit in the processor's cache
TOGETHER = 256
# real or complex numbers
Values = Any


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Coordinates of mixtures: the difference δ of the means and the weight w (n, 1) at θ (n, 2).

    At real or complex y, with rise = e − 1, ``first(d, w, y, rise)`` returns N₁, ``slope(d, w, y,
    rise)`` its derivative and ``bend(d, w, y, rise, v)`` B; N₂ = wy.
    """

    of: Callable[[Floats], tuple[Floats, Floats]]
    first: Callable[[Floats, Floats, Values, Values], Values]
    slope: Callable[[Floats, Floats, Values, Values], Values]
    bend: Callable[[Floats, Floats, Values, Values, Floats], Values]


def by_weight() -> Coordinates:
    """Return the coordinates (w, m), m₁ = 0: N₁ = 1 − e, B = 2v¹v²y + (v²)²w(y² − 1)."""

    def bend(d: Floats, w: Floats, y: Values, rise: Values, v: Floats) -> Values:
        v1, v2 = v
        return (2.0 * v1 * v2) * y + (v2 * v2 * w) * (y * y - 1.0)

    return Coordinates(
        lambda theta: (theta[:, 1:], theta[:, :1]),
        lambda d, w, y, rise: -rise,
        lambda d, w, y, rise: d * (1.0 + rise),
        bend,
    )


def by_means(weight: float) -> Coordinates:
    """Return the coordinates (m₁, m₂), x = y + δ: N₁ = (1 − w)ex,
    B = (v¹)²(1 − w)e(x² − 1) + (v²)²w(y² − 1).
    """

    def bend(d: Floats, w: Floats, y: Values, rise: Values, v: Floats) -> Values:
        (v1, v2), x = v, y + d
        return (v1 * v1 * (1.0 - w)) * (x * x - 1.0) * (1.0 + rise) + (v2 * v2 * w) * (y * y - 1.0)

    return Coordinates(
        lambda theta: (theta[:, 1:] - theta[:, :1], np.full((len(theta), 1), weight)),
        lambda d, w, y, rise: (1.0 - w) * (y + d) * (1.0 + rise),
        lambda d, w, y, rise: (1.0 - w) * (1.0 - d * (y + d)) * (1.0 + rise),
        bend,
    )


def quick(coordinates: Coordinates, whole: Callable[[Floats], LocalGeometry]) -> QuickGeometry:
    """Return a geometry, ``whole``, with quicker ways to g and to what geodesics need."""

    def spray(theta: Floats, v: Floats) -> Spray:
        points, ways = theta.reshape(-1, 2), v.reshape(-1, 2)
        found = np.empty((6, len(points)))
        for some in _parts(points):
            found[:, some] = _Integrands(coordinates, points[some]).spray(ways[some])
        return Spray(*found.reshape(6, *theta.shape[:-1]).astype(theta.dtype))

    def metric(theta: Floats) -> Floats:
        points = theta.reshape(-1, 2)
        found = np.empty((3, len(points)))
        for some in _parts(points):
            found[:, some] = _Integrands(coordinates, points[some]).metric()
        return found.T.reshape(*theta.shape[:-1], 3).astype(theta.dtype)

    return QuickGeometry(whole, metric, spray)


def _parts(points: Floats) -> Iterator[slice]:
    for i in range(0, len(points), TOGETHER):
        checkpoint()
        yield slice(i, i + TOGETHER)


def _step(gap: float) -> float:
    """Return the step whose error, of a pole at c = 3π/|δ| where φ is e^(c²/2), is e^−DIGITS."""
    reach = 3.0 * np.pi / max(gap, 1e-3)
    reach = min(reach, np.sqrt(2.0 * DIGITS))
    return float(min(2.0 * np.pi * reach / (DIGITS + 0.5 * reach**2), COARSEST))


class _Integrands:
    """The integrands at points θ (n, 2) and nodes (k,): δ and w (n, 1), e − 1, N₁, N₂, 1/n, and φ/n
    times the weight of the rule (n, k); near: the points (m,) whose first pole needs a correction.
    """

    def __init__(self, coordinates: Coordinates, theta: Floats) -> None:
        self.coordinates = coordinates
        self.d, self.w = d, w = coordinates.of(theta.astype(np.float64))
        least, most = min(float(d.min()), 0.0), max(float(d.max()), 0.0)
        self.step, self.low = step, low = _step(max(-least, most)), -most - TAIL
        self.y = y = low + step * np.arange(np.ceil((most - least + 2.0 * TAIL) / step) + 1.0)
        normal = (step / np.sqrt(2.0 * np.pi)) * np.exp(-0.5 * y * y)
        self.rise = np.expm1(-d * (y + 0.5 * d))
        self.over = 1.0 / (1.0 + (1.0 - w) * self.rise)
        self.p = normal * self.over
        self.first, self.second = coordinates.first(d, w, y, self.rise), w * y
        self.near = np.flatnonzero(np.abs(d[:, 0]) > FAR)

    def metric(self) -> Floats:
        """Return g₁₁, g₁₂ and g₂₂ (3, n)."""
        found = np.empty((3, len(self.d)))
        self._sum_metric(found)
        if self.near.size:
            found[:, self.near] += self._poles(None)
        return found

    def spray(self, v: Floats) -> Floats:
        """Return g₁₁, g₁₂, g₂₂, Γ(v, v)₁, Γ(v, v)₂ and D (6, n) for velocities (n, 2)."""
        found = np.empty((6, len(self.d)))
        self._sum_metric(found)
        along = v[:, :1] * self.first
        along += v[:, 1:] * self.second
        along *= along
        along *= self.over
        along *= -0.5
        along += self.coordinates.bend(self.d, self.w, self.y, self.rise, v.T[..., None])
        along *= self.p
        np.vecdot(along, self.first, out=found[3])
        np.vecdot(along, self.second, out=found[4])
        if self.near.size:
            found[:5, self.near] += self._poles(v)
        return self._with_det(found)

    def _sum_metric(self, found: Floats) -> None:
        part = self.p * self.first
        np.vecdot(part, self.first, out=found[0])
        np.vecdot(part, self.second, out=found[1])
        np.multiply(self.p, self.second, out=part)
        np.vecdot(part, self.second, out=found[2])

    def _with_det(self, found: Floats) -> Floats:
        """Set D = g₁₁ E[(l₂ − g₁₂/g₁₁ l₁)²] where g₁₁g₂₂ − g₁₂² cancels, and return ``found``."""
        sizes = found[0] * found[2]
        found[5] = sizes - found[1] ** 2
        rows = np.flatnonzero(found[5] < CANCELS * sizes)
        if rows.size:
            rest = self.second[rows] - (found[1, rows] / found[0, rows])[:, None] * self.first[rows]
            found[5, rows] = found[0, rows] * np.vecdot(self.p[rows] * rest, rest)
        return found

    def _poles(self, v: Floats | None) -> Floats:
        """Return 2π Re Res f c (3 or 5, m) of the near points at the first pole of each integrand f."""
        near, chart = self.near, self.coordinates
        d, w = self.d[near, 0], self.w[near, 0]
        y = -0.5 * d - np.log(w / (1.0 - w)) / d + (1j * np.pi) / np.abs(d)
        rise = -1.0 / (1.0 - w)
        turn = np.exp((2j * np.pi / self.step) * (y - self.low))
        less = 1.0 / (turn - 1.0)
        c = 2j * turn * less
        once = np.sqrt(2.0 * np.pi) * np.exp(-0.5 * y * y) / (d * w)
        found = np.empty((3 if v is None else 5, len(near)), complex)
        n1, n2 = chart.first(d, w, y, rise), w * y
        other = c * n2
        found[0], found[1], found[2] = c * n1 * n1, n1 * other, n2 * other
        if v is not None:
            own = v[near]
            v1, v2 = own[:, 0], own[:, 1]
            s1, slope = chart.slope(d, w, y, rise), (-2j * np.pi / self.step) * c * less
            along, change = v1 * n1 + v2 * n2, v1 * s1 + v2 * w
            # ½N_v²N_k: (N_v²N_k)'c + N_v²N_k(c(δ − y) + c')
            half = (-0.5 / (d * w)) * along
            bent = half * along
            rest = c * (chart.bend(d, w, y, rise, own.T) + 2.0 * half * change + bent * (d - y))
            rest += bent * slope
            bent *= c
            found[3], found[4] = rest * n1 + bent * s1, rest * n2 + bent * w
        found *= once
        return found.real
