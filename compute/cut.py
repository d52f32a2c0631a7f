"""The cut locus of a point: where its geodesics cease to be shortest.

A ray from the point is shortest as long as its length r equals the distance d(θ(r)) of where it is.
Beyond the cut point another geodesic is shorter, and r − d grows.  d comes from a distance map, so
that cut points are found to a few of its cells.
"""

from __future__ import annotations

import numpy as np

from compute.distance import drawn, interpolated
from compute.engine import Engine
from compute.spray import Spray
from compute.types import DistanceRequest, Floats, GeometryRequest

# an excess of this many cells, as long as they are where the ray is, is more than the map's error
EXCESS = 1.5
# a circle of the metric whose axes have a larger ratio, in cells, is too oblong for a distance map
OBLONG = 8.0


def cut_points(engine: Engine, fan: Spray, request: DistanceRequest) -> Floats:
    """The cut points (k, 2) of the rays that have one within the map, in the order of their angles.

    Where the cells of the map are so oblong that its distances cannot be trusted none are given.
    """
    found = engine.distance(request)
    x = request.chart.forward(fan.theta)
    distance = interpolated(found.values, request.extent, x)
    step = np.linalg.norm(np.diff(x, axis=1, append=x[:, -1:]) / _cell(request), axis=-1)
    cell = (fan.r[1] - fan.r[0]) / np.maximum(step, 1e-9)
    excess = np.nan_to_num(fan.r - distance, nan=-1.0) - EXCESS * np.nan_to_num(cell, nan=0.0)
    # it must stay beyond: a single node may lie beside a gap in the map
    beyond = (excess[:, :-2] > 0) & (excess[:, 1:-1] > 0) & (excess[:, 2:] > 0)
    rays = np.flatnonzero(beyond.any(axis=1))
    node = beyond[rays].argmax(axis=1)
    turned = fan.conjugate[rays]
    last = np.where(np.isfinite(turned), turned, np.inf) / fan.r[-1] * (len(fan.r) - 1)
    node = np.minimum(node, np.maximum(last, 0)).astype(int)
    points: Floats = fan.theta[rays, node]
    points = points[np.isfinite(points).all(axis=1)]
    sound: Floats = points[_is_sound(engine, request, points)]
    return sound


def _is_sound(engine: Engine, request: DistanceRequest, points: Floats) -> np.ndarray:
    """Where (k,) the cells of the map are not too oblong for its distances."""
    if len(points) == 0:
        return np.zeros(0, dtype=bool)
    found = engine.geometry(GeometryRequest(request.manifold, points))
    packed = drawn(request.chart, points, found.metric, _cell(request))
    mean = 0.5 * (packed[:, 0] + packed[:, 2])
    apart = np.sqrt((0.5 * (packed[:, 0] - packed[:, 2])) ** 2 + packed[:, 1] ** 2)
    return np.asarray(mean + apart < OBLONG**2 * (mean - apart))


def _cell(request: DistanceRequest) -> Floats:
    e, (rows, columns) = request.extent, request.shape
    return np.array([(e.x1 - e.x0) / columns, (e.y1 - e.y0) / rows])
