"""Curves at equal times, from the ends of their steps.

The steps are taken in a variable s, dt/ds = r, and θ, v = θ' and a = θ'' are known at their ends, hence
    dθ/ds = rv,   d²θ/ds² = r(ra + r'v),   d²t/ds² = rr',   r' = dr/dt.
Between two ends θ(s) and t(s) are the polynomials of degree 11 that agree with these there and at one
more end on both sides; they are a digit better than the dense output of DOP853's single steps, and cost
no evaluation.  v is the quotient of their derivatives.  The differences of θ, t and s between ends,
however short the step, have all digits: what the sums of the steps rounded off is added to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics import osculation

# ends closer to an interval than this share of it are passed over
APART = 0.25
# iterations for s at a time, and a change that ends them
INVERSIONS, CLOSE = 6, 1e-9
# rows of θ, t and s
GAPS = [0, 1, 4, 5]
# nodes at once, so that temporary arrays stay in the cache
MOST = 3000


def rate(v: Floats, weight: Floats) -> Floats:
    """Return r = √(2/(1 + Σ w_i v_i²)) (n,) at velocities (2, n) with weights (2, n)."""
    shares = v * v
    shares *= weight
    total: Floats = shares[0] + shares[1]
    total += 1.0
    np.divide(2.0, total, out=total)
    return np.sqrt(total, out=total)


def added(sums: Floats, lost: Floats, rise: Floats) -> tuple[Floats, Floats]:
    """Return sums with their next terms, and what they lack by rounding (Kahan)."""
    whole = rise + lost
    found = sums + whole
    return found, whole - (found - sums)


def joined(y: Floats, s: Floats) -> Floats:
    """Return (θ, v, t, s) (6, k) from states (d, k) and s (k,)."""
    found: Floats = np.empty((6, len(s)))
    found[:5], found[5] = y[:5], s
    return found


@dataclass(eq=False)
class StepEnds:
    """The ends of accepted steps of curves with weights (2, n) in r: curve, (θ, v, t, s), what these
    lack by rounding, and a.
    """

    weight: Floats
    curves: list[np.ndarray] = field(default_factory=list)
    y: list[Floats] = field(default_factory=list)
    lost: list[Floats] = field(default_factory=list)
    a: list[Floats] = field(default_factory=list)

    def add(self, curves: np.ndarray, y: Floats, lost: Floats, a: Floats) -> None:
        """Append an end of a step of each of some curves: (θ, v, t, s) (6, k), what these lack (6, k),
        a (2, k).
        """
        for known, new in ((self.curves, curves), (self.y, y), (self.lost, lost), (self.a, a)):
            known.append(new)

    def nodes(self, steps: int) -> Floats:
        """Return θ and v (n, steps + 1, 4) at equal times; after a curve's last end that end."""
        ends = _sorted(self)
        last = ends.first + ends.count - 1
        path = np.repeat(ends.y[:4, last].T[:, None], steps + 1, axis=1)
        path[:, 0] = ends.y[:4, ends.first].T
        time = np.arange(steps + 1) / steps
        until = ends.y[4, last][:, None]
        curve, node = np.nonzero((time > 0.0) & (time < until - 1e-9 / steps))
        for i in range(0, len(curve), MOST):
            some = slice(i, i + MOST)
            path[curve[some], node[some]] = ends.at(curve[some], time[node[some]]).T
        return path


