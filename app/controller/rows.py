"""The distributions between A and B, along three ways: a task, and the panel that shows its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.controller.parts import Desk
from app.controller.task import Cancelled, Emit, Task
from app.controller.watched import Watched
from app.model.scene import Scene
from app.views.rows import RowsState, Strip
from compute.engine import Engine
from compute.families import family as manifold_of
from compute.filmstrip import Way, ways
from compute.types import Floats, Status

STEPS = 64
# words that a strip has room for; of more those that weigh most anywhere are shown
MOST_WORDS = 32
WORDS = {"e": "e-path", "geodesic": "geodesic", "m": "m-path"}


@dataclass(frozen=True)
class RowsTask(Task):
    """The rows between two points of a family."""

    family: str
    start: tuple[float, float]
    end: tuple[float, float]

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer once all three ways are known."""
        manifold = manifold_of(self.family)
        found: list[Way] = []
        for way in ways(engine, manifold, np.array(self.start), np.array(self.end), STEPS):
            if cancelled():
                return
            found.append(way)
        support = manifold.support(np.array([self.start, self.end]))
        emit(RowsAnswer(self, support.x, support.labels, support.title, tuple(found)))


@dataclass(frozen=True, eq=False)
class RowsAnswer:
    """Three ways over a support x (s,) of outcomes with labels, or of a density with none."""

    job: RowsTask
    x: Floats
    labels: tuple[str, ...]
    title: str
    ways: tuple[Way, ...]


class Rows(Watched):
    """Computes while its panel is seen, and moves the mark with the playhead."""

    title = "Rows"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._state: RowsState | None = None

    def wanted(self, scene: Scene) -> RowsTask | None:
        assert scene.start and scene.end
        return RowsTask(scene.family, scene.start.theta, scene.end.theta)

    def on_scene(self, old: Scene, new: Scene) -> None:
        super().on_scene(old, new)
        if old.family != new.family:
            self._keep(None)
        elif old.playhead != new.playhead and self._state is not None and self.seen:
            self._keep(replace(self._state, playhead=new.playhead))

    def on_message(self, message: object) -> None:
        scene = self.desk.store.scene
        if isinstance(message, RowsAnswer) and message.job.family == scene.family:
            self._keep(state(message, scene.playhead))

    def _keep(self, state: RowsState | None) -> None:
        self._state = state
        self.show(state)


def state(answer: RowsAnswer, playhead: float) -> RowsState:
    """What the panel shows of an answer."""
    kept = heaviest(answer)
    count = len(answer.labels)
    note = ""
    if len(answer.x) == 0:
        note = "A metric or a potential alone says nothing of distributions: there are no rows."
    elif len(kept) < count:
        note = f"{len(kept)} of {count} outcomes: those that weigh most on any of the ways."
    return RowsState(
        answer.x[kept] if not count else np.arange(float(len(kept))),
        tuple(answer.labels[i] for i in kept) if count else (),
        answer.title,
        tuple(_strip(way, kept) for way in answer.ways),
        note,
        playhead,
    )


def heaviest(answer: RowsAnswer) -> np.ndarray:
    """Which places of the support are shown, in their order: all of a density's."""
    every = np.arange(len(answer.x))
    if len(answer.labels) <= MOST_WORDS:
        return every
    most = np.max([way.rows.max(axis=0) for way in answer.ways], axis=0)
    return np.sort(np.argsort(-most, kind="stable")[:MOST_WORDS])


def _strip(way: Way, kept: np.ndarray) -> Strip:
    fine = way.status in (Status.OK, Status.CONJUGATE_POINT)
    lengths = f"Fisher {way.fisher:#.4g} · KL {way.kullback:#.4g}"
    reached = (len(way.theta) - 1) / STEPS
    words = lengths if fine else f"{way.status.words}: {lengths}"
    return Strip(way.kind, WORDS[way.kind], words, way.rows[:, kept], reached, fine)
