"""The Laplacian of a grid by gauge-covariant finite volumes: no derivative of Γ is needed.

    E = ½ Σ_cells Σ_corners ¼h₁h₂ √D g^ij Re(D_i z · conj D_j z),   D₁z = ±(U z_next − z)/h₁,
with U = exp(−i∫ω) the transport of the neighbour's value to the corner, M = Σ ¼h₁h₂√D lumped, and
L = −M⁻¹∇E.  L is symmetric in the inner product of M and never positive, so that ‖z‖ does not grow.
For scalars U = 1: rows sum to zero and mass is kept.  Nothing flows through edges (Neumann), unless
the grid closes on itself there.

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

from compute.flow.grid import Grid
from compute.types import Floats

# where the neighbours of the links lie: rows down and columns to the right
EAST, NORTH, NORTH_EAST, NORTH_WEST = LINKS = ((0, 1), (1, 0), (1, 1), (1, -1))


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
        """The nodes of a cell that is whole (rows, columns)."""
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
            diagonal -= link.real + _behind(link.real, way)
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


def laplacian(grid: Grid, vectors: bool, potential: float = 0.0, pinned: bool = False) -> Stencil:
    """∇^i∇_i + potential · K, of vectors or of scalars; ``pinned`` holds the nodes on edges.

    potential: −1 (Hodge), 0 or 1 (deformation) of vectors, 0 of scalars.
    """
    whole = cells(grid)
    h1, h2 = grid.step
    east, north = (transports(grid, way, vectors) for way in (EAST, NORTH))
    links = np.zeros((4, *grid.shape), complex if vectors else float)
    own, mass = np.zeros(grid.shape), np.zeros(grid.shape)
    # Im(D̄₁z̄ D₂z) has no metric, but the sense of the frame
    turn = np.where(whole, -0.25j * potential * grid.sense, 0.0) if potential else 0.0
    for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
        down, right = corner
        area = np.where(whole, 0.25 * h1 * h2 * ahead(grid.area, corner), 0.0)
        raised = ahead(grid.raised, corner)
        turned = 1.0 if down == right else -1.0
        alpha, gamma = area * raised[..., 0, 0] / h1**2, area * raised[..., 1, 1] / h2**2
        beta = turned * area * raised[..., 0, 1] / (h1 * h2)
        beside, above = (down, 1 - right), (1 - down, right)
        own += _behind(alpha + gamma + 2 * beta, corner)
        own += _behind(alpha, beside) + _behind(gamma, above)
        mass += _behind(area, corner)
        # signs of the corner's own links, which lead from it or to it
        along, up = turned * (1 - 2 * right) * turn, turned * (1 - 2 * down) * turn
        links[0] += _behind((alpha + beta + along) * ahead(east, (down, 0)), (down, 0))
        links[1] += _behind((gamma + beta - up) * ahead(north, (0, right)), (0, right))
        # from the upper of the two neighbours by way of the corner to the lower one
        level, upright = ahead(east, (down, 0)), ahead(north, (0, right))
        level = level if (right == 1) == (down == 0) else level.conj()
        lower = (0, right if down else 1 - right)
        links[2 if lower == (0, 0) else 3] += _behind((up - beta) * level * upright, lower)
    both = sum(w.real + _behind(w.real, way) for w, way in zip(links, LINKS, strict=True))
    rest = both - own if vectors else np.zeros(grid.shape)
    free = ~_edge(whole) if pinned else np.ones(grid.shape, bool)
    return Stencil(links, np.asarray(rest), mass, free, grid.wraps)


def ahead(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    """What lies so many rows down and columns to the right of every node, round the edges."""
    return np.roll(array, (-way[0], -way[1]), axis=(0, 1))


def _behind(array: np.ndarray, way: tuple[int, int]) -> np.ndarray:
    return np.roll(array, way, axis=(0, 1))


def cells(grid: Grid) -> np.ndarray:
    """Which cells (rows, columns), named by their first nodes, have four nodes in use."""
    inside = grid.usable.copy()
    for way in (EAST, NORTH, NORTH_EAST):
        inside &= ahead(grid.usable, way)
    inside[:, -1] &= grid.wraps[0]
    inside[-1] &= grid.wraps[1]
    return inside


def transports(grid: Grid, way: tuple[int, int], vectors: bool) -> np.ndarray:
    """U (rows, columns): carries a neighbour’s z to a node, by the trapezoid of ω; 1 for scalars."""
    if not vectors:
        return np.ones(grid.shape)
    gap = grid.theta - ahead(grid.theta, way)
    for axis, period in enumerate(grid.manifold.periods):
        if period > 0.0:
            gap[..., axis] -= period * np.round(gap[..., axis] / period)
    turn = (0.5 * (grid.omega + ahead(grid.omega, way)) * gap).sum(axis=-1)
    return np.asarray(np.exp(-1j * turn))


def _edge(whole: np.ndarray) -> np.ndarray:
    """Which nodes (rows, columns) are not surrounded by four cells in use."""
    around = sum(_behind(whole, way).astype(int) for way in ((0, 0), *LINKS[:3]))
    return np.asarray(around) < 4
