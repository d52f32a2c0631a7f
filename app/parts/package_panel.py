"""Panels of installed packages: a part each, which has its description computed while it is seen."""

from __future__ import annotations

from functools import partial

from app.jobs.job import Job
from app.jobs.package_panels import PackagePanelAnswer, PackagePanelTask, offered
from app.jobs.worker import JobFailed
from app.model.package_panels import names, title_of
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.views.interface.events import Event
from app.views.interface.package_panel import PackagePanelState


class PackagePanelPart(PanelPart):
    """One panel; its package is imported when the panel is seen."""

    messages = (PackagePanelAnswer, JobFailed)

    def __init__(self, name: str, context: PartContext) -> None:
        super().__init__(context)
        self.title = title_of(name)  # type: ignore[misc]
        self._name = name
        self._kind: type[PackagePanelTask] | None = None

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        self.fields = None if self.seen else frozenset()  # what a package reads
        if self.seen and self._kind is None:
            self._begin()

    def _begin(self) -> None:
        tasks, problems = offered()
        self._kind = tasks.get(self._name)
        if self._kind is None:
            begins = f"panel {self._name} of "
            words = next((line for line in problems if line.startswith(begins)), "no such panel")
            self.show(PackagePanelState(problem=words))
        self.ask()

    def wanted(self, scene: Scene) -> Job | None:
        return None if self._kind is None else self._kind.of(scene)

    def on_message(self, message: object) -> None:
        match message:
            case PackagePanelAnswer() if message.job == self.asked:
                self.show(message.state)
                if message.state.problem and message.job.is_off:
                    self.context.window.log(f"⚠ {message.state.problem}")
            case JobFailed() if message.job == self.asked:
                self.show(PackagePanelState(problem=message.problem))
            case _:
                pass


PANELS_OF_PACKAGES = tuple(partial(PackagePanelPart, name) for name in names())
