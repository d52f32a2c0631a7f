"""The whole application logic with mocked views and no thread."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.desktop import context_menu
from app.jobs.derive_family import UNREAD, RemarkTask
from app.jobs.ellipses import EllipseJob
from app.jobs.first_picture import FirstPicture
from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import jobs
from app.jobs.scalar_map import MapJob
from app.jobs.subject import Subject
from app.jobs.verification import MapCheckJob
from app.jobs.viewport import Viewport
from app.jobs.worker import EngineOpened, JobFailed
from app.model import scene_file
from app.model.layers import Layers
from app.model.scene import Pin, in_chart, of_family
from app.parts.timeline import TimelinePart
from app.presenters import drawables, outcomes
from app.presenters.measures import measures as of_path
from app.presenters.measures import message
from app.views.canvas.input.keyboard import TIP
from app.views.interface.events import (
    CommandInvoked,
    FormulaTyped,
    Held,
    Hovered,
    LoopDrawn,
    PinMoved,
    PlotResized,
    SceneEdited,
    VectorMoved,
    ViewChanged,
)
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent
from tests.app.controller.conftest import answers, give
from tests.claims import each


def test_plan_asks_only_for_what_a_change_touches():
    scene, viewport = scene_file.load("bank"), Viewport()
    before = jobs(Subject.of(scene), viewport)
    assert {type(job) for job in before.values()} == {PathJob, EllipseJob, MapJob}

    def asked(changed, view=viewport):
        wanted = jobs(Subject.of(changed), view)
        return {kind for kind, job in wanted.items() if before.get(kind) != job}

    assert asked(replace(scene, colormap="plasma", title="x", playhead=0.1)) == set()
    assert asked(replace(scene, end=Pin((1.0, 1.0)))) == {PathJob}
    assert asked(replace(scene, alpha=0.5)) == {PathJob}
    assert asked(replace(scene, scalar="curvature")) == {MapJob}
    assert asked(replace(scene, view=Extent(-1, 1, -1, 1))) == {MapJob, EllipseJob}
    assert asked(scene, replace(viewport, dragging=True)) == {PathJob}
    assert asked(replace(scene, layers=Layers(map=False, ellipses=False))) == set()


def test_a_moved_pin_is_shown_with_its_path_and_at_once_when_it_is_released(desk):
    controller, canvas, _, runner = desk
    runner.take()
    canvas.set_pin.reset_mock()
    controller.on_event(PinMoved("A", (0.5, 0.25), done=False))
    canvas.set_pin.assert_not_called()
    (job,) = runner.take()
    assert isinstance(job, PathJob)
    assert job.quality == "live"
    # the chart draws (μ, log σ)
    assert job.start == pytest.approx((0.5, np.exp(0.25)))
    controller.on_event(PinMoved("A", (0.5, 0.25), done=True))
    canvas.set_pin.assert_any_call("A", pytest.approx((0.5, 0.25)))
    (final,) = runner.take()
    assert final == replace(job, quality="final", steps=128)


def test_an_answer_draws_the_curve_and_the_numbers(desk):
    controller, canvas, window, runner = desk
    give(controller, runner)
    kind, curve = [c.args for c in canvas.set_curve.call_args_list if c.args[0] == "geodesic"][-1]
    assert (kind, curve.dashed) == ("geodesic", False)
    np.testing.assert_allclose(curve.xy[0], [-1.5, np.log(0.6)], atol=1e-9)
    measures = {m.name: m for m in window.set_measures.call_args.args[0]}
    assert measures["Fisher–Rao length"].value == measures["Closed form"].value
    assert each(m.ok for m in measures.values())
    assert canvas.set_map.call_args.args[0].values.shape[1] == 384


def test_stale_answers_are_dropped(desk):
    controller, canvas, _, runner = desk
    old = next(job for job in runner.take() if isinstance(job, PathJob))
    (answer,) = answers(old)
    controller.on_event(PinMoved("B", (0.0, 0.0), done=True))
    canvas.set_curve.reset_mock()
    controller.on_message(answer)
    assert not [c for c in canvas.set_curve.call_args_list if c.args[0] == "geodesic"]


def test_the_same_path_in_the_quality_of_a_drag_is_shown_until_the_final_one(desk):
    controller, _, _, runner = desk
    final = next(job for job in runner.take() if isinstance(job, PathJob))
    (preview,) = answers(replace(final, quality="live"))
    controller.on_message(preview)
    assert controller.answers.path is preview
    (answer,) = answers(final)
    controller.on_message(answer)
    assert controller.answers.path is answer


def test_while_a_slider_is_held_paths_are_those_of_a_drag(desk):
    controller, _, _, runner = desk
    runner.take()
    controller.on_event(Held(True))
    controller.on_event(SceneEdited((("alpha", 0.5),)))
    assert [job.quality for job in runner.take() if isinstance(job, PathJob)] == ["live"]
    controller.on_event(Held(False))
    assert [job.quality for job in runner.take() if isinstance(job, PathJob)] == ["final"]


def test_a_failed_job_is_told_and_nothing_else_happens(desk):
    controller, _, window, runner = desk
    controller.on_message(JobFailed(runner.take()[0], "DeviceLost: gone"))
    assert window.set_status.call_args.args[2:] == ("DeviceLost: gone", False)


def test_an_engine_that_is_second_choice_is_said(desk):
    controller, _, window, _ = desk
    controller.on_message(EngineOpened("reference", "NumPy, float64", "no GPU adapter was found"))
    assert "no GPU adapter" in window.set_status.call_args.args[2]


def test_a_path_that_leaves_is_dashed_and_says_why(desk):
    controller, canvas, window, runner = desk
    give(controller, runner)
    controller.on_event(PinMoved("B", (0.0, 0.5), done=True))
    (job,) = (job for job in runner.take() if isinstance(job, PathJob))
    (answer,) = answers(job)
    broken = replace(answer.paths, status=np.array([2], np.int32))
    controller.on_message(replace(answer, paths=broken))
    assert canvas.set_message.call_args.args[0].startswith("Not converged")
    curves = [c.args[1] for c in canvas.set_curve.call_args_list if c.args[0] == "geodesic"]
    assert curves[-1].dashed
    assert window.set_status.call_args.args[3] is False


def test_a_pin_outside_the_domain_stays(desk):
    controller, _, _, runner = desk
    controller.on_event(SceneEdited((("family", "categorical3_expectation"),)))
    give(controller, runner)
    before = controller.store.scene
    controller.on_event(PinMoved("A", (2.0, 2.0), done=True))
    assert controller.store.scene.start == before.start


def test_a_loop_that_leaves_the_domain_is_cut_at_its_edge(desk):
    controller, _, window, _ = desk
    triangle = of_family(controller.store.scene, "categorical3_expectation")
    controller.store.update(in_chart(triangle, "parameters"))
    whole = np.array([[0.1, 0.1], [0.5, 0.1], [0.1, 0.5]])
    controller.on_event(LoopDrawn(whole))
    np.testing.assert_allclose(controller.store.scene.loop, whole, atol=1e-12)
    window.log.assert_not_called()
    # its second corner lies outside: two edges of the loop cross that of the triangle
    controller.on_event(LoopDrawn(np.array([[0.1, 0.1], [0.9, 0.3], [0.1, 0.5]])))
    loop = np.array(controller.store.scene.loop)
    assert len(loop) == 4 and (loop.sum(axis=1) < 1.0).all()
    assert loop[1:3].sum(axis=1) == pytest.approx(1.0, abs=0.05)
    assert window.log.call_args.args == ("the loop was cut where it left the domain",)
    kept = controller.store.scene
    controller.on_event(LoopDrawn(np.array([[2.0, 2.0], [3.0, 2.0], [2.0, 3.0]])))
    assert controller.store.scene == kept and window.tell.call_count == 0
    assert "three points" in window.log.call_args.args[0]


def test_a_loop_drawn_in_the_plane_is_none_on_a_surface(desk):
    controller, _, window, _ = desk
    triangle = of_family(controller.store.scene, "categorical3_expectation")
    controller.store.update(in_chart(triangle, "octant"))
    kept = controller.store.scene
    controller.on_event(LoopDrawn(np.array([[0.1, 0.1], [0.5, 0.1], [0.1, 0.5]])))
    assert controller.store.scene == kept
    assert "draw it again" in window.log.call_args.args[0]


def test_the_menu_says_where_no_pin_can_be_put(desk):
    controller, _, window, _ = desk
    controller.commands |= dict.fromkeys((name for _, name in context_menu.COMMANDS), lambda: None)
    triangle = of_family(controller.store.scene, "categorical3_expectation")
    controller.store.update(in_chart(triangle, "parameters"))
    pointed = MagicMock()
    pointed.note_under.return_value = ""
    before = controller.store.scene
    for xy, said in (((2.0, 2.0), 1), ((0.3, 0.3), 1)):
        pointed.frame.to_chart.return_value = xy
        acts = dict(entry for entry in context_menu.entries(pointed, controller, (0, 0)) if entry)
        acts["Put A here"]()
        assert window.log.call_count == said
    assert window.log.call_args.args == ("A was not moved: that point is outside the domain",)
    assert controller.store.scene.start != before.start


@pytest.mark.parametrize(
    ("targets", "note", "first"),
    [
        ({"A": (103.0, 100.0)}, "", "Copy A"),
        ({"A": (180.0, 100.0), "B": (100.0, 98.0)}, "note 0", "Copy B"),
        ({TIP: (100.0, 100.0)}, "", "Copy the vector"),
        ({"tip of note 1": (100.0, 100.0)}, "", "Edit this note"),
        ({"A": (180.0, 100.0)}, "note 0", "Edit this note"),
        ({"A": (180.0, 100.0)}, "", "Put A here"),
    ],
)
def test_the_menu_begins_with_what_is_under_the_pointer(desk, targets, note, first):
    controller, *_ = desk
    controller.commands |= dict.fromkeys((name for _, name in context_menu.COMMANDS), lambda: None)
    pointed = MagicMock()
    pointed.at.return_value, pointed.frame.to_chart.return_value = (100.0, 100.0), (0.0, 1.0)
    pointed.targets.return_value, pointed.note_under.return_value = targets, note
    pointed.point_under.return_value = ""
    assert context_menu.entries(pointed, controller, (100, 100))[0][0] == first


def test_near_a_token_a_pin_snaps_onto_it(desk):
    controller, _, _, runner = desk
    controller.on_event(SceneEdited((("family", "attention:bank"),)))
    give(controller, runner)
    from compute.families import manifold as manifold_of

    target = manifold_of("attention:bank").landmarks.theta[2]
    controller.on_event(PinMoved("A", tuple(target + 0.02), done=True))
    assert controller.store.scene.start == Pin(tuple(map(float, target)), 2)
    controller.on_event(PinMoved("A", tuple(target + 0.03), done=True))
    assert controller.store.scene.start.token is None, "what moves away is not held"


def test_switching_family_and_chart_and_back_by_undo(desk):
    controller, canvas, window, runner = desk
    original = controller.store.scene
    controller.on_event(SceneEdited((("family", "categorical3_natural"),)))
    give(controller, runner)
    controller.on_event(SceneEdited((("chart", "expectation"),)))
    assert controller.store.scene.chart == "expectation"
    give(controller, runner)
    controller.answers.say("the change is made", True)
    controller.on_event(CommandInvoked("undo"))
    assert "the change is made" not in window.set_status.call_args.args
    controller.on_event(CommandInvoked("undo"))
    assert controller.store.scene == original
    assert canvas.set_axes.call_args.args[0].labels == ("μ", "σ")


def test_a_choice_that_cannot_be_shown_is_told(desk):
    controller, _, window, runner = desk
    before = controller.store.scene
    controller.on_event(SceneEdited((("family", "attention:bank?tokens=1,1,2"),)))
    give(controller, runner)
    assert "three different" in window.log.call_args.args[0]
    assert controller.store.scene == before


def test_layers_are_hidden_and_shown(desk):
    controller, canvas, _, runner = desk
    give(controller, runner)
    controller.on_event(SceneEdited((("layers.map", False), ("layers.straight", False))))
    canvas.set_map.assert_called_with(None)
    canvas.set_curve.assert_any_call("straight", None)
    controller.on_event(SceneEdited((("layers.map", True),)))
    assert [type(job) for job in runner.take()] == [MapJob]


def test_the_vector_follows_its_tip(desk):
    controller, _, _, _ = desk
    start = np.array(controller.store.scene.start.theta)
    x, y = start[0], np.log(start[1])
    controller.on_event(VectorMoved((x + 0.3, y + 0.2), done=True))
    # the chart's second axis is log σ: a step of 0.2 there is 0.2 σ
    assert controller.store.scene.vector == pytest.approx((0.3, 0.2 * start[1]))


def test_playing_moves_the_point_without_computing(desk):
    controller, _, window, runner = desk
    give(controller, runner)
    controller.part(TimelinePart).now = count(0.0, 0.033).__next__
    controller.on_event(CommandInvoked("play"))
    step = window.every.call_args.args[1]
    for _ in range(5):
        step()
    assert controller.store.scene.playhead > 0.5
    assert window.set_moving_row.call_count >= 5
    assert runner.take() == []
    assert not controller.store.can_undo, "playing is no step of undo"


def test_undo_while_the_point_plays_takes_back_the_edit_and_the_point_goes_on(desk):
    controller, _, window, runner = desk
    give(controller, runner)
    controller.on_event(SceneEdited((("layers.straight", False),)))
    part = controller.part(TimelinePart)
    part.now = count(0.0, 0.033).__next__
    controller.on_event(CommandInvoked("play"))
    step = window.every.call_args.args[1]
    step(), step()
    there = controller.store.scene.playhead
    controller.on_event(CommandInvoked("undo"))
    assert controller.store.scene.layers.straight
    assert controller.store.scene.playhead == there > 0.5 and part.is_playing
    step()
    controller.on_event(CommandInvoked("redo"))
    assert not controller.store.scene.layers.straight
    assert controller.store.scene.playhead > there and part.is_playing


def test_a_zoom_asks_for_the_map_of_what_is_seen(desk):
    controller, _, _, runner = desk
    runner.take()
    controller.on_event(ViewChanged(Extent(-1, 1, -1, 1), (600, 300)))
    asked = {type(job): job for job in runner.take()}
    assert asked[MapJob].view == Extent(-1, 1, -1, 1)
    assert asked[MapJob].pixels == (600, 300)


def test_a_plot_of_another_size_keeps_the_view_that_is_put_meanwhile(desk):
    controller, _, _, runner = desk
    seen = Extent(-1, 1, -1, 1)
    with controller.store.event():
        controller.store.update(replace(controller.store.scene, view=seen))
        controller.on_event(PlotResized((600, 300)))
    asked = {type(job): job for job in runner.take()}
    assert controller.store.scene.view == asked[MapJob].view == seen
    assert asked[MapJob].pixels == (600, 300)


def test_hovering_says_where(desk):
    controller, _, window, _ = desk
    controller.on_event(Hovered((0.0, 0.0)))
    assert "K = −0.5" in window.set_coordinates.call_args.args[0]
    controller.on_event(Hovered(None))
    window.set_coordinates.assert_called_with("")


def test_the_moving_row_is_a_distribution(desk):
    controller, _, window, runner = desk
    controller.on_event(SceneEdited((("family", "attention:bank"),)))
    give(controller, runner)
    give(controller, runner)
    assert isinstance(controller.answers.path, PathAnswer)
    row = window.set_moving_row.call_args.args[0]
    assert row.sum() == pytest.approx(1.0)
    assert (row >= 0).all()


def test_a_map_is_checked_in_float64_and_says_so():
    scene = scene_file.load("gaussian")
    job = jobs(Subject.of(replace(scene, scalar="curvature")), Viewport())[MapJob]
    drawn = next(answer for answer in answers(job) if answer.complete)
    check = MapCheckJob(job.family, job.chart, job.scalar, job.token, job.source, drawn.field)
    assert answers(check)[0].measure.ok
    wrong = replace(drawn.field, values=drawn.field.values + 1e-2)
    assert not answers(replace(check, field=wrong))[0].measure.ok


def test_a_length_out_of_bounds_is_dashed_and_says_why():
    scene = scene_file.load("bank")
    answer = answers(jobs(Subject.of(scene), Viewport())[PathJob])[0]
    chart = manifold_of(scene.family).charts[0]
    assert message(answer) == "" and not drawables.geodesic(answer, chart).dashed
    low, high = answer.bounds
    for bounds, words in (((1.1 * high, 2 * high), "Shorter"), ((0.0, 0.9 * low), "Not the short")):
        broken = replace(answer, bounds=bounds)
        assert message(broken).startswith(words)
        assert drawables.geodesic(broken, chart).dashed
        assert [m.ok for m in of_path(broken) if m.name == "Bounds"] == [False]


def test_what_comes_while_charts_glide_is_of_no_use_to_another_family(desk):
    controller, canvas, _, runner = desk
    controller.on_event(SceneEdited((("family", "gaussian"), ("layers.spray", True))))
    give(controller, runner)
    waiting = runner.take()
    controller.on_event(SceneEdited((("chart", "expectation"),)))
    assert controller.transition.is_running
    waiting = [*waiting, *runner.take()]
    for job in waiting:
        for answer in answers(job):
            controller.on_message(answer)
    canvas.reset_mock()
    controller.on_event(SceneEdited((("family", "weibull"),)))
    give(controller, runner)
    assert not controller.transition.is_running
    drawn = [call.args[0] for call in canvas.set_curve.call_args_list if call.args[1] is not None]
    assert "rays" not in drawn and "geodesic" not in drawn


def test_what_comes_while_charts_glide_is_of_no_use_to_another_chart(desk):
    controller, canvas, _, runner = desk
    give(controller, runner)
    controller.on_event(SceneEdited((("chart", "disk"),)))
    assert {EllipseJob, MapJob} <= set(map(type, runner.jobs))
    give(controller, runner)
    assert controller.transition.is_running
    canvas.reset_mock()
    controller.store.undo()
    for shown in (canvas.set_ellipses, canvas.set_map):
        assert each(call.args[0] is None for call in shown.call_args_list)


def test_a_slider_that_is_let_go_while_charts_glide_leaves_the_pins_between_them(desk):
    """A straight line of one chart beside a geodesic of both could not be drawn."""
    controller, canvas, _, runner = desk
    give(controller, runner)
    controller.on_event(SceneEdited((("chart", "half_plane"),)))
    assert controller.transition.is_running
    for held in (True, False):
        controller.on_event(Held(held))
    drawn = {call.args[0]: call.args[1] for call in canvas.set_curve.call_args_list}
    assert drawn["straight"].xy.shape[1] == drawn["geodesic"].xy.shape[1] == 4
    assert len(canvas.set_pin.call_args_list[0].args[1]) == 2
    controller.transition.end()
    assert canvas.set_curve.call_args_list[-1].args[1].xy.shape[1] == 2


def test_a_study_glides_with_its_chart_and_is_not_computed_again(desk):
    controller, canvas, _, runner = desk
    controller.on_event(SceneEdited((("layers.spray", True), ("layers.loop", True))))
    give(controller, runner)
    canvas.reset_mock()
    controller.on_event(SceneEdited((("chart", "half_plane"),)))
    drawn = {call.args[0]: call.args[1] for call in canvas.set_curve.call_args_list}
    assert drawn["rays"].xy.shape[1] == 4, "where it was and where it will be"
    # a loop's edges are straight in the chart that it is drawn in; a ray does not depend on the chart
    assert [type(job).__name__ for job in runner.take()] == ["EllipseJob", "MapJob", "LoopJob"]


def test_another_subject_has_a_first_picture_and_then_its_own(desk):
    """Rough answers of the reference come first: kernels take seconds to compile while a user types."""
    controller, canvas, _, runner = desk
    give(controller, runner)
    stated = {"coordinates": ["m", "s"], "domain": ["s > 0"], "metric": ["1/s^2", "0", "3/s^2"]}
    controller.on_event(FormulaTyped(json.dumps(stated)))
    give(controller, runner)
    canvas.reset_mock()
    _remark, first, *rest = runner.take()
    path, *_, scalars = first.jobs
    assert isinstance(first, FirstPicture) and path.quality == "early"
    assert {scalars, replace(path, quality="final", steps=128)} < set(rest)
    rough, full = answers(scalars)
    for answer in (*answers(path), full):
        controller.on_message(answer)
    assert [call for call in canvas.set_curve.call_args_list if call.args[0] == "geodesic"]
    (drawn,) = desk[2].set_distributions.call_args.args
    assert drawn is outcomes.NO_DISTRIBUTIONS, "a metric has none, which the panel says"
    shown = len(canvas.set_map.call_args_list)
    controller.on_message(rough)
    assert len(canvas.set_map.call_args_list) == shown, "a sharp map does not become coarse again"
    controller.on_event(FormulaTyped(json.dumps({**stated, "domain": ["s >"]})))
    controller.on_message(answers(path)[-1])  # late
    assert UNREAD in desk[2].set_status.call_args.args


def test_where_a_family_is_none_is_said_once_its_path_is_asked_for(desk):
    controller, _, window, runner = desk
    stated = {"coordinates": ["m", "s"], "domain": ["s > 0"], "metric": ["1/s^2", "0", "2 - s"]}
    controller.on_event(FormulaTyped(json.dumps(stated)))
    give(controller, runner)
    assert window.set_verdict.call_args.args[0].words.startswith("✓ valid")
    (look,) = (job for job in runner.take() if isinstance(job, RemarkTask))
    assert look.priority > PathJob.priority
    (found,) = answers(look)
    controller.on_message(found)
    assert "not positive definite in 5" in window.set_verdict.call_args.args[0].words
    controller.on_event(FormulaTyped(json.dumps({**stated, "metric": ["1", "0", "1"]})))
    controller.on_message(found)
    assert window.set_verdict.call_args.args[0].right is None, "more has been typed since"
