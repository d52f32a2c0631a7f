"""A part with one panel, which submits a task whenever its answer would be new and the panel is
visible.
"""

from __future__ import annotations

from typing import ClassVar

from app.jobs.job import Job
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.views.interface.events import Event, PanelShown


class PanelPart(Part):
    """Subclasses define the task for a scene, and handle the answers in ``on_message``."""

    title: ClassVar[str]
    events: tuple[type, ...] = (PanelShown,)
    always: ClassVar[frozenset[str]] = frozenset()  # fields that matter even when hidden
    while_seen: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self.seen = False
        self.fields = self.always
        self.asked: Job | None = None

    def wanted(self, scene: Scene) -> Job | None:
        """Return the task for a scene; None if there is nothing to compute."""
        raise NotImplementedError

    def show(self, state: object) -> None:
        """Set the panel's state, or None."""
        self.context.window.set_panel(self.title, state)

    def ask(self) -> None:
        """Submit the task, unless it was submitted last or the panel is hidden."""
        if not self.seen:
            return
        wanted = self.wanted(self.context.store.scene)
        if wanted is not None and wanted != self.asked:
            self.asked = wanted
            self.context.submit(wanted)

    def on_event(self, event: Event) -> None:
        if isinstance(event, PanelShown) and event.title == self.title:
            self.seen = event.visible
            self.fields = self.always | self.while_seen if self.seen else self.always
            self.ask()

    def on_scene(self, old: Scene, new: Scene) -> None:
        self.ask()

    def on_waiting(self) -> None:
        self.asked = None
        self.show(None)
