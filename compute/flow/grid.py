"""A grid over a chart, with the geometry needed by flows at its nodes.

Fields of tangent vectors are complex numbers z in the orthonormal frame e₁ = ∂₁/√g₁₁, e₂ ⟂ e₁ of the
family's own coordinates, V = Re z e₁ + Im z e₂, with parallel transport z' = −iω(θ')z with ω_i =
(√D/g₁₁) Γ²_i1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.core.status import Status
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.requests.geometry import GeometryRequest

if TYPE_CHECKING:
    from compute.requests.engine import Engine

MOST_NODES = 2048 * 2048
# nodes where g⁻¹ in the chart exceeds its typical value by this factor are cut: they alone would
# require steps shorter by the same factor, and almost no length lies beyond them
STIFFEST = 1e3


@dataclass(frozen=True, eq=False)
class Grid:
    """Nodes x (rows, columns, 2) of a chart, likewise θ, and at each node:

    usable: inside the domain with a metric that is neither nearly singular nor, in the chart, too small
    compared with most nodes; metric (…, 2, 2) g_ij in θ;
    area: √D times |∂θ/∂x|, the area element of the chart; raised (…, 2, 2): g^ij in the chart;
    omega (…, 2): ω_i in θ.  step: the chart's spacing (h₁, h₂).  wraps: whether the grid is periodic
    along x₁ and x₂, with its last node one step before its first.  sense: −1 if the chart reverses the
    orientation of θ.  domain: which nodes lie in the domain (default: usable).
    """

    manifold: Manifold
    chart: Chart
    x: Floats
    theta: Floats
    usable: np.ndarray
    metric: Floats
    area: Floats
    raised: Floats
    omega: Floats
    step: tuple[float, float]
    wraps: tuple[bool, bool] = (False, False)
    sense: int = 1
    domain: np.ndarray | None = None

    @property
    def inside(self) -> np.ndarray:
        """The nodes (rows, columns) in the domain, whether their metric is usable or not."""
        return self.usable if self.domain is None else self.domain

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of nodes."""
        return self.usable.shape[0], self.usable.shape[1]

    @property
    def size(self) -> Floats:
        """The extent of the grid along x₁ and x₂ (2,)."""
        nodes = np.array(self.shape[::-1]) - 1 + np.array(self.wraps)
        return np.asarray(self.step * nodes)

    @cached_property
    def _frame(self) -> tuple[Floats, Floats, Floats]:
        """√g₁₁, g₁₂/√g₁₁ and √(D/g₁₁) at the nodes."""
        g11, g12 = self.metric[..., 0, 0], self.metric[..., 0, 1]
        tall = np.sqrt(np.maximum(np.linalg.det(self.metric), 0.0) / g11)
        return np.sqrt(g11), g12 / np.sqrt(g11), tall

    def to_frame(self, field: Floats) -> np.ndarray:
        """Return z (rows, columns) of θ-components (rows, columns, 2)."""
        root, lean, tall = self._frame
        z = np.empty(self.shape, complex)
        z.real = root * field[..., 0] + lean * field[..., 1]
        z.imag = tall * field[..., 1]
        return z

    def from_frame(self, z: np.ndarray) -> Floats:
        """Return θ-components (rows, columns, 2) of z (rows, columns)."""
        root, lean, tall = self._frame
        second = z.imag / tall
        return np.stack([(z.real - lean * second) / root, second], axis=-1)


def closed(manifold: Manifold, chart: Chart, extent: Extent) -> tuple[Extent, tuple[bool, bool]]:
    """Return a rectangle with a length of one period along periodic axes of a chart.

    Raises ValueError if there is none.
    """
    corners = np.array([[extent.x0, extent.y0], [extent.x1, extent.y1]])
    along, up = periods(manifold, chart, corners)
    if not (along or up):
        raise ValueError(
            "boundary periodic needs a periodic coordinate along an axis of the chart: "
            f"{manifold.name} has none in chart {shown(chart.name)}"
        )
    x, y = corners.mean(axis=0).tolist()
    if along:
        extent = replace(extent, x0=x - 0.5 * along, x1=x + 0.5 * along)
    if up:
        extent = replace(extent, y0=y - 0.5 * up, y1=y + 0.5 * up)
    return extent, (along > 0.0, up > 0.0)


