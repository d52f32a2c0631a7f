"""Conversion of drawing positions to pins, vectors, loops and descriptions.  Pure functions."""

from __future__ import annotations

import numpy as np

from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model.data_points import standing
from app.model.flow import MOST_VERTICES
from app.model.scene import Pin, Point, Scene
from app.presenters import scalar_maps
from app.views.interface.events import XY, Array
from app.views.text.number_format import NOT_KNOWN
from app.views.text.token_names import isolated
from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold, known_inside

# a pin dropped this close to a landmark (share of the view) snaps to it
SNAP = 0.012
# halvings of the step between two vertices when a loop is cut at the domain's boundary
HALVINGS = 5
# number of outcomes named under the pointer
LIKELIEST = 3


def pin_at(subject: Subject, before: Pin | None, xy: XY) -> Pin | None:
    """Return the pin at drawing coordinates, snapped to a nearby landmark.

    None outside the domain.  ``before``: the pin's previous place.
    """
    manifold, chart = subject.manifold, subject.chart
    aimed = chart.plane.forward(chart.inverse(np.array(xy))) if chart.flat else np.array(xy)
    token = _landmark_near(subject, before, aimed)
    if token is not None and manifold.landmarks is not None:
        theta = manifold.landmarks.theta[token]
    else:
        theta = chart.inverse(np.array(xy))
    if not known_inside(manifold, theta):
        return None
    if token is None:
        # drop the last digits, rounding errors of the chart, so that round numbers stay round
        theta = [float(f"{value:.15g}") for value in theta]
    return Pin((float(theta[0]), float(theta[1])), token)


def is_drawn_at(subject: Subject, pin: Pin, xy: XY) -> bool:
    """Whether a pin is drawn exactly at xy; then a click must not change its digits."""
    return bool((subject.chart.forward(np.array(pin.theta)) == np.array(xy)).all())


def vector_to(subject: Subject, tip: XY) -> Point | None:
    """Return the tangent vector at A whose drawing ends at ``tip``, in θ-components."""
    start, chart = subject.scene.start, subject.chart
    assert start
    theta = np.array(start.theta)
    vector = chart.pull(theta, np.array(tip) - chart.forward(theta))
    return (float(vector[0]), float(vector[1])) if np.isfinite(vector).all() else None


def stroke_along(subject: Subject, xy: Array) -> tuple[Point, ...] | None:
    """Return the part inside the domain of a line painted through xy (k, 2), in θ; None if there is
    none.
    """
    manifold, chart = subject.manifold, subject.chart
    theta = chart.inverse(np.array(xy))
    theta = theta[known_inside(manifold, theta)][:MOST_VERTICES]
    return tuple((float(x), float(y)) for x, y in theta) if len(theta) > 1 else None


def loop_through(subject: Subject, xy: Array) -> tuple[tuple[Point, ...], bool]:
    """Return the vertices in θ of a closed line drawn through xy (k, 2), and whether it is complete.

    Parts outside the domain are cut off, with vertices where the line leaves and re-enters.
    """
    manifold, chart = subject.manifold, subject.chart
    drawn = np.array(xy)
    inside = known_inside(manifold, chart.inverse(drawn))
    kept = []
    for i in range(len(drawn)):
        if inside[i]:
            kept.append(drawn[i])
        if inside[i] != inside[i - len(drawn) + 1]:
            ends = drawn[i], drawn[i - len(drawn) + 1]
            kept.append(_edge_between(manifold, chart, *(ends if inside[i] else ends[::-1])))
    theta = chart.inverse(np.array(kept).reshape(-1, drawn.shape[1]))
    return tuple((float(x), float(y)) for x, y in theta), bool(inside.all())


def _edge_between(manifold: Manifold, chart: Chart, inner: Floats, outer: Floats) -> Floats:
    """Return a point inside the domain on the line to a point outside, visually at the boundary."""
    for _ in range(HALVINGS):
        middle = (inner + outer) / 2
        if known_inside(manifold, chart.inverse(middle)):
            inner = middle
        else:
            outer = middle
    return inner


