"""The distributions along three paths from A to B: the task and the panel's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.viewport import STEPS
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import head_specification
from app.presenters.measures import USUAL, message
from app.views.interface.events import Event, PanelShown
from app.views.interface.rows import RowsState, RowStrip
from app.views.text.number_format import Numbers
from compute.attention.interpolations import ALPHAS, Way, way_of, ways
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine

# maximum words per strip; of more, those with the largest weights are shown
MOST_WORDS = 32
WORDS = {"e": "e-path", "geodesic": "geodesic", "m": "m-path"}


@dataclass(frozen=True)
class RowsTask(Job):
    """The rows on the e- and the m-path between two points of a family."""

    words: ClassVar[str] = "rows on the e- and the m-path"

    family: str
    start: tuple[float, float]
    end: tuple[float, float]

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer with both paths."""
        manifold = manifold_of(self.family)
        ends = np.array(self.start), np.array(self.end)
        found: list[Way] = []
        for way in ways(engine, manifold, *ends, STEPS["final"], ("e", "m")):
            if cancelled():
                return
            found.append(way)
        support = manifold.support(np.stack(ends))
        emit(RowsAnswer(self, support.x, support.labels, support.title, tuple(found)))


@dataclass(frozen=True, eq=False)
class RowsAnswer:
    """Paths over a support x (s,): labelled outcomes, or a density without labels."""

    job: RowsTask
    x: Floats
    labels: tuple[str, ...]
    title: str
    ways: tuple[Way, ...]


# shown until the paths are known
WAITING = RowsState(np.zeros(0), (), "", (), "Waiting for the paths from A to B …", 0.0)


class TokenRowsPart(PanelPart):
    """Computes while its panel is visible, and moves the mark with the playhead.

    The geodesic strip uses the canvas's own path, with its numbers and status.
    """

    title = panel_titles.ROWS
    messages: tuple[type, ...] = (RowsAnswer, JobFailed)
    always = frozenset(("family",))
    while_seen = frozenset(("start", "end", "alpha", "playhead"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._state: RowsState | None = None
        self._path: PathAnswer | None = None
        self._answer: RowsAnswer | None = None
        self._of: tuple[object, ...] = ()  # the subject of the rows shown
        self._numbers = USUAL

    def wanted(self, scene: Scene) -> RowsTask | None:
        assert scene.start and scene.end
        return RowsTask(scene.family, scene.start.theta, scene.end.theta)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, PanelShown) and event.title == self.title:
            always = type(self).messages
            self.messages = (*always, PathAnswer) if self.seen else always
            self._catch_up()
            if self._state is None:
                self.show(WAITING)

    def _catch_up(self) -> None:
        """Use the path that was computed while the panel was hidden; grey rows of another subject."""
        scene, path = self.context.store.scene, self.context.path()
        if path is not None and _is_of(path.job, scene):
            self._path = path
        if self.seen and self._state is not None and self._of != _subject(scene):
            self._keep(replace(self._state, stale=True))

    def use_numbers(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._show()

    def on_scene(self, old: Scene, new: Scene) -> None:
        super().on_scene(old, new)
        if old.family != new.family:
            self._forget()
        elif self._state is not None and _subject(old) != _subject(new):
            self._keep(replace(self._state, stale=True))
        elif old.playhead != new.playhead and self._state is not None and self.seen:
            self._keep(replace(self._state, playhead=new.playhead))

    def on_waiting(self) -> None:
        self.asked = None
        self._forget()

    def on_message(self, message: object) -> None:
        scene = self.context.store.scene
        match message:
            case RowsAnswer() if message.job.family == scene.family:
                self._answer = message
            case PathAnswer() if _is_of(message.job, scene):
                self._path = message
            case JobFailed(job=RowsTask()) if message.job == self.asked:
                self.asked = None
                self.show(replace(WAITING, note=message.problem))
                return
            case _:
                return
        self._show()

    def _show(self) -> None:
        """Show all three paths, once they are known for the same points."""
        answer, path = self._answer, self._path
        if answer is not None and path is not None and self.seen:
            job = path.job
            if (job.family, job.start, job.end) == tuple(vars(answer.job).values()):
                shown = state(answer, path, self.context.store.scene.playhead, self._numbers)
                fresh = _is_of(job, self.context.store.scene)
                self._of = (job.family, job.start, job.end, job.alpha)
                self._keep(shown if fresh else replace(shown, stale=True))

    def _forget(self) -> None:
        self._answer = self._path = None
        self._keep(None)

    def _keep(self, state: RowsState | None) -> None:
        self._state = state
        self.show(state or WAITING)


def _subject(scene: Scene) -> tuple[object, ...]:
    """Return the end points of the paths, and α of the geodesic."""
    assert scene.start and scene.end
    return scene.family, scene.start.theta, scene.end.theta, scene.alpha


def _is_of(job: PathJob, scene: Scene) -> bool:
    return (job.family, job.start, job.end, job.alpha) == _subject(scene)


def state(
    answer: RowsAnswer, path: PathAnswer, playhead: float, numbers: Numbers = USUAL
) -> RowsState:
    """Build the panel's state from the e-path, the m-path and the canvas's geodesic."""
    manifold = manifold_of(answer.job.family)
    middle = way_of(manifold, "geodesic", path.paths, answer.x)
    shown = sorted((*answer.ways, middle), key=lambda way: list(ALPHAS).index(way.kind))
    kept = heaviest(answer.labels, shown)
    count = len(answer.labels)
    note = " · ".join(head_specification.caveats(answer.job.family))
    if len(answer.x) == 0:
        note = "A metric or a potential alone does not define distributions: there are no rows."
    elif len(kept) < count:
        least = (
            f"{len(kept)} of {count} outcomes: those with the largest probability on any of the "
            "paths."
        )
        note = f"{least} {note}".strip()
    return RowsState(
        answer.x[kept] if not count else np.arange(float(len(kept))),
        tuple(answer.labels[i] for i in kept) if count else (),
        answer.title,
        tuple(_strip(way, kept, path, numbers) for way in shown),
        note,
        playhead,
    )


def heaviest(labels: Sequence[str], shown: Sequence[Way]) -> np.ndarray:
    """Return the indices of the outcomes shown, in order; all points of a density."""
    every = np.arange(shown[0].rows.shape[1])
    if len(labels) <= MOST_WORDS:
        return every
    most = np.max([way.rows.max(axis=0) for way in shown], axis=0)
    return np.sort(np.argsort(-most, kind="stable")[:MOST_WORDS])


def _strip(way: Way, kept: np.ndarray, path: PathAnswer, numbers: Numbers) -> RowStrip:
    """Return a strip with length and energy; for the geodesic these and the status are those of the
    measures.
    """
    words = f"length {numbers.plain(way.length)} · energy {numbers.plain(way.energy)}"
    problem = "" if way.status == Status.OK else way.status.words
    title = WORDS[way.kind]
    if way.kind == "geodesic":
        problem = message(path)
        title += f", α = {path.job.alpha:g}".replace("-", "−") if path.job.alpha else ""
    fine = not problem or way.status.arrived
    return RowStrip(
        way.kind, title, f"{problem}: {words}" if problem else words, way.rows[:, kept],
        way.reached, fine,
    )  # fmt: skip
