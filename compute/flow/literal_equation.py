"""The literal equation ∂_t A^k = −g^ij(∂_i∂_j A^k + Γ^k_ij ∂_l A^l), by central differences.

It depends on the chart, is not covariant and is ill-posed: the fastest mode of a grid grows at the rate
4(g¹¹/h₁² + g²²/h₂²), faster on finer grids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.flow.cells import ahead
from compute.flow.grid import Grid

# steps relative to the limit set by the fastest mode of the grid
SHARE = 0.125
AROUND = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))


@dataclass(frozen=True, eq=False)
class Literal:
    """The right-hand side on a grid, for fields A¹ + iA² (rows, columns).

    second (rows, columns, 3): g¹¹/h₁², g¹²/(2h₁h₂), g²²/h₂²; first (rows, columns, 2, 2): g^ij Γ^k_ij
    over 2h_l, by k and l; free: which nodes change; usable: which have a value; a neighbour without a
    value is replaced by the node itself; wraps: whether columns and rows are periodic.
    """

    second: Floats
    first: Floats
    free: np.ndarray
    usable: np.ndarray
    wraps: tuple[bool, bool]

    @property
    def longest_step(self) -> float:
        """The longest Euler step."""
        rate = np.where(self.usable, self.second[..., 0] + self.second[..., 2], 0.0)
        return SHARE / float(rate.max())

    def applied(self, a: np.ndarray) -> np.ndarray:
        """Return the rate of change of A¹ + iA² (rows, columns)."""
        z = {way: self._beside(a, way) for way in AROUND}
        across = z[1, 1] - z[1, -1] - z[-1, 1] + z[-1, -1]
        second = (
            self.second[..., 0] * (z[0, 1] - 2 * a + z[0, -1])
            + self.second[..., 1] * across
            + self.second[..., 2] * (z[1, 0] - 2 * a + z[-1, 0])
        )
        slopes = (z[0, 1] - z[0, -1]).real, (z[1, 0] - z[-1, 0]).imag
        turned = sum(self.first[..., axis] * slopes[axis][..., None] for axis in (0, 1))
        rate = -(second + turned[..., 0] + 1j * turned[..., 1])
        return np.where(self.free & self.usable, rate, 0.0)

    def _beside(self, a: np.ndarray, way: tuple[int, int]) -> np.ndarray:
        """Return the values of neighbours, the node's own where there is none."""
        known = ahead(self.usable, way)
        for axis, closes in enumerate(self.wraps[::-1]):
            if way[axis] != 0 and not closes:
                edge = [slice(None), slice(None)]
                edge[axis] = slice(-1, None) if way[axis] > 0 else slice(0, 1)
                known[tuple(edge)] = False
        return np.where(known, ahead(a, way), a)


def literal(grid: Grid, christoffel: Floats, pinned: bool) -> Literal:
    """Return the equation in θ, from Γ^k_ij (rows, columns, 2, 2, 2); ``pinned`` holds the boundary
    nodes fixed.
    """
    h1, h2 = grid.step
    inverse = np.where(grid.usable[..., None, None], np.linalg.inv(grid.metric), 0.0)
    turned = np.einsum("...ij,...kij->...k", inverse, np.nan_to_num(christoffel))
    second = [inverse[..., 0, 0] / h1**2, inverse[..., 0, 1] / (2 * h1 * h2)]
    first = turned[..., :, None] / (2.0 * np.array([h1, h2]))
    free = np.ones(grid.shape, bool)
    if pinned:
        for axis, closes in enumerate(grid.wraps[::-1]):
            if not closes:
                np.moveaxis(free, axis, 0)[[0, -1]] = False
    return Literal(
        np.stack([*second, inverse[..., 1, 1] / h2**2], axis=-1),
        first, free, grid.usable, grid.wraps,
    )  # fmt: skip
