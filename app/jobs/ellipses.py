"""Fisher circles: unit balls of the metric, spread over the view."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport, visible
from app.model.scene import chart_of
from compute.core.arrays import Floats
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geometry import GeometryRequest

ELLIPSES = (12, 8)
# half the side of a circle that fits into its cell, in cells; circles are at most this many cells apart
FITS, SPARSEST = 0.55, 4
# Fisher radius of the outlines, before they are scaled to fit the view
OUTLINE = 48


@dataclass(frozen=True)
class EllipseJob(Job):
    """Unit circles of the metric over the visible rectangle of a chart."""

    priority: ClassVar[Priority] = Priority.ELLIPSES
    words: ClassVar[str] = "Fisher circles"
    layers: ClassVar[tuple[str, ...]] = ("ellipses",)
    reads: ClassVar[frozenset[str] | None] = frozenset(
        ("family", "chart", "view", "equal", "layers")
    )

    family: str
    chart: str
    view: Extent

    @classmethod
    def wanted(cls, subject: Subject, viewport: Viewport) -> Self | None:
        """Return the circles of the visible rectangle, if the scene shows them."""
        scene = subject.scene
        if not scene.layers.ellipses:
            return None
        return cls(scene.family, scene.chart, visible(subject, viewport))

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer by one `EllipseAnswer`."""
        began = time.perf_counter()
        outlines, radius = _outlines(engine, manifold_of(self.family), self)
        emit(EllipseAnswer(self, outlines, 1000 * (time.perf_counter() - began), radius))


@dataclass(frozen=True, eq=False)
class EllipseAnswer:
    """Outlines (k, points, 2) in chart coordinates, all of one Fisher radius."""

    job: EllipseJob
    outlines: Floats
    milliseconds: float
    radius: float = 0.0


def _outlines(engine: Engine, manifold: Manifold, job: EllipseJob) -> tuple[Floats, float]:
    """Return circles of one common Fisher radius, and that radius: the largest of two digits for which
    most circles fit into their cells.
    """
    chart = chart_of(manifold, job.chart).plane
    columns, rows = ELLIPSES
    view = job.view
    x = view.x0 + (np.arange(columns) + 0.5) / columns * (view.x1 - view.x0)
    y = view.y0 + (np.arange(rows) + 0.5) / rows * (view.y1 - view.y0)
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = chart.inverse(xy)
    known = np.isfinite(theta).all(axis=1)
    theta, xy = theta[known], xy[known]
    inside = manifold.in_domain(theta)
    theta, xy = theta[inside], xy[inside]
    if len(theta) == 0:
        return np.zeros((0, OUTLINE + 1, 2)), 0.0
    geometry = engine.geometry(GeometryRequest(manifold, theta))
    usable = geometry.status == 0
    circles = _unit_circles(geometry.metric[usable])
    drawn = chart.push(theta[usable][:, None], circles)
    cell = np.array([(view.x1 - view.x0) / columns, (view.y1 - view.y0) / rows])
    reach = np.max(np.abs(drawn) / cell, axis=1)
    radius = _short(0.42 / float(np.quantile(reach.max(axis=1), 0.6))) if len(reach) else 1.0
    place = np.floor((xy[usable] - (view.x0, view.y0)) / cell)
    keep = _thinned(radius * reach, place)
    outlines: Floats = xy[usable][keep][:, None] + radius * drawn[keep]
    return outlines, radius


def _thinned(reach: Floats, place: Floats) -> NDArray[np.bool_]:
    """Return which circles (k,) to draw so that few overlap: all where they fit into their cells, every
    second or fourth where they are larger.

    reach: half their sides (k, 2) in cells; place: column and row (k, 2).
    """
    apart = 2.0 ** np.ceil(np.log2(np.maximum(reach, FITS) / FITS))
    kept: NDArray[np.bool_] = ((place % apart == apart // 2) & (apart <= SPARSEST)).all(axis=1)
    return kept


def _short(value: float) -> float:
    """Round a positive number down to two digits, which a legend can state."""
    if not 0.0 < value < math.inf:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.floor(value / unit) * unit:.2g}")


def _unit_circles(metric: Floats) -> Floats:
    """Return points v with g(v, v) = 1, closed outlines (k, OUTLINE + 1, 2), from metric (k, 2, 2)."""
    angle = np.linspace(0.0, 2.0 * np.pi, OUTLINE + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    root = np.linalg.inv(np.swapaxes(np.linalg.cholesky(metric), -1, -2))
    return np.swapaxes(root @ circle, -1, -2)
