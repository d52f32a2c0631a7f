"""The geometry of a log-density over a continuous sample space, and whether it is resolved.

Like `quadrature`, but `node_placement` chooses the nodes by the density at each θ.  The difference of
two rules on the same nodes estimates the error of g, Γ and K; where it is too large,
`quadrature_panels` refines, and if it stays too large, D is set to −1, which every engine treats as "no
metric".  A density given with its normalisation must satisfy ∫p = 1, E[∂l] = 0 and E[∂∂l] = −g.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.definitions import quadrature_panels
from compute.definitions.density_means import Means, gaps, joined, merged, moments, sizes
from compute.definitions.node_placement import COUNT, Rule, laid, placed, scan, seen, still_holds
from compute.definitions.tape import Tape, run
from compute.manifold.tangent import LocalGeometry, raised

# tolerances: of two rules in units of the metric, and in K; of a tail; of a stated norm
ALLOWED, ALLOWED_K, TAIL, STATED = 1e-6, 1e-5, 1e-5, 2e-3
# maximum density at an end that moves with θ, times the length of its range
EDGE = 1e-5
# D of unresolved points, a valid divisor
NONE = -1.0
# factors on the number of nodes that are tried before panels if a rule does not resolve a density;
# if more than this share of points needs a factor, later calls begin with it
FINER, MOSTLY = (2, 4), 0.5
# up to FEW points each reuse the placement of the nearest remembered point; more points reuse their
# own placement, if they have moved by less than BESIDE of the size of the coordinates
FEW, BESIDE = 16, 0.1
# the last batches of points whose means are kept: those of a path and of its ends
REMEMBERED = 3
# maximum number of points, and of numbers (128 MB), whose scores are held at once
CHUNK, MOST = 512, 16 << 20
# numbers held per node in addition to those of the tape
INTEGRANDS = 40
# nodes of all points whose scores are summed at once: they fit in the processor's cache
HELD = 1 << 13


class Doubt(IntEnum):
    """The reason why the geometry of a density is unknown at a point."""

    NONE = 0
    UNRESOLVED = 1
    ENDLESS = 2
    UNNORMED = 3
    MOVING = 4
    EMPTY = 5
    IRREGULAR = 6


class Averages:
    """A family given by its scores and the line that represents its sample space (`node_placement`).

    The tapes have inputs (θ¹, θ², r, q, log r, log q): ``scores`` gives L, l₁, l₂, l₁₁, l₁₂, l₂₂, the
    weight and log dx/dv, ``sight`` L and the weight.  moving: whether the sample's range depends on θ.
    """

    def __init__(
        self, scores: Tape, sight: Tape, space: str, normalise: bool, moving: bool
    ) -> None:
        self.scores, self.sight, self.space = scores, sight, space
        self.normalise, self.moving = normalise, moving
        self._grid = scan(space)
        # the last θ with the spots of their nodes, and the factor on the number of nodes: a path's
        # next points are near.  Also the last means: curvature and norm follow the metric at the same θ
        self._last: tuple[Floats, Floats] | None = None
        self._times = 1
        self._known: tuple[tuple[Floats, Means], ...] = ()

    def geometry(self, theta: Floats) -> LocalGeometry:
        """Return g, Γ_ij,k, T_ijk and D at theta (..., 2); D = `NONE` where they are not resolved."""
        parts = self._chunked(theta, self._local)
        return LocalGeometry(parts[0], parts[1], parts[2], parts[3])

    def curvature(self, theta: Floats) -> Floats:
        """Return K at theta (..., 2), NaN where the family degenerates or K is not resolved."""
        return self._chunked(theta, self._curvature)[0]

    def entropy(self, theta: Floats) -> Floats:
        """Return −E[log p] in nats at theta (..., 2); NaN where p is not resolved."""

        def entropy(points: Floats) -> tuple[Floats]:
            m = self._means(points)
            return (np.where(self._doubts(m) == Doubt.NONE, m.entropy, np.nan),)

        return self._chunked(theta, entropy)[0]

    def log_norm(self, theta: Floats) -> Floats:
        """Return log ∫eˡ dx of the formula at theta (..., 2); −∞ where no mass is found."""
        return self._chunked(theta, lambda points: (self._means(points).norm,))[0]

    def doubts(self, theta: Floats) -> np.ndarray:
        """Return the `Doubt` at theta (..., 2): why the geometry is unknown, if it is."""
        found = self._chunked(theta, lambda points: (self._doubts(self._means(points)) * 1.0,))
        return found[0].astype(int)

    def nodes(self, theta: Floats) -> Floats:
        """Return the quadrature nodes in v (n, k) for the densities at theta (n, 2)."""
        with np.errstate(all="ignore"):
            return placed(self.space, lambda v: self._height(theta, v)).v

    def _chunked(
        self, theta: Floats, found: Callable[[Floats], tuple[Floats, ...]]
    ) -> list[Floats]:
        flat = np.asarray(theta, np.float64).reshape(-1, 2)
        rows = self._rows(COUNT)
        chunks = [flat[i : i + rows] for i in range(0, max(len(flat), 1), rows)]
        parts = []
        for chunk in chunks:
            checkpoint()
            with np.errstate(all="ignore"):
                parts.append(found(chunk))
        shape = np.shape(theta)[:-1]
        whole = (np.concatenate(part) for part in zip(*parts, strict=True))
        return [part.reshape((*shape, *part.shape[1:])) for part in whole]

    def _rows(self, nodes: int) -> int:
        """Return how many points are processed at once, for a given number of nodes."""
        each = nodes * (self.scores.width + INTEGRANDS)
        return min(CHUNK, max(1, MOST // each))

    # --- what is asked ------------------------------------------------------------------------
    def _local(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        m = self._means(theta)
        det = np.where(self._doubts(m) == Doubt.NONE, m.det, NONE)
        return m.mean[:, 3:6], m.mean[:, 6:12].reshape(-1, 2, 3), m.mean[:, 12:16], det

    def _curvature(self, theta: Floats) -> tuple[Floats]:
        m = self._means(theta)
        good = (self._doubts(m) == Doubt.NONE) & (m.gap[:, 1] <= ALLOWED_K)
        first, safe = m.mean[:, 6:12].reshape(-1, 2, 3), np.where(m.det > 0, m.det, 1.0)
        local = LocalGeometry(m.mean[:, 3:6], first, m.mean[:, 12:16], safe)
        mixed = (first[..., 1] * raised(local, first[..., 1])).sum(axis=-1)
        plain = (first[..., 0] * raised(local, first[..., 2])).sum(axis=-1)
        return (np.where(good, (m.mean[:, 16] + mixed - plain) / safe, np.nan),)

    def _doubts(self, m: Means) -> np.ndarray:
        """Return the `Doubt` of each point, the gravest first."""
        size = sizes(m.mean)
        first = np.abs(m.drift[:, :2]) / size
        pairs = np.stack([size[:, 0] ** 2, size[:, 0] * size[:, 1], size[:, 1] ** 2], axis=1)
        second = np.abs(m.drift[:, 2:]) / pairs
        off = np.concatenate([first, second], axis=1).max(axis=1)
        doubt = np.where(m.gap[:, 0] <= ALLOWED, Doubt.NONE, Doubt.UNRESOLVED)
        if not self.normalise:
            doubt = np.where(off <= STATED, doubt, Doubt.IRREGULAR)
            doubt = np.where(np.abs(np.expm1(m.norm)) <= STATED, doubt, Doubt.UNNORMED)
        doubt = np.where(m.tail <= TAIL, doubt, Doubt.ENDLESS)
        if self.moving:
            doubt = np.where(m.edge <= EDGE, doubt, Doubt.MOVING)
        return np.where(np.isfinite(m.norm), doubt, Doubt.EMPTY)

    # --- scores -------------------------------------------------------------------------------
    def _height(self, theta: Floats, v: Floats) -> Floats:
        """Return L at theta (n, 2) and v (n, k) or (1, k); −∞ where there is no density."""
        log, weight = run(self.sight, theta[:, :1], theta[:, 1:], *seen(self.space, v))
        return np.where((weight > 0) & np.isfinite(log), log, -np.inf)

    def _means(self, theta: Floats) -> Means:
        for known, means in self._known:
            if np.array_equal(known, theta):
                return means
        found = self._found(theta)
        self._known = ((theta.copy(), found), *self._known)[:REMEMBERED]
        return found

    def _found(self, theta: Floats) -> Means:
        kept = self._kept(theta)
        if kept is not None:
            m, poor = self._refined(theta, kept)
            if not poor.any() and (m.tail <= TAIL).all():
                return m
        rule = placed(self.space, lambda v: self._height(theta, v))
        m, poor = self._refined(theta, rule.spot)
        if len(theta) > 0:
            self._last = (theta.copy(), rule.spot)
        return self._panelled(theta, rule, m, poor) if poor.any() else m

    def _refined(self, theta: Floats, spot: Floats) -> tuple[Means, np.ndarray]:
        """Return the means by rules at spots (n, 4), and whether each point (n,) is unresolved.

        Points that are not resolved are tried again with more nodes.
        """
        begun = self._times
        m = self._at(theta, laid(self.space, spot, begun))
        poor = self._poor(m) & np.isfinite(m.norm) & (m.tail <= TAIL)
        for times in FINER:
            if times <= begun or self.space == "circle" or not poor.any():
                continue
            if poor.mean() > MOSTLY:
                self._times = times
            for rows in self._parts(poor, times * COUNT):
                m = merged(m, self._at(theta[rows], laid(self.space, spot[rows], times)), rows)
            poor = poor & self._poor(m)
        if (m.gap <= ALLOWED**2).all():
            self._times = 1  # half of the nodes would do
        return m, poor

    @staticmethod
    def _poor(m: Means) -> np.ndarray:
        """Whether two rules differ by too much at each point (n,)."""
        return np.asarray((m.gap > (ALLOWED, ALLOWED_K)).any(axis=1))

    def _kept(self, theta: Floats) -> Floats | None:
        """Return a placement found near theta (n, 2) that is still valid there, or None."""
        last = self._last
        if last is None or self.space == "circle":
            return None
        places, spot = last
        size = np.abs(places).max(axis=0) + 1e-300
        if len(theta) <= FEW:
            apart = (np.abs(theta[:, None] - places) / size).sum(axis=2)
            spot = spot[apart.argmin(axis=1)]
        elif theta.shape != places.shape or (np.abs(theta - places) > BESIDE * size).any():
            return None
        holds = still_holds(self.space, lambda v: self._height(theta, v), spot, self._grid)
        return spot if holds.all() else None

    def _panelled(self, theta: Floats, rule: Rule, m: Means, poor: np.ndarray) -> Means:
        """Return ``m`` with the means of the unresolved points ``poor`` (n,) by panels."""
        for rows in self._parts(poor, quadrature_panels.MOST_NODES):
            panelled = self._panels(theta[rows], rule.of(rows), m.norm[rows])
            for part in self._parts(np.ones(len(rows), bool), panelled.v.shape[1]):
                m = merged(m, self._at(theta[rows[part]], panelled.of(part)), rows[part])
        return m

    def _parts(self, poor: np.ndarray, nodes: int) -> Iterator[np.ndarray]:
        """Split the unresolved points into parts that fit into memory with this number of nodes."""
        rows = np.flatnonzero(poor)
        for start in range(0, len(rows), self._rows(nodes)):
            checkpoint()
            yield rows[start : start + self._rows(nodes)]

    def _panels(self, theta: Floats, rule: Rule, top: Floats) -> Rule:
        """Return the rule of panels for the densities at theta (n, 2) with these log norms."""

        def measured(rows: np.ndarray, v: Floats) -> Floats:
            checkpoint()
            log, l1, l2, l11, _, l22, _ = self._run(theta[rows], v)
            p = np.exp(log - top[rows][:, None])
            return np.stack([p, p * l1 * l1, p * l2 * l2, p * l11 * l11, p * l22 * l22])

        return quadrature_panels.refined(rule, self.space == "circle", measured)

    def _run(self, theta: Floats, v: Floats) -> list[Floats]:
        """Return L, the derivatives of l and log dx/dv at theta (n, 2) and v (n, k).

        L = −∞ where p = 0.
        """
        inputs = seen(self.space, v)
        log, *rest, weight, slope = run(self.scores, theta[:, :1], theta[:, 1:], *inputs)
        # quick check first: a sum is finite only if all of its terms are
        if np.isfinite(sum(value.sum() for value in (log, *rest))) and (weight > 0).all():
            return [log, *rest, slope]
        finite = np.isfinite(log) & (weight > 0)
        for value in rest:
            finite &= np.isfinite(value)
        log = np.where(finite, log, -np.inf)
        return [log, *(np.where(finite, value, 0.0) for value in rest), slope]

    def _at(self, theta: Floats, rule: Rule) -> Means:
        """Return the means by a rule, in batches of points that fit in the processor's cache."""
        rows = max(1, HELD // rule.v.shape[1])
        if len(theta) <= rows:
            return self._summed(theta, rule)
        parts = [slice(i, i + rows) for i in range(0, len(theta), rows)]
        return joined([self._summed(theta[part], rule.of(part)) for part in parts])

    def _summed(self, theta: Floats, rule: Rule) -> Means:
        log, *u, slope = self._run(theta, rule.v)
        top = log.max(axis=1, keepdims=True)
        there = np.isfinite(top)
        top = np.where(there, top, 0.0)
        mass = np.exp(log - top)
        full = mass * rule.weights
        whole = full.sum(axis=1, keepdims=True)
        whole = np.where(whole > 0, whole, 1.0)
        mass /= whole
        full /= whole
        norm = np.where(there, top + np.log(whole), -np.inf)[:, 0]
        stated = np.empty((len(log), 5, log.shape[1]))
        for i, (value, j, k) in enumerate(zip(u, (0, 1, 0, 0, 1), (0, 0, 0, 1, 1), strict=True)):
            stated[:, i] = value if i < 2 else value + u[j] * u[k]
        drift = (stated @ full[..., None])[..., 0]
        m1, m2, b11, b12, b22 = (drift[:, i : i + 1] for i in range(5))
        l1, l2 = u[0] - m1, u[1] - m2
        second = (u[2] - b11 + m1 * m1, u[3] - b12 + m1 * m2, u[4] - b22 + m2 * m2)
        mean, off = moments(full, mass * rule.coarse - full, l1, l2, second)
        rest = l2 - mean[:, 4:5] / np.where(mean[:, 3:4] > 0, mean[:, 3:4], 1.0) * l1
        det = mean[:, 3] * (full * rest * rest).sum(axis=1)
        plain = np.where(np.isfinite(log), log, 0.0) - slope - np.maximum(norm, -1e300)[:, None]
        entropy = -(full * plain).sum(axis=1)
        tail, edge = self._ends(rule, mean, (l1, l2), mass)
        return Means(mean, off, gaps(mean, off, det), det, norm, entropy, drift, tail, edge)

    def _ends(
        self, rule: Rule, mean: Floats, first: tuple[Floats, Floats], mass: Floats
    ) -> tuple[Floats, Floats]:
        """Estimate the mass beyond the outermost nodes, and p at them times the length of the range."""
        tail, edge = np.zeros(len(mass)), np.zeros(len(mass))
        count = rule.v.shape[1] - 1
        if self.space == "circle" or count not in (COUNT, *(times * COUNT for times in FINER)):
            return tail, edge
        step = (rule.spot[:, 3] - rule.spot[:, 2]) / count
        size = np.where(mean[:, [3, 5]] > 0, mean[:, [3, 5]], 1.0)
        for end in (0, -1):
            share = mass[:, end] * rule.weights[:, end] / np.where(step > 0, step, 1.0)
            weighed = 1 + sum(s[:, end] ** 2 / size[:, i] for i, s in enumerate(first))
            tail = np.maximum(tail, share * weighed)
            if self.space == "interval":
                _, _, log_r, log_q = seen(self.space, rule.v[:, end])
                edge = np.maximum(edge, mass[:, end] * np.exp(-log_r - log_q))
        return tail, edge
