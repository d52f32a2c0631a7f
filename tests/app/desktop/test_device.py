"""A device that is lost: reopened, or the reference goes on, and says so."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

import pytest

from app.jobs import worker as runner
from app.jobs.path import PathAnswer, PathJob
from app.jobs.worker import EngineOpened, JobFailed, Notice, Runner
from compute.requests.engine import NoAdapter
from tests.losses import destroyer

JOB = PathJob("gaussian", (0.0, 1.0), (1.0, 2.0), (1.0, 0.0), 0.0, "live")


def destroying(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The device is destroyed under the first jobs."""
    left = iter(range(times))

    def perform(engine, job, emit, cancelled, session) -> None:
        if engine.name == "gpu" and next(left, None) is not None:
            engine.session.device.handle.destroy()
        job.perform_in(session, engine, emit, cancelled)

    monkeypatch.setattr(runner, "perform", perform)


def messages_of(job: PathJob) -> list:
    messages: list = []
    worker = Runner(messages.append, "gpu")
    worker.submit(job)
    assert worker.wait_idle(100)
    worker.close()
    return messages


def test_a_lost_device_is_opened_again_and_the_job_is_done(monkeypatch, gpu_engine):
    destroying(monkeypatch, 1)
    messages = messages_of(JOB)
    assert [type(m) for m in messages] == [EngineOpened, EngineOpened, Notice, PathAnswer]
    assert messages[1].name == "gpu" and "reopened" in messages[2].words
    assert messages[3].job == JOB and messages[3].paths.status[0] == 0


def test_a_device_that_stays_lost_gives_way_to_the_reference(monkeypatch, gpu_engine):
    destroying(monkeypatch, 1)
    opened = iter([runner.open_engine])

    def open_once(prefer, adapter):
        for open_engine in opened:
            return open_engine(prefer, adapter)
        raise NoAdapter("no GPU adapter, found: none")

    monkeypatch.setattr(runner, "open_engine", open_once)
    messages = messages_of(JOB)
    assert [type(m) for m in messages] == [EngineOpened, EngineOpened, PathAnswer]
    assert messages[1].name == "reference" and "cannot be reopened" in messages[1].remark
    assert messages[2].paths.status[0] == 0


def test_a_device_that_is_lost_at_each_try_is_given_up(monkeypatch, gpu_engine):
    destroying(monkeypatch, 100)
    messages = messages_of(JOB)
    assert isinstance(messages[-1], PathAnswer)
    names = [m.name for m in messages if isinstance(m, EngineOpened)]
    assert names == ["gpu"] * (1 + runner.REOPENINGS) + ["reference"]


def test_a_job_is_done_again_when_another_thread_destroys_the_device(monkeypatch, gpu_engine):
    """Four devices are lost, each at another moment of a job."""
    die, answers, messages = random.Random(2), threading.Semaphore(0), []
    begun, timers, destroy, open_engine = set(), [], {}, runner.open_engine

    def opened(prefer, adapter):
        engine = open_engine(prefer, adapter)
        destroy[engine] = destroyer(engine.session.device)
        return engine

    def perform(engine, job, emit, cancelled, session) -> None:
        if job not in begun and not engine.session.device.is_ending():
            begun.add(job)
            timers.append(threading.Timer(die.uniform(0.0, 0.05), destroy[engine]))
            timers[-1].start()
        job.perform_in(session, engine, emit, cancelled)

    def deliver(message) -> None:
        messages.append(message)
        if isinstance(message, (PathAnswer, JobFailed)):
            answers.release()

    monkeypatch.setattr(runner, "open_engine", opened)
    monkeypatch.setattr(runner, "perform", perform)
    worker = Runner(deliver, "gpu")
    asked = [replace(JOB, end=(1.0, 2.0 + 0.1 * i), steps=512) for i in range(4)]
    for job in asked:
        worker.submit(job)
        assert answers.acquire(timeout=100)
        timers[-1].join()
    worker.close()
    found = [m for m in messages if isinstance(m, (PathAnswer, JobFailed))]
    assert [m.job for m in found] == asked
    assert not any(isinstance(m, JobFailed) for m in found)
    assert {m.name for m in messages if isinstance(m, EngineOpened)} == {"gpu"}
    # the last one may be lost after all jobs are done
    assert sum(isinstance(m, Notice) for m in messages) >= len(asked) - 1
