"""The view that has geodesic, pins, vector and points of data in sight.  Pure functions."""

from __future__ import annotations

import numpy as np

from app.jobs.path import PathAnswer
from app.jobs.subject import Subject
from app.model import ranges
from app.presenters import drawables
from app.presenters.drawing import shown_third
from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent

# share of the view for what is shown, which leaves a pin's disc and an arrow their room
ROOM = 0.82
# points of the geodesic that are looked at
POINTS = 513
# sides of a view relative to the other one, in shares of the view before
LEAST = 0.12
# share of its coordinates below which a view is a point
POINT = 1e-9


def points(subject: Subject, answer: PathAnswer | None, chart: Chart) -> Floats:
    """Return what should be in sight, (k, d) in a chart, without what has no finite place."""
    scene, layers = subject.scene, subject.scene.layers
    assert scene.start and scene.end
    pin = shown_third(scene)
    third = [pin.theta] if pin else []
    pins = np.array([scene.start.theta, scene.end.theta, *third])
    found = [chart.forward(pins)]
    data = drawables.data_points(scene, chart)
    if data is not None:
        found.append(data.xy)
    if layers.transport:
        vector = drawables.vector_at_start(scene, chart)
        found.append(vector.xy + vector.vectors)
    if answer is not None and answer.job.family == scene.family:
        last = float(len(answer.dense.theta) - 1)
        theta = answer.dense.at(np.linspace(0.0, last, POINTS))
        if not layers.geodesic:
            theta, _ = drawables.moving_point(answer, scene.playhead)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            found.append(np.atleast_2d(chart.forward(theta)))
    xy = np.concatenate(found)
    known: Floats = xy[np.isfinite(xy).all(axis=1) & (np.abs(xy) < ranges.LARGEST / 10).all(axis=1)]
    return known


def extent(xy: Floats, before: Extent) -> Extent:
    """Return the rectangle around points (k, 2); around a single one it has the sides of ``before``."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    usual = np.array([before.x1 - before.x0, before.y1 - before.y0])
    share = (high - low) / usual
    widest = float(share.max())
    floor = POINT * np.abs(xy).max(axis=0) / usual
    if widest <= float(floor.max()):
        widest = share[:] = ROOM
    half = 0.5 * usual * np.maximum(share, LEAST * widest) / ROOM
    middle = (low + high) / 2
    (x0, y0), (x1, y1) = middle - half, middle + half
    return Extent(float(x0), float(x1), float(y0), float(y1))
