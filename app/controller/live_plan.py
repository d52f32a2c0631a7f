"""The live jobs: those that the scene on show needs, and which of them have no complete answer yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.plan import live_jobs, plan
from app.jobs.scalar_map import MapJob
from app.jobs.studies.study import Study
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport


class LivePlan:
    """Submits the jobs of a scene as they change.

    jobs: those submitted last, by kind.
    """

    def __init__(self, submit: Callable[[Job], None]) -> None:
        self._submit = submit
        self.jobs: dict[type, Job] = {}
        self._open: dict[type, Job] = {}

    @property
    def is_behind(self) -> bool:
        """Whether a job has no complete answer yet."""
        return bool(self._open)

    def follow(
        self, subject: Subject, viewport: Viewport, changed: frozenset[str] | None = None
    ) -> bool:
        """Submit the jobs that are new; if only some fields have ``changed``, those that read them.

        Return False if fields have changed and no other jobs are wanted.
        """
        wanted = live_jobs(subject, viewport, self.jobs, changed)
        if changed is not None and wanted == self.jobs:
            return False
        for job in plan(self.jobs, wanted):
            self._submit(job)
            self._open[type(job)] = job
        self.jobs = wanted
        return True

    def drop(self, *kinds: type) -> None:
        """Forget the jobs of these kinds, so that they are submitted again if they are wanted."""
        self.jobs = {k: job for k, job in self.jobs.items() if not issubclass(k, kinds)}

    def close(self, job: Job | None, complete: bool = True) -> None:
        """Note an answer of a job, whether it was submitted here or not."""
        if complete and job is not None and self._open.get(type(job)) == job:
            del self._open[type(job)]

    def is_asked(self, job: Job) -> bool:
        """Whether a job is the one of its kind that was submitted last."""
        return job == self.jobs.get(type(job))

    def is_path(self, job: PathJob) -> bool:
        """Whether a job is the path submitted last, in any quality."""
        last = self.jobs.get(PathJob)
        return isinstance(last, PathJob) and last == replace(
            job, quality=last.quality, steps=last.steps
        )

    def is_map(self, job: MapJob) -> bool:
        """Whether a job is the map submitted last, in any rectangle."""
        last = self.jobs.get(MapJob)
        return isinstance(last, MapJob) and last == replace(job, view=last.view, pixels=last.pixels)

    def is_late(self, job: PathJob | Study) -> bool:
        """Whether a job is one of an earlier moment of the same family."""
        return getattr(self.jobs.get(type(job)), "family", None) == job.family
