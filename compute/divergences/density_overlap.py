"""Integrals of two densities by quadrature over their whole sample space.

The space is mapped to a line of t: t = x, log x for a half-line, logit x for an interval.  The map t =
c + w sinh u, with location c and width w of the first density, makes heavy tails exponential, and the
panels of `adaptive_quadrature` are refined about both densities.  The tails beyond the range of floats,
where densities of t decay exponentially, are added in closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from compute.core.arrays import Bools, Floats
from compute.definitions.special_functions import exp_rest
from compute.divergences.adaptive_quadrature import Panels, integrate
from compute.manifold.manifold import Manifold, Support

# the ends of log x, and of logit x where 1 − x still has nine digits
REACH, NEAR_ONE = 700.0, 19.0
# edges of panels on one side of a location, in u: 1e100 widths away even the cube of x is finite
LADDER = np.concatenate([np.arange(0.0, 6.5, 0.5), 6.0 * 1.5 ** np.arange(1, 9), [230.0]])
# tolerance for the integral of a density to be 1
MASS = 1e-6
# largest share of a second moment in the outermost panels
OUTSIDE = 1e-6
TINY = 1e-300
P, Q, FORWARD, BACKWARD, APART, P2, Q2 = range(7)


@dataclass(frozen=True, eq=False)
class SampleLine:
    """A sample space as a line: x and log dx/dt at t, t at x, and the ends of t representable as
    floats.

    falling: densities of t decay exponentially beyond these.  bounded: whether x is bounded.
    """

    x: Callable[[Floats], Floats]
    t: Callable[[Floats], Floats]
    log_slope: Callable[[Floats], Floats]
    low: float
    high: float
    falling: bool
    bounded: bool = False


def _tail() -> tuple[Floats, Floats]:
    """Return nodes s (k,) and weights of ∫₀^∞ f(s) e^−s ds, by Gauss–Legendre on parts of 0 … 40."""
    at, weight = np.polynomial.legendre.leggauss(16)
    edges = np.concatenate([np.linspace(0.0, 4.0, 9), np.linspace(5.0, 40.0, 15)])
    half = 0.5 * np.diff(edges)[:, None]
    s = edges[:-1, None] + half * (at + 1.0)
    return s.ravel(), (half * weight * np.exp(-s)).ravel()


TAIL_NODES, TAIL_WEIGHTS = _tail()


def line(support: Support) -> SampleLine | None:
    """Map a sample space onto the real line; None for a discrete space."""
    if support.ends is not None or support.space == "interval":
        return _interval(*(support.ends or (0.0, 1.0)))
    if support.space == "line":
        return SampleLine(np.asarray, np.asarray, np.zeros_like, -np.inf, np.inf, False)
    if support.space == "circle":
        return SampleLine(np.asarray, np.asarray, np.zeros_like, -np.pi, np.pi, False, True)
    if support.space == "half-line":
        return SampleLine(np.exp, np.log, np.asarray, -REACH, REACH, True)
    return None


def _interval(low: float, high: float) -> SampleLine:
    """Return the line of an interval; floats resolve arbitrarily small distances only near 0."""
    size = high - low

    def x(t: Floats) -> Floats:
        return low + size * _logistic(t)

    def t(x: Floats) -> Floats:
        return np.asarray(np.log((x - low) / (high - x)))

    def log_slope(t: Floats) -> Floats:
        return np.asarray(np.log(size) - np.logaddexp(0.0, t) - np.logaddexp(0.0, -t))

    first, last = -NEAR_ONE if low else -REACH, NEAR_ONE if high else REACH
    return SampleLine(x, t, log_slope, first, last, True, True)


def _logistic(t: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(t))


@dataclass(frozen=True, eq=False)
class Pair:
    """Two densities p, q on their line: log p and log q of t (k,) → (2, k), and the mesh in u.

    Its functions are p, q, the three of `parts`, px², qx², all times dx/du.
    ends: the integrals of the first five beyond the mesh, left and right (2, 5).  finite (7,): which
    functions are finite; the others are 0 in the mesh.
    """

    line: SampleLine
    centre: float
    width: float
    mesh: Panels
    beyond: Floats
    finite: Bools

    def x(self, u: Floats) -> Floats:
        """Return the sample x at u."""
        return self.line.x(self.centre + self.width * np.sinh(u))

    def integrals(self) -> Floats:
        """Return the seven integrals over the whole space; NaN where infinite or not converged."""
        found = self.mesh.integrals()
        found[:P2] += self.beyond.sum(axis=0)
        return np.where(self.finite & self.mesh.settled, found, np.nan)

    def missing(self) -> str:
        """Return why the integrals are unreliable, which is if the mass of p or q is not 1; else ""."""
        for name, mass in zip("AB", self.integrals()[: Q + 1], strict=True):
            if not abs(mass - 1) <= MASS:
                seen = f"adds up to {mass:.8g}" if np.isfinite(mass) else "is not finite"
                return f"unknown: the density of {name} {seen} in the quadrature"
        return ""

    def unknown(self, row: int) -> str:
        """Say why an integral is NaN."""
        if not self.finite[row]:
            return "infinite: one distribution has no probability where the other has some"
        return "unknown: the integral does not converge"


def pair(manifold: Manifold, a: Floats, b: Floats) -> Pair | None:
    """Return the densities at a and b (2,), or None if they are not densities on one line."""
    supports = [manifold.support(theta[None]) for theta in (a, b)]
    first, second = (s.ends for s in supports)
    if first is not None and second is not None:
        # each density practically lies between its ends, so both lie between the outer ones
        outer = min(first[0], second[0]), max(first[1], second[1])
        supports = [replace(s, ends=outer) for s in supports]
    space = line(supports[0])
    if space is None or (first is None) != (second is None) or manifold.log_density is None:
        return None
    with np.errstate(all="ignore"):  # overflow is detected by `finite` and the masses
        logs = partial(_logs, manifold.log_density, np.stack([a, b]), space)
        places = [_place(space, s.x, logs, row) for row, s in enumerate(supports)]
        edges = _edges(space, *places)
        centre, width = places[0]
        rows = partial(_rows, logs, space, centre, width)
        finite = np.ones(7, dtype=bool)

        def known(u: Floats) -> Floats:
            """Return the functions with non-finite values replaced by 0."""
            values = rows(u)
            finite[:] &= np.isfinite(values).all(axis=1)
            return np.where(np.isfinite(values), values, 0.0)

        mesh = integrate(known, edges)
        ends = ((-1, space.low), (1, space.high)) if space.falling else ()
        beyond = np.array([_beyond(logs, side, t) for side, t in ends]).reshape(-1, P2)
    return Pair(space, centre, width, mesh, beyond, finite)


def _logs(
    log_density: Callable[[Floats, Floats], Floats], theta: Floats, space: SampleLine, t: Floats
) -> Floats:
    """Return log p and log q (2, k) as densities of t."""
    found = log_density(theta, space.x(t)) + space.log_slope(t)
    return np.where(np.isnan(found), -np.inf, found)


def _place(
    space: SampleLine, x: Floats, logs: Callable[[Floats], Floats], row: int
) -> tuple[float, float]:
    """Return median and half the interquartile range of t, estimated on the points x (k,) that
    represent a density.
    """
    t = space.t(x)
    t = t[np.isfinite(t)]
    p = np.exp(logs(t)[row])
    steps = np.diff(t) * (p[1:] + p[:-1]) / 2
    level = np.concatenate([[0.0], np.cumsum(steps)])
    if not (np.isfinite(level[-1]) and level[-1] > 0):
        return float(t.mean()), float(np.ptp(t) / 8)
    low, middle, high = np.interp(np.array([0.25, 0.5, 0.75]) * level[-1], level, t)
    return float(middle), max(float(high - low) / 2, 1e-6 * float(np.ptp(t)))


def _edges(space: SampleLine, first: tuple[float, float], second: tuple[float, float]) -> Floats:
    """Return panel edges in u around both (location, width), up to the ends of the line."""
    centre, width = first
    ladder = np.concatenate([-LADDER[:0:-1], LADDER])
    low, high = (
        float(np.clip(np.arcsinh((end - centre) / width), -LADDER[-1], LADDER[-1]))
        for end in (space.low, space.high)
    )
    other = np.arcsinh((second[0] - centre + second[1] * np.sinh(ladder)) / width)
    edges = np.unique(np.clip(np.concatenate([ladder, other]), low, high))
    apart = np.diff(edges, prepend=-np.inf) > 1e-12 * (1 + np.abs(edges))
    return np.asarray(edges[apart])


def _rows(
    logs: Callable[[Floats], Floats], space: SampleLine, centre: float, width: float, u: Floats
) -> Floats:
    """Return the seven functions (7, k) of a `Pair` at u (k,)."""
    t = centre + width * np.sinh(u)
    log_p, log_q = logs(t) + np.log(width * np.cosh(u))
    x2 = space.x(t) ** 2
    p, q = np.exp(log_p), np.exp(log_q)
    p2, q2 = (np.where(m > 0, m * x2, 0.0) for m in (p, q))
    return np.stack([p, q, *parts(log_p, log_q), p2, q2])


def parts(log_p: Floats, log_q: Floats) -> tuple[Floats, Floats, Floats]:
    """Return p log(p/q) + q − p, q log(q/p) + p − q and ½(√p − √q)² (k,), all non-negative.

    The integrals of the first two are KL, since p and q have the same mass; for close p and q there is
    no cancellation beyond that in their logarithms.
    """
    p, q, r = np.exp(log_p), np.exp(log_q), log_q - log_p
    near = np.abs(r) < 1.0
    small = np.where(near, r, 0.0)
    forward, backward = np.where(p > 0, q - p - p * r, q), np.where(q > 0, p - q + q * r, p)
    return (
        np.where(near, p * exp_rest(small), forward),
        np.where(near, q * exp_rest(-small), backward),
        np.where(near, 0.5 * p * np.expm1(0.5 * small) ** 2, 0.5 * (np.sqrt(p) - np.sqrt(q)) ** 2),
    )


def _beyond(logs: Callable[[Floats], Floats], side: int, end: float) -> Floats:
    """Return the first five integrals beyond an end (5,), where p and q are exponentials."""
    inner, outer = logs(np.array([end - side, end])).T
    decay = inner - outer
    if not (np.isfinite(outer).all() and (decay > 0).all()):
        return np.zeros(P2)
    mass = np.exp(outer) / decay
    ratio = outer[0] - outer[1]
    rise = ratio - (inner[0] - inner[1])
    forward, backward = mass[0] * (ratio + rise / decay[0]), mass[1] * (-ratio - rise / decay[1])
    forward, backward = forward + mass[1] - mass[0], backward + mass[0] - mass[1]
    root = np.exp(0.5 * outer.sum()) / (0.5 * decay.sum())
    return np.array([mass[0], mass[1], forward, backward, 0.5 * mass.sum() - root])


def wasserstein(found: Pair) -> float:
    """Return W₂ by the monotone map T from p to q: W₂² = ∫(x − T(x))² p dx, with p the density of
    larger second moment, whose mesh is finer where it matters.

    T(x) is the point where Q equals P(x): log(Q/(1 − Q)), accurate in both tails, is interpolated with
    its slope.  Mass of p beyond the mesh is placed at its end.  NaN if a second moment is infinite, or
    the result is not between the difference and the sum of their square roots, as it must be.
    """
    from scipy.interpolate import CubicHermiteSpline

    mesh = found.mesh
    if not all(_has_moment(found, row) for row in (P2, Q2)):
        return float("nan")
    moments = mesh.integrals()[[P2, Q2]]
    here, there = (P, Q) if moments[0] >= moments[1] else (Q, P)
    with np.errstate(all="ignore"):
        own, other = (_level(found, row) for row in (here, there))
        slope = np.exp(-np.logaddexp(0.0, other) - np.logaddexp(0.0, -other))
        slope /= mesh.values[there].ravel()
    known = np.isfinite(other) & np.isfinite(slope)
    top = np.maximum.accumulate(np.where(known, other, -np.inf))
    known &= other > np.concatenate([[-np.inf], top[:-1]]) + 1e-12
    level, u, mass = other[known], mesh.u.ravel(), (mesh.values[here] * mesh.weights).ravel()
    spline = CubicHermiteSpline(level, u[known], slope[known])

    def carried(wanted: Floats) -> Floats:
        """Return the quantile of the other density; in the far tails, where slopes are inaccurate and a
        cubic may leave its interval, an end of that interval.
        """
        wanted = np.clip(wanted, level[0], level[-1])
        right = np.clip(np.searchsorted(level, wanted), 1, len(level) - 1)
        return found.x(np.clip(spline(wanted), u[known][right - 1], u[known][right]))

    own, seen = _ascending(own), ~np.isnan(own) & (mass > 0)
    with np.errstate(all="ignore"):  # overflow is not finite
        square = ((found.x(u[seen]) - carried(own[seen])) ** 2 * mass[seen]).sum()
        for side, rest in enumerate(found.beyond[:, here]):
            if rest == 0.0 or (side == 1 and not found.line.bounded):
                continue
            end = found.x(u[[0, -1][side]])
            square += rest * (((end - carried(_beyond_level(rest, side))) ** 2) @ TAIL_WEIGHTS)
        distance, (low, high) = float(np.sqrt(square)), np.sort(np.sqrt(moments))
    possible = (high - low) * (1 - OUTSIDE) <= distance <= (high + low) * (1 + OUTSIDE)
    return distance if possible else float("nan")


def missing_wasserstein(found: Pair) -> str:
    """Explain why `wasserstein` is NaN."""
    if all(_has_moment(found, row) for row in (P2, Q2)):
        return "unknown: quantiles in the tails are lost to rounding"
    return "not finite: the variance is infinite"


def _beyond_level(rest: float, side: int) -> Floats:
    """Return log(F/(1 − F)) where the fraction e^−s of the mass beyond a side remains, at the nodes
    s.
    """
    left = np.log(max(rest, 1e-300)) - TAIL_NODES
    level = left - np.log(-np.expm1(np.minimum(left, -1e-300)))
    return np.asarray(-level if side else level)


def _level(found: Pair, row: int) -> Floats:
    """Return log(F/(1 − F)) at all nodes, flattened; infinite where rounding makes a tail negative."""
    left, right = found.mesh.running(row)
    if len(found.beyond):
        left, right = left + found.beyond[0, row], right + found.beyond[1, row]
    return np.asarray((np.log(np.maximum(left, 0.0)) - np.log(np.maximum(right, 0.0))).ravel())


def _ascending(level: Floats) -> Floats:
    """Return levels (k,) with those that rounding made infinite, in a heavy tail, replaced by the next
    finite one outwards.
    """
    outer = np.where(level > 0, np.fmin.accumulate(level[::-1])[::-1], np.fmax.accumulate(level))
    return np.where(np.isinf(level), outer, level)


def _has_moment(found: Pair, row: int) -> bool:
    """Whether a second moment is finite, and not dominated by the tails outside."""
    if found.line.bounded:
        return True
    parts = (found.mesh.values[row] * found.mesh.weights).sum(axis=1)
    outside = parts[[0, 1, -2, -1]].sum()
    return bool(found.finite[row] and outside <= OUTSIDE * parts.sum())
