"""The jobs that a change of the scene needs, and those that have no complete answer yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from app.jobs import studies
from app.jobs.ellipses import EllipseJob
from app.jobs.flow import FlowJob
from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
from app.jobs.studies.study import Study
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.scene import Scene


class Submits(Protocol):
    """The interface of a runner for the controller."""

    def submit(self, job: Job) -> None: ...


def jobs(subject: Subject, viewport: Viewport) -> dict[type, Job]:
    """Return all jobs of a completed scene, by kind, in order of urgency."""
    kinds: tuple[type[Job], ...] = (PathJob, EllipseJob, MapJob, FlowJob, *studies.kinds())
    wanted = [wanted_of(kind, subject, viewport) for kind in kinds]
    return {type(job): job for job in wanted if job is not None}


def live_jobs(
    subject: Subject,
    viewport: Viewport,
    known: Mapping[type, Job],
    changed: frozenset[str] | None = None,
) -> dict[type, Job]:
    """Return the jobs of the live geometry: all except those that parts submit themselves.

    If only some fields of the scene have changed, jobs that read none of them are reused.
    """
    found: dict[type, Job] = {}
    kinds: tuple[type[Job], ...] = (PathJob, EllipseJob, MapJob, *studies.kinds())
    for kind in kinds:
        job: Job | None
        if changed is None or kind.reads is None or not kind.reads.isdisjoint(changed):
            job = wanted_of(kind, subject, viewport)
        else:
            job = known.get(kind)
        if job is not None:
            found[kind] = job
    return found


def share_subject(shown: Job, wanted: Job | None) -> bool:
    """Whether two jobs differ in details at most, so that the answer of one may stay until that of the
    other comes.
    """
    return type(shown) is type(wanted) and _without_details(shown) == _without_details(wanted)


def _without_details(job: Job) -> list[object]:
    return [value for name, value in vars(job).items() if name not in job.details]


def wanted_of(kind: type[Job], subject: Subject, viewport: Viewport) -> Job | None:
    """Return the job of a kind that a completed scene needs, or None if its layers are off."""
    layers = subject.scene.layers
    if kind.layers and not any([getattr(layers, name) for name in kind.layers]):
        return None
    return kind.wanted(subject, viewport)


def belongs_to(job: Job, scene: Scene) -> bool:
    """Whether an answer can be drawn in a scene: it has the same family and chart."""
    elsewhere = isinstance(job, MapJob | EllipseJob) and job.chart != scene.chart
    return getattr(job, "family", None) == scene.family and not elsewhere


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
        for kind, job in wanted.items():
            if self.jobs.get(kind) != job:
                self._submit(job)
                self._open[kind] = job
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
