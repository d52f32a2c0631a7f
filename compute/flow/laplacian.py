"""The Laplacian on a grid by gauge-covariant finite volumes, without derivatives of Γ.

    E = ½ Σ_cells Σ_corners W^ij Re(D_i z · conj D_j z),   D₁z = ±(U z_next − z)/h₁,
with U = exp(−i∫ω) the transport of the neighbour's value to the corner, W^ij and M (lumped) the corner
integrals ∫√D g^ij and ∫√D of `compute.flow.cells`, and L = −M⁻¹∇E.  L is symmetric and negative
semidefinite in the inner product of M, so ‖z‖ does not grow.  For scalars U = 1: rows sum to zero and
mass is conserved.  There is no flux through the boundary (Neumann), unless the grid is periodic there.

A term cKA comes with its boundary condition: in an orthonormal frame
    |D₁z − iD₂z|² = (div A)² + (curl A)²  (c = −1),    |D₁z + iD₂z|² = 2|Def₀ A|²  (c = +1)
differ from |∇A|² by ±2 Im(D̄₁z̄ D₂z), which is ∓K|A|² and a boundary flux.  So the norm does not grow
with either, and Killing fields, Def A = 0, are stationary up to the boundary.
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
    """The operator L as a nine-point stencil: M(Lz)_x = Σ_n (w_xn z_n − Re w_xn z_x) + rest_x z_x over
    eight neighbours.

    links (4, rows, columns): w_xn for the neighbours `LINKS` of x, complex for vectors; the other four
    are their conjugates.  The form in differences avoids cancellation against 1/h² in float32; rest
    (rows, columns): the remaining diagonal, of the order of the curvature; mass (rows, columns): √D
    h₁h₂, 0 for nodes without a cell; free (rows, columns): which nodes change; wraps: whether columns
    and rows are periodic.
    """

    links: np.ndarray
    rest: Floats
    mass: Floats
    free: np.ndarray
    wraps: tuple[bool, bool]

    @property
    def used(self) -> np.ndarray:
        """The nodes (rows, columns) of used cells."""
        return self.mass > 0

    def norm(self, z: np.ndarray) -> float:
        """Return ‖z‖ in L²(g)."""
        return float(np.sqrt((self.mass * np.abs(z) ** 2).sum()))

    def total(self, z: np.ndarray) -> float:
        """Return ∫ z dA of a scalar."""
        return float((self.mass * z.real).sum())

    def applied(self, z: np.ndarray) -> np.ndarray:
        """Return L z (rows, columns)."""
        return np.asarray(self.matrix @ z.reshape(-1)).reshape(z.shape)

    @cached_property
    def matrix(self) -> Any:
        """Return L (n, n) as a sparse matrix over all nodes; rows of fixed nodes are 0."""
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
        """An upper bound of the absolute eigenvalues (Gershgorin)."""
        return float(np.max(np.asarray(abs(self.matrix).sum(axis=1)), initial=0.0))


def laplacian(of: Cells, vectors: bool, potential: float = 0.0, pinned: bool = False) -> Stencil:
    """Return ∇^i∇_i + potential · K on vectors or scalars; ``pinned`` holds the boundary nodes fixed.

    potential: −1 (Hodge), 0 or 1 (deformation) for vectors, 0 for scalars.
    """
    grid = of.grid
    h1, h2 = grid.step
    east, north = (_transports(turn, vectors) for turn in of.turns)
    links = np.zeros((4, *grid.shape), complex if vectors else float)
    own: Floats = np.zeros(grid.shape)
    mass: Floats = np.zeros(grid.shape)
    for corner, area, raised, plain in zip(CORNERS, of.mass, of.raised, of.plain, strict=True):
        down, right = corner
        # Im(D̄₁z̄ D₂z) depends only on the orientation of the frame, not on the metric
        turn = -1j * potential * grid.sense / (h1 * h2) * plain if potential else 0.0
        turned = 1.0 if down == right else -1.0
        alpha, gamma = raised[..., 0] / h1**2, raised[..., 2] / h2**2
        beta = turned * raised[..., 1] / (h1 * h2)
        beside, above = (down, 1 - right), (1 - down, right)
        own += behind(alpha + gamma + 2 * beta, corner)
        own += behind(alpha, beside) + behind(gamma, above)
        mass += behind(area, corner)
        # signs of the corner's own links, which start or end at it
        along, up = turned * (1 - 2 * right) * turn, turned * (1 - 2 * down) * turn
        links[0] += behind((alpha + beta + along) * ahead(east, (down, 0)), (down, 0))
        links[1] += behind((gamma + beta - up) * ahead(north, (0, right)), (0, right))
        # from the upper neighbour through the corner to the lower one
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
    """Return U (rows, columns): carries a neighbour’s z to a node; 1 for scalars."""
    return np.asarray(np.exp(-1j * turn)) if vectors else np.ones(turn.shape)


def _evened(of: Cells, mass: Floats, stiffness: Floats) -> Floats:
    """Return the masses, with some mass moved from neighbours to nodes of slivers.

    Then none needs shorter steps than the stiffest node with four whole cells.  The total is conserved,
    and since little mass moves by one cell, the error stays of second order.
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
