"""The geometry of any family from its log-density alone, by quadrature over the sample space.

With the scores l_i = ∂_i log p and l_ij = ∂_i∂_j log p at the nodes, every component is an expectation:
    g_ij = E[l_i l_j],  Γ_ij,k = E[(l_ij + ½ l_i l_j) l_k],  T_ijk = E[l_i l_j l_k],
    D = g₁₁ E[(l₂ − (g₁₂/g₁₁) l₁)²], which does not cancel where the family is nearly degenerate,
    R_1212 = E[b₁₁b₂₂ − b₁₂² − ½(b₂₂l₁² + b₁₁l₂² − 2b₁₂l₁l₂)] + g^mn(Γ_12,m Γ_12,n − Γ_11,m Γ_22,n),
    b_ij = l_ij + l_i l_j, in which the third derivatives of p have cancelled.
A density known up to its norm, l = u − log ∫eᵘ, has l_i = u_i − E[u_i] and
    l_ij = u_ij − E[u_ij] − E[u_i u_j] + E[u_i] E[u_j].
On the line the trapezoidal rule converges faster than any power of its step.  The twin of
``shaders/families/quadrature.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.definitions.tape import Tape, run
from compute.manifold.tangent import LocalGeometry, raised

# A density whose integral over the nodes differs from 1 by more is not resolved: D is set to 0.
UNRESOLVED = 0.002
# nodes of all points whose scores are held at once: they fit in the processor's cache
HELD = 1 << 14


@dataclass(frozen=True, eq=False)
class Nodes:
    """A quadrature rule: x (k,) and weights (k,), ∫f dx ≈ Σ w f(x)."""

    x: Floats
    weights: Floats


def uniform(low: float, high: float, count: int) -> Nodes:
    """Return the trapezoidal rule on [low, high], for densities that vanish at both ends."""
    return Nodes(np.linspace(low, high, count), np.full(count, (high - low) / (count - 1)))


@dataclass(frozen=True, eq=False)
class Scores:
    """At points (n,) and nodes (k,): p·w, l and the derivatives of l, each (n, k)."""

    mass: Floats
    log: Floats
    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats, Floats]


class Quadrature:
    """A family given by the tape of (l, l₁, l₂, l₁₁, l₁₂, l₂₂, weight) at (θ¹, θ², u) and by its nodes
    u.

    With ``normalise`` the tape's l is given up to the normalisation of the density.  ``fewer``: the
    nodes that are enough at points θ (n, 2), or None.
    """

    def __init__(
        self,
        scores: Tape,
        nodes: Nodes,
        normalise: bool = False,
        fewer: Callable[[Floats], Nodes] | None = None,
    ) -> None:
        self.tape = scores
        self.nodes = nodes
        self.normalise = normalise
        self.fewer = fewer

    def geometry(self, theta: Floats) -> LocalGeometry:
        """Return g, Γ_ij,k, T_ijk and D at theta (..., 2)."""
        parts = self._chunked(theta, _local)
        return LocalGeometry(parts[0], parts[1], parts[2], parts[3])

    def curvature(self, theta: Floats) -> Floats:
        """Return K = R_1212/D at theta (..., 2), NaN where the family degenerates."""
        return self._chunked(theta, _curvature)[0]

    def entropy(self, theta: Floats) -> Floats:
        """Return −E[l] in nats at theta (..., 2)."""
        return self._chunked(theta, lambda s: (-(s.mass * s.log).sum(axis=1),))[0]

    def log_norm(self, theta: Floats) -> Floats:
        """Return log ∫eˡ dx of the tape at theta (..., 2); −∞ where no mass is found."""

        def norm(s: Scores) -> tuple[Floats]:
            with np.errstate(divide="ignore"):
                return (np.log(s.mass.sum(axis=1)),)

        return self._chunked(theta, norm, stated=True)[0]

    def _chunked(
        self,
        theta: Floats,
        means: Callable[[Scores], tuple[Floats, ...]],
        stated: bool = False,
    ) -> list[Floats]:
        flat = np.asarray(theta).reshape(-1, 2)
        rows = max(1, HELD // len(self.nodes.x))
        chunks = [flat[i : i + rows] for i in range(0, max(len(flat), 1), rows)]
        found = zip(*(means(self._scores(chunk, stated)) for chunk in chunks), strict=True)
        shape = np.shape(theta)[:-1]
        return [np.concatenate(part).reshape((*shape, *part[0].shape[1:])) for part in found]

    def _scores(self, theta: Floats, stated: bool) -> Scores:
        checkpoint()
        nodes = self.nodes if self.fewer is None else self.fewer(theta)
        u = nodes.x.astype(theta.dtype)
        with np.errstate(all="ignore"):  # values that are not finite have no weight
            log, *rest, weight = run(self.tape, theta[:, :1], theta[:, 1:], u)
        seen = weight > 0
        if not seen.all():
            log, *rest, weight = (np.where(seen, value, 0.0) for value in (log, *rest, weight))
        measure = weight * nodes.weights.astype(theta.dtype)
        if self.normalise and not stated:
            return _normalised(measure, log, rest)
        with np.errstate(under="ignore"):
            mass = np.exp(log) * measure
        return Scores(mass, log, (rest[0], rest[1]), (rest[2], rest[3], rest[4]))


def _normalised(measure: Floats, log: Floats, rest: list[Floats]) -> Scores:
    """Return the scores of eˡ/∫eˡ."""
    top = np.max(np.where(measure > 0, log, -np.inf), axis=1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(under="ignore"):
        mass = np.exp(log - top) * measure
    norm = mass.sum(axis=1, keepdims=True)
    norm = np.where(norm > 0, norm, 1.0)
    mass = mass / norm
    u1, u2, u11, u12, u22 = rest
    m1, m2 = (means(mass, u) for u in (u1, u2))
    bends = zip((u11, u12, u22), ((u1, u1), (u1, u2), (u2, u2)), strict=True)
    b11, b12, b22 = (means(mass, u + a * b) for u, (a, b) in bends)
    second = (u11 - b11 + m1 * m1, u12 - b12 + m1 * m2, u22 - b22 + m2 * m2)
    return Scores(mass, log - top - np.log(norm), (u1 - m1, u2 - m2), second)


def means(mass: Floats, *values: Floats) -> Floats:
    """Return E of each value (n, k), on a new last axis (n, len(values))."""
    with np.errstate(under="ignore"):
        return np.stack([np.einsum("nk,nk->n", mass, value) for value in values], axis=-1)


def _local(s: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    g, first, cubic, det = local_of(s)
    return g, first, cubic, np.where(np.abs(s.mass.sum(axis=1) - 1) <= UNRESOLVED, det, 0.0)


def local_of(s: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    """Return g (n, 3), Γ_ij,k (n, 2, 3), T_ijk (n, 4) and D (n,), for any mass."""
    l1, l2 = s.first
    squares = (l1 * l1, l1 * l2, l2 * l2)
    g = means(s.mass, *squares)
    with np.errstate(under="ignore"):
        first_mass, last_mass = s.mass * l1, s.mass * l2
    halves = [second + 0.5 * square for second, square in zip(s.second, squares, strict=True)]
    first = np.stack([means(mass, *halves) for mass in (first_mass, last_mass)], axis=-2)
    cubic = np.concatenate([means(first_mass, *squares), means(last_mass, squares[2])], axis=-1)
    rest = l2 - (g[:, 1] / np.where(g[:, 0] > 0, g[:, 0], 1.0))[:, None] * l1
    return g, first, cubic, g[:, 0] * means(s.mass, rest * rest)[:, 0]


def _curvature(s: Scores) -> tuple[Floats]:
    return (curvature_of(s, _local(s)),)


def curvature_of(s: Scores, parts: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """Return K (n,) from the scores and the result of `local_of`; NaN where D ≤ 0."""
    g, symbols, cubic, det = parts
    degenerate = det <= 0
    local = LocalGeometry(g, symbols, cubic, np.where(degenerate, 1.0, det))
    first = local.first
    mixed = (first[..., 1] * raised(local, first[..., 1])).sum(axis=-1)
    plain = (first[..., 0] * raised(local, first[..., 2])).sum(axis=-1)
    return np.where(degenerate, np.nan, (bent_mean(s.mass, s) + mixed - plain) / local.det)


def bent_mean(mass: Floats, s: Scores) -> Floats:
    """Return the mean (n,) in R_1212, with the weights ``mass`` (n, k)."""
    l1, l2 = s.first
    b11, b12, b22 = (
        second + square
        for second, square in zip(s.second, (l1 * l1, l1 * l2, l2 * l2), strict=True)
    )
    turn = b22 * l1 * l1 + b11 * l2 * l2 - 2 * b12 * l1 * l2
    return means(mass, b11 * b22 - b12 * b12 - 0.5 * turn)[:, 0]
