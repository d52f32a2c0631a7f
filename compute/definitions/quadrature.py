"""The geometry of any family from its log-density alone, by quadrature over the sample space.

With the scores l_i = ∂_i log p and l_ij = ∂_i∂_j log p at the nodes, every component is an expectation:
    b_ij = ∂_i∂_j p/p = l_ij + l_i l_j,
    g_ij = E[l_i l_j],  T_ijk = E[l_i l_j l_k],  Γ_ij,k = E[b_ij l_k] − ½ T_ijk,
    D = g₁₁ E[(l₂ − (g₁₂/g₁₁) l₁)²], which does not cancel where the family is nearly degenerate,
    R_1212 = E[b₁₁b₂₂ − b₁₂² − ½(b₂₂l₁² + b₁₁l₂² − 2b₁₂l₁l₂)] + g^mn(Γ_12,m Γ_12,n − Γ_11,m Γ_22,n),
    in which the third derivatives of p have cancelled.
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
# points whose scores have a closed form are held together
TOGETHER = 160
# T_ijk of Γ_ij,k, by k and ij
CUBES = np.array([[0, 1, 2], [1, 2, 3]])
PAIRS = ((0, 0), (0, 1), (1, 1))


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
    """At points (n,) and nodes (k,): p·w (n, k) and l₁, l₂, b₁₁, b₁₂, b₂₂ (n, 5, k)."""

    mass: Floats
    values: Floats


class Quadrature:
    """A family given by the tape of (l, l₁, l₂, l₁₁, l₁₂, l₂₂, weight) at (θ¹, θ², u) and by its nodes
    u.

    With ``normalise`` the tape's l is given up to the normalisation of the density.  ``scored``: a
    closed form of the scores at points θ (n, 2), with nodes of its own, or None.
    """

    def __init__(
        self,
        scores: Tape,
        nodes: Nodes,
        normalise: bool = False,
        scored: Callable[[Floats], Scores] | None = None,
    ) -> None:
        self.tape = scores
        self.nodes = nodes
        self.normalise = normalise
        self.scored = scored or self._scored
        self._held = max(1, HELD // len(nodes.x)) if scored is None else TOGETHER

    def geometry(self, theta: Floats) -> LocalGeometry:
        """Return g, Γ_ij,k, T_ijk and D at theta (..., 2)."""
        parts = self._chunked(theta, lambda points: _local(self.scored(points)))
        return LocalGeometry(parts[0], parts[1], parts[2], parts[3])

    def curvature(self, theta: Floats) -> Floats:
        """Return K = R_1212/D at theta (..., 2), NaN where the family degenerates."""
        return self._chunked(theta, lambda points: _curvature(self.scored(points)))[0]

    def entropy(self, theta: Floats) -> Floats:
        """Return −E[l] in nats at theta (..., 2)."""

        def entropy(points: Floats) -> tuple[Floats]:
            mass, log = self._mass(*self._stated(points)[:2])
            return (-(mass * log).sum(axis=1),)

        return self._chunked(theta, entropy)[0]

    def log_norm(self, theta: Floats) -> Floats:
        """Return log ∫eˡ dx of the tape at theta (..., 2); −∞ where no mass is found."""

        def norm(points: Floats) -> tuple[Floats]:
            measure, log, _ = self._stated(points)
            with np.errstate(divide="ignore", under="ignore"):
                return (np.log((np.exp(log) * measure).sum(axis=1)),)

        return self._chunked(theta, norm)[0]

    def _chunked(
        self, theta: Floats, found: Callable[[Floats], tuple[Floats, ...]]
    ) -> list[Floats]:
        flat = np.asarray(theta).reshape(-1, 2)
        parts = []
        for i in range(0, max(len(flat), 1), self._held):
            checkpoint()
            parts.append(found(flat[i : i + self._held]))
        shape = np.shape(theta)[:-1]
        whole = (np.concatenate(part) for part in zip(*parts, strict=True))
        return [part.reshape((*shape, *part.shape[1:])) for part in whole]

    def _stated(self, theta: Floats) -> tuple[Floats, Floats, list[Floats]]:
        """Return weight·w, l and the derivatives of l, each (n, k), by the tape."""
        u = self.nodes.x.astype(theta.dtype)
        with np.errstate(all="ignore"):  # values that are not finite have no weight
            log, *rest, weight = run(self.tape, theta[:, :1], theta[:, 1:], u)
        seen = weight > 0
        if not seen.all():
            log, *rest, weight = (np.where(seen, value, 0.0) for value in (log, *rest, weight))
        return weight * self.nodes.weights.astype(theta.dtype), log, rest

    def _mass(self, measure: Floats, log: Floats) -> tuple[Floats, Floats]:
        """Return p·w and log p."""
        if not self.normalise:
            with np.errstate(under="ignore"):
                return np.exp(log) * measure, log
        top = np.max(np.where(measure > 0, log, -np.inf), axis=1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        with np.errstate(under="ignore"):
            mass = np.exp(log - top) * measure
        norm = mass.sum(axis=1, keepdims=True)
        norm = np.where(norm > 0, norm, 1.0)
        return mass / norm, log - top - np.log(norm)

    def _scored(self, theta: Floats) -> Scores:
        measure, log, (u1, u2, u11, u12, u22) = self._stated(theta)
        mass, _ = self._mass(measure, log)
        values = np.stack([u1, u2, u11 + u1 * u1, u12 + u1 * u2, u22 + u2 * u2], axis=1)
        if self.normalise:
            # b = u_ij + u_i u_j − E[u_ij + u_i u_j] − m_i l_j − m_j l_i,  m = E u
            mean = values @ mass[..., None]
            values -= mean
            for row, (i, j) in enumerate(PAIRS, start=2):
                values[:, row] -= mean[:, i] * values[:, j] + mean[:, j] * values[:, i]
        return Scores(mass, values)


def _local(s: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    g, first, cubic, det = local_of(s)
    return g, first, cubic, np.where(np.abs(s.mass.sum(axis=1) - 1) <= UNRESOLVED, det, 0.0)


def local_of(s: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    """Return g (n, 3), Γ_ij,k (n, 2, 3), T_ijk (n, 4) and D (n,), for any mass."""
    l1, l2 = s.values[:, 0], s.values[:, 1]
    with np.errstate(under="ignore"):
        moved = s.mass[:, None] * s.values[:, :2]
        # by l_k: (g_k1, g_k2, E[b_ij l_k]), and E[l_k l_i²]
        seconds = moved @ s.values.swapaxes(1, 2)
        thirds = moved @ (s.values[:, :2] ** 2).swapaxes(1, 2)
        g = seconds[:, [0, 0, 1], [0, 1, 1]]
        rest = l2 - (g[:, 1] / np.where(g[:, 0] > 0, g[:, 0], 1.0))[:, None] * l1
        det = g[:, 0] * np.vecdot(s.mass, rest * rest)
    cubic = thirds[:, [0, 1, 0, 1], [0, 0, 1, 1]]
    return g, seconds[..., 2:] - 0.5 * cubic[:, CUBES], cubic, det


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
    l1, l2, b11, b12, b22 = np.moveaxis(s.values, 1, 0)
    turn = b22 * l1 * l1 + b11 * l2 * l2 - 2 * b12 * l1 * l2
    with np.errstate(under="ignore"):
        found: Floats = np.vecdot(mass, b11 * b22 - b12 * b12 - 0.5 * turn)
    return found
