"""The answers of several scenes side by side: geodesics first, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.jobs.answers import Answer
from app.jobs.job import Cancelled, Job
from app.jobs.path import PathJob
from app.jobs.plan import live_jobs
from app.jobs.session import Session
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.scene import Scene
from compute.requests.engine import Engine

# maps and geodesics of earlier scenes that are kept
MOST = 64


class KnownAnswers:
    """The answers of the last jobs."""

    def __init__(self) -> None:
        self._known: dict[Job, list[Answer]] = {}

    def known(self, job: Job) -> list[Answer]:
        """Return the answers of a job if they are known, or none."""
        return self._known.get(job, [])

    def of(self, engine: Engine, job: Job) -> list[Answer]:
        """Return the answers of a job, computed unless they are known; none if it fails."""
        if job not in self._known:
            heard: list[Answer] = []
            try:
                job.perform(engine, heard.append, lambda: False)  # type: ignore[arg-type]
            except ValueError:
                heard = []  # the picture is shown without
            while len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            self._known[job] = heard
        return self._known[job]


def answers(
    session: Session,
    engine: Engine,
    scenes: Sequence[Scene],
    viewport: Viewport,
    cancelled: Cancelled,
) -> Iterator[tuple[tuple[Answer, ...], ...]]:
    """Yield the answers of all scenes so far: with all geodesics, and then with everything.

    During a drag only geodesics are computed; whatever else is known comes with them.
    """
    kept = session.kept(KnownAnswers, "", KnownAnswers)
    wanted = [live_jobs(Subject.of(scene), viewport, {}) for scene in scenes]
    for jobs in wanted:
        kept.of(engine, jobs[PathJob])
    yield tuple(_known(kept, jobs) for jobs in wanted)
    if viewport.dragging:
        return
    for jobs in wanted:
        for job in jobs.values():
            if cancelled():
                return
            kept.of(engine, job)
    yield tuple(_known(kept, jobs) for jobs in wanted)


def _known(kept: KnownAnswers, jobs: dict[type, Job]) -> tuple[Answer, ...]:
    return tuple(answer for job in jobs.values() for answer in kept.known(job))
