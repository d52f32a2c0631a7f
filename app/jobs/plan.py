"""The jobs that a change of the scene needs: a pure function of scenes and canvas size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.jobs import studies
from app.jobs.ellipses import EllipseJob
from app.jobs.flow import FlowJob
from app.jobs.job import Job
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
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


def wanted_of(kind: type[Job], subject: Subject, viewport: Viewport) -> Job | None:
    """Return the job of a kind that a completed scene needs, or None if its layers are off."""
    layers = subject.scene.layers
    if kind.layers and not any([getattr(layers, name) for name in kind.layers]):
        return None
    return kind.wanted(subject, viewport)


def plan(old: dict[type, Job], new: dict[type, Job]) -> tuple[Job, ...]:
    """Return the jobs of ``new`` that are not among those of ``old``."""
    return tuple(job for kind, job in new.items() if old.get(kind) != job)


def belongs_to(job: Job, scene: Scene) -> bool:
    """Whether an answer can be drawn in a scene: it has the same family and chart."""
    elsewhere = isinstance(job, MapJob | EllipseJob) and job.chart != scene.chart
    return getattr(job, "family", None) == scene.family and not elsewhere
