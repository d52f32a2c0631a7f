"""The Laplacian of a grid by gauge-covariant finite volumes: no derivative of Γ is needed.

    E = ½ Σ_cells Σ_corners W^ij Re(D_i z · conj D_j z),   D₁z = ±(U z_next − z)/h₁,
with U = exp(−i∫ω) the transport of the neighbour's value to the corner, W^ij and M lumped what
`compute.flow.cells` has a corner stand for of ∫√D g^ij and ∫√D, and L = −M⁻¹∇E.  L is symmetric in
the inner product of M and never positive, so that ‖z‖ does not grow.  For scalars U = 1: rows sum to
zero and mass is kept.  Nothing flows through edges (Neumann), unless the grid closes on itself there.

A term cKA comes with what the edge must have of it: in an orthonormal frame
    |D₁z − iD₂z|² = (div A)² + (curl A)²  (c = −1),    |D₁z + iD₂z|² = 2|Def₀ A|²  (c = +1)
differ from |∇A|² by ±2 Im(D̄₁z̄ D₂z), which is ∓K|A|² and a flux through the edge.  So neither lets
the norm grow, and Killing fields, for which Def A = 0, do not move up to the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.flow.cells import CORNERS, LINKS, Cells, ahead, around, behind

WAYS = (*LINKS, *((-down, -right) for down, right in LINKS))


@dataclass(frozen=True, eq=False)
class Stencil:
    """L by its nine points: M(Lz)_x = Σ_n (w_xn z_n − Re w_xn z_x) + rest_x z_x over eight neighbours.

    links (4, rows, columns): w_xn of the neighbours `LINKS` of x, complex for vectors, those of the
    other four being their conjugates; written in differences for float32, which would lose them
    against 1/h²; rest (rows, columns): what is left, of the order of the curvature; mass (rows,
    columns): √D h₁h₂, 0 for nodes of no cell; free (rows, columns): which nodes move; wraps: whether
    columns and rows close on themselves.
    """

    links: np.ndarray
    rest: Floats
    mass: Floats
    free: np.ndarray
    wraps: tuple[bool, bool]

    @property
    def used(self) -> np.ndarray:
        """The nodes of a cell in use (rows, columns)."""
        return self.mass > 0

    def norm(self, z: np.ndarray) -> float:
        """‖z‖ in L²(g)."""
        return float(np.sqrt((self.mass * np.abs(z) ** 2).sum()))

    def total(self, z: np.ndarray) -> float:
        """∫ z dA of a scalar."""
        return float((self.mass * z.real).sum())

    def applied(self, z: np.ndarray) -> np.ndarray:
        """L z (rows, columns)."""
        return np.asarray(self.matrix @ z.reshape(-1)).reshape(z.shape)

    @cached_property
    def matrix(self) -> Any:
        """L (n, n), sparse, over all nodes; rows of those that do not move are 0."""
        from scipy import sparse

        number = np.arange(self.rest.size).reshape(self.rest.shape)
        diagonal = self.rest.copy()
        entries = []
        for link, way in zip(self.links, LINKS, strict=True):
            diagonal -= link.real + behind(link.real, way)
            at = np.flatnonzero(link)
            here, there, weight = number.flat[at], ahead(number, way).flat[at], link.flat[at]
            entries += [(here, there, weight), (there, here, weight.conj())]
        entries.append((number.reshape(-1), number.reshape(-1), diagonal.reshape(-1)))
        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        whole = sparse.csr_matrix((values, (rows, columns)), shape=(number.size, number.size))
        moved = np.where(self.free & self.used, 1.0 / np.where(self.used, self.mass, 1.0), 0.0)
        return (sparse.diags(moved.reshape(-1)) @ whole).tocsr()

    @cached_property
    def bound(self) -> float:
        """No eigenvalue is larger in size (Gershgorin)."""
        return float(np.max(np.asarray(abs(self.matrix).sum(axis=1)), initial=0.0))


def laplacian(of: Cells, vectors: bool, potential: float = 0.0, pinned: bool = False) -> Stencil:
    """∇^i∇_i + potential · K, of vectors or of scalars; ``pinned`` holds the nodes on edges.

    potential: −1 (Hodge), 0 or 1 (deformation) of vectors, 0 of scalars.
    """
    grid = of.grid
    h1, h2 = grid.step
    east, north = (_transports(turn, vectors) for turn in of.turns)
    links = np.zeros((4, *grid.shape), complex if vectors else float)
    own: Floats = np.zeros(grid.shape)
    mass: Floats = np.zeros(grid.shape)
    for corner, area, raised, plain in zip(CORNERS, of.mass, of.raised, of.plain, strict=True):
        down, right = corner
        # Im(D̄₁z̄ D₂z) has no metric, but the sense of the frame
        turn = -1j * potential * grid.sense / (h1 * h2) * plain if potential else 0.0
        turned = 1.0 if down == right else -1.0
        alpha, gamma = raised[..., 0] / h1**2, raised[..., 2] / h2**2
        beta = turned * raised[..., 1] / (h1 * h2)
        beside, above = (down, 1 - right), (1 - down, right)
        own += behind(alpha + gamma + 2 * beta, corner)
        own += behind(alpha, beside) + behind(gamma, above)
        mass += behind(area, corner)
        # signs of the corner's own links, which lead from it or to it
        along, up = turned * (1 - 2 * right) * turn, turned * (1 - 2 * down) * turn
        links[0] += behind((alpha + beta + along) * ahead(east, (down, 0)), (down, 0))
        links[1] += behind((gamma + beta - up) * ahead(north, (0, right)), (0, right))
        # from the upper of the two neighbours by way of the corner to the lower one
        level, upright = ahead(east, (down, 0)), ahead(north, (0, right))
        level = level if (right == 1) == (down == 0) else level.conj()
        lower = (0, right if down else 1 - right)
        links[2 if lower == (0, 0) else 3] += behind((up - beta) * level * upright, lower)
    both = sum(w.real + behind(w.real, way) for w, way in zip(links, LINKS, strict=True))
    rest = both - own if vectors else np.zeros(grid.shape)
    mass = _evened(of, mass, np.abs(rest) + own + sum(
        np.abs(w) + behind(np.abs(w), way) for w, way in zip(links, LINKS, strict=True)
    ))  # fmt: skip
    free = around(of.open) == 4 if pinned else np.ones(grid.shape, bool)
    return Stencil(links, np.asarray(rest), mass, free, grid.wraps)


def _transports(turn: Floats, vectors: bool) -> np.ndarray:
    """U (rows, columns): carries a neighbour’s z to a node; 1 for scalars."""
    return np.asarray(np.exp(-1j * turn)) if vectors else np.ones(turn.shape)


def _evened(of: Cells, mass: Floats, stiffness: Floats) -> Floats:
    """Return the masses, of which nodes of slivers get some from their neighbours.

    None of them then needs shorter steps than the stiffest node with four whole cells does, their sum
    stays, and as it is moved by a cell, and little of it, the error stays of second order.
    """
    whole = (around(of.open) == 4) & (around(of.open & ~of.cut) == 4)
    if not of.cut.any() or not whole.any():
        return mass
    largest = float((stiffness[whole] / mass[whole]).max())
    lacking = np.where(around(of.cut) > 0, np.maximum(stiffness / largest - mass, 0.0), 0.0)
    rich = np.where(lacking > 0.0, 0.0, mass)
    gain = lacking.copy()
    for way in WAYS:
        of_all = sum(ahead(rich, other) for other in WAYS)
        gain -= behind(lacking * ahead(rich, way) / np.where(of_all > 0.0, of_all, np.inf), way)
    return mass + gain
