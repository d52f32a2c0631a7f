"""Curves, points and vectors of scenes and answers as drawable data, for window and export."""

from __future__ import annotations

import numpy as np

from app.jobs.path import PathAnswer
from app.model.data_points import group_numbers, standing
from app.model.scene import Scene
from app.presenters.measures import broken_bound
from app.views.interface.events import Array
from app.views.interface.views import Arrows, Curve, Marks
from app.views.text.token_names import isolated
from compute.core.arrays import Floats
from compute.curves.dense_curve import DenseCurve, polygon
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold

# initial vertices of the straight line; if a chart bends it, drawing adds more
STRAIGHT_POINTS = 65
CARRIED_VECTORS = 9


def curve(dense: DenseCurve, chart: Chart, dashed: bool = False) -> Curve:
    """Return a dense curve in a chart: its nodes, and a function for points in between."""

    def at(place: Array) -> Array:
        return _forward(chart, dense.at(place))

    return Curve(_forward(chart, dense.theta), dashed, at)


def polyline(theta: Floats, chart: Chart, dashed: bool = False) -> Curve:
    """Return a polyline straight in θ between nodes (k, 2), NaN between pieces."""
    return curve(polygon(theta), chart, dashed)


def _forward(chart: Chart, theta: Floats) -> Array:
    """Return chart coordinates (k, d) of θ (k, 2); NaN for NaN and outside the chart.

    Points between two nodes near the boundary of a domain may lie outside.
    """
    known = np.asarray(np.isfinite(theta).all(axis=1))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        found = chart.forward(theta if known.all() else theta[known])
    inside = np.isfinite(found).all(axis=1)
    if known.all() and inside.all():
        return found
    xy = np.full((len(theta), found.shape[-1]), np.nan)
    xy[np.flatnonzero(known)[inside]] = found[inside]
    return xy


def _point_at(answer: PathAnswer, playhead: float) -> Floats:
    """Return θ (2,) of the moving point, at a fraction of the curve's affine time."""
    theta: Floats = answer.dense.at_time(np.array([playhead * answer.dense.t[-1]]))[0]
    return theta


def marks(manifold: Manifold, chart: Chart) -> Marks | None:
    """Return the landmarks in the chart."""
    landmarks = manifold.landmarks
    if landmarks is None:
        return None
    hollow = None if landmarks.own is None else ~landmarks.own
    xy = chart.forward(landmarks.theta)
    return Marks(xy, landmarks.labels, landmarks.residual, hollow=hollow)


def data_points(scene: Scene, chart: Chart, chosen: int = -1) -> Marks | None:
    """Return the points of data in the chart; ``chosen``: the number of the selected one, or −1."""
    points = standing(scene.points)
    if not points or not scene.layers.points:
        return None
    xy = chart.forward(np.array([point.theta for point in points]))
    labels = tuple(isolated(point.label) if point.label else "" for point in points)
    return Marks(xy, labels, np.zeros(len(xy)), group=group_numbers(points), chosen=chosen)


def straight(scene: Scene, chart: Chart) -> Curve:
    """Return the straight line in the family's coordinates, for contrast."""
    assert scene.start and scene.end
    share = np.linspace(0.0, 1.0, STRAIGHT_POINTS)[:, None]
    theta = np.array(scene.start.theta) * (1 - share) + np.array(scene.end.theta) * share
    return polyline(theta, chart, dashed=True)


def geodesic(answer: PathAnswer, chart: Chart) -> Curve:
    """Return the geodesic; dashed if it did not converge or violates a bound."""
    fine = answer.arrived and not broken_bound(answer)
    return curve(answer.dense, chart, dashed=not fine)


def ellipses(outlines: Floats, chart: Chart) -> Floats:
    """Lift outlines (k, points, 2) in the plane chart to the drawing (k, points, d)."""
    if chart.dimension == 2 or len(outlines) == 0:
        return outlines
    middle = outlines[:, :-1].mean(axis=1)
    theta = chart.plane.inverse(middle)
    circles = chart.plane.pull(theta[:, None], outlines - middle[:, None])
    lifted: Floats = chart.forward(theta)[:, None] + chart.push(theta[:, None], circles)
    return lifted


def vector_at_start(scene: Scene, chart: Chart) -> Arrows:
    """Return the tangent vector at A, pushed through the chart."""
    assert scene.start and scene.vector
    theta = np.array([scene.start.theta])
    return Arrows(chart.forward(theta), chart.push(theta, np.array([scene.vector])))


def carried(answer: PathAnswer, chart: Chart) -> Arrows:
    """Return the transported vector at a few nodes of the geodesic."""
    nodes = int(answer.paths.nodes[0])
    chosen = np.unique(np.linspace(0, nodes - 1, CARRIED_VECTORS).round().astype(int))[1:]
    theta = answer.dense.at_time(answer.paths.t[chosen])
    return Arrows(chart.forward(theta), chart.push(theta, answer.transport.vectors[0, chosen]))


def moving_point(answer: PathAnswer, playhead: float) -> tuple[Floats, Floats]:
    """Return θ (2,) on the geodesic at a fraction of its affine time, and the row (s,) there."""
    theta = _point_at(answer, playhead)
    return theta, answer.row_at(theta)
