"""Results of `compute` as SVG for notebooks: what was computed, drawn in the family's first chart.

A result is drawn from its own numbers and nothing is computed again, except the map behind it.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from app.export import figure
from app.export.sheet import Sheet, groups
from app.export.svg import svg
from app.model.scene import Scene, completed, view_of
from app.presenters import drawables
from app.views.canvas.plot import Plot
from app.views.interface.flow import VectorField
from app.views.interface.theme import LIGHT, rgba
from app.views.interface.views import Axes, ColorMap2D, Curve, Marks, Outline
from app.views.text.scalar_names import words_of
from compute.api.flow_record import Flow
from compute.api.geodesics import Path
from compute.api.points import Points
from compute.api.statistics import Fits
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics.scalar_field import field
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.requests.fields import FieldRequest

SIZE, SCENE_SIZE = (560, 400), (800, 560)
# map samples (rows, columns); costly densities have fewer
CELLS, FEW = (120, 168), (40, 56)
COSTLY = 100
# parts of a curve between two nodes
PARTS = 8
COLORMAP = "viridis"


def picture(thing: object) -> str | None:
    """Return a manifold, path, flow, points, fits or a scene as SVG; None for anything else."""
    match thing:
        case Scene():
            return _of_scene(completed(thing))
        case Manifold():
            return _svg(_ground(thing, None, None), thing.title)
        case Path() if thing.manifold is not None:
            return _svg(_with_path(thing, thing.manifold), thing.manifold.title)
        case Points():
            return _svg(_with_points(thing), thing.manifold.title)
        case Fits() if any(status == Status.OK for status in thing.status):
            return _svg(_with_points(thing.points()), thing.manifold.title)
        case Flow() if thing.grid is not None:
            return _svg(_with_field(thing), thing.grid.manifold.title)
    return None


def _of_scene(scene: Scene) -> str:
    """Return a scene's figure, computed in float64; a note says what cannot be computed."""
    remarks: list[str] = []
    found = figure.answers(scene, ReferenceEngine(), SCENE_SIZE, told=remarks.append)
    plot = Plot(SCENE_SIZE, LIGHT)
    figure.show(plot, scene, found)
    if remarks:
        plot.set_note("; ".join(remarks))
    return _svg(plot, scene.title or manifold_of(scene.family).title, SCENE_SIZE)


def _svg(plot: Plot, title: str, size: tuple[int, int] = SIZE) -> str:
    sheet = Sheet(size, rgba(LIGHT.background), groups(plot))
    text = svg(sheet, title, "")
    return text[text.index("<svg") :]


def _ground(manifold: Manifold, chart: Chart | None, view: Extent | None) -> Plot:
    """Return a plot with axes, outline, landmarks and the map of the family's first scalar."""
    chart = (chart or manifold.charts[0]).plane
    view = view or view_of(manifold, chart)
    plot = Plot(SIZE, LIGHT)
    plot.set_axes(Axes(chart.labels, chart.log, chart.equal))
    plot.set_view(view)
    if chart.outline is not None:
        plot.set_outline(Outline(chart.outline, chart.corners))
    plot.set_grid(True)
    plot.set_marks(drawables.marks(manifold, chart))
    plot.set_map(_map(manifold, chart, view))
    return plot


def _map(manifold: Manifold, chart: Chart, view: Extent) -> ColorMap2D | None:
    name = manifold.scalars[0]
    cells = FEW if manifold.slot.loops > COSTLY else CELLS
    seen = view.with_aspect(*SIZE) if chart.equal else view
    found = field(FieldRequest(manifold, chart, name, seen, cells, 0))
    known = found.values[np.isfinite(found.values)]
    if known.size == 0:
        return None
    low, high = (float(q) for q in np.quantile(known, [0.01, 0.99]))
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-9):
        low, high = low - 0.5, high + 0.5
    return ColorMap2D(found.values, found.extent, COLORMAP, (low, high), words_of(name))


def _around(manifold: Manifold, theta: Floats) -> Extent:
    """Return the family's view, enlarged where points (k, 2) would be outside."""
    chart = manifold.charts[0]
    view, xy = view_of(manifold, chart), chart.forward(theta)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) == 0:
        return view
    low, high = xy.min(axis=0), xy.max(axis=0)
    rim = 0.06 * np.maximum(high - low, 1e-9)
    (a, b), (c, d) = low - rim, high + rim
    return Extent(min(view.x0, a), max(view.x1, c), min(view.y0, b), max(view.y1, d))


def _with_path(path: Path, manifold: Manifold) -> Plot:
    """Return a plot with a curve between its ends; dashed where it is no geodesic to its end."""
    theta = _fine(path)
    chart = manifold.charts[0]
    plot = _ground(manifold, chart, _around(manifold, theta))
    plot.set_curve("geodesic", Curve(chart.forward(theta), dashed=not path.status.arrived))
    for name, at in (("A", theta[0]), ("B", theta[-1])):
        x, y = chart.forward(at)
        plot.set_pin(name, (float(x), float(y)))
    return plot


def _fine(path: Path) -> Floats:
    """Return points (k, 2) of the cubic through its nodes with their velocities."""
    if len(path.t) < 2:
        return path.theta
    places = np.arange(PARTS * (len(path.t) - 1) + 1) / PARTS
    times = np.interp(places, np.arange(len(path.t)), path.t)
    found: Floats = CubicHermiteSpline(path.t, path.theta, path.velocity)(times)
    return found


def _with_points(points: Points) -> Plot:
    chart = points.manifold.charts[0]
    plot = _ground(points.manifold, chart, _around(points.manifold, points.theta))
    xy = chart.forward(points.theta)
    plot.set_data_points(Marks(xy, points.labels, np.zeros(len(xy)), group=()))
    return plot


def _with_field(flow: Flow) -> Plot:
    """Return a plot of the final field: arrows, or colours for a scalar."""
    grid = flow.grid
    assert grid is not None
    first, last = grid.x[0, 0], grid.x[-1, -1]
    view = Extent(float(first[0]), float(last[0]), float(first[1]), float(last[1]))
    plot = _ground(grid.manifold, grid.chart, view)
    if flow.field.ndim == 3:
        pushed = grid.chart.push(grid.theta, np.nan_to_num(flow.field))
        known = np.isfinite(flow.field).all(axis=-1, keepdims=True)
        plot.set_field(VectorField(grid.x, np.where(known, pushed, np.nan)))
        return plot
    known_values = flow.field[np.isfinite(flow.field)]
    limits = float(known_values.min()), float(known_values.max())
    plot.set_map(ColorMap2D(flow.field, view, COLORMAP, limits, "ρ"))
    return plot
