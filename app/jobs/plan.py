"""The jobs that a change of the scene needs.  Pure: scenes and canvas size in, jobs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from app.jobs import flow, study_jobs
from app.jobs.jobs import STEPS, EllipseJob, Job, MapJob, PathJob
from app.jobs.study_jobs import Study
from app.model.scene import DISTANCE, HEIGHT, Scene, chart_of
from compute.families import family as manifold_of
from compute.manifold.extent import Extent

# what the map is larger than the plot, which changes a little when the colour bar comes
SLACK = 0.08


class Submits(Protocol):
    """The part of a runner that the controller needs."""

    def submit(self, job: Job) -> None: ...


@dataclass(frozen=True)
class Viewport:
    """The canvas: its pixels (width, height), and whether something is being dragged.

    steps: of a path that is dragged, and at rest.
    """

    pixels: tuple[int, int] = (960, 640)
    dragging: bool = False
    steps: tuple[int, int] = (STEPS["live"], STEPS["final"])


def jobs(scene: Scene, viewport: Viewport) -> dict[type, Job]:
    """Everything that a completed scene shows, by kind, in order of urgency."""
    assert scene.start and scene.end and scene.vector
    view = visible(scene, viewport)
    wanted: list[Job] = [
        PathJob(
            scene.family,
            scene.start.theta,
            scene.end.theta,
            scene.vector,
            scene.alpha,
            "live" if viewport.dragging else "final",
            viewport.steps[0 if viewport.dragging else 1],
        )
    ]
    if scene.layers.ellipses:
        wanted.append(EllipseJob(scene.family, scene.chart, view))
    if scene.layers.map and not flow.covers(scene):
        wanted.append(
            MapJob(
                scene.family,
                scene.chart,
                scene.scalar,
                scene.token,
                view,
                viewport.pixels,
                source=scene.start.theta if scene.scalar == DISTANCE else None,
            )
        )
    if flow.is_shown(scene):
        wanted.append(flow.wanted(scene))
    wanted += study_jobs.wanted(scene, viewport.dragging)
    return {type(job): job for job in wanted}


def visible(scene: Scene, viewport: Viewport) -> Extent:
    """The rectangle that the canvas shows: more than the view where both axes have one scale."""
    assert scene.view
    chart = chart_of(manifold_of(scene.family), scene.chart)
    if not chart.equal or chart.dimension == 3 or scene.chart.startswith(HEIGHT):
        return scene.view
    return scene.view.with_aspect(*viewport.pixels).grown(SLACK)


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
