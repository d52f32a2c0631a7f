"""Answers that arrive after the scene has changed, and edits that wait for one another."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from unittest.mock import MagicMock

import pytest

from app.controller.controller import Controller
from app.jobs.ellipses import EllipseJob
from app.jobs.path import PathJob
from app.jobs.preparation import PrepareTask
from app.jobs.scalar_map import MapJob
from app.jobs.verification import CheckJob, MapCheckJob
from app.model import scene_file
from app.model.store import Store
from app.presenters.chart_in_words import NOT_YET
from app.views.interface.events import (
    CameraMoved,
    CommandInvoked,
    PinMoved,
    SceneEdited,
    VectorMoved,
    ViewChanged,
)
from app.views.interface.views import Canvas, Window
from compute.manifold.extent import Extent
from tests.app.controller.conftest import Recorder, answers, give


def test_a_map_and_ellipses_of_before_are_not_drawn_over_the_new_ones(desk):
    controller, canvas, _, runner = desk
    late = [job for job in runner.take() if isinstance(job, MapJob | EllipseJob)]
    assert len(late) == 2
    controller.on_event(SceneEdited((("scalar", "curvature"),)))
    controller.on_event(ViewChanged(Extent(-1.0, 1.0, -0.5, 0.5), (400, 300)))
    canvas.reset_mock()
    for job in late:
        for answer in answers(job):
            controller.on_message(answer)
    canvas.set_map.assert_not_called()
    canvas.set_ellipses.assert_not_called()
    give(controller, runner)
    canvas.set_map.assert_called()
    canvas.set_ellipses.assert_called()


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        (CheckJob, PinMoved("B", (0.0, 0.0), done=True)),
        (MapCheckJob, SceneEdited((("scalar", "curvature"),))),
    ],
)
def test_a_certificate_of_what_was_shown_before_is_not_shown(desk, kind, other):
    controller, _, window, runner = desk
    give(controller, runner)
    controller.on_event(CommandInvoked("check"))
    (check,) = (job for job in runner.take() if isinstance(job, kind))
    (certificate,) = answers(check)
    controller.on_event(other)
    give(controller, runner)
    window.reset_mock()
    controller.on_message(certificate)
    window.set_measures.assert_not_called()
    window.set_status.assert_not_called()
    controller.on_event(CommandInvoked("check"))
    give(controller, runner)
    names = [measure.name for measure in window.set_measures.call_args.args[0]]
    assert certificate.measure.name in names, "that of what is shown is"


def test_of_two_slow_edits_nothing_is_made_before_both_are_prepared(desk):
    controller, _, _, runner = desk
    give(controller, runner)
    before = controller.store.scene
    controller.on_event(SceneEdited((("family", "cauchy"),)))
    controller.on_event(SceneEdited((("alpha", 0.0), ("scalar", "curvature"))))
    first, both = (job for job in runner.take() if isinstance(job, PrepareTask))
    for answer in answers(first):
        controller.on_message(answer)
    assert controller.store.scene == before
    for answer in answers(both):
        controller.on_message(answer)
    scene = controller.store.scene
    assert (scene.family, scene.scalar) == ("cauchy", "curvature")


def test_two_pins_that_are_moved_in_one_breath_are_two_steps_of_undo(desk):
    controller, *_ = desk
    before = controller.store.scene
    for pin, xy in (("A", (0.5, 0.25)), ("B", (0.25, 0.5)), ("A", (0.75, 0.0))):
        controller.on_event(PinMoved(pin, xy, done=False))
        controller.on_event(PinMoved(pin, (xy[0] + 0.125, xy[1]), done=False))
    moved = controller.store.scene
    controller.store.undo()
    assert controller.store.scene == replace(moved, start=controller.store.scene.start)
    controller.store.undo()
    assert controller.store.scene == replace(controller.store.scene, end=before.end)
    controller.store.undo()
    assert controller.store.scene == before


MOVES = {
    "A": lambda i: PinMoved("A", (0.5 + 0.1 * i, 0.25), done=False),
    "B": lambda i: PinMoved("B", (0.25, 0.5 + 0.1 * i), done=False),
    "vector": lambda i: VectorMoved((0.1 * i, 0.5), done=False),
    "view": lambda i: ViewChanged(Extent(-1.0 - i, 1.0, -0.5, 0.5), (400, 300)),
    "camera": lambda i: CameraMoved((10.0 * i, 20.0, 1.0, 0.0, 0.0), done=False),
    "alpha": lambda i: SceneEdited((("alpha", 0.1 * i),)),
    "opacity": lambda i: SceneEdited((("map_opacity", 0.5 + 0.1 * i),)),
}


@pytest.mark.parametrize("one, other", list(combinations(MOVES, 2)))
def test_each_thing_that_is_moved_is_a_step_of_undo_of_its_own(one, other):
    store = Store(scene_file.load("gaussian"))
    controller = Controller(store, MagicMock(spec=Canvas), MagicMock(spec=Window), Recorder())
    states = [store.scene]
    for name in (one, other):
        for i in (1, 2, 3):
            controller.on_event(MOVES[name](i))
        states.append(store.scene)
    assert states[0] != states[1] != states[2]
    store.undo()
    assert store.scene == states[1]
    store.undo()
    assert store.scene == states[0]


def test_a_path_of_before_the_last_edit_is_not_taken(desk):
    controller, _, _, runner = desk
    old = next(job for job in runner.take() if isinstance(job, PathJob))
    controller.on_event(SceneEdited((("alpha", 0.5),)))
    for answer in answers(old):
        controller.on_message(answer)
    assert controller.answers.path is None


@pytest.mark.parametrize("name", ["A", "B", "vector", "alpha"])
def test_the_chart_in_words_says_nothing_of_a_path_that_is_one_move_late(desk, name):
    controller, _, _, runner = desk
    give(controller, runner)
    assert NOT_YET not in controller.answers.in_words()
    controller.on_event(MOVES[name](1))
    assert controller.answers.path is not None, "it is still drawn"
    assert NOT_YET in controller.answers.in_words()
    give(controller, runner)
    assert NOT_YET not in controller.answers.in_words()
