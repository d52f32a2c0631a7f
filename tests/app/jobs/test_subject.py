"""Everything on the screen belongs to the chosen subject, or is greyed or removed in the same event."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from inspect import isabstract
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.controller.controller import Controller
from app.export import page
from app.jobs import relaxation
from app.jobs.derive_family import DERIVING, UNREAD, FamilyJob
from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.preparation import PrepareTask
from app.jobs.scalar_map import MapJob
from app.jobs.studies.loop import LoopJob
from app.jobs.subject import Subject
from app.jobs.worker import JobFailed
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import ALPHA_ENDED, Pin, in_chart, of_family
from app.model.store import Store
from app.presenters import drawing, picking, shown_answers
from app.presenters import measures as numbers
from app.views.canvas.projections.blend import BlendFrame
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.events import (
    FormulaTyped,
    Held,
    Hovered,
    PinMoved,
    SceneEdited,
    ViewChanged,
)
from app.views.interface.views import Canvas, Measure, Window
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from tests.claims import each


@cache
def answers(job: Job) -> tuple[object, ...]:
    """Return the reference's answer, computed once for each request."""
    found: list[object] = []
    job.perform(ReferenceEngine(), found.append, lambda: False)
    return tuple(found)


class Desk:
    """A controller with views that only record and a worker that answers on request.

    Its scene shows normals, without layers that cost time and are not tested here.
    """

    def __init__(self, map: bool = False) -> None:
        self.jobs: list[Job] = []
        self.canvas, self.window = MagicMock(spec=Canvas), MagicMock(spec=Window)
        scene = scene_file.load("gaussian")
        scene = replace(scene, layers=replace(scene.layers, map=map, ellipses=False))
        runner = MagicMock(submit=self.jobs.append)
        self.control = Controller(Store(scene), self.canvas, self.window, runner)
        self.jobs.clear()
        self.control.prefer(numbers.USUAL, (16, 16))

    def answer(self, *kinds: type) -> None:
        """Perform the jobs that wait; only those of ``kinds`` if given."""
        asked, self.jobs[:] = list(self.jobs), []
        for job in asked:
            if kinds and not isinstance(job, kinds):
                self.jobs.append(job)
            else:
                for answer in answers(job):
                    self.control.on_message(answer)

    def edit(self, field: str, value: object) -> None:
        self.control.on_event(SceneEdited(((field, value),)))

    @property
    def rows(self) -> list[Measure]:
        return self.window.set_measures.call_args.args[0]

    @property
    def status(self) -> str:
        return self.window.set_status.call_args.args[2]

    def drawn(self, kind: str) -> object:
        return [c.args[1] for c in self.canvas.set_curve.call_args_list if c.args[0] == kind][-1]

    def last(self, setter: str) -> object:
        views = self.canvas if hasattr(self.canvas, setter) else self.window
        return getattr(views, setter).call_args.args[0]


@pytest.fixture(scope="module")
def settled() -> Desk:
    """Normals at rest; tests put back what they change."""
    desk = Desk()
    desk.answer()
    return desk


def test_another_family_takes_everything_of_the_old_one_away_before_it_is_ready():
    desk = Desk()
    desk.answer()
    names = [row.name for row in desk.rows]
    assert "converged" in desk.status
    desk.edit("family", "cauchy")
    assert desk.control.store.scene.family == "gaussian", "it is being prepared"
    assert [row.name for row in desk.rows] == names, "rows keep their places"
    assert each(row.stale and row.value == "…" for row in desk.rows)
    assert "Cauchy" in desk.status
    assert "converged" not in desk.status
    for setter in ("set_map", "set_ellipses", "set_transport", "set_moving_point", "set_marks"):
        assert desk.last(setter) is None
    assert desk.drawn("geodesic") is None
    assert desk.drawn("straight") is None
    assert {c.args for c in desk.canvas.set_pin.call_args_list[-3:]} == {(n, None) for n in "ABC"}
    assert desk.window.set_distributions.call_args.args[0] is None
    words, whole = desk.window.set_waiting.call_args.args
    assert whole
    assert "Cauchy" in words
    assert "Cauchy" in desk.window.set_title.call_args.args[0]
    # an answer about the old family that comes late is not drawn
    desk.jobs.append(PathJob("gaussian", (0.0, 1.0), (1.0, 1.0), (0.1, 0.0), 0.0, "final"))
    desk.answer(PathJob)
    assert desk.drawn("geodesic") is None
    desk.answer(PrepareTask)
    assert desk.control.store.scene.family == "cauchy"
    assert each(row.stale for row in desk.rows), "its own numbers are not there yet"
    desk.answer()
    assert not any(row.stale for row in desk.rows)
    exact = manifold_of("cauchy")
    a, b = (np.array(pin) for pin in exact.pins)
    shown = {row.name: row.value for row in desk.rows}
    assert float(shown["Fisher–Rao length"]) == pytest.approx(float(exact.distance(a, b)), rel=1e-5)


