"""Curves of the manifold as views draw them: nodes in a chart, and what lies between at any zoom."""

from __future__ import annotations

import numpy as np

from app.jobs.path import PathAnswer
from app.views.interface.events import Array
from app.views.interface.views import Curve
from compute.core.arrays import Floats
from compute.curves.dense_curve import DenseCurve, polygon
from compute.manifold.charts import Chart


def drawn(curve: DenseCurve, chart: Chart, dashed: bool = False) -> Curve:
    """A dense curve in a chart: its nodes, and a function for what is between them."""

    def at(place: Array) -> Array:
        return _forward(chart, curve.at(place))

    return Curve(_forward(chart, curve.theta), dashed, at)


def straight(theta: Floats, chart: Chart, dashed: bool = False) -> Curve:
    """Lines straight in θ from node to node (k, 2), NaN between pieces, which a chart may bend."""
    return drawn(polygon(theta), chart, dashed)


def _forward(chart: Chart, theta: Floats) -> Array:
    """Chart coordinates (k, d) of θ (k, 2), of which some may be NaN; NaN too where the chart ends.

    What lies between two nodes near the edge of a domain may lie beyond the edge.
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


def point_at(answer: PathAnswer, playhead: float) -> Floats:
    """θ (2,) of the moving point: on the curve at a share of its affine time."""
    theta: Floats = answer.dense.at_time(np.array([playhead * answer.dense.t[-1]]))[0]
    return theta
