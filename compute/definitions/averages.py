"""The geometry of a log-density over a continuous sample space, and whether it is resolved.

Like `quadrature`, but `node_placement` chooses the nodes by the density at each θ.  The difference of
two rules on the same nodes estimates the error of g, Γ and K; where it is too large,
`quadrature_panels` refines, and if it stays too large, D is set to −1, which every engine treats as "no
metric".  A density given with its normalisation must satisfy ∫p = 1, E[∂l] = 0 and E[∂∂l] = −g.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.definitions import quadrature_panels
from compute.definitions.node_placement import COUNT, Rule, laid, placed, scan, seen, still_holds
from compute.definitions.tape import Tape, run
from compute.manifold.tangent import LocalGeometry, raised

# tolerances: difference of two rules, in units of the metric; mass of a tail; error of the norm
ALLOWED, TAIL, STATED = 1e-6, 1e-5, 2e-3
# largest density at an end that moves with θ, times the length of its range
EDGE = 1e-5
# D of unresolved points, a valid divisor
NONE = -1.0
# factor by which nodes are increased before panels are used
FINER = 4
# maximum number of points whose node placement is cached
FEW = 16
# maximum number of points whose scores at all nodes are held at once, and of numbers (128 MB)
CHUNK, MOST = 512, 16 << 20
# numbers held per node in addition to those of the tape
INTEGRANDS = 40


class Doubt(IntEnum):
    """The reason why the geometry of a density is unknown at a point."""

    NONE = 0
    UNRESOLVED = 1
    ENDLESS = 2
    UNNORMED = 3
    MOVING = 4
    EMPTY = 5
    IRREGULAR = 6


@dataclass(frozen=True, eq=False)
class _Means:
    """Expectations of centred scores at points (n,), with error estimates.

    mean (n, 17): of 1, l_i, l_i l_j, (l_ij + ½ l_i l_j) l_k, l_i l_j l_k and the terms of R_1212; off
    (n, 17): the difference of the coarser rule; gap (n, 2): that difference in g and Γ, in units of the
    metric, and in K; det (n,): D; norm (n,): log ∫p; entropy (n,); drift (n, 5): E of l_i and of l_ij +
    l_i l_j before centring; tail (n,): an estimate of the mass beyond the ends; edge (n,): p at the
    ends of a range, times its length.
    """

    mean: Floats
    off: Floats
    gap: Floats
    det: Floats
    norm: Floats
    entropy: Floats
    drift: Floats
    tail: Floats
    edge: Floats


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
        # placements, and their θ, of the last few points: a path evaluates nearby points
        self._last: tuple[Floats, Floats] | None = None

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
        joined = (np.concatenate(part) for part in zip(*parts, strict=True))
        return [part.reshape((*shape, *part.shape[1:])) for part in joined]

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

    def _doubts(self, m: _Means) -> np.ndarray:
        """Return the most severe `Doubt` of each point."""
        size = _sizes(m.mean)
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

    def _means(self, theta: Floats) -> _Means:
        kept = self._kept(theta)
        if kept is not None:
            m = self._at(theta, laid(self.space, kept))
            if (m.gap <= (ALLOWED, ALLOWED_K)).all() and (m.tail <= TAIL).all():
                return m
        rule = placed(self.space, lambda v: self._height(theta, v))
        if len(theta) <= FEW:
            self._last = (theta.copy(), rule.spot)
        m = self._at(theta, rule)
        poor = (m.gap > (ALLOWED, ALLOWED_K)).any(axis=1)
        poor &= np.isfinite(m.norm) & (m.tail <= TAIL)
        return self._repaired(theta, rule, m, poor) if poor.any() else m

    def _kept(self, theta: Floats) -> Floats | None:
        """Return a placement found near theta (n, 2) that is still valid there, or None."""
        last = self._last
        if last is None or len(theta) > FEW or self.space == "circle":
            return None
        size = np.abs(last[0]).max(axis=0) + 1e-300
        apart = (np.abs(theta[:, None] - last[0]) / size).sum(axis=2)
        spot = last[1][apart.argmin(axis=1)]
        holds = still_holds(self.space, lambda v: self._height(theta, v), spot, self._grid)
        return spot if holds.all() else None

    def _repaired(self, theta: Floats, rule: Rule, m: _Means, poor: np.ndarray) -> _Means:
        """Recompute the means of the unresolved points (n,) with more nodes, then with panels."""
        if self.space != "circle":
            for rows in self._parts(poor, FINER * COUNT):
                finer = laid(self.space, rule.spot[rows], FINER)
                m = _merged(m, self._at(theta[rows], finer), rows)
            poor = poor & (m.gap > (ALLOWED, ALLOWED_K)).any(axis=1)
        for rows in self._parts(poor, quadrature_panels.MOST_NODES):
            panelled = self._panelled(theta[rows], rule.of(rows), m.norm[rows])
            for part in self._parts(np.ones(len(rows), bool), panelled.v.shape[1]):
                m = _merged(m, self._at(theta[rows[part]], panelled.of(part)), rows[part])
        return m

    def _parts(self, poor: np.ndarray, nodes: int) -> Iterator[np.ndarray]:
        """Split the unresolved points into parts that fit into memory with this number of nodes."""
        rows = np.flatnonzero(poor)
        for start in range(0, len(rows), self._rows(nodes)):
            checkpoint()
            yield rows[start : start + self._rows(nodes)]

    def _panelled(self, theta: Floats, rule: Rule, top: Floats) -> Rule:
        """Return the rule of panels for the densities at theta (n, 2) with these log norms."""

        def measured(rows: np.ndarray, v: Floats) -> Floats:
            checkpoint()
            log, l1, l2, l11, _, l22, _ = self._run(theta[rows], v)
            p = np.exp(log - top[rows][:, None])
            return np.stack([p, p * l1 * l1, p * l2 * l2, p * l11 * l11, p * l22 * l22])

        return quadrature_panels.refined(rule, self.space == "circle", measured)

    def _run(self, theta: Floats, v: Floats) -> list[Floats]:
        """Return L, the derivatives of l and log dx/dv at theta (n, 2) and v (n, k); L = −∞ where p =
        0.
        """
        inputs = seen(self.space, v)
        log, *rest, weight, slope = run(self.scores, theta[:, :1], theta[:, 1:], *inputs)
        finite = np.isfinite(log) & (weight > 0)
        for value in rest:
            finite &= np.isfinite(value)
        log = np.where(finite, log, -np.inf)
        return [log, *(np.where(finite, value, 0.0) for value in rest), slope]

    def _at(self, theta: Floats, rule: Rule) -> _Means:
        log, *u, slope = self._run(theta, rule.v)
        top = log.max(axis=1, keepdims=True)
        there = np.isfinite(top)
        top = np.where(there, top, 0.0)
        mass = np.exp(log - top)
        whole = _over(mass, rule.weights[None])
        whole = np.where(whole > 0, whole, 1.0)
        mass /= whole
        full = mass * rule.weights
        norm = np.where(there, top + np.log(whole), -np.inf)[:, 0]
        products = (u[0] * u[0], u[0] * u[1], u[1] * u[1])
        drift = _over(
            full, np.stack([*u[:2], *(x + y for x, y in zip(u[2:], products, strict=True))])
        )
        m1, m2, b11, b12, b22 = (drift[:, i : i + 1] for i in range(5))
        l1, l2 = u[0] - m1, u[1] - m2
        second = (u[2] - b11 + m1 * m1, u[3] - b12 + m1 * m2, u[4] - b22 + m2 * m2)
        values = _integrands(l1, l2, second)
        mean = _over(full, values)
        off = _over(mass * rule.coarse - full, values)
        rest = l2 - mean[:, 4:5] / np.where(mean[:, 3:4] > 0, mean[:, 3:4], 1.0) * l1
        det = mean[:, 3] * (full * rest * rest).sum(axis=1)
        plain = np.where(mass > 0, log - slope - np.maximum(norm, -1e300)[:, None], 0.0)
        entropy = -(full * plain).sum(axis=1)
        tail, edge = self._ends(rule, mean, (l1, l2), mass)
        return _Means(mean, off, _gaps(mean, off, det), det, norm, entropy, drift, tail, edge)

    def _ends(
        self, rule: Rule, mean: Floats, first: tuple[Floats, Floats], mass: Floats
    ) -> tuple[Floats, Floats]:
        """Estimate the mass beyond the outermost nodes, and p at them times the length of the range."""
        tail, edge = np.zeros(len(mass)), np.zeros(len(mass))
        if self.space == "circle" or rule.v.shape[1] != COUNT + 1:
            return tail, edge
        step = (rule.spot[:, 3] - rule.spot[:, 2]) / COUNT
        size = np.where(mean[:, [3, 5]] > 0, mean[:, [3, 5]], 1.0)
        for end in (0, -1):
            share = mass[:, end] * rule.weights[:, end] / np.where(step > 0, step, 1.0)
            weighed = 1 + sum(s[:, end] ** 2 / size[:, i] for i, s in enumerate(first))
            tail = np.maximum(tail, share * weighed)
            if self.space == "interval":
                _, _, log_r, log_q = seen(self.space, rule.v[:, end])
                edge = np.maximum(edge, mass[:, end] * np.exp(-log_r - log_q))
        return tail, edge


# tolerance for the difference of two rules in K
ALLOWED_K = 1e-5


def _over(mass: Floats, values: Floats) -> Floats:
    """Return the sums (n, f) of values (f, n, k) with weights (n, k)."""
    sums: Floats = np.einsum("nk,fnk->nf", mass, values)
    return sums


def _integrands(l1: Floats, l2: Floats, second: tuple[Floats, Floats, Floats]) -> Floats:
    """Stack the integrands of `_Means`, (17, n, k)."""
    squares = (l1 * l1, l1 * l2, l2 * l2)
    out = np.empty((17, *l1.shape))
    out[0], out[1], out[2], out[3:6] = 1.0, l1, l2, squares
    for i in range(3):
        half = second[i] + 0.5 * squares[i]
        out[6 + i], out[9 + i] = l1 * half, l2 * half
    out[12], out[13], out[14], out[15] = (
        squares[0] * l1, squares[0] * l2, squares[2] * l1, squares[2] * l2,
    )  # fmt: skip
    b11, b12, b22 = (x + y for x, y in zip(second, squares, strict=True))
    turn = b22 * squares[0] + b11 * squares[2] - 2 * b12 * squares[1]
    out[16] = b11 * b22 - b12 * b12 - 0.5 * turn
    return out


def _merged(m: _Means, better: _Means, rows: np.ndarray) -> _Means:
    """Return ``m`` with some rows replaced by those of ``better``, except the data at the ends."""
    found = {}
    for name in ("mean", "off", "gap", "det", "norm", "entropy", "drift"):
        found[name] = getattr(m, name).copy()
        found[name][rows] = getattr(better, name)
    return replace(m, **found)


def _sizes(mean: Floats) -> Floats:
    """Return √g_ii (n, 2), never 0."""
    return np.sqrt(np.maximum(mean[:, [3, 5]], 1e-300))


# powers of √g₁₁ and √g₂₂ in the means of `_Means`, up to Γ
_POWERS = np.array(
    [
        *((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)),
        *((3, 0), (2, 1), (1, 2), (2, 1), (1, 2), (0, 3)),
    ]
)  # fmt: skip


def _gaps(mean: Floats, off: Floats, det: Floats) -> Floats:
    """Return the difference of two rules (n, 2): in mass, means, g and Γ, in units of the metric, and
    in K.

    Each index raised by g⁻¹ amplifies the error by √(g₁₁g₂₂/D).
    """
    size = _sizes(mean)
    safe = np.where(det > 0, det, 1.0)
    ratio = np.sqrt(np.minimum((size**2).prod(axis=1) / np.maximum(det, 1e-300), 1e12))
    unit = (size[:, None, :] ** _POWERS).prod(axis=2)
    gap = (np.abs(off[:, :12]) / unit).max(axis=1) * ratio
    curved = np.abs(off[:, 16]) / safe + 4 * gap * ratio
    found = np.stack([gap, np.where(det > 0, curved, np.inf)], axis=1)
    return np.where(np.isfinite(found), found, np.inf)
