"""Four ways between two bivariate normals: a task, and the panel in which both can be changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.controller.parts import Desk
from app.controller.runner import JobFailed
from app.controller.task import Cancelled, Emit, Task
from app.controller.watched import Watched
from app.model.scene import Scene
from app.views.base import Event
from app.views.normals import NormalEdited, NormalsState, NormalsWay, Numbers
from compute.bivariate import NormalPath
from compute.engine import Engine
from compute.normal_paths import normal_paths
from compute.normals import Normal, outlines
from compute.types import Status

STEPS = 32
WORDS = {"fisher-rao": "Fisher–Rao geodesic", "w2": "Wasserstein", "e": "e-path", "m": "m-path"}
FIRST: tuple[Numbers, Numbers] = ((-2.0, 0.0, 0.6, 0.2, 0.25), (2.0, 1.0, 0.25, -0.2, 0.9))


@dataclass(frozen=True)
class NormalsTask(Task):
    """All four ways from one normal to another."""

    a: Numbers
    b: Numbers

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer in one go: an eighth of a second."""
        emit(NormalsAnswer(self, normal_paths(normal_of(self.a), normal_of(self.b), STEPS)))


@dataclass(frozen=True, eq=False)
class NormalsAnswer:
    """The ways by their names; where the geodesic is not converged it is the only one."""

    job: NormalsTask
    paths: dict[str, NormalPath]


def normal_of(numbers: Numbers) -> Normal:
    """The distribution of five numbers; ValueError if they are none."""
    x, y, xx, xy, yy = numbers
    return Normal(np.array([x, y]), np.array([[xx, xy], [xy, yy]]))


class Normals(Watched):
    """Both normals, what is known between them, and the playhead."""

    title = "Normals"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._task = NormalsTask(*FIRST)
        self._ways: tuple[NormalsWay, ...] = ()
        self._note = ""

    def wanted(self, scene: Scene) -> NormalsTask:
        return self._task

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, NormalEdited):
            self._edit(event)

    def on_scene(self, old: Scene, new: Scene) -> None:
        if old.playhead != new.playhead and self.seen:
            self._show()

    def on_message(self, message: object) -> None:
        match message:
            case NormalsAnswer():
                self._ways, self._note = ways(message.paths), _remark(message.paths)
                self._show()
            case JobFailed(job=NormalsTask()):
                self._note = message.problem.partition(": ")[2]
                self._show()

    def _edit(self, event: NormalEdited) -> None:
        """Another normal; numbers that are none are said and leave the last drawing."""
        try:
            normal_of(event.numbers)
        except ValueError as problem:
            self._note = f"{event.name}: {problem}"
        else:
            self._note = ""
            a, b = self._task.a, self._task.b
            given = event.numbers
            self._task = NormalsTask(given, b) if event.name == "A" else NormalsTask(a, given)
            self.ask()
        self._show()

    def _show(self) -> None:
        normals = [normal_of(numbers) for numbers in (self._task.a, self._task.b)]
        first, second = (outlines(n.mean, n.covariance) for n in normals)
        self.show(
            NormalsState(
                self._task.a, self._task.b, (first, second), self._ways,
                self.desk.store.scene.playhead, self._note,
            )
        )  # fmt: skip


def ways(paths: dict[str, NormalPath]) -> tuple[NormalsWay, ...]:
    """What is drawn of those that are converged."""
    return tuple(
        NormalsWay(
            kind, WORDS[kind], path.length, path.mean, outlines(path.mean, path.covariance, 64)
        )
        for kind, path in paths.items()
        if path.status == Status.OK
    )


def _remark(paths: dict[str, NormalPath]) -> str:
    """Which way is not there, and why."""
    wrong = [f"{WORDS[k]}: {p.status.words}" for k, p in paths.items() if p.status != Status.OK]
    return "; ".join(wrong)
