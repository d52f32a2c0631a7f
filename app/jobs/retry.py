"""A second attempt at a path at rest that did not reach its end, when nothing else waits."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import ClassVar

from app.jobs.answers import Answer
from app.jobs.job import Cancelled, Emit, Job
from app.jobs.path import PathAnswer, PathJob, connection, path_answer
from app.jobs.session import Session
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.requests.geodesics import Paths
from compute.studies.retry import second_try


@dataclass(frozen=True)
class RetryTask(Job):
    """Emits a `PathAnswer` of ``job``, whether the second attempt converges or not."""

    words: ClassVar[str] = "a second attempt at the geodesic"

    job: PathJob

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Connect again in float64, then along a distance map."""
        manifold, began = manifold_of(self.job.family), time.perf_counter()
        request = connection(manifold, self.job)
        paths = second_try(engine, request, _failed(self.job, engine))
        # single precision cannot transport along a path that it could not find itself
        carrier = ReferenceEngine() if paths.engine == ReferenceEngine.name else engine
        emit(replace(path_answer(carrier, manifold, self.job, paths, began), second=True))


def _failed(job: PathJob, engine: Engine) -> Paths:
    """Repeat the first attempt, which is quick and gives the same result."""
    return engine.connect(connection(manifold_of(job.family), job))


def best(engine: Engine, job: Job, session: Session) -> list[Answer]:
    """Return the final answer of a job, including a second attempt if useful; for figures."""
    heard: list[object] = []
    job.perform_in(session, engine, heard.append, lambda: False)
    if heard and isinstance(heard[-1], PathAnswer) and heard[-1].may_be_retried:
        RetryTask(heard[-1].job).perform(engine, heard.append, lambda: False)
    return [answer for answer in heard[-1:] if isinstance(answer, Answer)]
