"""The worker thread: the newest job wins, the most urgent goes first, an exception is reported."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from app.jobs import worker as runners
from app.jobs.ellipses import EllipseJob
from app.jobs.first_picture import FirstPicture
from app.jobs.path import PathJob
from app.jobs.plan import jobs
from app.jobs.scalar_map import MapJob
from app.jobs.studies.spray import SprayJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.jobs.worker import EngineOpened, JobFailed, Runner
from app.model import scene_file
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.geodesics import initial_value
from compute.manifold.extent import Extent
from compute.requests.engine import NoAdapter
from compute.requests.geodesics import ShootRequest
from tests.windows import PATIENCE


def path(i: int) -> PathJob:
    return PathJob("gaussian", (float(i), 1.0), (0.0, 1.0), (1.0, 0.0), 0.0, "live")


MAP = MapJob("gaussian", "log", "entropy", 0, Extent(-1, 1, -1, 1), (64, 64))
ELLIPSES = EllipseJob("gaussian", "log", Extent(-1, 1, -1, 1))


class Gate:
    """Stands in for `perform`: each job waits until it is released."""

    def __init__(self) -> None:
        self.done: list = []
        self.started = threading.Semaphore(0)
        self.let = threading.Semaphore(0)

    def __call__(self, engine, job, emit, cancelled, session) -> None:
        self.started.release()
        assert self.let.acquire(timeout=PATIENCE)
        if isinstance(job, MapJob) and cancelled():
            return
        self.done.append(job)


@pytest.fixture
def gated(monkeypatch):
    gate, messages = Gate(), []
    monkeypatch.setattr(runners, "perform", gate)
    runner = Runner(messages.append, "reference")
    yield runner, gate, messages
    for _ in range(50):
        gate.let.release()
    runner.close()


def test_the_newest_of_a_kind_wins(gated):
    runner, gate, _ = gated
    runner.submit(path(0))
    assert gate.started.acquire(timeout=PATIENCE)
    for i in range(1, 200):
        runner.submit(path(i))
        assert runner.pending() <= 2, "one under way, one waiting"
    for _ in range(2):
        gate.let.release()
    assert runner.wait_idle(PATIENCE)
    assert gate.done == [path(0), path(199)]


def test_the_most_urgent_goes_first_and_a_map_gives_way(gated):
    runner, gate, _ = gated
    runner.submit(MAP)
    assert gate.started.acquire(timeout=PATIENCE)
    runner.submit(ELLIPSES)
    runner.submit(path(1))
    for _ in range(4):
        gate.let.release()
    assert runner.wait_idle(PATIENCE)
    assert gate.done == [path(1), ELLIPSES, MAP], "the interrupted map is taken up again"


@pytest.mark.parametrize(
    ("problem", "words"),
    [(ValueError("nothing there"), "ValueError: nothing there"), (SystemExit(3), "SystemExit: 3")],
)
def test_an_exception_is_told_and_the_thread_goes_on(monkeypatch, problem, words):
    messages: list = []
    calls = iter([problem, None])

    def fail_once(engine, job, emit, cancelled, session) -> None:
        problem = next(calls)
        if problem is not None:
            raise problem

    monkeypatch.setattr(runners, "perform", fail_once)
    runner = Runner(messages.append, "reference")
    runner.submit(path(0))
    assert runner.wait_idle(PATIENCE)
    runner.submit(path(1))
    assert runner.wait_idle(PATIENCE)
    runner.close()
    assert isinstance(messages[0], EngineOpened)
    assert messages[1:] == [JobFailed(path(0), words)]


def test_without_an_adapter_the_reference_takes_over_and_says_so(monkeypatch):
    def nothing(adapter) -> None:
        raise NoAdapter("no GPU adapter, found: none")

    monkeypatch.setattr("compute.gpu.device.Device", nothing)
    messages, opened = [], threading.Event()
    runner = Runner(lambda message: (messages.append(message), opened.set()), "auto")
    assert opened.wait(PATIENCE)
    runner.close()
    assert messages[0].name == "reference"
    assert "no GPU adapter" in messages[0].remark


def test_without_wgpu_the_reference_takes_over_and_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "wgpu.backends.wgpu_native", None)
    messages: list = []
    Runner(messages.append, "auto").close()
    assert messages[0].name == "reference"
    assert "wgpu cannot be loaded" in messages[0].remark and "float64" in messages[0].remark


def test_what_is_given_up_is_not_told_and_not_taken_up_again(gated):
    runner, gate, _ = gated
    runner.submit(MAP)
    assert gate.started.acquire(timeout=PATIENCE)
    under_way = runner.under_way()
    assert under_way.job == MAP and not under_way.given_up and runner.cancel() == MAP
    assert runner.under_way().given_up
    gate.let.release()
    assert runner.wait_idle(PATIENCE) and gate.done == [] and runner.under_way() is None
    assert runner.cancel() is None
    runner.submit(path(1))
    gate.let.release()
    assert runner.wait_idle(PATIENCE) and gate.done == [path(1)], "the next one is done"


def test_what_a_job_tells_after_it_was_given_up_is_not_heard(monkeypatch):
    started, let, messages = threading.Semaphore(0), threading.Semaphore(0), []

    def heedless(engine, job, emit, cancelled, session) -> None:
        started.release()
        assert let.acquire(timeout=PATIENCE)
        emit(("told", job))

    monkeypatch.setattr(runners, "perform", heedless)
    runner = Runner(messages.append, "reference")
    for given_up in (True, False):
        runner.submit(MAP)
        assert started.acquire(timeout=PATIENCE)
        assert not given_up or runner.cancel() == MAP
        let.release()
        assert runner.wait_idle(PATIENCE)
    runner.close()
    assert [m for m in messages if not isinstance(m, EngineOpened)] == [("told", MAP)]


def test_the_job_of_the_next_move_begins_once_the_last_answer_is_shown(gated, monkeypatch):
    runner, gate, _ = gated
    monkeypatch.setattr(runners, "TURN", 60.0)
    monkeypatch.setattr(
        runners, "perform", lambda engine, job, emit, *_: (emit(job), gate.done.append(job))
    )
    runner.submit(path(0))
    assert runner.wait_idle(PATIENCE)
    runner.submit(path(1))
    runner.submit(path(2))  # the hand has moved on
    assert gate.done == [path(0)] and runner.pending() == 1
    runner.shown()
    assert runner.wait_idle(PATIENCE)
    assert gate.done == [path(0), path(2)]


def test_an_answer_that_nobody_shows_holds_up_no_job(gated, monkeypatch):
    runner, gate, _ = gated
    monkeypatch.setattr(
        runners, "perform", lambda engine, job, emit, *_: (emit(job), gate.done.append(job))
    )
    for i in range(3):
        runner.submit(path(i))
        assert runner.wait_idle(PATIENCE)
    assert gate.done == [path(0), path(1), path(2)]


def test_the_early_answer_comes_before_there_is_a_device(monkeypatch):
    told, engines, came = [], [], threading.Semaphore(0)

    def deliver(message) -> None:
        told.append(message)
        came.release()

    def opened(prefer, adapter):
        engines.append(prefer)
        return ReferenceEngine()

    monkeypatch.setattr(runners, "open_engine", opened)
    monkeypatch.setattr(runners, "GRACE", 60.0)
    runner = Runner(deliver, "auto", early=path(2))
    assert came.acquire(timeout=PATIENCE)
    assert told[0].job == path(2) and told[0].paths.engine == "reference" and engines == []
    runner.first_drawn()
    assert (
        came.acquire(timeout=PATIENCE) and isinstance(told[1], EngineOpened) and engines == ["gpu"]
    )
    runner.close()


def test_a_long_study_of_the_reference_ends_in_its_midst_for_what_is_urgent():
    answers, there = [], threading.Event()

    def hear(message) -> None:
        answers.append(message)
        if not isinstance(message, EngineOpened):
            there.set()

    before = set(threading.enumerate())
    runner = Runner(hear, "reference")
    (thread,) = set(threading.enumerate()) - before
    long = SprayJob("mixture_mm", (-1.0, 1.0), (-0.4, 2.2), "final")  # half a minute
    runner.submit(long)
    runner.submit(path(0))
    assert there.wait(PATIENCE)
    there.clear()
    runner.submit(path(1))
    assert there.wait(PATIENCE) and runner.pending() > 0
    runner.close()
    thread.join(PATIENCE)
    assert [answer.job for answer in answers[1:]] == [path(0), path(1)], "closing ends it too"


class WithoutKernels(ReferenceEngine):
    """Stands in for a GPU engine whose kernels are not compiled."""

    name = "gpu"
    ready = False

    def is_ready(self, manifold) -> bool:
        return self.ready


def test_a_first_picture_is_computed_only_until_there_are_kernels():
    told, engine = [], WithoutKernels()
    wanted = jobs(Subject.of(scene_file.load("bank")), Viewport())
    first = FirstPicture.of(wanted.values(), rough=True)
    first.perform(engine, told.append, lambda: False)
    assert [type(answer.job) for answer in told] == [PathJob, EllipseJob, MapJob]
    assert not told[-1].complete and told[0].paths.engine == "reference"
    engine.ready = True
    first.perform(engine, told.append, lambda: False)
    assert len(told) == 3


def test_the_map_is_sharpened_while_no_device_is_open(monkeypatch):
    told, came, opened = [], threading.Semaphore(0), threading.Event()

    def deliver(message) -> None:
        told.append(message)
        came.release()

    def opening(prefer, adapter):
        opened.wait(PATIENCE)
        return ReferenceEngine()

    monkeypatch.setattr(runners, "open_engine", opening)
    wanted = jobs(Subject.of(scene_file.load("bank")), Viewport())
    runner = Runner(deliver, "auto", early=FirstPicture.of(wanted.values(), rough=True))
    runner.submit(wanted[MapJob])
    runner.first_drawn()
    for _ in range(5):
        assert came.acquire(timeout=PATIENCE)
    assert [answer.complete for answer in told[2:]] == [False, False, True]
    opened.set()
    runner.close()


@pytest.mark.parametrize("name", ["bank", "lens"])
def test_what_is_shown_before_there_is_a_device_is_a_geodesic_as_far_as_its_status_says(
    monkeypatch, name
):
    told, came, open_it = [], threading.Semaphore(0), threading.Event()

    def deliver(message) -> None:
        told.append(message)
        came.release()

    def opened(prefer, adapter):
        open_it.wait(PATIENCE)
        return ReferenceEngine()

    monkeypatch.setattr(runners, "open_engine", opened)
    monkeypatch.setattr(runners, "GRACE", 0.0)
    job = jobs(Subject.of(scene_file.load(name)), Viewport(dragging=True))[PathJob]
    runner = Runner(deliver, "auto", early=replace(job, quality="early", steps=0))
    assert came.acquire(timeout=PATIENCE)
    open_it.set()
    runner.close()
    final = initial_value.shoot(
        ShootRequest(
            manifold_of(job.family),
            np.array([job.start]),
            told[0].paths.velocity[:, 0],
            steps=256,
        )
    )
    assert told[0].paths.status[0] == Status.OK
    assert final.stop[0] == pytest.approx(job.end, abs=1e-6)
    assert told[0].paths.length[0] == pytest.approx(final.length[0], rel=1e-8)
