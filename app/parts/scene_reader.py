"""Scenes that are opened: read by the worker, so that the window never waits for one."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs.scene_reading import ReadScene, SceneRead
from app.jobs.subject import Subject
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.presenters import scene_panels


class SceneReader(Part):
    """Has one scene read at a time, the one asked for last."""

    messages: tuple[type, ...] = (SceneRead,)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._asked: ReadScene | None = None
        self._then: Callable[[Scene], None] = lambda scene: None

    def read(self, source: str, then: Callable[[Scene], None]) -> None:
        """Call ``then`` with the scene of that file or name once it is read; say if there is none."""
        self._asked, self._then = ReadScene(source, _show_panels), then
        self.context.submit(self._asked)

    def on_message(self, message: object) -> None:
        if not isinstance(message, SceneRead) or message.job is not self._asked:
            return
        self._asked = None
        if message.scene is None:
            self.context.window.tell("This file is not a scene", message.problem)
        else:
            self._then(message.scene)


def _show_panels(scene: Scene) -> None:
    """Compute what the panels will show of a scene; the results are cached."""
    scene_panels.state(Subject.of(scene))