@pytest.mark.parametrize("end", ["fails", "is cancelled"])
def test_what_cannot_be_prepared_brings_everything_back(end):
    desk = Desk()
    desk.answer()
    desk.edit("family", "cauchy")
    (task,) = [job for job in desk.jobs if isinstance(job, PrepareTask)]
    desk.jobs.clear()
    if end == "fails":
        desk.control.on_message(JobFailed(task, "ValueError: no"))
    else:
        desk.control.give_up(task)
    assert not desk.control.editor.is_waiting
    desk.answer()
    assert desk.drawn("geodesic") is not None
    assert not any(row.stale for row in desk.rows)


def test_alpha_greys_the_path_at_once_and_names_the_length_after_its_connection(settled):
    desk = settled
    desk.edit("alpha", 0.5)
    assert each(row.stale for row in desk.rows)
    assert "converged" not in desk.status
    assert desk.canvas.set_opacity.call_args.args[1]["geodesic"] < 0.5
    assert desk.window.set_distributions.call_args.args[0].stale
    desk.answer()
    shown = {row.name: row.value for row in desk.rows}
    assert shown["Length of the α-geodesic"].endswith("(α = 0.5)")
    assert "Energy of the α-geodesic" in shown
    assert not {"Fisher–Rao length", "Energy", "Closed form", "Bounds"} & set(shown)
    assert shown["Conjugate points passed"] == numbers.KEPT_BY_NONE
    assert "%" not in shown["Straight line"]
    assert desk.canvas.set_opacity.call_args.args[1]["geodesic"] == 1.0
    assert not desk.window.set_distributions.call_args.args[0].stale
    path = desk.control.answers.path
    assert (path.distance, path.bounds, path.morse_index) == (None, None, None)
    caption = " ".join(page.caption(desk.control.store.scene, path, [path]))
    assert "Length of the α-geodesic" in caption
    assert "Closed form" not in caption
    assert "Fisher–Rao length" not in caption
    desk.edit("alpha", 0.0)
    desk.answer()


def test_alpha_ends_with_its_family_which_is_said_and_can_be_undone():
    desk = Desk()
    desk.edit("alpha", 0.5)
    desk.edit("family", "cauchy")
    desk.answer(PrepareTask)
    assert desk.control.store.scene.alpha == 0.0
    desk.answer(PathJob)
    assert ALPHA_ENDED in desk.status
    desk.control.store.undo()
    assert (desk.control.store.scene.family, desk.control.store.scene.alpha) == ("gaussian", 0.5)
    head = of_family(replace(scene_file.load("bank"), alpha=0.5), "attention:bank?layer=1&head=8")
    assert head.alpha == 0.5, "another head is of one family"


def test_rows_keep_their_places_while_a_pin_is_dragged(settled, monkeypatch):
    desk = settled
    before = [row.name for row in desk.rows]
    desk.control.on_event(PinMoved("A", (0.4, 0.2), done=False))
    assert not any(row.stale for row in desk.rows), "what moves does not flicker"
    monkeypatch.setattr(shown_answers, "PLOTS", 0.0)
    desk.answer(PathJob)
    assert [row.name for row in desk.rows] == before
    stale = {row.name for row in desk.rows if row.stale}
    assert {"KL(A‖B)", "KL(B‖A)", "√Jeffreys", "Conjugate points passed"} <= stale
    assert "Fisher–Rao length" not in stale
    desk.control.on_event(PinMoved("A", (0.4, 0.2), done=True))
    desk.answer()
    assert not any(row.stale for row in desk.rows)