@dataclass(frozen=True, eq=False)
class _Sorted:
    """Ends sorted by curve: the first end and the number of ends of each curve (n,); curve,
    (θ, v, t, s) and what these lack (6, k), and the first two derivatives of θ and t by s (3, k).
    """

    first: np.ndarray
    count: np.ndarray
    curve: np.ndarray
    y: Floats
    lost: Floats
    slopes: tuple[Floats, Floats]

    def at(self, curve: np.ndarray, time: Floats) -> Floats:
        """Return θ and v (4, k) of some curves (k,) at times (k,) between their first and last ends."""
        key = 2.0 * self.curve + self.y[4]
        before = np.searchsorted(key, 2.0 * curve + time, side="right") - 1
        first = self.first[curve]
        before = np.clip(before, first, first + self.count[curve] - 2)
        intervals, which = np.unique(before, return_inverse=True)
        found = np.empty((4, len(curve)))
        chosen = self._chosen(intervals)
        known = (chosen >= 0).sum(axis=0)
        for m in np.unique(known):
            own = np.flatnonzero(known == m)
            places = np.full(len(intervals), -1)
            places[own] = np.arange(len(own))
            some = np.flatnonzero(known[which] == m)
            found[:, some] = self._between(chosen[:m, own], places[which[some]], time[some])
        return found

    def _chosen(self, before: np.ndarray) -> np.ndarray:
        """Return the ends (4, k) that determine the curve between the ends ``before`` (k,) and the next
        ones, -1 after the last of fewer.
        """
        s = self.y[5]
        key = (s.max() + 1.0) * self.curve + s
        low = self.first[self.curve[before]]
        high = low + self.count[self.curve[before]]
        apart = APART * (s[before + 1] - s[before])

        def earlier(end: np.ndarray) -> np.ndarray:
            found = np.searchsorted(key, key[end] - apart, side="right") - 1
            return np.where((end >= 0) & (found >= low), found, -1)

        def later(end: np.ndarray) -> np.ndarray:
            found = np.searchsorted(key, key[end] + apart)
            return np.where((end >= 0) & (found < high), found, -1)

        left, right = earlier(before), later(before + 1)
        third = np.where(left >= 0, left, right)
        fourth = np.where(left >= 0, np.where(right >= 0, right, earlier(left)), later(right))
        return np.stack([before, before + 1, third, fourth])

    def _between(self, chosen: np.ndarray, which: np.ndarray, time: Floats) -> Floats:
        """Return θ and v (4, k) at times (k,) in the intervals ``which`` (k,) of those between the
        first two of the ends ``chosen`` (m, i).
        """
        gaps = self.y[GAPS][:, chosen] - self.y[GAPS][:, chosen[:1]]
        gaps += self.lost[GAPS][:, chosen] - self.lost[GAPS][:, chosen[:1]]
        size = gaps[3, 1]
        x = gaps[3] / size
        values = (gaps[:3], *(part[:, chosen] * size**i for i, part in enumerate(self.slopes, 1)))
        known = osculation.coefficients(x, *(part.swapaxes(0, 1) for part in values))
        points, all_three = x[:, which], known.take(which, axis=-1)
        start, r = self.y[:, chosen[0]][:, which], self.slopes[0][2]
        # the time after the start of the interval
        after, span = time - start[4] - self.lost[4, chosen[0]][which], gaps[2, 1]
        share = after / span[which]
        # the cubic s(t), a first guess
        a, b = ((span / (r[end] * size))[which] for end in chosen[:2])
        share *= a + share * (3.0 - 2.0 * a - b + share * (a + b - 2.0))
        share = np.clip(share, 0.0, 1.0)
        for _ in range(INVERSIONS):
            (found,), (slope,) = osculation.at(points, all_three[:, 2:], share)
            change = (found - after) / slope
            share = np.clip(share - change, 0.0, 1.0)
            if np.abs(change).max() < CLOSE:
                break
        place, slope = osculation.at(points, all_three, share)
        place[:2] += self.lost[:2, chosen[0]][:, which]
        return np.concatenate([start[:2] + place[:2], slope[:2] / slope[2]])


def _sorted(ends: StepEnds) -> _Sorted:
    curve = np.concatenate(ends.curves)
    order = np.argsort(curve, kind="stable")
    curve = curve[order]
    y, lost, a = (np.concatenate(part, axis=1)[:, order] for part in (ends.y, ends.lost, ends.a))
    v, weight = y[2:4], ends.weight[:, curve]
    r = rate(v, weight)
    change = -0.5 * r**3 * (weight * v * a).sum(axis=0)
    count = np.bincount(curve, minlength=ends.weight.shape[1])
    slopes = (
        np.concatenate([v * r, r[None]]),
        np.concatenate([r * (r * a + change * v), (r * change)[None]]),
    )
    return _Sorted(np.cumsum(count) - count, count, curve, y, lost, slopes)
