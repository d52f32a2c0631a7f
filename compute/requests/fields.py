"""Scalars and distances over a rectangle of a chart: requests, and their result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from compute.core.arrays import Floats, Ints
from compute.core.refusal import shown
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of


@dataclass(frozen=True, eq=False)
class FieldRequest:
    """The scalar ``scalar`` on a grid of ``shape`` (rows, columns) over ``extent`` of ``chart``.

    Samples sit at cell centres; row 0 is at the lowest second coordinate.  ``index`` selects the
    outcome for scalars that need one (a token's probability).
    """

    manifold: Manifold
    chart: Chart
    scalar: str
    extent: Extent
    shape: tuple[int, int]
    index: int = 0

    def __post_init__(self) -> None:
        if self.scalar not in self.manifold.scalars:
            known = ", ".join(self.manifold.scalars)
            raise ValueError(f"scalar must be one of {known}, got {shown(self.scalar)}")
        if min(self.shape) < 1 or max(self.shape) > 8192:
            raise ValueError(f"shape must be between 1 and 8192 per side, got {self.shape}")


@dataclass(frozen=True, eq=False)
class Field:
    """values (rows, columns), NaN where the status (rows, columns) is neither OK nor NOT_VERIFIED;
    row 0 is lowest.  gaps (rows, columns): the reason for a missing distance, a
    `map_verification.Gap`.
    """

    values: Floats
    status: Ints
    extent: Extent
    engine: str
    gaps: Ints | None = None


class Effort(Enum):
    """How a distance map is computed: along geodesics; by grids alone, without doubtful values, as
    a preview; or by grids with every value, for callers that only follow its slope.
    """

    GEODESICS = 0
    GRIDS = 1
    SLOPES = 2


@dataclass(frozen=True, eq=False)
class DistanceRequest:
    """The Fisher–Rao distance d(source, ·) on a grid of ``shape`` over ``extent`` of ``chart``.

    Cells as in `FieldRequest`; ``source`` (2,) must lie in the rectangle.  Paths may leave it.
    ``effort``: without geodesics values are NOT_VERIFIED, unless two bounds confirm them.
    """

    manifold: Manifold
    chart: Chart
    source: Floats
    extent: Extent
    shape: tuple[int, int]
    effort: Effort = Effort.GEODESICS

    def __post_init__(self) -> None:
        source = points_of(self.manifold, "source", self.source, 1)
        object.__setattr__(self, "source", source)
        if min(self.shape) < 4 or max(self.shape) > 4096:
            raise ValueError(f"shape must be between 4 and 4096 per side, got {self.shape}")
        x, y = self.chart.forward(source)
        e = self.extent
        if not (e.x0 <= x <= e.x1 and e.y0 <= y <= e.y1):
            raise ValueError(
                f"source must lie in the extent, got {source.tolist()} at ({x:g}, {y:g})"
            )


@dataclass(frozen=True, eq=False)
class Tile:
    """A finished part of a map: its rows and columns, and its values (NaN where undefined)."""

    rows: slice
    columns: slice
    values: Floats


OnTile = Callable[[Tile], None]
Cancelled = Callable[[], bool]
