"""The jobs that a change of the scene needs.  Pure: scenes and canvas size in, jobs out."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The part of a runner that the controller needs."""

    def submit(self, job: Job) -> None: ...


def jobs(subject: Subject, viewport: Viewport) -> dict[type, Job]:
    """Everything that a completed scene shows, by kind, in order of urgency."""
    kinds: tuple[type[Job], ...] = (PathJob, EllipseJob, MapJob, FlowJob, *studies.kinds())
    return wanted_of(kinds, subject, viewport)


def live_jobs(subject: Subject, viewport: Viewport) -> dict[type, Job]:
    """The jobs of the live geometry: all but those that parts ask for themselves."""
    kinds: tuple[type[Job], ...] = (PathJob, EllipseJob, MapJob, *studies.kinds())
    return wanted_of(kinds, subject, viewport)


def wanted_of(
    kinds: tuple[type[Job], ...], subject: Subject, viewport: Viewport
) -> dict[type, Job]:
    """What a completed scene shows of some kinds."""
    wanted = [kind.wanted(subject, viewport) for kind in kinds]
    return {type(job): job for job in wanted if job is not None}


def is_wanted(planned: Mapping[type, Job], job: PathJob) -> bool:
    """Whether it is the path that was asked for last, be it in the quality of a drag."""
    wanted = planned.get(PathJob)
    return isinstance(wanted, PathJob) and wanted == replace(
        job, quality=wanted.quality, steps=wanted.steps
    )


def is_late(planned: Mapping[type, Job], job: PathJob | Study) -> bool:
    """Whether it is of the family that is shown, though of another moment."""
    return getattr(planned.get(type(job)), "family", None) == job.family


def plan(old: dict[type, Job], new: dict[type, Job]) -> tuple[Job, ...]:
    """The jobs of ``new`` whose answers ``old`` does not already give."""
    return tuple(job for kind, job in new.items() if old.get(kind) != job)


def is_of(job: Job, scene: Scene) -> bool:
    """Whether an answer can be drawn in a scene: it is of its family and of the chart it lies in."""
    elsewhere = isinstance(job, MapJob | EllipseJob) and job.chart != scene.chart
    return getattr(job, "family", None) == scene.family and not elsewhere
