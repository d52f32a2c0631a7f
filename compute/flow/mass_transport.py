"""Transport of mass by the natural gradient: ∂_tρ = ∇^i(ρ ∂_iL) with L = KL(p_target ‖ p_θ).

In expectation coordinates the flow is η(t) = η* + e^{−t}(η₀ − η*), so no time steps are needed: at any
time the cells of the grid lie where their corners have moved, with their initial mass.  They are
divided into parts, each distributed over the four nodes around it (cloud-in-cell; Birdsall, Fuss 1969):
moments are of second order in the spacing, the drawing is blurred by a cell, signs are preserved, and
mass is conserved until it leaves the grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.flow.cells import EAST, NORTH, NORTH_EAST, ahead, cells
from compute.flow.grid import Grid, periods
from compute.flow.laplacian import Stencil
from compute.flow.natural import expectations
from compute.manifold.charts import Chart

CORNERS = ((0, 0), EAST, NORTH, NORTH_EAST)
# parts per side of a cell, half a node apart if possible, so that stretched mass leaves no gaps
FEWEST, MOST_PARTS = 2, 1 << 20
# cells with a smaller share of the densest cell's mass are omitted
LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Carried:
    """Mass rho (rows, columns), a density against dA at the nodes of a grid, and its target.

    masses: the scalar stencil, with the areas of nodes; target: θ* (2,).  `at` raises ValueError for
    families that are not exponential.
    """

    grid: Grid
    masses: Stencil
    rho: Floats
    target: Floats

    def at(self, time: float) -> Floats:
        """Return ρ (rows, columns) at a time ≥ 0; 0 at unused nodes.

        Mass that has left the grid is missing, and may return.
        """
        if time == 0.0:
            return self.rho
        nodes, back = np.unique(self._corners, return_inverse=True)
        corners = self._moved(self.grid.theta.reshape(-1, 2)[nodes], time)[back.reshape(4, -1)]
        known = np.isfinite(corners).all(axis=(0, 2))
        corners, density = corners[:, known], self._density.reshape(-1)[self._corners[:, known]]
        corners[1:] -= self._turns(corners[1:] - corners[0], np.round)
        places, masses = _parts(corners, density)
        shared = self._shared(places - self._turns(places, np.floor), masses)
        return np.asarray(shared / np.where(self.masses.used, self.masses.mass, np.inf))

    def _turns(self, x: Floats, whole: Callable[[Floats], Floats]) -> Floats:
        """Return the whole periods in node coordinates (..., 2)."""
        goes = self._period > 0
        turns: Floats = self._period * whole(x / np.where(goes, self._period, 1.0))
        return turns

    @cached_property
    def _eta(self) -> Chart:
        return expectations(self.grid.manifold)

    @cached_property
    def _period(self) -> Floats:
        """Return the periods of node coordinates along x₁ and x₂, 0 if not periodic."""
        g = self.grid
        return np.array(periods(g.manifold, g.chart, g.x[[0, -1], [0, -1]])) / g.step

    @cached_property
    def _density(self) -> Floats:
        """Return the mass per cell area in the chart (rows, columns)."""
        return np.where(self.masses.used, self.rho * self.grid.area * np.prod(self.grid.step), 0.0)

    @cached_property
    def _corners(self) -> Ints:
        """Return the corner nodes (4, m) of cells with non-negligible mass."""
        mass = sum(np.abs(ahead(self._density, way)) for way in CORNERS)
        whole = cells(self.grid) & (mass > LEAST * np.max(mass))
        number = np.arange(whole.size).reshape(whole.shape)
        return np.array([ahead(number, way)[whole] for way in CORNERS])

    def _moved(self, theta: Floats, time: float) -> Floats:
        """Return the positions (k, 2) of points at a time, in node coordinates along x₁ and x₂."""
        end = self._eta.forward(self.target)
        eta = end + np.exp(-time) * (self._eta.forward(theta) - end)
        x = self.grid.chart.forward(self._eta.inverse(eta))
        found: Floats = (x - self.grid.x[0, 0]) / self.grid.step
        return found

    def _shared(self, places: Floats, masses: Floats) -> Floats:
        """Distribute masses at positions (n, 2) over the surrounding nodes (rows, columns)."""
        shape, wraps = np.array(self.grid.shape[::-1]), np.array(self.grid.wraps)
        inside = (((places >= 0) & (places <= shape - 1)) | wraps).all(axis=1)
        places, masses = places[inside], masses[inside]
        first = np.minimum(places.astype(np.int64), np.where(wraps, shape - 1, shape - 2))
        found = np.zeros(self.masses.mass.size)
        for (up, along), weight in zip(CORNERS, _weights(*(places - first).T), strict=True):
            column, row = ((first + np.array([along, up])) % shape).T
            found += np.bincount(row * shape[0] + column, weight * masses, found.size)
        return found.reshape(self.grid.shape)


def _parts(corners: Floats, density: Floats) -> tuple[Floats, Floats]:
    """Return centres (n, 2) and masses (n,) of the parts of cells with corners (4, m, 2), in node
    coordinates.

    density (4, m): mass density at the corners, in units where a cell has area 1.
    """
    drawn = np.max(np.abs(corners[1:3] - corners[0]), initial=0.0)
    most = int(np.sqrt(MOST_PARTS / max(1, corners.shape[1])))
    count = int(np.clip(np.ceil(2.0 * drawn), FEWEST, max(FEWEST, most)))
    share = (np.arange(count) + 0.5) / count
    weights = _weights(*np.meshgrid(share, share)).reshape(4, -1)
    places = np.einsum("cp,cmk->pmk", weights, corners).reshape(-1, 2)
    return places, (weights.T @ density).reshape(-1) / count**2


def _weights(along: Floats, up: Floats) -> Floats:
    """Return the bilinear weights of the corners (4, ...) at positions in a cell."""
    low, left = 1.0 - up, 1.0 - along
    return np.stack([low * left, low * along, up * left, up * along])
