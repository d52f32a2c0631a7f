"""Quadrature over a sample space with nodes placed by the density at each θ.

Every continuous sample space is represented by a line with a coordinate v:
    line x = v,   half-line x = eᵛ,   interval x = low + (high − low)/(1 + e⁻ᵛ),   circle x = v.
There L = log p + log dx/dv of an integrable density falls at both ends, whatever p does at the ends of
x.  A scan finds the maximum c of L, a search its scale s, the largest step over which L is close to a
parabola.  Then v = c + s sinh u (circle: v = c + 2 atan(s tan(u/2))) between the ends beyond which L
has fallen by `DEPTH`.  The trapezoidal rule in u converges exponentially in the number of nodes; every
second node gives the rule for comparison.  Twin of ``shaders/families/placed.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats

# number of intervals, even, so that every second node forms a rule, too
COUNT = 128
# nodes of the scan; it reaches to these |v| on the line and on the others, where x = eᵛ
SCANNED, FAR, STEEP = 161, 1e9, 1e5
# nodes per round of the search for the maximum, and rounds
ROUND, ROUNDS = 33, 3
# halvings of the step for the curvature
HALVINGS = 36
# drop of L (nats) from its maximum to the rule's ends, and at half the width
DEPTH, WIDTH = 40.0, 1.0
# L is parabolic where twice the step drops at least this many times as far
BENT = 3.0
# and the drop at which a rule placed for a nearby density is kept
FALLEN = 32.0
# nodes on each side for finding the rule's ends
SOUGHT = 49
# share of |L| below which a drop is rounding
NOISE = 1e-12

# what the tapes see of v: x or e^v or the two shares of an interval, and their logarithms
Seen = tuple[Floats, Floats, Floats, Floats]
Sight = Callable[[Floats], Floats]


def seen(space: str, v: Floats) -> Seen:
    """Return (r, q, log r, log q) at v: x itself, or eᵛ, or the fractions of an interval on either
    side.
    """
    nothing = np.zeros_like(v)
    if space == "half-line":
        return np.exp(v), nothing, v, nothing
    if space == "interval":
        small = np.exp(-np.abs(v))
        whole = 1.0 + small
        low, high = small / whole, 1.0 / whole
        log, rises = np.log1p(small), v > 0
        r, q = np.where(rises, high, low), np.where(rises, low, high)
        return r, q, np.minimum(v, 0.0) - log, np.minimum(-v, 0.0) - log
    if space == "circle":
        return v - 2 * np.pi * np.round(v / (2 * np.pi)), nothing, nothing, nothing
    return v, nothing, nothing, nothing


@dataclass(frozen=True, eq=False)
class Rule:
    """Nodes v (n, k) with the weights of a rule and of a coarser one (n, k), for n densities.

    spot (n, 4): c, s and the ends in u.
    """

    v: Floats
    weights: Floats
    coarse: Floats
    spot: Floats

    def of(self, rows: np.ndarray | slice) -> Rule:
        """Return the rule of some of the densities."""
        return Rule(self.v[rows], self.weights[rows], self.coarse[rows], self.spot[rows])


def scan(space: str) -> Floats:
    """Return the nodes (k,) in v of the initial scan."""
    if space == "circle":
        return np.linspace(-np.pi, np.pi, SCANNED)[:-1]
    reach = float(np.arcsinh(FAR if space == "line" else STEEP))
    return np.sinh(np.linspace(-reach, reach, SCANNED))


def laid(space: str, spot: Floats, finer: int = 1) -> Rule:
    """Return the rule with c, s and the ends in u of ``spot`` (n, 4), with a multiple of its nodes."""
    if space == "circle":
        return _round(spot[:, :1], spot[:, 1:2])
    steps = np.arange(finer * COUNT + 1)
    centre, scale, start, end = (spot[:, i : i + 1] for i in range(4))
    step = (end - start) / (finer * COUNT)
    place = start + step * steps
    up, down = np.exp(place), np.exp(-place)
    weights = step * scale * (0.5 * (up + down))
    return Rule(
        centre + scale * (0.5 * (up - down)), weights, weights * np.where(steps % 2, 0.0, 2.0), spot
    )


def still_holds(space: str, sight: Sight, spot: Floats, grid: Floats) -> np.ndarray:
    """Whether rules (n,) that were placed for other densities are valid for those of ``sight``.

    L must have its maximum between their ends, and must have fallen by most of `DEPTH` at the ends and
    at every scan node beyond.
    """
    if space == "circle":
        return np.ones(len(spot), bool)
    centre, scale = spot[:, :1], spot[:, 1:2]
    ends = centre + scale * np.sinh(spot[:, 2:])
    log = sight(
        np.concatenate([np.broadcast_to(grid, (len(spot), len(grid))), ends, centre], axis=1)
    )
    inside = (grid > ends[:, :1]) & (grid < ends[:, 1:])
    within = np.where(inside, log[:, : len(grid)], -np.inf).max(axis=1)
    top = np.maximum(within, log[:, -1])
    beyond = np.where(inside, -np.inf, log[:, : len(grid)]).max(axis=1)
    edge = (log[:, -3:-1] + np.abs(spot[:, 2:])).max(axis=1)
    held = np.maximum(beyond, edge) < top - FALLEN
    return np.asarray(held & np.isfinite(top))


def placed(space: str, sight: Sight) -> Rule:
    """Return the rule for the densities whose L at v (n, k) is ``sight(v)``, −∞ where p = 0."""
    grid = scan(space)
    log = sight(grid[None])
    at = log.argmax(axis=1)
    step = np.maximum(grid[np.minimum(at + 1, len(grid) - 1)] - grid[at], grid[at] - grid[at - 1])
    gap = np.where(at == 0, grid[1] - grid[0], step)[:, None]
    centre, top = grid[at][:, None], log.max(axis=1, keepdims=True)
    centre, top = _highest(sight, centre, top, gap)
    if space == "circle":
        # at most the even rule, which broad densities are averaged best by
        scale = _scale(sight, centre, top, np.full_like(gap, 0.5))
        return _round(centre, 2 * scale)
    scale = _scale(sight, centre, top, 2 * gap)
    return _between(sight, grid, log, centre, top, scale)


def _highest(sight: Sight, centre: Floats, top: Floats, gap: Floats) -> tuple[Floats, Floats]:
    """Return the maximum of L within ``gap`` (n, 1) of ``centre`` (n, 1), and L there."""
    share = np.linspace(-1.0, 1.0, ROUND)
    rows = np.arange(len(centre))
    for _ in range(ROUNDS):
        v = centre + gap * share
        log = sight(v)
        best = log.argmax(axis=1)
        higher = log[rows, best][:, None] >= top
        centre = np.where(higher, v[rows, best][:, None], centre)
        top = np.where(higher, log[rows, best][:, None], top)
        gap = gap * 2 / (ROUND - 1)
    return centre, top


def _scale(sight: Sight, centre: Floats, top: Floats, longest: Floats) -> Floats:
    """Return the largest step (n, 1) over which L falls like a parabola, and by at most `WIDTH`."""
    steps = longest * 0.5 ** np.arange(HALVINGS)
    both = sight(np.concatenate([centre - steps, centre + steps], axis=1))
    low, high = both[:, :HALVINGS], both[:, HALVINGS:]
    fall = np.maximum(top - 0.5 * (low + high), 0.0)
    fall = np.where(np.isfinite(fall), fall, 1e300)
    narrow = fall <= WIDTH
    noise = NOISE * (1 + np.abs(np.where(np.isfinite(top), top, 0.0)))
    before = np.concatenate([np.full_like(top, 1e300), fall[:, :-1]], axis=1)
    good = narrow & ((before >= BENT * fall) | (fall <= noise))
    at = np.where(good.any(axis=1), good.argmax(axis=1), HALVINGS - 1)
    return np.take_along_axis(steps, at[:, None], axis=1)


def _round(centre: Floats, scale: Floats) -> Rule:
    """Return the rule on a circle: periodic in u."""
    u = (np.arange(COUNT) + 0.5) / COUNT * 2 * np.pi - np.pi
    tangent = np.tan(0.5 * u)[None]
    v = centre + 2 * np.arctan(scale * tangent)
    slope = scale * (1 + tangent**2) / (1 + (scale * tangent) ** 2)
    weights = slope * (2 * np.pi / COUNT)
    coarse = weights * np.where(np.arange(COUNT) % 2, 0.0, 2.0)
    full = np.full_like(centre, np.pi)
    spot = np.concatenate([centre, scale, -full, full], axis=1)
    return Rule(v, weights, coarse, spot)


def _between(
    sight: Sight, grid: Floats, log: Floats, centre: Floats, top: Floats, scale: Floats
) -> Rule:
    """Return the rule on a line, between the ends where L has fallen by `DEPTH`."""
    low, high = grid[0], grid[-1]
    side = np.linspace(0.0, 1.0, SOUGHT)[1:]
    reach = [np.arcsinh(np.maximum(end, 0.0) / scale) for end in (high - centre, centre - low)]
    u = np.concatenate([-reach[1] * side[::-1], 0 * centre, reach[0] * side], axis=1)
    height = sight(centre + scale * np.sinh(u)) + np.log(np.cosh(u))
    above: np.ndarray = np.asarray(height > top - DEPTH)
    above[:, SOUGHT - 1] = True
    first, last = above.argmax(axis=1), above.shape[1] - 1 - above[:, ::-1].argmax(axis=1)
    wide: np.ndarray = np.asarray(log > top - DEPTH)  # seen only by the scan
    some = np.asarray(wide.any(axis=1))
    left = np.where(some, wide.argmax(axis=1), 0)
    right = np.where(some, len(grid) - 1 - wide[:, ::-1].argmax(axis=1), 0)
    rows = np.arange(len(centre))
    start = u[rows, np.maximum(first - 1, 0)][:, None]
    end = u[rows, np.minimum(last + 1, u.shape[1] - 1)][:, None]
    # a part seen only by the scan
    outer = np.arcsinh((grid[np.stack([left, right])][..., None] - centre) / scale)
    beyond = np.stack([np.maximum(left - 1, 0), np.minimum(right + 1, len(grid) - 1)])
    beyond_u = np.arcsinh((grid[beyond][..., None] - centre) / scale)
    start = np.where(some[:, None] & (outer[0] < start), beyond_u[0], start)
    end = np.where(some[:, None] & (outer[1] > end), beyond_u[1], end)
    return laid("line", np.concatenate([centre, scale, start, end], axis=1))