def test_in_a_drag_what_takes_long_is_greyed(settled):
    desk = settled
    desk.control.on_event(Held(True))
    desk.edit("alpha", 1.0)
    milliseconds, run_out = desk.window.every.call_args.args
    assert not any(row.stale for row in desk.rows if row.name == "Fisher–Rao length")
    assert milliseconds < 500
    run_out()
    assert each(row.stale for row in desk.rows)
    desk.edit("alpha", 0.0)
    desk.control.on_event(Held(False))
    desk.answer()
    assert not any(row.stale for row in desk.rows)


def test_a_map_of_another_scalar_is_faint_and_keeps_its_own_name():
    desk = Desk(map=True)
    desk.control.on_event(ViewChanged(desk.control.store.scene.view, (60, 40)))
    desk.answer()
    desk.edit("scalar", "curvature")
    faint = desk.last("set_map")
    assert faint.label == "Entropy (nats)"
    assert faint.opacity < 0.5
    desk.answer(MapJob)
    drawn = desk.last("set_map")
    assert (drawn.label, drawn.opacity) == ("Gaussian curvature K", 1.0)


def test_a_moment_that_is_not_the_one_shown_is_greyed_at_rest(settled):
    desk = settled
    scene = desk.control.store.scene
    desk.control.store.update(replace(scene, end=Pin((0.5, 1.0))))
    assert each(row.stale for row in desk.rows)
    desk.control.store.update(scene)
    assert not any(row.stale for row in desk.rows), "it is the one that is shown"
    desk.answer()


def test_a_formula_that_is_not_shown_yet_greys_what_is():
    scene = scene_file.load("gaussian")
    typed = '{"coordinates": ["a", "b"], "domain": ["b > 0"], "metric": ["1/b^2", "0", "1/b^2"]}'
    desk = Desk()
    desk.answer()
    desk.control.on_event(FormulaTyped(typed))
    assert each(row.stale for row in desk.rows)
    assert desk.status == DERIVING
    desk.control.on_event(FormulaTyped(typed.replace("1/b^2", "1/q^2")))
    assert desk.status == UNREAD
    assert each(row.stale for row in desk.rows)
    desk.jobs.clear()
    desk.control.on_event(FormulaTyped(typed))
    desk.answer(FamilyJob)
    assert desk.control.store.scene.family != scene.family
    desk.answer()  # first a quick one, then one with all its numbers
    desk.answer()
    assert not any(row.stale for row in desk.rows)


def every_kind(of):
    """A class of jobs and all that are made from it."""
    return [of, *(kind for below in of.__subclasses__() for kind in every_kind(below))]


def test_every_job_has_words_for_those_who_wait():
    import app.parts.registry  # noqa: F401

    for kind in every_kind(Job):
        if isabstract(kind) or not kind.__module__.startswith("app."):
            continue  # the latter are made by other tests
        assert kind.words != Job.words or "label" in vars(kind), kind.__name__
    job = PrepareTask(scene_file.load("gaussian"), (("family", "beta"),))
    assert "prepare" not in job.label


def test_a_path_that_relaxes_ends_at_the_energy_of_the_geodesic():
    a, b = (-1.5, 0.6), (1.5, 0.6)
    manifold = manifold_of("gaussian")
    least = float(manifold.distance(np.array(a), np.array(b))) ** 2
    found = relaxation.relaxed(ReferenceEngine(), relaxation.RelaxJob("gaussian", a, b))
    # the midpoint rule that is made small lies below; what is shown does not
    assert found.history[-2].action < least
    assert min(found.energies) >= least * (1 - 1e-9)
    assert found.energies[0] == pytest.approx(25.0), "(Δμ/σ)² of the straight line"
    words = relaxation.words(found.history[-1], found.energies[-1], numbers.USUAL)
    assert f"energy {numbers.USUAL.plain(least)}," in words


