"""A part states the events that it handles, and a job the fields of the scene that it reads."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import fields, replace
from unittest.mock import MagicMock

import pytest

from app.controller.controller import Controller
from app.jobs import studies
from app.jobs.ellipses import EllipseJob
from app.jobs.flow import FlowJob
from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.plan import live_jobs, wanted_of
from app.jobs.preparation import PrepareTask
from app.jobs.scalar_map import MapJob
from app.jobs.subject import Subject, changed_fields
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.data_points import DataPoint
from app.model.descents import DescentSettings
from app.model.notes import Angle, Note
from app.model.scene import Pin, Scene, completed
from app.model.store import Store
from app.parts.bivariate_normals import NormalsTask
from app.parts.image import PictureTask
from app.parts.registry import PARTS
from app.views.interface.events import PanelShown, SceneEdited
from app.views.interface.views import Canvas, Window
from compute.engine.reference import ReferenceEngine
from compute.manifold.extent import Extent

OTHER = {
    "family": "cauchy",
    "chart": "expectation",
    "start": Pin((0.3, 1.1)),
    "end": Pin((0.4, 2.0)),
    "third": Pin((0.1, 1.5)),
    "vector": (0.2, 0.3),
    "alpha": 0.5,
    "scalar": "distance",
    "token": 1,
    "colormap": "plasma",
    "map_opacity": 0.5,
    "limits": (0.0, 1.0),
    "loop": ((0.0, 1.0), (1.0, 1.0), (0.0, 2.0)),
    "notes": (Note("x", (0.0, 1.0)),),
    "angles": (Angle("A", ("geodesic", "vector")),),
    "points": (DataPoint((0.5, 2.0), "north", 25.0),),
    "descents": DescentSettings(steps=7),
    "playhead": 0.25,
    "view": Extent(-1.0, 1.0, -1.0, 1.0),
    "equal": True,
    "camera": (1.0, 2.0, 1.0, 0.0, 0.0),
    "title": "another",
}
LAYERS = ("map", "grid", "ellipses", "tokens", "straight", "transport", "flow", "particles")


def names_in(method: object, *kinds: str) -> set[str]:
    """The classes that a method tells apart by patterns and by isinstance."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(method)))):
        if isinstance(node, ast.MatchClass):
            found.add(node.cls.id)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            found |= {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
    return found


def stated(kind: type, name: str) -> set[str]:
    """The classes that a part, or the one that it extends, states as its events or messages."""
    tree = ast.parse("".join(textwrap.dedent(inspect.getsource(k)) for k in kind.__mro__[:-1]))
    values = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in getattr(node, "targets", [getattr(node, "target", None)])
        if getattr(target, "id", getattr(target, "attr", "")) == name
    ]
    return {n.id for value in values for n in ast.walk(value) if isinstance(n, ast.Name)}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_part_states_what_it_handles(part):
    assert names_in(part.on_event) <= stated(part, "events")
    # a job is a field of an answer or of a failure, and no message
    handled = {it for it in names_in(part.on_message) if not it.endswith(("Task", "Job"))}
    assert handled <= stated(part, "messages")


def changes():
    """A completed scene of all kinds of job, and others that differ from it in one field."""
    scene = scene_file.load("gaussian")
    scene = replace(scene, layers=replace(scene.layers, flow=True))
    for name, value in OTHER.items():
        extra = {"start": None, "end": None, "vector": None, "view": None, "chart": ""}
        change = {name: value} | (extra if name == "family" else {})
        yield name, scene, completed(replace(scene, **change))
    for name in LAYERS:
        layers = replace(scene.layers, **{name: not getattr(scene.layers, name)})
        yield f"layers.{name}", scene, replace(scene, layers=layers)
    for name, value in {"mode": "scalar", "time": 0.5, "pace": 0.02, "drift": 1.0}.items():
        initial = {"initial": "bump"} if name == "mode" else {}
        yield (
            f"flow.{name}",
            scene,
            replace(scene, flow=replace(scene.flow, **{name: value}, **initial)),
        )


