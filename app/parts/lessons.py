"""The current lesson: its step's scene, its task, and whether that is done.

Going to a step is one undo step.  Otherwise a lesson only observes: it never changes the scene by
itself, and a completed task stays completed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from html import escape

from app.model import panel_titles
from app.model.lessons import catalogue
from app.model.lessons.checks import Quantity, holds
from app.model.lessons.lesson import Lesson, NotALesson, Step
from app.model.lessons.progress import Progress
from app.model.scene import Scene
from app.model.store import DEEPEST
from app.parts import lesson_quantities
from app.parts.part import Part, PartContext
from app.views.interface.events import Event, PanelShown
from app.views.interface.lesson import LessonChosen, LessonEntry, LessonState
from app.views.text.markdown import NotTypeset, page
from compute.families import parse

TITLE = panel_titles.LESSON
Act = Callable[[], None]
Place = tuple[Lesson | None, int]
# fields changed by moving the view
_LOOKED = ("playhead", "view", "camera", "title")


@dataclass(frozen=True, eq=False)
class Turn:
    """A change from one step to another, with both scenes."""

    left: Place
    reached: Place
    before: Scene
    after: Scene


class LessonPart(Part):
    """Runs at most one lesson, at one of its steps.

    progress: by lesson.
    """

    events = (LessonChosen, PanelShown)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self.lesson: Lesson | None = None
        self.at = 0
        self.progress: dict[str, Progress] = {}
        self._keep: Act = lambda: None
        self._admit: Callable[[Act], None] = lambda act: act()
        self._arrived: Callable[[Scene], None] = lambda scene: None
        self._answers: dict[type, object] = {}
        self._turns: deque[Turn] = deque(maxlen=DEEPEST)
        self._seen: set[str] = set()  # panels
        self._brought = ""  # a panel opened only by the lesson

    def connect(
        self,
        keep: Act,
        admit: Callable[[Act], None],
        arrived: Callable[[Scene], None],
        progress: Mapping[str, Progress],
    ) -> None:
        """Restore ``progress``; from now on call ``keep`` when it changes.

        ``admit`` runs an action after asking about unsaved work; ``arrived`` is called with the scene
        of each step entered.
        """
        self._keep, self._admit, self._arrived = keep, admit, arrived
        self.progress = dict(progress)

    @property
    def place(self) -> Place:
        """The current lesson, if any, and its step number."""
        return (self.lesson, self.at) if self.lesson else (None, 0)

    @property
    def step(self) -> Step | None:
        """The current step."""
        return self.lesson.steps[self.at] if self.lesson else None

    def commands(self) -> dict[str, Act]:
        return {
            "lessons": self.show_list,
            "lesson_next": lambda: self.turn(1),
            "lesson_back": lambda: self.turn(-1),
            "lesson_show": self.show_answer,
            "lesson_restart": lambda: self.go(self.at),
            **{f"lesson:{name}": partial(self.open, name) for name in catalogue.titles()},
        }

    def on_event(self, event: Event) -> None:
        match event:
            case LessonChosen():
                self.open(event.name)
            case PanelShown():
                (self._seen.add if event.visible else self._seen.discard)(event.title)

    def on_scene(self, old: Scene, new: Scene) -> None:
        self._follow(old, new)
        if self.lesson is not None:
            self._look()

    def on_message(self, message: object) -> None:
        job = getattr(message, "job", None)
        if self.lesson is not None and job is not None:
            self._answers[type(job)] = message
            self._look()

    # --- going about --------------------------------------------------------------------------
    def show_list(self) -> None:
        """Show the list of lessons in place of the current one."""
        self.lesson = None
        self.bring()
        self._show()
        self.context.window.raise_panel(TITLE)

    def open(self, source: str) -> None:
        """Start or continue the lesson of that name or file."""
        lesson = self.read(source)
        if lesson is not None:
            self._admit(lambda: self.begin(lesson))

    def read(self, source: str) -> Lesson | None:
        """Return the lesson of that name or file; None, with a message, if it is invalid."""
        try:
            lesson = catalogue.load(source)
            for step in lesson.steps:
                page(step.text), page(step.task)
        except (NotALesson, NotTypeset) as problem:
            self.context.window.tell("This file is not a lesson", str(problem))
            return None
        return lesson

    def begin(self, lesson: Lesson) -> None:
        """Show a lesson at its last step, or from the start if it was completed."""
        kept = self.progress.get(lesson.name, Progress())
        tasks = {i for i, step in enumerate(lesson.steps) if step.checks}
        left = self.place
        self.lesson, self.at = lesson, 0
        last = len(lesson.steps) - 1
        self.progress[lesson.name] = Progress(kept.step, kept.done & tasks, len(tasks))
        self._go(0 if kept.step >= last else kept.step, left)
        self.context.window.raise_panel(TITLE)

    def turn(self, by: int) -> None:
        """Go to the next step, or to the one before."""
        if self.lesson is not None and 0 <= self.at + by < len(self.lesson.steps):
            self.go(self.at + by)

    def go(self, step: int) -> None:
        """Go to a step and its scene, as one undo step, which also restores the previous step's
        text.
        """
        if self.lesson is not None:
            self._go(step, self.place)

    def _go(self, step: int, left: Place) -> None:
        assert self.lesson is not None
        before = self.context.store.scene
        self.at = min(max(step, 0), len(self.lesson.steps) - 1)
        self._note(step=self.at)
        self._put(self.lesson.steps[self.at].scene)
        self._turns.append(Turn(left, self.place, before, self.context.store.scene))
        self.bring()
        self._arrived(self.context.store.scene)
        self._look()

    def _follow(self, old: Scene, new: Scene) -> None:
        """Follow undo and redo across a change of step, recognised by its scenes."""
        for turn in self._turns:
            if (old is turn.after and new is turn.before) and self.place == turn.reached:
                self._stand(turn.left)
                return
            if (old is turn.before and new is turn.after) and self.place == turn.left:
                self._stand(turn.reached)
                return

    def _stand(self, place: Place) -> None:
        self.lesson, self.at = place
        if self.lesson is not None:
            self._note(step=self.at)
        self.bring()
        self._show()

    def end(self) -> None:
        """End the lesson, because another scene was opened; show the list again."""
        if self.lesson is not None:
            self._turns.clear()
            self._stand((None, 0))

    def bring(self) -> None:
        """Bring the panel of the step to the front; close that of an earlier step."""
        panel = self.step.panel if self.step is not None else ""
        if self._brought and self._brought != panel:
            self.context.window.lower_panel(self._brought)
            self._brought = ""
        if panel:
            self._brought = panel if panel not in self._seen else self._brought
            self.context.window.raise_panel(panel)

    def show_answer(self) -> None:
        """Apply the step's answer, if the lesson has one."""
        if self.step is not None and self.step.answer is not None:
            self._put(replace(self.step.answer, title=self.step.scene.title))
            self._arrived(self.context.store.scene)

    def _put(self, scene: Scene) -> None:
        self.context.store.settle()
        self.context.store.update(scene)
        self.context.store.settle()

    # --- looking on ---------------------------------------------------------------------------
    def _look(self) -> None:
        """Check whether the task is done."""
        assert self.lesson is not None
        name, step = self.lesson.name, self.lesson.steps[self.at]
        if step.checks and self.at not in self.progress[name].done and self._is_done(step):
            self._note(done=self.progress[name].done | {self.at})
        self._show()

    def _is_done(self, step: Step) -> bool:
        scene = self.context.store.scene
        elsewhere = parse(scene.family)[0] != parse(step.scene.family)[0]
        if elsewhere and not any(check.name == "family" for check in step.checks):
            return False

        def known(asked: Quantity) -> float | None:
            return lesson_quantities.value(
                asked, scene, lesson_quantities.current(scene, self._answers)
            )

        try:
            return all(holds(check, scene, step.scene, known) for check in step.checks)
        except ValueError:
            # the requested quantity does not exist in the scene that the user moved to
            return False

    def _note(self, **changes: object) -> None:
        assert self.lesson is not None
        kept = self.progress.pop(self.lesson.name)
        self.progress[self.lesson.name] = replace(kept, **changes)  # type: ignore[arg-type]
        self._keep()

    # --- showing ------------------------------------------------------------------------------
    def _show(self) -> None:
        # a lesson observes every change; without one only undo can bring one back
        self.messages = (object,) if self.lesson is not None else ()
        self.fields = None if self.lesson is not None or self._turns else frozenset()
        self.context.window.set_panel(TITLE, self.state())

    def state(self) -> LessonState:
        """Return the panel's state."""
        entries = tuple(self._entry(name, title) for name, title in catalogue.titles().items())
        if self.lesson is None:
            return LessonState(entries)
        steps, step = self.lesson.steps, self.lesson.steps[self.at]
        done = self.progress[self.lesson.name].done
        return LessonState(
            entries=entries,
            title=self.lesson.title,
            step=self.at,
            steps=tuple(i in done if s.checks else None for i, s in enumerate(steps)),
            heading=escape(step.title),
            page=page(step.text),
            task=page(step.task),
            can_show=step.answer is not None,
            can_restart=_bare(self.context.store.scene) != _bare(step.scene),
        )

    def _entry(self, name: str, title: str) -> LessonEntry:
        kept = self.progress.get(name, Progress())
        return LessonEntry(name, title, len(kept.done), kept.count)


def _bare(scene: Scene) -> Scene:
    """Return a scene without its view."""
    return replace(scene, **{name: getattr(Scene(), name) for name in _LOOKED})