def periods(manifold: Manifold, chart: Chart, corners: Floats) -> tuple[float, float]:
    """Return the periods of x₁ and x₂, 0 without one; corners (2, 2): opposite corners of the rectangle
    of interest.
    """
    along, up = (
        period if period > 0.0 and _goes_round(manifold, chart, corners, axis) else 0.0
        for axis, period in enumerate(manifold.periods)
    )
    return along, up


def _goes_round(manifold: Manifold, chart: Chart, corners: Floats, axis: int) -> bool:
    """Whether an axis of a chart equals a coordinate, tested on a few points of a rectangle."""
    points = np.stack([*corners, corners.mean(axis=0)])
    moved = np.eye(2)[axis] * manifold.periods[axis]
    here, there = chart.inverse(points), chart.inverse(points + moved)
    return bool(np.allclose(there - here, moved, atol=1e-9 * manifold.periods[axis]))


def grid(
    engine: Engine,
    manifold: Manifold,
    chart: Chart,
    extent: Extent,
    shape: tuple[int, int],
    wraps: tuple[bool, bool] = (False, False),
) -> Grid:
    """Make a grid with nodes on the sides and inside of a rectangle of a plane chart.

    Nodes outside the domain, or where the metric is nearly singular or too small, are not usable.
    Along a periodic axis the last node is one step before the far side.  Raises ValueError for fewer
    than 4 nodes per side or too many in all.
    """
    rows, columns = shape
    if min(shape) < 4 or rows * columns > MOST_NODES:
        raise ValueError(
            f"grid must have at least 4 nodes per side and at most {MOST_NODES} in all, got {shape}"
        )
    x = np.stack(
        np.meshgrid(
            np.linspace(extent.x0, extent.x1, columns, endpoint=not wraps[0]),
            np.linspace(extent.y0, extent.y1, rows, endpoint=not wraps[1]),
        ),
        axis=-1,
    )
    theta = chart.inverse(x)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    theta = np.where(known[..., None], theta, np.asarray(manifold.interior))
    inside = known & manifold.in_domain(theta)
    usable = inside.copy()
    theta = np.where(usable[..., None], theta, np.asarray(manifold.interior))
    found = engine.geometry(GeometryRequest(manifold, theta.reshape(-1, 2)))
    usable &= (found.status == Status.OK).reshape(rows, columns)
    known = usable.copy()
    metric = np.where(usable[..., None, None], found.metric.reshape(rows, columns, 2, 2), np.eye(2))
    det = np.linalg.det(metric)
    jacobian = np.where(usable[..., None, None], chart.jacobian(theta), np.eye(2))
    raised = jacobian @ np.linalg.inv(metric) @ np.swapaxes(jacobian, -1, -2)
    largest = np.linalg.eigvalsh(raised)[..., 1]
    if usable.any():
        usable &= largest < STIFFEST * np.median(largest[usable])
    symbols = np.nan_to_num(found.christoffel).reshape(rows, columns, 2, 2, 2)
    omega = (np.sqrt(det) / metric[..., 0, 0])[..., None] * symbols[..., 1, :, 0]
    return Grid(
        manifold=manifold,
        chart=chart,
        x=x,
        theta=theta,
        usable=usable,
        metric=metric,
        area=np.where(known, np.sqrt(det) / np.abs(np.linalg.det(jacobian)), 0.0),
        raised=raised,
        omega=omega,
        step=(
            (extent.x1 - extent.x0) / (columns - (not wraps[0])),
            (extent.y1 - extent.y0) / (rows - (not wraps[1])),
        ),
        wraps=wraps,
        sense=-1 if usable.any() and np.median(np.linalg.det(jacobian)[usable]) < 0 else 1,
        domain=np.asarray(inside),
    )


def connection(manifold: Manifold, theta: Floats) -> Floats:
    """Return ω_i = (√D/g₁₁) Γ²_i1 (..., 2) at θ (..., 2); 0 where there is no metric."""
    local = manifold.geometry(theta)
    g11, g12, _ = np.moveaxis(local.metric, -1, 0)
    det = np.where(local.det > 0, local.det, 1.0)
    # Γ²_i1 = (g₁₁ Γ_i1,2 − g₁₂ Γ_i1,1)/D, packed as [k, 11 12 22]
    second = (
        g11[..., None] * local.first[..., 1, :2] - g12[..., None] * local.first[..., 0, :2]
    ) / (det[..., None])
    omega: Floats = np.nan_to_num(np.sqrt(det) / g11)[..., None] * np.nan_to_num(second)
    return omega