@pytest.mark.parametrize(
    ("name", "scene", "other"), list(changes()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_what_a_job_does_not_read_does_not_change_it(name, scene, other):
    before, after = Subject.of(scene), Subject.of(other)
    changed = changed_fields(before, after)
    assert name in changed
    for kind in (PathJob, EllipseJob, MapJob):
        if kind.reads.isdisjoint(changed):
            assert wanted_of(kind, before, Viewport()) == wanted_of(kind, after, Viewport())
    everything = live_jobs(after, Viewport(), {})
    known = live_jobs(before, Viewport(), {})
    assert live_jobs(after, Viewport(), known, changed) == everything


def test_all_fields_that_views_show_are_tried():
    untried = {"layers", "opacity", "flow", "photograph", "normals", "timeline", "aside", "data"}
    untried |= {"unknown"}
    assert {field.name for field in fields(Scene)} - untried == set(OTHER)


def test_a_job_whose_layers_are_off_is_not_wanted():
    scene = scene_file.load("gaussian")
    off = replace(scene, layers=replace(scene.layers, map=False, ellipses=False))
    for kind in (EllipseJob, MapJob, FlowJob, *studies.kinds()):
        assert kind.layers
        assert wanted_of(kind, Subject.of(off), Viewport()) is None


def test_another_chart_of_the_same_family_is_another_ground():
    scene = scene_file.load("gaussian")
    subject = Subject.of(scene)
    assert subject.at(replace(scene, alpha=1.0)).chart is subject.chart
    assert "ground" not in changed_fields(subject, subject.at(replace(scene, alpha=1.0)))
    raised = completed(replace(scene, chart="height:log"))
    tall = subject.at(raised)
    assert "ground" in changed_fields(subject, tall)
    # a height is another surface where another scalar is mapped
    assert tall.at(replace(raised, scalar="curvature")).chart is not tall.chart
    assert tall.at(replace(raised, alpha=1.0)).chart is tall.chart


# --- what is blanked while another family is prepared --------------------------------------------
class Panels:
    """A controller whose views only record; the worker answers on request."""

    def __init__(self, **layers: bool) -> None:
        self.jobs: list[Job] = []
        scene = scene_file.load("gaussian")
        shown = {"map": False, "ellipses": False, **layers}
        scene = replace(scene, layers=replace(scene.layers, **shown))
        self.canvas, self.window = MagicMock(spec=Canvas), MagicMock(spec=Window)
        runner = MagicMock(submit=self.jobs.append)
        self.control = Controller(Store(scene), self.canvas, self.window, runner)

    def take(self, kind: type) -> list[Job]:
        taken = [job for job in self.jobs if isinstance(job, kind)]
        self.jobs[:] = [job for job in self.jobs if not isinstance(job, kind)]
        return taken

    def answer(self, kind: type) -> None:
        for job in self.take(kind):
            job.perform(ReferenceEngine(), self.control.on_message, lambda: False)

    def states(self, title: str) -> list[object]:
        return [c.args[1] for c in self.window.set_panel.call_args_list if c.args[0] == title]


def test_a_panel_that_was_blanked_is_filled_again_for_another_family():
    made = Panels()
    made.control.on_event(PanelShown("Normals", True))
    made.answer(NormalsTask)
    made.control.on_event(SceneEdited((("family", "cauchy"),)))
    assert made.states("Normals")[-1] is None
    made.answer(PrepareTask)
    assert made.control.store.scene.family == "cauchy"
    made.answer(NormalsTask)
    assert made.states("Normals")[-1].ways


def test_a_picture_is_of_no_family_and_stays():
    made = Panels()
    made.control.on_event(PanelShown("Picture", True))
    made.answer(PictureTask)
    made.control.on_event(SceneEdited((("family", "cauchy"),)))
    made.answer(PrepareTask)
    assert made.states("Picture")[-1].image is not None


def test_a_flow_is_asked_for_again_where_another_family_cannot_be_shown():
    made = Panels(flow=True)
    made.take(FlowJob)
    made.control.on_event(SceneEdited((("family", "student_t:nu=-1"),)))
    made.control.store.update(replace(made.control.store.scene, title="meanwhile"))
    made.take(FlowJob)
    made.answer(PrepareTask)
    assert made.control.store.scene.family == "gaussian"
    assert made.window.log.called
    assert len(made.take(FlowJob)) == 1


def test_moving_the_time_of_a_flow_asks_for_nothing_but_the_flow():
    made = Panels(flow=True, map=True, ellipses=True)
    made.jobs.clear()
    made.control.on_event(SceneEdited((("flow.time", 0.05),)))
    (job,) = made.jobs
    assert isinstance(job, FlowJob) and job.flow.time == 0.05
