"""The record of a field's evolution."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from compute.core.arrays import Floats
from compute.core.pictured import Pictured
from compute.core.status import Status
from compute.flow.grid import Grid
from compute.flow.zero_tracks import ZeroTrack
from compute.flow.zeros import Singularity


@dataclass(frozen=True, eq=False)
class Flow(Pictured):
    """The evolution of a field.

    field: the final field, θ-components (rows, columns, 2) or a scalar (rows, columns), NaN
    outside; times, with norm in L²(g) and mass ∫ρ dA (0 for vectors) at each; singularities: the
    final zeros, and their tracks over the times; boundary_index: the winding of the final field
    along the boundary of the usable region, equal to the sum of the indices; steps: their number;
    dt_limit: the longest stable Euler step; status: NOT_CONVERGED if growth stopped the evolution;
    cut: the share of nodes outside the domain, or where the metric is singular or too small for
    useful steps, with no flux through their boundary; beyond: the share of the domain's area within
    the grid's rectangle that no cell covers, infinite if the domain's boundary is infinitely far
    away, NaN if unknown; limiter: in words, why steps were shorter than requested, or "";
    time_error: the estimated error of time stepping at each time, relative to the norm (NaN for
    backward heat); order: the order of accuracy in the grid spacing.  grid: its nodes.
    """

    field: Floats
    times: list[float]
    norm: list[float]
    mass: list[float]
    singularities: list[Singularity]
    tracks: tuple[ZeroTrack, ...]
    boundary_index: int
    steps: int
    dt_limit: float
    status: Status
    cut: float
    beyond: float
    limiter: str
    time_error: list[float]
    engine: str
    order: float = 2.0
    grid: Grid | None = dataclasses.field(default=None, repr=False)

    def facts(self) -> dict[str, str]:
        """Return time, norm and mass, status, and why steps were shortened."""
        found = {
            "Time": f"{self.times[-1]:.6g}",
            "Norm": f"{self.norm[0]:.6g} → {self.norm[-1]:.6g}",
            "Status": self.status.words,
            "Error of time stepping": f"{self.time_error[-1]:.2g} of the norm",
        }
        return found | ({"Limited by": self.limiter} if self.limiter else {})
