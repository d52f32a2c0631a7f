"""The meaning of a place in the drawing: a pin, a vector, a loop, or a few words.  Pure functions."""

from __future__ import annotations

import numpy as np

from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model.flow import MOST_VERTICES
from app.model.scene import Pin, Point, Scene
from app.presenters import drawables
from app.views.interface.events import XY, Array
from app.views.text.number_format import NOT_KNOWN
from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold, known_inside

# a pin dropped this near to a landmark (share of the view) is put on it
SNAP = 0.012
# of the step between two vertices, until a loop that leaves the domain is cut
HALVINGS = 5
# outcomes that are named under the pointer
LIKELIEST = 3


def pin_at(subject: Subject, before: Pin | None, xy: XY) -> Pin | None:
    """Return the pin that belongs at drawing coordinates, put on a landmark if it comes near one.

    None outside the domain.  ``before`` is where the pin was.
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
        # what is round in a chart is round here: the last digits are the chart's
        theta = [float(f"{value:.15g}") for value in theta]
    return Pin((float(theta[0]), float(theta[1])), token)


def is_drawn_at(subject: Subject, pin: Pin, xy: XY) -> bool:
    """Whether a pin is drawn exactly there: it stays as it is, to its last digit."""
    return bool((subject.chart.forward(np.array(pin.theta)) == np.array(xy)).all())


def vector_to(subject: Subject, tip: XY) -> Point | None:
    """Return the tangent vector at A whose drawing ends at ``tip``, in θ-components."""
    start, chart = subject.scene.start, subject.chart
    assert start
    theta = np.array(start.theta)
    vector = chart.pull(theta, np.array(tip) - chart.forward(theta))
    return (float(vector[0]), float(vector[1])) if np.isfinite(vector).all() else None


def stroke_along(subject: Subject, xy: Array) -> tuple[Point, ...] | None:
    """Return the part in the domain of a line painted through xy (k, 2), in θ; None if there is
    none.
    """
    manifold, chart = subject.manifold, subject.chart
    theta = chart.inverse(np.array(xy))
    theta = theta[known_inside(manifold, theta)][:MOST_VERTICES]
    return tuple((float(x), float(y)) for x, y in theta) if len(theta) > 1 else None


def loop_through(subject: Subject, xy: Array) -> tuple[tuple[Point, ...], bool]:
    """Return the vertices in θ of a closed line drawn through xy (k, 2), and whether all of it is
    theirs.

    What lies outside of the domain is cut off, with a vertex where it leaves and where it comes back.
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
    """Return a place in the domain, on the line from one to one outside, as near the edge as is
    seen.
    """
    for _ in range(HALVINGS):
        middle = (inner + outer) / 2
        if known_inside(manifold, chart.inverse(middle)):
            inner = middle
        else:
            outer = middle
    return inner


def described(subject: Subject, xy: XY | None, ground: MapAnswer | None = None) -> str:
    """Coordinates, curvature and the likeliest outcomes under the pointer, or why the map that is shown
    has no value there.
    """
    if xy is None:
        return ""
    manifold, chart = subject.manifold, subject.chart
    theta = chart.inverse(np.array(xy))
    if not known_inside(manifold, theta):
        return "outside the domain"
    names = manifold.coordinates
    words = f"{names[0]} = {theta[0]:.4g}   {names[1]} = {theta[1]:.4g}".replace("-", "−")
    missing = drawables.missing(manifold, chart.plane, ground, theta) if ground else ""
    if missing:
        return f"{words}   {missing}"
    curvature = _equals(float(manifold.curvature(theta))).replace("-", "−")
    off = _off(subject, chart.plane.forward(theta))
    return f"{words}   K {curvature}{_likeliest(manifold, theta)}{off}"


def _equals(value: float) -> str:
    """ "= 0.25", or that a number is not known: of a head's curvature rounding may leave nothing."""
    return f"= {value:.3g}" if np.isfinite(value) else NOT_KNOWN


def _off(subject: Subject, xy: Floats) -> str:
    """Return how far off the surface the landmark lies that is pointed at."""
    marks = subject.manifold.landmarks
    if marks is None:
        return ""
    gaps = _gaps(subject.scene, subject.chart.plane.forward(marks.theta), xy)
    nearest = int(gaps.argmin())
    if gaps[nearest] > SNAP:
        return ""
    other = "" if marks.is_own(nearest) else f", and had another mask than “{marks.mask_of}”"
    return f"   “{marks.labels[nearest]}” lies {marks.residual[nearest]:.0%} off the plane{other}"


def _gaps(scene: Scene, marks: Floats, xy: Floats) -> Floats:
    """Return how far each of the marks (k, 2) is from xy (2,), as a share of the view."""
    assert scene.view is not None
    size = np.array([scene.view.x1 - scene.view.x0, scene.view.y1 - scene.view.y0])
    gaps: Floats = np.max(np.abs(marks - xy) / size, axis=1)
    return gaps


def _likeliest(manifold: Manifold, theta: Floats) -> str:
    """Return the outcomes of the largest probability at θ (2,), where outcomes have names."""
    support = manifold.support(theta[None])
    if not support.labels:
        return ""
    row = manifold.density(theta, support.x)
    largest = np.argsort(-row, kind="stable")[:LIKELIEST]
    return "   p: " + ", ".join(f"{support.labels[i]} {row[i]:.2f}" for i in largest)


def _landmark_near(subject: Subject, before: Pin | None, xy: Floats) -> int | None:
    """Return the landmark that a pin comes near; one that it moves away from does not hold it, and one
    whose own surface is another never does.
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
