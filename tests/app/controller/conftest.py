"""A controller whose canvas and window are mocks, and whose runner only records."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from app.controller.controller import Controller
from app.jobs.job import Job
from app.model import scene_file
from app.model.store import Store
from app.views.interface.views import Canvas, Window
from compute.engine.reference import ReferenceEngine


class Recorder:
    """A runner that only records the jobs it is given."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def submit(self, job: Job) -> None:
        self.jobs.append(job)

    def take(self) -> list[Job]:
        taken, self.jobs = self.jobs, []
        return taken


@pytest.fixture
def desk():
    canvas, window, runner = MagicMock(spec=Canvas), MagicMock(spec=Window), Recorder()
    controller = Controller(Store(scene_file.load("gaussian")), canvas, window, runner)
    return controller, canvas, window, runner


def answers(job: Job) -> list:
    found: list = []
    job.perform(ReferenceEngine(), found.append, lambda: False)
    return found


def give(controller: Controller, runner: Recorder) -> None:
    """Answer all jobs that wait."""
    for job in runner.take():
        for answer in answers(job):
            controller.on_message(answer)
