"""The distribution function F(x|θ) of a law on a line, its inverse, and samples by inversion.

F is the integral of p over nodes u of a double exponential transformation of the sample space, which
reaches heavy tails and poles at the ends with equal steps.  Where the integral of p is not 1 to within
`MASS`, F is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.manifold.manifold import COUNTS, Manifold, Support

# nodes of the integral, their range in u, and the error of the whole mass up to which F is known
NODES, REACH, MASS = 4097, 4.4, 1e-6
# maximum number of counts, and the mass that may lie beyond them
MOST_COUNTS, BEYOND = 1 << 20, 1e-9
# most steps within a cell, and the share of it at which they end
MOST_HALVES, CLOSE = 50, 1e-13
_ON_LINES = ("line", "half-line", "two half-lines", "interval", "circle")


Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Law:
    """F at nodes x (k,) in increasing order: of counts at each of them, else of a density between
    them, which changes with u (k,) at the rate of ``slope`` (k,).
    """

    x: Floats
    cumulative: Floats
    is_count: bool
    u: Floats
    slope: Floats
    to_u: Callable[[Floats], Floats]
    from_u: Callable[[Floats], Floats]

    def at(self, x: Floats) -> Floats:
        """Return F (n,) at x (n,)."""
        if self.is_count:
            index = np.searchsorted(self.x, x, side="right") - 1
            return np.where(index < 0, 0.0, self.cumulative[np.maximum(index, 0)])
        with np.errstate(all="ignore"):
            u = self.to_u(np.asarray(x, np.float64))
        return np.clip(_hermite(self.u, self.cumulative, self.slope, u), 0.0, 1.0)

    def below(self, x: Floats) -> Floats:
        """Return P(X < x) (n,) at x (n,)."""
        return self.at(x - 1.0) if self.is_count else self.at(x)

    def quantile(self, p: Floats) -> Floats:
        """Return the least x (n,) with F(x) ≥ p (n,) in (0, 1)."""
        p = np.asarray(p, np.float64)
        if self.is_count:
            index = np.searchsorted(self.cumulative, p * (1 - 1e-14))
            return np.asarray(self.x[np.minimum(index, len(self.x) - 1)])
        low = np.clip(np.searchsorted(self.cumulative, p) - 1, 0, len(self.u) - 2)
        step = self.u[1] - self.u[0]
        return self.from_u(self.u[low] + step * self._share(low, p, step))

    def _share(self, low: Places, p: Floats, step: float) -> Floats:
        """Return t (n,) in [0, 1] at which the cubic of each cell is p (n,): by Newton's steps, and by
        halves where they leave the bracket.
        """
        one, two, three = _cubic(self.cumulative, self.slope, low, step)
        wanted = p - self.cumulative[low]
        a, b = np.zeros(p.shape), np.ones(p.shape)
        t = np.full(p.shape, 0.5)
        for _ in range(MOST_HALVES):
            over = t * (one + t * (two + t * three)) - wanted
            a, b = np.where(over < 0.0, t, a), np.where(over < 0.0, b, t)
            with np.errstate(all="ignore"):
                following = t - over / (one + t * (2 * two + t * 3 * three))
            inside = (following >= a) & (following <= b)
            following = np.where(inside, following, 0.5 * (a + b))
            moved, t = np.abs(following - t).max(initial=0.0), following
            if moved < CLOSE:
                break
        return t


def law(manifold: Manifold, theta: Floats, around: Floats | None = None) -> Law:
    """Return the law at θ (2,).

    ``around``: values near its middle, for example the sample that it was fitted to; by default those
    at which the family is drawn.  Raises Refused for a family without a density on a line, and where
    its integral is not 1.
    """
    support = manifold.support(theta[None])
    if support.space == COUNTS:
        return _of_counts(manifold, theta)
    if support.space not in _ON_LINES or manifold.log_density is None:
        raise Refused(f"{manifold.name} has no distribution function on a line")
    return _of_density(manifold, theta, support, around)


def _of_counts(manifold: Manifold, theta: Floats) -> Law:
    assert manifold.log_density is not None
    count = 1 << 10
    while True:
        x = np.arange(float(count))
        total = np.cumsum(np.exp(manifold.log_density(theta[None], x)[0]))
        if total[-1] > 1 - BEYOND:
            break
        count *= 4
        if count > MOST_COUNTS:
            raise Refused(f"the counts of {manifold.name} at this point are too large")
    unused = np.zeros(0)
    return Law(x, np.minimum(total, 1.0), True, unused, unused, _same, _same)


def _of_density(manifold: Manifold, theta: Floats, support: Support, around: Floats | None) -> Law:
    assert manifold.log_density is not None
    into, back, rate = _transformation(support, support.x if around is None else around)
    u = np.linspace(-REACH, REACH, NODES)
    with np.errstate(all="ignore"):
        x = back(u)
        slope = np.exp(manifold.log_density(theta[None], x)[0]) * rate(u)
    slope = np.where(np.isfinite(slope), slope, 0.0)
    total = _cumulative(slope, u[1] - u[0])
    if not abs(total[-1] - 1.0) < MASS:
        raise Refused(f"the density of {manifold.name} at this point has no integral of 1")
    return Law(x, total, False, u, slope, into, back)


def on_circle(x: Floats) -> Floats:
    """Return angles (n,) in [−π, π]."""
    return np.asarray(x - 2 * np.pi * np.rint(x / (2 * np.pi)))


Function = Callable[[Floats], Floats]


def _same(x: Floats) -> Floats:
    return x


def _transformation(support: Support, around: Floats) -> tuple[Function, Function, Function]:
    """Return x ↦ u, u ↦ x and dx/du: of the line x = m + s sinh(π/2 sinh u), of other sample spaces
    that of log x or of the log-odds.
    """
    if support.space == "circle":
        half = np.pi / REACH
        # angles count from −π, whatever turn they are given in
        return (
            (lambda x: on_circle(x) / half),
            (lambda u: half * u),
            (lambda u: np.full_like(u, half)),
        )
    line, unline, rate = _onto_line(support)
    with np.errstate(all="ignore"):
        y = line(np.asarray(around, np.float64))
    y = y[np.isfinite(y)]
    middle = float(np.median(y)) if len(y) else 0.0
    spread = float(np.median(np.abs(y - middle)) or np.mean(np.abs(y - middle))) if len(y) else 1.0
    spread = spread or abs(middle) or 1.0

    def into(x: Floats) -> Floats:
        return np.asarray(np.arcsinh(np.arcsinh((line(x) - middle) / spread) * 2 / np.pi))

    def back(u: Floats) -> Floats:
        return unline(middle + spread * np.sinh(np.pi / 2 * np.sinh(u)))

    def along(u: Floats) -> Floats:
        inner = np.pi / 2 * np.sinh(u)
        steep = spread * np.cosh(inner) * np.pi / 2 * np.cosh(u)
        return np.asarray(rate(middle + spread * np.sinh(inner)) * steep)

    return into, back, along


def _onto_line(support: Support) -> tuple[Function, Function, Function]:
    """Return a map of the sample space onto the line, its inverse, and the inverse's derivative."""
    low, high = support.ends or ((0.0, 1.0) if support.space == "interval" else (0.0, np.inf))
    if support.space == "half-line" and np.isinf(high):
        return (lambda x: np.log(x - low)), (lambda y: low + np.exp(y)), np.exp
    if support.space in ("interval", "half-line"):
        size = high - low

        def squeezed(y: Floats) -> Floats:
            return np.asarray(low + size / (1.0 + np.exp(-y)))

        def steep(y: Floats) -> Floats:
            return np.asarray(size / (2.0 + np.exp(y) + np.exp(-y)))

        return (lambda x: np.log((x - low) / (high - x))), squeezed, steep
    return _same, _same, np.ones_like


