"""The chart of a scene: one of its manifold's, or a height given by the scene."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from app.model.scene import DISTANCE, HEIGHT, Point, Scene, chart_of
from app.views.interface.views import Outline, Surface
from app.views.text.scalar_names import words_of
from compute.core.arrays import Floats
from compute.families import manifold as manifold_of
from compute.geodesics.scalar_field import scalar_at
from compute.manifold import surfaces
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold


def chart_drawn(scene: Scene) -> Chart:
    """Return the chart in which a completed scene is drawn."""
    if not scene.chart.startswith(HEIGHT):
        return chart_of(manifold_of(scene.family), scene.chart)
    assert scene.start and scene.view
    source = scene.start.theta if scene.scalar == DISTANCE else None
    return _height(scene.family, scene.chart, scene.scalar, scene.token, scene.view, source)


@lru_cache(maxsize=8)
def _height(
    family: str, name: str, scalar: str, token: int, view: Extent, source: Point | None
) -> Chart:
    manifold = manifold_of(family)

    def value(theta: Floats) -> Floats:
        flat = np.reshape(theta, (-1, 2))
        if source is not None:
            return _distance(manifold, flat, np.array(source)).reshape(np.shape(theta)[:-1])
        found, status = scalar_at(manifold, scalar, flat, token)
        known: Floats = np.where(status == 0, found, np.nan)
        return known.reshape(np.shape(theta)[:-1])

    return surfaces.height(chart_of(manifold, name), words_of(scalar), value, view)


def _distance(manifold: Manifold, theta: Floats, source: Floats) -> Floats:
    assert manifold.distance is not None
    safe = np.where(manifold.in_domain(theta)[:, None], theta, np.asarray(manifold.interior))
    return np.where(manifold.in_domain(theta), manifold.distance(safe, source), np.nan)


@lru_cache(maxsize=4)
def surface(chart: Chart, view: Extent) -> tuple[Surface, Outline]:
    """Return the mesh of a chart in space, and its outline."""
    made = surfaces.mesh(chart, view)
    found = Surface(made.points, made.x, made.lines, made.sides)
    return found, Outline(made.edge, chart.corners)
