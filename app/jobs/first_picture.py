"""The first picture of a subject: rough answers of the reference, before kernels are compiled."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from app.jobs.ellipses import EllipseJob
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.jobs.path import PathAnswer, PathJob
from app.jobs.scalar_map import MapJob
from compute.core.interrupt import TookTooLong, limited
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine

# seconds of processor time for each job; a driver takes longer to compile a family's kernels
LONGEST = 1.0


@dataclass(frozen=True)
class FirstPicture(Job):
    """The geodesic, Fisher circles and map of a family without kernels, by the reference in float64.

    The jobs themselves follow, once the kernels are there.  rough: only the coarsest map.
    """

    # as urgent as the geodesic, which is submitted after it and does not interrupt it
    priority: ClassVar[Priority] = Priority.PATH
    words: ClassVar[str] = "the first picture"

    family: str
    jobs: tuple[Job, ...]
    rough: bool = False

    @classmethod
    def of(cls, jobs: Iterable[Job], rough: bool = False) -> Self | None:
        """Return the first picture of a scene's jobs, the geodesic with few steps."""
        found: list[PathJob | EllipseJob | MapJob] = []
        for job in jobs:
            if isinstance(job, PathJob):
                found.append(replace(job, quality="early", steps=0))
            elif isinstance(job, EllipseJob | MapJob):
                found.append(job)
        return cls(found[0].family, tuple(found), rough) if found else None

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit the jobs' answers, except a geodesic that does not arrive, and what takes too long."""
        if engine.name != "reference" and engine.is_ready(manifold_of(self.family)):
            return
        for job in self.jobs:
            with suppress(TookTooLong), limited(LONGEST, time.thread_time):
                self._attempt(job, emit, cancelled)

    def _attempt(self, job: Job, emit: Emit, cancelled: Cancelled) -> None:
        end, has_some = time.thread_time() + LONGEST, False

        def pass_on(answer: object) -> None:
            nonlocal has_some
            has_some = True
            if not isinstance(answer, PathAnswer) or answer.arrived:
                emit(answer)

        def is_enough() -> bool:
            return cancelled() or (has_some and self.rough) or time.thread_time() > end

        job.perform(ReferenceEngine(), pass_on, is_enough)