def described(subject: Subject, xy: XY | None, ground: MapAnswer | None = None) -> str:
    """Describe coordinates, curvature and likeliest outcomes under the pointer, or why the map has no
    value there.
    """
    if xy is None:
        return ""
    manifold, chart = subject.manifold, subject.chart
    theta = chart.inverse(np.array(xy))
    if not known_inside(manifold, theta):
        return "outside the domain"
    names = manifold.coordinates
    words = f"{names[0]} = {theta[0]:.4g}   {names[1]} = {theta[1]:.4g}".replace("-", "−")
    words = f"{_data_point(subject, xy)}{words}"
    missing = scalar_maps.missing(manifold, chart.plane, ground, theta) if ground else ""
    if missing:
        return f"{words}   {missing}"
    curvature = _equals(float(manifold.curvature(theta))).replace("-", "−")
    off = _off(subject, chart.plane.forward(theta))
    return f"{words}   K {curvature}{_likeliest(manifold, theta)}{off}"


def _data_point(subject: Subject, xy: XY) -> str:
    """Return label and number of observations of the point of data drawn exactly at xy, or ""."""
    points = standing(subject.scene.points)
    if not points or not subject.scene.layers.points:
        return ""
    drawn = subject.chart.forward(np.array([point.theta for point in points]))
    found = np.flatnonzero((drawn == np.array(xy)).all(axis=1))
    if not found.size:
        return ""
    point = points[int(found[0])]
    name = f"“{isolated(point.label)}”   " if point.label else ""
    return f"{name}n = {point.n:.6g}   " if point.n else name


def _equals(value: float) -> str:
    """Return "= 0.25", or that a number is unknown, such as a curvature lost to rounding."""
    return f"= {value:.3g}" if np.isfinite(value) else NOT_KNOWN


def _off(subject: Subject, xy: Floats) -> str:
    """Return how far off the surface the landmark lies that is pointed at."""
    marks, token = subject.manifold.landmarks, token_at(subject, xy)
    if marks is None or token is None:
        return ""
    other = (
        ""
        if marks.is_own(token)
        else f"; its own mask differs from that of “{isolated(marks.mask_of)}”"
    )
    word = isolated(marks.labels[token])
    return f"   “{word}” lies {marks.residual[token]:.0%} off the plane{other}"


def token_at(subject: Subject, xy: Floats, within: float = SNAP) -> int | None:
    """Return the landmark nearest to xy (2,) in the chart's plane, if it is no farther than a share of
    the view.
    """
    marks = subject.manifold.landmarks
    if marks is None or not len(marks.theta):
        return None
    gaps = _gaps(subject.scene, subject.chart.plane.forward(marks.theta), xy)
    nearest = int(gaps.argmin())
    return nearest if gaps[nearest] <= within else None


def token_pointed_at(subject: Subject, xy: XY) -> int | None:
    """Return the landmark at drawing coordinates, or None."""
    chart = subject.chart
    return token_at(subject, chart.plane.forward(chart.inverse(np.array(xy))))


def token_nearest_to_start(subject: Subject) -> int | None:
    """Return the landmark that A is on or nearest to; None without landmarks."""
    start, plane = subject.scene.start, subject.chart.plane
    assert start
    if start.token is not None:
        return start.token
    return token_at(subject, plane.forward(np.array(start.theta)), np.inf)


def _gaps(scene: Scene, marks: Floats, xy: Floats) -> Floats:
    """Return the distance of the marks (k, 2) from xy (2,), relative to the view."""
    assert scene.view is not None
    size = np.array([scene.view.x1 - scene.view.x0, scene.view.y1 - scene.view.y0])
    gaps: Floats = np.max(np.abs(marks - xy) / size, axis=1)
    return gaps


def _likeliest(manifold: Manifold, theta: Floats) -> str:
    """Return the likeliest outcomes at θ (2,), if outcomes have names."""
    support = manifold.support(theta[None])
    if not support.labels:
        return ""
    row = manifold.density(theta, support.x)
    largest = np.argsort(-row, kind="stable")[:LIKELIEST]
    return "   p: " + ", ".join(f"{isolated(support.labels[i])} {row[i]:.2f}" for i in largest)


def _landmark_near(subject: Subject, before: Pin | None, xy: Floats) -> int | None:
    """Return the landmark to which a pin snaps; not one that it moves away from, nor one that belongs
    to another surface.
    """
    scene, chart, landmarks = subject.scene, subject.chart.plane, subject.manifold.landmarks
    if landmarks is None or scene.view is None or before is None:
        return None
    marks, old = chart.forward(landmarks.theta), chart.forward(np.array(before.theta))
    gaps = _gaps(scene, marks, xy)
    if landmarks.own is not None:
        gaps = np.where(landmarks.own, gaps, np.inf)
    nearest = int(gaps.argmin())
    leaving = gaps[nearest] > float(_gaps(scene, marks[nearest : nearest + 1], old)[0]) + 1e-9
    return nearest if gaps[nearest] < SNAP and not leaving else None
