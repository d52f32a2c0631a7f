"""The requested chart, rectangle and number of nodes of a flow's grid."""

from __future__ import annotations

from operator import index

import numpy as np

from compute.core import refusal
from compute.manifold.charts import Chart, named, parameters
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold

# maximum nodes per side, limited by the memory for a grid's geometry, about 500 bytes per node
SIDES = (4, 2048)


def shape_of(grid: int | tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns.  Raises ValueError for an invalid number of nodes."""
    try:
        rows, columns = (index(n) for n in (grid if np.iterable(grid) else (grid, grid)))
    except (TypeError, ValueError):
        rows, columns = 0, 0
    if not all(SIDES[0] <= side <= SIDES[1] for side in (rows, columns)):
        raise ValueError(
            f"grid must be a whole number of nodes from {SIDES[0]} to {SIDES[1]} per side, or a "
            f"pair rows, columns, got {refusal.shown(grid)}"
        )
    return rows, columns


def chart_of(manifold: Manifold, name: str, mode: str, boundary: str) -> Chart:
    """Return the chart of that name; the literal equation needs the family's own coordinates.

    The default is the family's first chart, or its parameters for a periodic grid.
    """
    name = name or ("parameters" if boundary == "periodic" else "")
    if mode == "seed":
        if name not in ("", "parameters"):
            raise ValueError(
                "mode seed is not covariant: its chart must be parameters, got "
                f"{refusal.shown(name)}"
            )
        return named(manifold.charts, "parameters") or parameters(manifold.coordinates)
    if name == "parameters":
        return named(manifold.charts, name) or parameters(manifold.coordinates)
    chosen = named(manifold.charts, name) if name else manifold.charts[0]
    if chosen is None or chosen.dimension != 2:
        flat = [chart.name for chart in manifold.charts if chart.dimension == 2]
        raise ValueError(f"chart must be one of {', '.join(flat)}, got {refusal.shown(name)}")
    return chosen


def shown(manifold: Manifold, chart: Chart) -> Extent:
    """Return the rectangle of a chart around the image of a neighbourhood of the pins."""
    first, view = manifold.charts[0], manifold.view
    x = np.stack(
        np.meshgrid(np.linspace(view.x0, view.x1, 17), np.linspace(view.y0, view.y1, 17)), -1
    )
    theta = first.inverse(x.reshape(-1, 2))
    theta = theta[np.isfinite(theta).all(axis=1)]
    xy = chart.forward(theta[manifold.in_domain(theta)])
    low, high = np.quantile(xy[np.isfinite(xy).all(axis=1)], [0.02, 0.98], axis=0)
    return Extent(float(low[0]), float(high[0]), float(low[1]), float(high[1]))