def _cumulative(slope: Floats, step: float) -> Floats:
    """Return the integral (k,) up to each node, exact for cubic slopes within."""
    s = np.concatenate([slope[:1], slope, slope[-1:]])
    pieces = (-s[:-3] + 13 * s[1:-2] + 13 * s[2:-1] - s[3:]) * step / 24
    return np.concatenate([[0.0], np.cumsum(pieces)])


def _hermite(u: Floats, value: Floats, slope: Floats, at: Floats) -> Floats:
    """Return the cubic interpolant of values and slopes at equally spaced u; constant beyond."""
    step = u[1] - u[0]
    place = np.clip((np.nan_to_num(at, nan=u[0]) - u[0]) / step, 0.0, len(u) - 1.0)
    low = np.minimum(place.astype(np.intp), len(u) - 2)
    one, two, three = _cubic(value, slope, low, step)
    t = place - low
    found: Floats = value[low] + t * (one + t * (two + t * three))
    return found


def _cubic(value: Floats, slope: Floats, low: Places, step: float) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients (n,) of t, t² and t³ of the interpolant in the cells after nodes."""
    rise = value[low + 1] - value[low]
    p, q = slope[low] * step, slope[low + 1] * step
    return p, 3 * rise - 2 * p - q, p + q - 2 * rise
