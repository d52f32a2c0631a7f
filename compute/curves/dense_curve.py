"""Dense curves in θ: a polynomial on each interval between nodes.

Quintic Hermite interpolation if θ, θ′ and θ″ are known at the nodes (error O(h⁶)), cubic if only θ and
θ′ are (O(h⁴)), a quintic through six values if the curve is a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Bools, Floats

# places in an interval: six values of a quintic, and two to check it
_SIXTHS = np.array([0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])
_NODES_AT, _CHECKS_AT = [0, 2, 3, 4, 5, 7], [1, 6]
_THROUGH_SIX = np.linalg.inv(_SIXTHS[_NODES_AT][:, None] ** np.arange(6))
# maximum halvings of an interval of a given curve, intervals cut per round, and tolerance relative
# to the chord
SPLITS, MOST, EXACT = 24, 4096, 1e-8


@dataclass(frozen=True, eq=False)
class DenseCurve:
    """One or several curves, separated by rows of NaN, with m nodes in all.

    t (m,): times of the nodes, increasing within a curve, in general not equidistant; theta (m, 2);
    pieces (m − 1, 6, 2): polynomial coefficients in x, 0 ≤ x ≤ 1, on each interval; known (m − 1,):
    False where an interval is only a chord.
    """

    t: Floats
    theta: Floats
    pieces: Floats
    known: Bools

    def at(self, place: Floats) -> Floats:
        """Return θ (k, 2) at places (k,) in [0, m − 1]: node number plus fraction of the interval."""
        last = len(self.pieces) - 1
        if last < 0:
            return np.repeat(self.theta, len(place), axis=0)
        low = np.clip(place.astype(np.intp), 0, last)
        x = (place - low)[:, None]
        c = self.pieces[low]
        theta: Floats = c[:, 5]
        for power in (4, 3, 2, 1, 0):
            theta = theta * x + c[:, power]
        return theta

    def place(self, t: Floats) -> Floats:
        """Return the places (k,) of times (k,) on a single curve, clamped to its ends."""
        found: Floats = np.interp(t, self.t, np.arange(float(len(self.t))))
        return found

    def at_time(self, t: Floats) -> Floats:
        """Return θ (k, 2) at times (k,) on a single curve."""
        return self.at(self.place(np.asarray(t, np.float64)))


def joined(curves: list[DenseCurve]) -> DenseCurve:
    """Join several curves, separated by rows of NaN."""
    if not curves:
        nothing = np.zeros((0, 2))
        return DenseCurve(np.zeros(0), nothing, np.zeros((0, 6, 2)), np.zeros(0, bool))
    gap, hole, true = np.full((1, 2), np.nan), np.full((2, 6, 2), np.nan), np.ones(2, bool)
    parts = [
        (np.append(c.t, np.nan), np.concatenate([c.theta, gap]),
         np.concatenate([c.pieces, hole]), np.concatenate([c.known, true]))
        for c in curves
    ]  # fmt: skip
    t, theta, pieces, known = (np.concatenate(column) for column in zip(*parts, strict=True))
    return DenseCurve(t[:-1], theta[:-1], pieces[:-2], known[:-2])


def polygon(theta: Floats) -> DenseCurve:
    """Return straight lines in θ between nodes (m, 2), at equal times; NaN separates pieces."""
    theta = np.asarray(theta, np.float64)
    count = max(len(theta) - 1, 0)
    pieces = np.zeros((count, 6, 2))
    if count:
        pieces[:, 0], pieces[:, 1] = theta[:-1], np.diff(theta, axis=0)
    return DenseCurve(np.linspace(0.0, 1.0, len(theta)), theta, pieces, np.ones(count, bool))


def smooth(t: Floats, theta: Floats, velocity: Floats) -> DenseCurve:
    """Return cubic Hermite curves through nodes and velocities (m, 2) at times (m,); NaN separates
    pieces.
    """
    h = np.diff(t)[:, None]
    pieces = cubics(theta[:-1], theta[1:], h * velocity[:-1], h * velocity[1:])
    return DenseCurve(t, theta, pieces, np.ones(len(pieces), bool))


def bundle(t: Floats, theta: Floats, velocity: Floats) -> DenseCurve:
    """Join n curves (n, m, 2) with the same equal times (m,), each up to its first NaN."""
    n, m = theta.shape[:2]
    h = float(t[1] - t[0])
    with np.errstate(invalid="ignore"):
        a = np.stack([differenced(t, *pair) for pair in zip(theta, velocity, strict=True)])
        begin = (theta[:, :-1], h * velocity[:, :-1], h * h * a[:, :-1])
        end = (theta[:, 1:], h * velocity[:, 1:], h * h * a[:, 1:])
        pieces = quintics(*((x.reshape(-1, 2) for x in side) for side in (begin, end)))
        # differences give no θ″ next to the end of a curve
        cubic = smooth_pieces(begin, end)
    bad = np.isnan(pieces).any(axis=(1, 2))
    pieces[bad] = cubic[bad]
    # the intervals to a row of NaN and from it
    gap = np.full((n, 2, 6, 2), np.nan)
    pieces = np.concatenate([pieces.reshape(n, m - 1, 6, 2), gap], axis=1).reshape(-1, 6, 2)[:-2]
    nodes = np.concatenate([theta, np.full((n, 1, 2), np.nan)], axis=1).reshape(-1, 2)
    times = np.tile(np.append(t, np.nan), n)
    return DenseCurve(times[:-1], nodes[:-1], pieces, np.ones(len(pieces), bool))


def through(theta: Floats, closed: bool = False) -> DenseCurve:
    """Return a smooth curve through points (m, 2), values of a smooth function at equal steps; NaN
    separates pieces; ``closed``: the last point equals the first, and the curve is smooth there.

    Cubics with slopes from four neighbours, fourth order inside; chords next to a gap.
    """
    theta = np.asarray(theta, np.float64)
    if len(theta) < 5:
        return polygon(theta)
    if closed:
        # around a period it continues some periods away
        shift = theta[-1] - theta[0]
        wide = np.concatenate([theta[-3:-1] - shift, theta, theta[1:3] + shift])
    else:
        # cubic extrapolation: the slope at an end is one-sided
        wide = np.concatenate([_beyond(theta[:4])[::-1], theta, _beyond(theta[:-5:-1])])
    slope = (8 * (wide[3:-1] - wide[1:-3]) - (wide[4:] - wide[:-4])) / 12
    pieces = cubics(theta[:-1], theta[1:], slope[:-1], slope[1:])
    bad = np.isnan(pieces).any(axis=(1, 2))
    pieces[bad] = polygon(theta).pieces[bad]
    return DenseCurve(np.arange(float(len(theta))), theta, pieces, np.ones(len(pieces), bool))


def _beyond(f: Floats) -> Floats:
    """Extrapolate the cubic through four values (4, 2) to two points (2, 2) before the first, nearest
    first.
    """
    first = 4 * f[0] - 6 * f[1] + 4 * f[2] - f[3]
    return np.stack([first, 4 * first - 6 * f[0] + 4 * f[1] - f[2]])


def followed(
    position: Callable[[Floats], Floats], times: Floats, tolerance: float = EXACT
) -> DenseCurve:
    """Return the curve θ(t) (k, 2) of a function of times (k,), with initial nodes ``times`` (m,):
    quintics through six values, with intervals halved until the error is below ``tolerance`` times the
    chord; chords where the function is not finite.
    """
    begin, size = times[:-1], np.diff(times)
    done: list[tuple[Floats, Floats]] = []
    for round_ in range(SPLITS + 1):
        values = position((begin[:, None] + size[:, None] * _SIXTHS).ravel()).reshape(-1, 8, 2)
        pieces = np.einsum("kj,njc->nkc", _THROUGH_SIX, values[:, _NODES_AT])
        powers = _SIXTHS[_CHECKS_AT][:, None] ** np.arange(6)
        off = np.abs(np.einsum("nkc,qk->nqc", pieces, powers) - values[:, _CHECKS_AT])
        chord = np.abs(values[:, -1] - values[:, 0])
        allowed = tolerance * chord + 1e-14 * np.abs(values).max(axis=1)
        finite = np.isfinite(values).all(axis=(1, 2))
        rough = ~finite | (off.max(axis=1).max(axis=1) > allowed.max(axis=1))
        last = round_ == SPLITS or rough.sum() > MOST
        if last:
            pieces[rough] = np.nan
            ends = values[rough][:, [0, -1]]
            pieces[rough, 2:], pieces[rough, 0] = 0.0, ends[:, 0]
            pieces[rough, 1] = ends[:, 1] - ends[:, 0]
        keep = np.ones(len(rough), bool) if last else ~rough
        done.append((begin[keep], pieces[keep]))
        if last or not rough.any():
            break
        begin = np.concatenate([begin[rough], begin[rough] + 0.5 * size[rough]])
        size = np.tile(0.5 * size[rough], 2)
    t = np.concatenate([d[0] for d in done])
    order = np.argsort(t, kind="stable")
    t, pieces = t[order], np.concatenate([d[1] for d in done])[order]
    nodes = np.concatenate([pieces[:, 0], pieces[-1:].sum(axis=1)])
    return DenseCurve(np.append(t, times[-1]), nodes, pieces, np.ones(len(pieces), bool))


def differenced(t: Floats, theta: Floats, v: Floats) -> Floats:
    """Return θ″ (m, 2) at equal times from θ and θ′, to O(h⁴) inside and O(h³) at the ends."""
    if len(t) < 3:
        return np.zeros_like(theta)
    h = t[1] - t[0]
    a = np.empty_like(theta)
    a[1:-1] = 2 * (theta[2:] - 2 * theta[1:-1] + theta[:-2]) / h**2 - (v[2:] - v[:-2]) / (2 * h)
    for end, step in ((0, 1), (-1, -1)):
        f, u = theta[[end, end + step, end + 2 * step]], step * v[[end, end + step, end + 2 * step]]
        a[end] = (-23 * f[0] + 16 * f[1] + 7 * f[2]) / (2 * h**2) - (6 * u[0] + 8 * u[1] + u[2]) / h
    return a


def smooth_pieces(begin: tuple[Floats, ...], end: tuple[Floats, ...]) -> Floats:
    """Return cubics (n, 6, 2) from θ and hθ′ at both ends, of any shape (..., 2)."""
    (a, u0), (b, u1) = ((x.reshape(-1, 2) for x in side[:2]) for side in (begin, end))
    return cubics(a, b, u0, u1)


def cubics(a: Floats, b: Floats, u0: Floats, u1: Floats) -> Floats:
    """Return coefficients (n, 6, 2) from θ and hθ′ at both ends."""
    d = b - a
    zero = np.zeros_like(a)
    return np.stack([a, u0, 3 * d - 2 * u0 - u1, u0 + u1 - 2 * d, zero, zero], axis=1)


def quintics(begin: Iterable[Floats], end: Iterable[Floats]) -> Floats:
    """Return coefficients (n, 6, 2) from θ, hθ′ and h²θ″ at both ends."""
    (a, u0, w0), (b, u1, w1) = begin, end
    d = b - a
    return np.stack(
        [
            a,
            u0,
            0.5 * w0,
            10 * d - 6 * u0 - 4 * u1 - 1.5 * w0 + 0.5 * w1,
            -15 * d + 8 * u0 + 7 * u1 + 1.5 * w0 - w1,
            6 * d - 3 * (u0 + u1) - 0.5 * w0 + 0.5 * w1,
        ],
        axis=1,
    )
