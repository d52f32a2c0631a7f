"""The geometry of a log-density over a continuous sample space, and whether it is resolved.

As `compute.quadrature`, at nodes that `compute.placement` places by the density at each θ.  Two rules
on the same nodes say how far g, Γ and K can be trusted; what they differ in goes to panels
(`compute.panels`), and if it stays, D is given as 0, which every engine takes for a metric that is
none.  A density that is stated with its norm must keep ∫p = 1, E[∂l] = 0 and E[∂∂l] = −g.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from compute import panels
from compute.interrupt import checkpoint
from compute.manifold import LocalGeometry
from compute.placement import COUNT, Rule, placed, seen
from compute.quadrature import Scores, bent_mean, curvature_of, local_of, means
from compute.tape import Tape, run
from compute.types import Floats

# what two rules may differ by, in units of the metric; that of a tail, and of the stated norm
ALLOWED, TAIL, STATED = 1e-6, 1e-5, 2e-3
# what the density may have at an end that moves with θ, times the length of its range
EDGE = 1e-5
# points whose scores at all nodes are held at once
CHUNK = 512


class Doubt(IntEnum):
    """Why the geometry of a density is not known at a point."""

    NONE = 0
    UNRESOLVED = 1
    ENDLESS = 2
    UNNORMED = 3
    MOVING = 4
    EMPTY = 5


@dataclass(frozen=True, eq=False)
class _Means:
    """Scores at points (n,) centred on their means, and what the coarser rule has of them.

    coarse (n, k): p·w of the coarser rule; norm (n,): log ∫p; drift (n, 5): E of l_i and of l_ij +
    l_i l_j before centring; tail (n,): what may lie beyond the ends; edge (n,): p at the ends of a
    range, times its length.
    """

    scores: Scores
    coarse: Floats
    norm: Floats
    drift: Floats
    tail: Floats
    edge: Floats


class Averages:
    """A family by its scores and by the line that its sample space is (see `compute.placement`).

    The tapes have inputs (θ¹, θ², r, q, log r, log q): ``scores`` gives L, l₁, l₂, l₁₁, l₁₂, l₂₂, the
    weight and log dx/dv, ``sight`` L and the weight.  moving: whether the sample's range depends on θ.
    """

    def __init__(
        self, scores: Tape, sight: Tape, space: str, normalise: bool, moving: bool
    ) -> None:
        self.scores, self.sight, self.space = scores, sight, space
        self.normalise, self.moving = normalise, moving

    def geometry(self, theta: Floats) -> LocalGeometry:
        """g, Γ_ij,k, T_ijk and D at theta (..., 2); D = 0 where they are not resolved."""
        parts = self._chunked(theta, self._local)
        return LocalGeometry(parts[0], parts[1], parts[2], parts[3])

    def curvature(self, theta: Floats) -> Floats:
        """K at theta (..., 2), NaN where the family degenerates or K is not resolved."""
        return self._chunked(theta, self._curvature)[0]

    def entropy(self, theta: Floats) -> Floats:
        """−E[log p] in nats at theta (..., 2), NaN where p is not resolved."""

        def entropy(points: Floats) -> tuple[Floats]:
            m = self._means(points)
            value = -(m.scores.mass * m.scores.log).sum(axis=1)
            return (np.where(self._doubts(m) == Doubt.NONE, value, np.nan),)

        return self._chunked(theta, entropy)[0]

    def log_norm(self, theta: Floats) -> Floats:
        """log ∫eˡ dx of what the formula states, at theta (..., 2); −∞ where it sees nothing."""
        return self._chunked(theta, lambda points: (self._means(points).norm,))[0]

    def doubts(self, theta: Floats) -> np.ndarray:
        """Why the geometry is not known at theta (..., 2), as a `Doubt`."""
        found = self._chunked(theta, lambda points: (self._doubts(self._means(points)) * 1.0,))
        return found[0].astype(int)

    def nodes(self, theta: Floats) -> Floats:
        """Where in v the densities at theta (n, 2) are looked at: (n, k)."""
        return placed(self.space, lambda v: self._height(theta, v)).v

    def _chunked(
        self, theta: Floats, found: Callable[[Floats], tuple[Floats, ...]]
    ) -> list[Floats]:
        flat = np.asarray(theta, np.float64).reshape(-1, 2)
        chunks = [flat[i : i + CHUNK] for i in range(0, max(len(flat), 1), CHUNK)]
        parts = []
        for chunk in chunks:
            checkpoint()
            with np.errstate(all="ignore"):
                parts.append(found(chunk))
        shape = np.shape(theta)[:-1]
        joined = (np.concatenate(part) for part in zip(*parts, strict=True))
        return [part.reshape((*shape, *part.shape[1:])) for part in joined]

    # --- what is asked ------------------------------------------------------------------------
    def _local(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        m = self._means(theta)
        g, first, cubic, det = local_of(m.scores)
        return g, first, cubic, np.where(self._doubts(m) == Doubt.NONE, det, 0.0)

    def _curvature(self, theta: Floats) -> tuple[Floats]:
        m = self._means(theta)
        local = local_of(m.scores)
        value = curvature_of(m.scores, local)
        good = (self._doubts(m) == Doubt.NONE) & (_curvature_gap(m) <= ALLOWED_K)
        return (np.where(good, value, np.nan),)

    def _doubts(self, m: _Means) -> np.ndarray:
        """The `Doubt` of each point, the gravest first."""
        size, gap = _sizes(m), _gap(m)
        first = np.abs(m.drift[:, :2]) / size
        pairs = np.stack([size[:, 0] ** 2, size[:, 0] * size[:, 1], size[:, 1] ** 2], axis=1)
        second = np.abs(m.drift[:, 2:]) / pairs
        off = np.maximum(np.abs(np.expm1(m.norm)), np.concatenate([first, second], 1).max(axis=1))
        doubt = np.where(gap <= ALLOWED, Doubt.NONE, Doubt.UNRESOLVED)
        if not self.normalise:
            doubt = np.where(off <= STATED, doubt, Doubt.UNNORMED)
        doubt = np.where(m.tail <= TAIL, doubt, Doubt.ENDLESS)
        if self.moving:
            doubt = np.where(m.edge <= EDGE, doubt, Doubt.MOVING)
        return np.where(np.isfinite(m.norm), doubt, Doubt.EMPTY)

    # --- scores -------------------------------------------------------------------------------
    def _height(self, theta: Floats, v: Floats) -> Floats:
        """L at theta (n, 2) and v (n, k) or (1, k), −∞ where there is no density."""
        with np.errstate(all="ignore"):
            log, weight = run(self.sight, theta[:, :1], theta[:, 1:], *seen(self.space, v))
            there = (weight > 0) & np.isfinite(log)
        return np.where(there, log, -np.inf)

    def _means(self, theta: Floats) -> _Means:
        rule = placed(self.space, lambda v: self._height(theta, v))
        m = self._at(theta, rule)
        poor = (_gap(m) > ALLOWED) | (_curvature_gap(m) > ALLOWED_K)
        poor &= np.isfinite(m.norm) & (m.tail <= TAIL)
        if poor.any():
            return self._repaired(theta, rule, m, poor)
        return m

    def _repaired(self, theta: Floats, rule: Rule, m: _Means, poor: np.ndarray) -> _Means:
        """The means with those of the poor points (n,) by panels."""
        chosen, top = theta[poor], m.norm[poor]

        def measured(rows: np.ndarray, v: Floats) -> Floats:
            checkpoint()
            log, l1, l2, l11, _, l22, _ = self._run(chosen[rows], v)
            p = np.exp(log - top[rows][:, None])
            return np.stack([p, p * l1 * l1, p * l2 * l2, p * l11 * l11, p * l22 * l22])

        part = Rule(*(value[poor] for value in (rule.v, rule.weights, rule.coarse, rule.spot)))
        with np.errstate(all="ignore"):
            better = self._at(chosen, panels.refined(part, self.space == "circle", measured))
        return _merged(m, better, poor)

    def _run(self, theta: Floats, v: Floats) -> list[Floats]:
        """L, the derivatives of l and log dx/dv at theta (n, 2) and v (n, k); L = −∞ for nothing."""
        inputs = seen(self.space, v)
        log, *rest, weight, slope = run(self.scores, theta[:, :1], theta[:, 1:], *inputs)
        finite = np.isfinite(log) & (weight > 0)
        for value in rest:
            finite &= np.isfinite(value)
        log = np.where(finite, log, -np.inf)
        return [log, *(np.where(finite, value, 0.0) for value in rest), slope]

    def _at(self, theta: Floats, rule: Rule) -> _Means:
        log, u1, u2, u11, u12, u22, slope = self._run(theta, rule.v)
        top = np.max(log, axis=1, keepdims=True)
        there = np.isfinite(top)
        top = np.where(there, top, 0.0)
        mass = np.exp(log - top)
        whole = (mass * rule.weights).sum(axis=1, keepdims=True)
        mass = mass / np.where(whole > 0, whole, 1.0)
        full, coarse = mass * rule.weights, mass * rule.coarse
        norm = np.where(there, top + np.log(np.where(whole > 0, whole, 1.0)), -np.inf)[:, 0]
        m1, m2 = (means(full, u) for u in (u1, u2))
        bends = zip((u11, u12, u22), ((u1, u1), (u1, u2), (u2, u2)), strict=True)
        b = [means(full, u + x * y) for u, (x, y) in bends]
        second = (u11 - b[0] + m1 * m1, u12 - b[1] + m1 * m2, u22 - b[2] + m2 * m2)
        plain = np.where(np.isfinite(log), log - slope - np.maximum(norm, -1e300)[:, None], 0.0)
        scores = Scores(full, plain, (u1 - m1, u2 - m2), second)
        drift = np.concatenate([m1, m2, *b], axis=1)
        tail, edge = self._ends(rule, scores, mass)
        return _Means(scores, coarse, norm, drift, tail, edge)

    def _ends(self, rule: Rule, s: Scores, mass: Floats) -> tuple[Floats, Floats]:
        """What may lie beyond the outermost nodes, and p at them times the length of the range."""
        if self.space == "circle":
            return np.zeros(len(mass)), np.zeros(len(mass))
        ends = [0, -1] if rule.v.shape[1] == COUNT + 1 else []
        tail, edge = np.zeros(len(mass)), np.zeros(len(mass))
        step = (rule.spot[:, 3] - rule.spot[:, 2]) / COUNT
        square = (s.mass[..., None] * np.stack(s.first, axis=-1) ** 2).sum(axis=1)
        for end in ends:
            share = s.mass[:, end] / np.where(step > 0, step, 1.0)
            first = np.stack([l[:, end] for l in s.first], axis=-1) ** 2
            weighed = 1 + (first / np.where(square > 0, square, 1.0)).sum(axis=1)
            tail = np.maximum(tail, share * weighed)
            if self.space == "interval":
                _, _, log_r, log_q = seen(self.space, rule.v[:, end])
                edge = np.maximum(edge, mass[:, end] * np.exp(-log_r - log_q))
        return tail, edge


# what two rules may differ by in K
ALLOWED_K = 1e-5


def _sizes(m: _Means) -> Floats:
    """√g_ii (n, 2), never 0."""
    square = np.stack([(m.scores.mass * l * l).sum(axis=1) for l in m.scores.first], axis=-1)
    return np.sqrt(np.maximum(square, 1e-300))


def _ratio(m: _Means) -> Floats:
    """g₁₁g₂₂/D (n,), by which what is raised by g⁻¹ is less certain."""
    g, _, _, det = local_of(m.scores)
    found: Floats = g[:, 0] * g[:, 2] / np.maximum(det, 1e-300)
    return np.minimum(found, 1e12)


def _gap(m: _Means) -> Floats:
    """How far the two rules differ in the mass, the means, g and Γ, in units of the metric (n,)."""
    s, size = m.scores, _sizes(m)
    other = m.coarse - s.mass
    a, b = size[:, 0], size[:, 1]
    l1, l2 = s.first[0] / a[:, None], s.first[1] / b[:, None]
    squares = (l1 * l1, l1 * l2, l2 * l2)
    units = (a * a, a * b, b * b)
    off = [means(other, np.ones_like(l1), l1, l2, *squares)]
    for l in (l1, l2):
        parts = [
            l * (second / unit[:, None] + 0.5 * square)
            for second, square, unit in zip(s.second, squares, units, strict=True)
        ]
        off.append(means(other, *parts))
    gap: Floats = np.abs(np.concatenate(off, axis=1)).max(axis=1)
    # the mean and the mass are shared by all; what is raised loses as the metric degenerates
    return np.where(np.isfinite(gap), gap * np.sqrt(_ratio(m)), np.inf)


def _curvature_gap(m: _Means) -> Floats:
    """How far the two rules differ in K (n,)."""
    g, first, cubic, det = local_of(m.scores)
    safe = np.where(det > 0, det, 1.0)
    off = np.abs(bent_mean(m.coarse - m.scores.mass, m.scores)) / safe
    total = off + 4 * _gap(m) * np.sqrt(_ratio(m))
    return np.where((det > 0) & np.isfinite(total), total, np.inf)


def _merged(m: _Means, better: _Means, poor: np.ndarray) -> _Means:
    """The rows of ``better`` in the places that ``poor`` marks, the others from ``m``."""
    width = max(m.coarse.shape[1], better.coarse.shape[1])

    def joined(a: Floats, b: Floats) -> Floats:
        if a.ndim == 1 or a.shape[1] == 5:
            out = a.copy()
        else:
            out = np.zeros((len(a), width))
            out[:, : a.shape[1]] = a
        if a.ndim == 2 and a.shape[1] != 5:
            out[poor] = 0.0
            out[poor, : b.shape[1]] = b
        else:
            out[poor] = b
        return out

    s, t = m.scores, better.scores
    pairs = zip((s.mass, s.log, *s.first, *s.second), (t.mass, t.log, *t.first, *t.second), strict=True)
    mass, log, l1, l2, l11, l12, l22 = (joined(a, b) for a, b in pairs)
    return _Means(
        Scores(mass, log, (l1, l2), (l11, l12, l22)),
        joined(m.coarse, better.coarse),
        joined(m.norm, better.norm),
        joined(m.drift, better.drift),
        m.tail,
        m.edge,
    )
