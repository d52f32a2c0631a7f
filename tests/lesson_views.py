"""A lesson part with views that record their state, for tests without a window."""

from __future__ import annotations

from app.jobs.job import Job
from app.jobs.lesson import ReadLesson
from app.model import scene_file
from app.model.store import Store
from app.parts.lessons import LessonPart
from app.parts.part import PartContext
from app.views.interface.lesson import LessonState
from compute.engine.reference import ReferenceEngine


class Views:
    def __init__(self) -> None:
        self.states: list[LessonState] = []
        self.told: list[str] = []

    def set_panel(self, title: str, state: LessonState) -> None:
        self.states.append(state)

    def prepare_panel(self, title: str) -> None: ...

    def raise_panel(self, title: str) -> None: ...

    def lower_panel(self, title: str) -> None: ...

    def tell(self, title: str, text: str) -> None:
        self.told.append(text)


def lesson_part() -> LessonPart:
    """A part that listens to a store of its own, with its views as ``views``."""
    views = Views()
    store = Store(scene_file.load("gaussian"))

    def submit(job: Job) -> None:
        if isinstance(job, ReadLesson):
            job.perform(ReferenceEngine(), made.on_message, lambda: False)

    made = LessonPart(PartContext(store, views, views, submit))
    store.listen(made.on_scene)
    made.views = views
    return made
