"""Drawing of a scene and its answers on a canvas, shared by window, figure and film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

import numpy as np

from app.jobs import flow, scene_chart, studies
from app.jobs.answers import Answer
from app.jobs.ellipses import EllipseAnswer
from app.jobs.flow import FlowAnswer
from app.jobs.path import PathAnswer, PathJob
from app.jobs.scalar_map import MapAnswer
from app.jobs.studies.study import Study, StudyAnswer
from app.jobs.subject import Subject
from app.model import pins
from app.model.scene import DISTANCE, UNTURNED, Pin, Scene
from app.presenters import drawables, flow_drawables, notes, scalar_maps, zero_lives
from app.presenters.measures import message
from app.views.interface.events import XY
from app.views.interface.views import Axes, Canvas, Outline
from compute.core.arrays import Floats
from compute.curves.dense_curve import polygon
from compute.manifold.charts import Chart

# opacity of what does not belong to the scene
GREYED = 0.25
# layers that say nothing of the pins: beside a drawn loop alone the pins would mean nothing
_WITHOUT_PINS = ("map", "contours", "grid", "ellipses", "tokens", "loop")


def show_scene(canvas: Canvas, subject: Subject) -> None:
    """Show the parts of a completed scene that need no engine; clear the others."""
    show_axes(canvas, subject)
    show_ground(canvas, subject)
    _clear(canvas)
    show_layers(canvas, subject)
    notes.show(canvas, subject)


def show_axes(canvas: Canvas, subject: Subject) -> None:
    """Name the axes, and draw both at one scale where the chart or the scene asks for it."""
    canvas.set_axes(Axes(subject.chart.labels, subject.chart.log, subject.equal))


def _clear(canvas: Canvas) -> None:
    """Clear everything computed by an engine."""
    canvas.set_curve("geodesic", None)
    canvas.set_map(None)
    canvas.set_ellipses(None)
    canvas.set_transport(None)
    flow_drawables.clear(canvas)
    canvas.set_moving_point(None)
    canvas.set_annotations((), ())
    canvas.set_message("")
    for kinds in studies.curves_of_layers().values():
        for kind in kinds:
            canvas.set_curve(kind, None)


def show_ground(canvas: Canvas, subject: Subject) -> None:
    """Draw the ground: a rectangle of the plane, or a surface in space, with its outline."""
    scene, chart = subject.scene, subject.chart
    assert scene.view is not None
    outline = None if chart.outline is None else Outline(chart.outline, chart.corners)
    canvas.set_view(scene.view)
    if chart.dimension == 3:
        surface, outline = scene_chart.surface(chart, scene.view)
        show_camera(canvas, subject)
        canvas.set_surface(surface)
    else:
        canvas.set_surface(None)
    canvas.set_outline(outline)


def show_view(canvas: Canvas, subject: Subject, with_axes: bool) -> None:
    """Show the visible rectangle, and the axes if their scale has changed."""
    if with_axes:
        show_axes(canvas, subject)
    if subject.scene.view is not None:
        canvas.set_view(subject.scene.view)


def show_camera(canvas: Canvas, subject: Subject) -> None:
    """Set the camera of a surface."""
    canvas.set_camera(subject.scene.camera or (subject.chart.azimuth, *UNTURNED))


def show_layers(canvas: Canvas, subject: Subject) -> None:
    """Show landmarks, grid and pins, with the opacity of their layers; clear layers that are off."""
    scene = subject.scene
    _show_marks(canvas, subject)
    canvas.set_grid(scene.layers.grid)
    has_map = scene.layers.map or flow.covers(scene)
    canvas.reserve_bar(has_map)
    if not has_map:
        canvas.set_map(None)
    if not scene.layers.ellipses:
        canvas.set_ellipses(None)
    for layer, kinds in studies.curves_of_layers().items():
        if not getattr(scene.layers, layer):
            for kind in kinds:
                canvas.set_curve(kind, None)
    flow_drawables.clear_hidden(canvas, scene)
    show_opacity(canvas, scene)
    show_pins(canvas, subject)


def _show_marks(canvas: Canvas, subject: Subject) -> None:
    marks = drawables.marks(subject.manifold, subject.chart)
    canvas.set_marks(marks if subject.scene.layers.tokens else None)
    show_data_points(canvas, subject)


def show_data_points(canvas: Canvas, subject: Subject, chosen: int = -1) -> None:
    """Show the points of data, if their layer is on, with one selected."""
    canvas.set_data_points(drawables.data_points(subject.scene, subject.chart, chosen))


def blank(canvas: Canvas, words: str) -> None:
    """Clear the canvas and show ``words`` on what is being prepared."""
    canvas.set_surface(None)
    canvas.set_axes(Axes(("", "")))
    canvas.set_outline(None)
    canvas.set_marks(None)
    canvas.set_data_points(None)
    canvas.set_critical(None)
    for name in pins.FIELDS:
        canvas.set_pin(name, None)
    canvas.set_vector(None)
    canvas.set_curve("straight", None)
    canvas.set_grid(False)
    # the room of a colour bar stays as it is, or the canvas would jump twice
    _clear(canvas)
    canvas.set_message(words)


def show_opacity(canvas: Canvas, scene: Scene, stale: frozenset[type] = frozenset()) -> None:
    """Set the opacity of layers and kinds of curve; answers of the ``stale`` kinds of job, which belong
    to another scene, are faded.
    """
    shares = asdict(scene.opacity)
    greyed = {kind.layer() for kind in stale if issubclass(kind, Study)}
    for layer in greyed | ({"geodesic", "transport"} if PathJob in stale else set()):
        shares[layer] *= GREYED
    kinds = {**studies.curves_of_layers(), "geodesic": ("geodesic",), "straight": ("straight",)}
    kinds["singularities"] = tuple(zero_lives.KINDS.values())
    faded = {kind: shares[layer] for layer, found in kinds.items() for kind in found}
    canvas.set_opacity(shares, faded)


def show_things(
    canvas: Canvas, subject: Subject, answer: PathAnswer | None, found: Iterable[StudyAnswer] = ()
) -> None:
    """Draw everything at points of the manifold, except maps and ellipses."""
    _show_marks(canvas, subject)
    show_pins(canvas, subject)
    if answer is not None:
        show_path(canvas, subject, answer)
        show_moving_point(canvas, subject, answer)
    studies_found = tuple(found)
    for study in studies_found:
        show_study(canvas, subject, study)
    notes.show(canvas, subject, (*([answer] if answer else []), *studies_found))


def show_pins(canvas: Canvas, subject: Subject) -> None:
    """Show the pins, the vector at A and the straight line; no pins beside a drawn loop alone."""
    scene, chart, layers = subject.scene, subject.chart, subject.scene.layers
    assert scene.start and scene.end
    for name, pin in (("A", scene.start), ("B", scene.end)):
        at = _at(chart, np.array(pin.theta)) if has_pins(scene) else None
        canvas.set_pin(name, at)
    third = shown_third(scene)
    canvas.set_pin("C", None if third is None else _at(chart, np.array(third.theta)))
    canvas.set_vector(drawables.vector_at_start(scene, chart) if layers.transport else None)
    canvas.set_curve("straight", drawables.straight(scene, chart) if layers.straight else None)


def has_pins(scene: Scene) -> bool:
    """Whether something shown depends on the pins."""
    shown = [name for name, is_on in vars(scene.layers).items() if is_on]
    only_loop = bool(scene.loop) and "loop" in shown and set(shown) <= set(_WITHOUT_PINS)
    return not only_loop or (scene.layers.map and scene.scalar == DISTANCE)


def shown_third(scene: Scene) -> Pin | None:
    """Return C if it is shown: its layer is on, or that of a study that starts from it."""
    layers = scene.layers
    of_studies = any([getattr(layers, name) for name in studies.layers_of_third()])
    return scene.third if layers.third or of_studies else None


def show_pins_of(canvas: Canvas, subject: Subject, job: PathJob) -> None:
    """Show the pins where a path that is shown has its ends, be the hand already further."""
    scene = subject.scene
    assert scene.start and scene.end
    start, end = replace(scene.start, theta=job.start), replace(scene.end, theta=job.end)
    show_pins(
        canvas, replace(subject, scene=replace(scene, start=start, end=end, vector=job.vector))
    )


def _at(chart: Chart, theta: Floats) -> XY:
    return tuple(map(float, chart.forward(theta)))


def show_path(canvas: Canvas, subject: Subject, answer: PathAnswer) -> None:
    """Show the geodesic, the transported vectors and, if the curve is dashed, the reason."""
    chart, layers = subject.chart, subject.scene.layers
    canvas.set_curve("geodesic", drawables.geodesic(answer, chart) if layers.geodesic else None)
    canvas.set_transport(drawables.carried(answer, chart) if layers.transport else None)
    canvas.set_message(message(answer))


def show_moving_point(canvas: Canvas, subject: Subject, answer: PathAnswer) -> None:
    """Put the moving point on the geodesic, if that or a vector along it is shown."""
    layers = subject.scene.layers
    theta, _ = drawables.moving_point(answer, subject.scene.playhead)
    is_shown = layers.geodesic or layers.transport
    canvas.set_moving_point(_at(subject.chart, theta) if is_shown else None)


def show_map(canvas: Canvas, subject: Subject, answer: MapAnswer, stale: bool = False) -> None:
    """Show the scalar map, if the scene has one; faded if it belongs to an earlier scene."""
    drawn = scalar_maps.color_map(subject, answer) if subject.scene.layers.map else None
    canvas.set_map(replace(drawn, opacity=GREYED * drawn.opacity) if drawn and stale else drawn)


def show_study(canvas: Canvas, subject: Subject, answer: StudyAnswer) -> None:
    """Show the curves of a study, and clear kinds without a curve."""
    show_study_marks(canvas, subject, (answer,))
    for kind in answer.job.curves:
        if kind in answer.moving:
            continue
        curve = answer.curves.get(kind)
        drawn = None
        if curve is not None and len(curve) > 1:
            dense, dashed = answer.dense.get(kind), kind in answer.dashed
            line = polygon(curve) if dense is None else dense
            drawn = drawables.curve(line, subject.chart, dashed)
            drawn = replace(drawn, name=answer.names.get(kind, ""))
        canvas.set_curve(kind, drawn)


def show_study_marks(canvas: Canvas, subject: Subject, answers: Iterable[StudyAnswer]) -> None:
    """Put the marks of studies where the playhead is."""
    for kind, mark in [pair for answer in answers for pair in answer.moving.items()]:
        at = np.stack([mark.at(subject.scene.playhead), np.full(2, np.nan)])
        canvas.set_curve(kind, drawables.polyline(at, subject.chart))


def show_answer(canvas: Canvas, subject: Subject, answer: Answer) -> None:
    """Show an answer on the canvas."""
    match answer:
        case PathAnswer():
            show_path(canvas, subject, answer)
            show_moving_point(canvas, subject, answer)
        case MapAnswer():
            show_map(canvas, subject, answer)
        case EllipseAnswer():
            outlines = drawables.ellipses(answer.outlines, subject.chart)
            canvas.set_ellipses(outlines, answer.radius)
        case FlowAnswer():
            flow_drawables.show(canvas, subject, answer)
        case StudyAnswer():
            show_study(canvas, subject, answer)
