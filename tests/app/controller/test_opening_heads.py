"""A head file is read by the worker: the window says so, a second file replaces the first."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.preparation import HEADS, PrepareTask
from app.views.interface.events import SceneEdited
from compute.families import write
from tests.app.controller.conftest import answers, give

TOKENS = 5


@pytest.fixture
def file(tmp_path):
    """Writes a head file of 2 layers × 2 heads, whose mask leaves the first ``empty`` heads no key."""

    def written(name: str, empty: int = 0) -> str:
        q, k, v = np.random.default_rng(len(name)).normal(size=(3, 2, 2, TOKENS, 4))
        mask = np.ones((2, 2, 1, TOKENS), bool)
        mask.reshape(4, TOKENS)[:empty] = False
        np.savez(tmp_path / name, q=q, k=k, v=v, mask=mask)
        return str(tmp_path / name)

    return written


def show(controller, path: str) -> None:
    controller.on_event(SceneEdited(((HEADS, path),)))


def task_of(runner) -> PrepareTask:
    (task,) = (job for job in runner.take() if isinstance(job, PrepareTask))
    return task


def deliver(controller, task: PrepareTask) -> None:
    for answer in answers(task):
        controller.on_message(answer)


def test_the_window_says_that_it_reads_and_then_shows_the_first_head(desk, file):
    controller, _, window, runner = desk
    before, path = controller.store.scene, file("mine.npz")
    show(controller, path)
    assert controller.store.scene == before
    assert window.set_waiting.call_args.args == ("Reading the heads of mine.npz …", True)
    task = task_of(runner)
    assert task.label == "the heads of mine.npz"
    deliver(controller, task)
    assert controller.store.scene.family == write("attention", {"source": path})
    assert controller.store.can_undo


@pytest.mark.parametrize(
    ("empty", "place"), [(1, {"layer": 0, "head": 1}), (3, {"layer": 1, "head": 1})]
)
def test_the_first_head_that_has_keys_is_shown(desk, file, empty, place):
    controller, _, _, runner = desk
    path = file("masked.npz", empty)
    show(controller, path)
    deliver(controller, task_of(runner))
    assert controller.store.scene.family == write("attention", {"source": path, **place})


def test_a_second_file_or_family_replaces_the_one_that_is_read(desk, file):
    controller, _, _, runner = desk
    before, (first, second) = controller.store.scene, (file("a.npz"), file("bb.npz"))
    show(controller, first)
    late = task_of(runner)
    show(controller, second)
    deliver(controller, late)
    assert controller.store.scene == before
    deliver(controller, task_of(runner))
    assert controller.store.scene.family == write("attention", {"source": second})
    show(controller, first)
    runner.take()
    controller.on_event(SceneEdited((("family", "cauchy"),)))
    deliver(controller, task_of(runner))
    assert controller.store.scene.family == "cauchy"


def test_a_cancelled_file_is_not_shown_late(desk, file):
    controller, _, window, runner = desk
    before = controller.store.scene
    show(controller, file("a.npz"))
    task = task_of(runner)
    controller.give_up(task)
    assert "cancelled: the heads of a.npz" in window.set_status.call_args.args
    deliver(controller, task)
    give(controller, runner)
    assert controller.store.scene == before and not controller.editor.is_waiting


@pytest.mark.parametrize("kind", ["nothing", "a folder", "no keys", "missing"])
def test_what_is_wrong_with_a_file_is_said_in_one_line(desk, file, tmp_path, kind):
    controller, _, window, runner = desk
    before, path = controller.store.scene, tmp_path / "wrong.npz"
    if kind == "nothing":
        path.write_bytes(b"")
    elif kind == "a folder":
        path.mkdir()
    elif kind == "no keys":
        file("wrong.npz", 4)
    show(controller, str(path))
    deliver(controller, task_of(runner))
    ((title, words), _) = window.tell.call_args
    assert title == "Cannot show the heads of this file"
    assert "wrong.npz" in words or "the mask leaves none" in words
    assert "\n" not in words and len(words) <= 300
    assert controller.store.scene == before
