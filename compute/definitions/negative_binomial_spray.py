"""g, Γ(v, v) and D of negative binomial distributions by interpolation, for geodesics with α = 0.

Only W (`negative_binomial`) is no elementary function of r and m = μ/r.  As a function of x = log r and
z = log m it is analytic for |Im x|, |Im z| < π.  So on cells with sides of 1 the polynomial through
ORDER × ORDER Chebyshev points has an error of about (2π + √(4π² + 1))^−ORDER, far below rounding.
∂W/∂x and ∂W/∂z have polynomials of their own.  Coefficients of a cell are computed once, when it is
first needed.  With G = r/(μ(μ + r)) and E = g_rr = μ²W/((r + μ)² r(r + 1)) and v = (a, b),
    Γ_r(v, v) = ½E_r a² + E_μ ab − ½G_r b²,   Γ_μ(v, v) = ½G_μ b² + G_r ab − ½E_μ a².
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.polynomial import chebyshev

from compute.core.arrays import Floats
from compute.definitions import negative_binomial
from compute.manifold.tangent import LocalGeometry, QuickGeometry, Spray

# points by which a polynomial is determined along each side of a cell
ORDER = 15
# the first cell begins at LOWEST in log r and log m, and the last ends above the domain
LOWEST, COUNTS = (-3.0, -12.0), (11, 23)
FIRST, LAST = np.array(LOWEST)[:, None], np.array(COUNTS)[:, None] - 1.0
# points at once, whose coefficients fit in the processor's cache
TOGETHER = 256
POINTS = chebyshev.chebpts1(ORDER)
# coefficients of Chebyshev polynomials from values at POINTS
COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(POINTS, ORDER - 1))


class _Cells:
    """Polynomials of W, ∂W/∂x and ∂W/∂z on cells: the coefficients (3, x, z) of each that is known."""

    def __init__(self) -> None:
        self._known = np.zeros(COUNTS[0] * COUNTS[1], bool)
        self._all = np.empty((len(self._known), 3, ORDER, ORDER))

    def at(self, x: Floats, z: Floats) -> Floats:
        """Return W, ∂W/∂x and ∂W/∂z (3, n) at x = log r and z = log m (n,)."""
        places = np.stack([x, z])
        places -= FIRST
        # outside the domain there may be NaN
        number = np.fmax(np.fmin(places, LAST), 0.0).astype(int)
        cell = number[0] * COUNTS[1] + number[1]
        known = self._known[cell]
        if not known.all():
            for new in np.unique(cell[~known]):
                self._fill(int(new))
        along, across = np.ascontiguousarray(_polynomials(2.0 * (places - number) - 1.0))
        chosen = self._all.take(cell, axis=0).reshape(-1, 3 * ORDER, ORDER)
        rows = (chosen @ across[..., None]).reshape(-1, 3, ORDER)
        return np.asarray(np.vecdot(rows, along[:, None]).T)

    def _fill(self, cell: int) -> None:
        x, z = (
            LOWEST[axis] + number + 0.5 * (POINTS + 1.0)
            for axis, number in enumerate(divmod(cell, COUNTS[1]))
        )
        r, m = np.exp(x)[:, None], np.exp(z)
        w, first, _, slope, _ = negative_binomial.sums(r, m, (0, 1, 3))
        values = np.stack([w, slope * r, first / (1.0 + m)])
        self._all[cell] = COEFFICIENTS @ values @ COEFFICIENTS.T
        self._known[cell] = True


def _polynomials(u: Floats) -> Floats:
    """Return Chebyshev's polynomials (2, n, ORDER) at u (2, n), by T_{m+k} = 2T_m T_k − T_{m−k}."""
    found = np.empty((17, *u.shape))
    found[0], found[1] = 1.0, u
    for m in (1, 2, 4, 8):
        np.multiply(2.0 * found[m], found[1 : m + 1], out=found[m + 1 : 2 * m + 1])
        found[m + 1 : 2 * m + 1] -= found[m - 1 :: -1]
    return np.moveaxis(found[:ORDER], 0, -1)


_CELLS = _Cells()


def quick(whole: Callable[[Floats], LocalGeometry]) -> QuickGeometry:
    """Return a geometry, ``whole``, with quicker ways to g and to what geodesics need."""

    def metric(theta: Floats) -> Floats:
        points = theta.reshape(-1, 2).astype(np.float64)
        found = np.zeros((len(points), 3))
        for k in range(0, len(points), TOGETHER):
            some = slice(k, k + TOGETHER)
            r, mean = points[some].T
            with np.errstate(all="ignore"):  # outside the domain anything may come
                found[some, 0], found[some, 2] = _shape(r, mean)[0], r / (mean * (mean + r))
        return found.reshape(*theta.shape[:-1], 3).astype(theta.dtype)

    def spray(theta: Floats, v: Floats) -> Spray:
        points, ways = theta.reshape(-1, 2).astype(np.float64), v.reshape(-1, 2)
        found = np.empty((6, len(points)))
        for k in range(0, len(points), TOGETHER):
            some = slice(k, k + TOGETHER)
            with np.errstate(all="ignore"):
                found[:, some] = _spray(points[some].T, ways[some].T)
        return Spray(*found.reshape(6, *theta.shape[:-1]).astype(theta.dtype))

    return QuickGeometry(whole, metric, spray)


def _shape(r: Floats, mean: Floats) -> tuple[Floats, Floats, Floats]:
    """Return E and its derivatives by r and μ (n,)."""
    x = np.log(r)
    w, by_x, by_z = _CELLS.at(x, np.log(mean) - x)
    total = r + mean
    size = w * (mean / total) ** 2 / (r * (r + 1.0))
    share = by_z / w
    by_r = (by_x / w - share) / r - 2.0 / total - 1.0 / r - 1.0 / (r + 1.0)
    return size, size * by_r, size * (share / mean + 2.0 * r / (mean * total))


def _spray(theta: Floats, v: Floats) -> Floats:
    """Return g₁₁, g₁₂, g₂₂, Γ(v, v)₁, Γ(v, v)₂ and D (6, n) at θ for v (2, n)."""
    (r, mean), (a, b) = theta, v
    size, size_r, size_m = _shape(r, mean)
    total = r + mean
    other = r / (mean * total)
    # half of G_r and G_μ, with their velocities
    by_r, by_m = 0.5 * b / total**2, -0.5 * b * other * (1.0 / mean + 1.0 / total)
    found = np.zeros((6, len(r)))
    found[0], found[2], found[5] = size, other, size * other
    rise = 0.5 * a * size_r + b * size_m
    found[3] = a * rise - b * by_r
    found[4] = b * by_m + 2.0 * a * by_r - 0.5 * a * a * size_m
    return found