def test_coordinates_under_the_pointer_go_with_the_family_and_the_chart_that_they_are_of():
    desk = Desk()
    desk.answer()
    for change in (("chart", "parameters"), ("family", "cauchy")):
        desk.control.on_event(Hovered((0.5, 1.0)))
        assert "K = −0.5" in desk.last("set_coordinates")
        desk.edit(*change)
        assert desk.last("set_coordinates") == ""
    desk.control.on_event(Hovered((0.5, 1.0)))
    assert desk.last("set_coordinates") == "", "nothing is said of a family that is not shown"


def test_coordinates_are_not_those_of_the_place_before_the_view_was_reset():
    desk = Desk()
    desk.control.on_event(Hovered((0.5, 1.0)))
    desk.control.editor.reset_view()
    assert desk.last("set_coordinates") == ""


def test_what_changes_with_the_chart_does_not_glide_as_it_was():
    desk = Desk()
    desk.answer()
    scene = desk.control.store.scene
    desk.edit("layers.dual_paths", True)
    desk.answer()
    assert desk.drawn("e") is not None
    moved = in_chart(replace(scene, end=Pin((2.0, 2.0)), title="Elsewhere"), "parameters")
    desk.canvas.reset_mock()
    desk.control.store.update(moved)
    for kind in ("geodesic", "e"):
        assert desk.drawn(kind) is None, "it is that of the old pins"
    assert desk.last("set_moving_point") is None
    assert each(row.stale and row.value == "…" for row in desk.rows)
    assert "e-path, α = 1" not in [row.name for row in desk.rows], "its layer is off"
    assert desk.last("set_title") == "Elsewhere"


def test_what_is_new_while_a_chart_turns_into_another_is_drawn_where_it_will_be():
    before, after = (
        Frame(Extent(0.0, 1.0, 0.0, 1.0), (side, side), Margins(0, 0, 0, 0)) for side in (100, 200)
    )
    blend = BlendFrame(
        after.extent, after.size, after.margins, before=before, after=after, share=0.25
    )
    point = (0.5, 0.25)
    assert blend.to_pixels(point) == pytest.approx(after.to_pixels(point))
    assert blend.to_pixels(point + point) == pytest.approx(
        0.75 * before.to_pixels(point) + 0.25 * after.to_pixels(point)
    )


def test_a_curvature_that_rounding_hides_is_said_not_to_be_known():
    assert numbers.USUAL.plain(float("nan")) == numbers.USUAL.information(np.nan) == "not known"
    assert numbers.USUAL.plain(-0.25) == "-0.25"
    desk = Desk()
    scene = of_family(desk.control.store.scene, "attention:bank?layer=2&head=6")
    manifold, theta = manifold_of(scene.family), np.array([300.0, -190.0])
    assert np.isnan(manifold.curvature(theta)), "one key has all but nothing"
    assert "K not known" in picking.described(Subject.of(scene), tuple(theta))


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_turn_is_a_number_only_where_transport_turns(alpha):
    loop = ((0.5, 1.0), (1.5, 1.0), (1.5, 2.0))
    (answer,) = answers(LoopJob("gaussian", loop, alpha, "log"))
    rows = {row.name: row for row in answer.measures}
    assert not any("nan" in row.value for row in rows.values())
    assert each(row.ok for row in rows.values())
    assert (rows["Turn on the loop"].value == "only at α = 0") == (alpha != 0.0)
    assert (rows["Their difference"].value == "only at α = 0") == (alpha != 0.0)


def test_no_pins_beside_a_drawn_loop_alone():
    scene = replace(scene_file.load("loop"), scalar="entropy")
    layers = replace(
        Layers(**dict.fromkeys(vars(Layers()), False)), **dict.fromkeys(("map", "loop"), True)
    )
    assert scene.loop
    for changes, has_pins in (
        ({}, False),
        ({"scalar": "distance"}, True),
        ({"loop": ()}, True),
        ({"layers": replace(layers, straight=True)}, True),
    ):
        canvas = MagicMock()
        drawing.show_pins(canvas, Subject.of(replace(scene, **{"layers": layers} | changes)))
        shown = {call.args[0]: call.args[1] for call in canvas.set_pin.call_args_list}
        assert set(shown) == {"A", "B", "C"} and (shown["A"] is not None) is has_pins
        assert shown["C"] is None
