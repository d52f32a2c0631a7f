"""Drawing of a flow: arrows, particles, zeros, and the map of a scalar."""

from __future__ import annotations

import numpy as np

from app.jobs.flow import FlowAnswer, is_shown
from app.jobs.particles import sampled
from app.jobs.subject import Subject
from app.model.scene import Scene
from app.presenters import zero_lives
from app.presenters.steering import lumped_note
from app.views.interface.flow import Particles, VectorField
from app.views.interface.views import Canvas, ColorMap2D, Marks
from compute.core.arrays import Floats
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent

# lives of particles while the moving point goes from A to B
LIVES = 2.0
# with more zeros than this only their places are shown
MOST_NAMED = 24
WORDS = "mass density ρ"
# a smaller omitted share of the domain's area is not mentioned
TOLD = 1e-4


def show(canvas: Canvas, subject: Subject, answer: FlowAnswer) -> Particles | None:
    """Show all layers of a flow that the scene shows; return the particles, for animation."""
    scene, layers, chart = subject.scene, subject.scene.layers, subject.chart
    canvas.set_field(field(answer, chart) if layers.flow else None)
    canvas.set_zeros(zeros(answer, chart) if layers.singularities else None)
    zero_lives.show(canvas, answer.lives if layers.singularities else (), chart, answer.extent)
    moving = particles(answer, chart) if layers.particles else None
    canvas.set_particles(moving, phase(scene))
    if layers.flow and answer.values is not None:
        canvas.set_map(mass(scene, answer))
    elif not layers.map:
        canvas.set_map(None)
    _note(canvas, scene, answer)
    return moving


def _note(canvas: Canvas, scene: Scene, answer: FlowAnswer | None = None) -> None:
    """Note what a flow does not reach, or else the words that the lumped key of an output layer
    holds.
    """
    beyond = left_out(answer) if answer is not None and is_shown(scene) else ""
    canvas.set_note(beyond or lumped_note(scene.family))


def left_out(answer: FlowAnswer) -> str:
    """Describe the part of the domain beyond the grid; "" if the grid covers everything visible."""
    if np.isinf(answer.beyond):
        return "The domain’s boundary is infinitely far away: the flow’s grid ends before it"
    if np.isnan(answer.beyond):
        return "The flow’s grid ends with the last whole cells before the domain’s boundary"
    if answer.beyond >= TOLD:
        return (
            f"{100.0 * answer.beyond:.2g} % of the domain’s area here lies beyond the flow’s grid"
        )
    return ""


def clear(canvas: Canvas) -> None:
    """Clear all layers of a flow."""
    canvas.set_note("")
    canvas.set_field(None)
    canvas.set_particles(None)
    canvas.set_zeros(None)
    zero_lives.clear(canvas)


def clear_hidden(canvas: Canvas, scene: Scene) -> None:
    """Clear layers that are off."""
    if not is_shown(scene):
        _note(canvas, scene)
    if not scene.layers.flow:
        canvas.set_field(None)
    if not scene.layers.particles:
        canvas.set_particles(None)
    if not scene.layers.singularities:
        canvas.set_zeros(None)
        zero_lives.clear(canvas)


def phase(scene: Scene) -> float:
    """Return the phase of the particles, in lives; a function of the scene alone."""
    return scene.flow.drift + LIVES * scene.playhead


def field(answer: FlowAnswer, chart: Chart) -> VectorField | None:
    """Return the field at its nodes, pushed to the drawing chart."""
    if answer.drawn is None:
        return None
    if chart.dimension == 2:
        return VectorField(answer.x, answer.drawn)
    known = np.isfinite(answer.drawn).all(axis=-1, keepdims=True)
    pulled = chart.plane.pull(answer.theta, np.nan_to_num(answer.drawn))
    pushed = np.where(known, chart.push(answer.theta, pulled), np.nan)
    return VectorField(_placed(answer, chart), pushed)


def _placed(answer: FlowAnswer, chart: Chart) -> Floats:
    """Return the drawing positions of the nodes (rows, columns, d)."""
    return answer.x if chart.dimension == 2 else chart.forward(answer.theta)


def particles(answer: FlowAnswer, chart: Chart) -> Particles | None:
    """Return the particles' tracks as drawn."""
    if answer.tracks is None:
        return None
    if chart.dimension == 2:
        e = answer.extent
        size, low = np.array([e.x1 - e.x0, e.y1 - e.y0]), np.array([e.x0, e.y0])
        return Particles(low + size * answer.tracks)
    moments, count = answer.tracks.shape[:2]
    places = sampled(_placed(answer, chart), answer.tracks.reshape(-1, 2))
    return Particles(places.reshape(moments, count, -1))


def zeros(answer: FlowAnswer, chart: Chart) -> Marks | None:
    """Return the field's zeros with index and kind."""
    if not answer.zeros:
        return None
    theta = np.array([zero.theta for zero in answer.zeros])
    named = len(theta) <= MOST_NAMED
    labels = tuple(
        f"{zero.index:+d} {zero.kind}".replace("-", "−") if named else "" for zero in answer.zeros
    )
    index = tuple(zero.index for zero in answer.zeros)
    return Marks(chart.forward(theta), labels, np.zeros(len(theta)), index)


def mass(scene: Scene, answer: FlowAnswer) -> ColorMap2D | None:
    """Return a scalar flow as a map; nodes are cell centres, so it extends half a cell beyond their
    rectangle.
    """
    values = answer.values
    assert values is not None
    known = values[np.isfinite(values)]
    if known.size == 0:
        return None
    e, (rows, columns) = answer.extent, values.shape
    dx, dy = (e.x1 - e.x0) / (columns - 1) / 2, (e.y1 - e.y0) / (rows - 1) / 2
    extent = Extent(e.x0 - dx, e.x1 + dx, e.y0 - dy, e.y1 + dy)
    low, high = float(known.min()), float(known.max())
    limits = (low, high) if high > low else (low - 0.5, high + 0.5)
    return ColorMap2D(
        values,
        extent,
        scene.colormap,
        limits,
        WORDS,
        opacity=scene.map_opacity,
        source="all values",
    )
