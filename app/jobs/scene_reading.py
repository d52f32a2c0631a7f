"""Reading a scene, which may take heads from files and a geodesic for its first view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from app.jobs import preparation
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model.lessons import first_scene
from app.model.scene import Scene
from compute.core.refusal import describe
from compute.requests.engine import Engine


@dataclass(frozen=True)
class ReadScene(Job):
    """Reads the scene of that file or name; ``show`` as for `PrepareTask`."""

    priority: ClassVar[Priority] = Priority.SUBJECT
    words: ClassVar[str] = "the scene"

    source: str
    show: Callable[[Scene], object] = field(compare=False)

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Read and prepare the scene, and emit one `SceneRead`, with the reason if that fails."""
        try:
            scene = first_scene.load(self.source)
            preparation.prepare(scene, self.show)
        except (ValueError, OSError) as problem:
            emit(SceneRead(self, None, describe(problem)))
        else:
            emit(SceneRead(self, scene))


@dataclass(frozen=True, eq=False)
class SceneRead:
    """The scene, or None and why there is none."""

    job: ReadScene
    scene: Scene | None
    problem: str = ""
