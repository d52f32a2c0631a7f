"""The Laplacian of a grid by gauge-covariant finite volumes: no derivative of Γ is needed.

    E = ½ Σ_cells Σ_corners ¼h₁h₂ √D g^ij Re(D_i z · conj D_j z),   D₁z = ±(U z_next − z)/h₁,
with U = exp(−i∫ω) the transport of the neighbour's value to the corner, M = Σ ¼h₁h₂√D lumped, and
L = −M⁻¹∇E.  L is symmetric in the inner product of M and never positive, so that ‖z‖ does not grow.
For scalars U = 1: rows sum to zero and mass is kept.  Nothing flows through edges (Neumann).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.flow.grid import Grid
from compute.types import Floats


@dataclass(frozen=True, eq=False)
class Operator:
    """matrix (n, n), sparse, over the nodes in use; mass (n,) √D h₁h₂; nodes (n,) their flat indices;
    bound: no eigenvalue is larger in size (Gershgorin).
    """

    matrix: Any
    mass: Floats
    nodes: np.ndarray
    bound: float

    def norm(self, z: np.ndarray) -> float:
        """‖z‖ in L²(g)."""
        return float(np.sqrt((self.mass * np.abs(z) ** 2).sum()))

    def total(self, z: np.ndarray) -> float:
        """∫ z dA of a scalar."""
        return float((self.mass * z.real).sum())


def laplacian(grid: Grid, vectors: bool, potential: float = 0.0, pinned: bool = False) -> Operator:
    """∇^i∇_i + potential · K, of vectors or of scalars; ``pinned`` holds the nodes on edges."""
    from scipy import sparse

    rows, columns = grid.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    whole = (
        grid.usable[:-1, :-1] & grid.usable[:-1, 1:] & grid.usable[1:, :-1] & grid.usable[1:, 1:]
    )
    h1, h2 = grid.step
    size = rows * columns
    stiffness = sparse.csr_matrix((size, size), dtype=complex if vectors else float)
    mass = np.zeros(size)
    for down in (0, 1):
        for right in (0, 1):
            corner = _corner(number, down, right)[whole]
            beside = _corner(number, down, 1 - right)[whole]
            above = _corner(number, 1 - down, right)[whole]
            area = 0.25 * h1 * h2 * grid.area.reshape(-1)[corner]
            raised = grid.raised.reshape(-1, 2, 2)[corner]
            slopes = [
                _difference(grid, corner, beside, (1.0 if right == 0 else -1.0) / h1, vectors),
                _difference(grid, corner, above, (1.0 if down == 0 else -1.0) / h2, vectors),
            ]
            for i in (0, 1):
                for j in (0, 1):
                    weight = sparse.diags(area * raised[:, i, j])
                    stiffness = stiffness + slopes[i].conj().T @ weight @ slopes[j]
            np.add.at(mass, corner, area)
    nodes = np.flatnonzero(mass > 0)
    inverse = sparse.diags(1.0 / mass[nodes])
    matrix = -inverse @ stiffness[nodes][:, nodes]
    if potential != 0.0:
        matrix = matrix + sparse.diags(potential * grid.curvature.reshape(-1)[nodes])
    if pinned:
        matrix = sparse.diags(~_edge(whole, rows, columns)[nodes] * 1.0) @ matrix
    matrix = matrix.tocsr()
    bound = float(np.max(np.asarray(abs(matrix).sum(axis=1)), initial=0.0))
    return Operator(matrix, mass[nodes], nodes, bound)


def _corner(number: np.ndarray, down: int, right: int) -> np.ndarray:
    """The nodes at one corner of all cells."""
    rows, columns = number.shape
    return number[down : rows - 1 + down, right : columns - 1 + right]


def _difference(
    grid: Grid, corner: np.ndarray, other: np.ndarray, scale: float, vectors: bool
) -> Any:
    """D z at corners (cells × nodes): the neighbour's value, carried here, less one's own."""
    from scipy import sparse

    size = grid.usable.size
    link = np.ones(len(corner))
    if vectors:
        theta, omega = grid.theta.reshape(-1, 2), grid.omega.reshape(-1, 2)
        way = theta[corner] - theta[other]
        for axis, period in enumerate(grid.manifold.periods):
            if period > 0.0:
                way[:, axis] -= period * np.round(way[:, axis] / period)
        turn = (0.5 * (omega[corner] + omega[other]) * way).sum(axis=1)
        link = np.exp(-1j * turn)
    cells = np.arange(len(corner))
    return sparse.csr_matrix(
        (
            scale * np.concatenate([link, -np.ones(len(corner))]),
            (np.concatenate([cells, cells]), np.concatenate([other, corner])),
        ),
        shape=(len(corner), size),
    )


def _edge(whole: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Which nodes (rows · columns,) are not surrounded by four cells in use."""
    around = np.zeros((rows, columns), int)
    for down in (0, 1):
        for right in (0, 1):
            around[down : rows - 1 + down, right : columns - 1 + right] += whole
    return (around < 4).reshape(-1)
