"""Four paths between two bivariate normals: the task, and the part behind the panel Normals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.normals import Normals, normal_of
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.views.interface.events import Event, PanelShown
from app.views.interface.normals import NormalEdited, NormalsState, NormalsWay
from compute.core.status import Status
from compute.divergences.wasserstein import outlines
from compute.normals.geodesic import NormalPath
from compute.normals.paths import normal_paths
from compute.requests.engine import Engine

STEPS = 32
WORDS = {"fisher-rao": "Fisher–Rao geodesic", "w2": "Wasserstein", "e": "e-path", "m": "m-path"}


@dataclass(frozen=True)
class NormalsTask(Job):
    """The four paths from one normal to another."""

    words: ClassVar[str] = "the paths between two normals"

    of: Normals

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer, after about an eighth of a second."""
        emit(NormalsAnswer(self, normal_paths(normal_of(self.of.a), normal_of(self.of.b), STEPS)))


@dataclass(frozen=True, eq=False)
class NormalsAnswer:
    """The paths by name; only the geodesic if it did not converge."""

    job: NormalsTask
    paths: dict[str, NormalPath]


class NormalsPart(PanelPart):
    """The normals of the scene, the paths between them, and the playhead."""

    title = panel_titles.NORMALS
    events = (PanelShown, NormalEdited)
    messages = (NormalsAnswer, JobFailed)
    while_seen = frozenset(("normals", "playhead"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._ways: tuple[NormalsWay, ...] = ()
        self._note = ""

    def wanted(self, scene: Scene) -> NormalsTask:
        return NormalsTask(scene.normals)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, NormalEdited):
            self._edit(event)

    def on_scene(self, old: Scene, new: Scene) -> None:
        super().on_scene(old, new)
        changed = (old.normals, old.playhead) != (new.normals, new.playhead)
        if changed and self.seen:
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
        """Change a normal; invalid numbers are reported and keep the last drawing."""
        scene, name = self.context.store.scene, event.name.lower()
        try:
            normals = replace(scene.normals, **{name: event.numbers})
        except ValueError as problem:
            self._note = str(problem)
            self._show()
        else:
            self._note = ""
            self.context.store.update(replace(scene, normals=normals), merge=f"normal {name}")
            self._show()

    def _show(self) -> None:
        scene = self.context.store.scene
        normals = [normal_of(numbers) for numbers in (scene.normals.a, scene.normals.b)]
        first, second = (outlines(n.mean, n.covariance) for n in normals)
        self.show(
            NormalsState(
                scene.normals.a, scene.normals.b, (first, second), self._ways,
                scene.playhead, self._note,
            )
        )  # fmt: skip


def ways(paths: dict[str, NormalPath]) -> tuple[NormalsWay, ...]:
    """Return the drawings of the paths that converged."""
    return tuple(
        NormalsWay(
            kind, WORDS[kind], path.length, path.mean, outlines(path.mean, path.covariance, 64)
        )
        for kind, path in paths.items()
        if path.status == Status.OK
    )


def _remark(paths: dict[str, NormalPath]) -> str:
    """Describe which path is missing, and why."""
    wrong = [f"{WORDS[k]}: {p.status.words}" for k, p in paths.items() if p.status != Status.OK]
    return "; ".join(wrong)
