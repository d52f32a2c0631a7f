"""The current lesson: its step's scene, its task, and whether that is done.

Going to a step is one undo step.  Otherwise a lesson only observes: it never changes the scene by
itself, and a completed task stays completed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

from app.jobs.lesson import LessonRead, ReadLesson, ReadLessonAgain
from app.jobs.path import PathJob
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.lessons import catalogue
from app.model.lessons.checks import Check, holds
from app.model.lessons.lesson import Lesson, NotALesson, Step
from app.model.lessons.progress import Progress
from app.model.scene import Scene
from app.parts.lesson_past import LessonPast, Place, Turn, moved
from app.parts.lesson_quantities import Current
from app.parts.lesson_readings import reading
from app.parts.part import Part, PartContext
from app.parts.proofreading import typeset
from app.views.interface.events import Event, Held, PanelShown, PinMoved, VectorMoved
from app.views.interface.lesson import LessonChosen, LessonEntry, LessonState, Reading
from app.views.text.markdown import page

TITLE = panel_titles.LESSON
Act = Callable[[], None]
# fields changed by moving the view
_LOOKED = ("playhead", "view", "camera", "title")
_USUAL: dict[str, Any] = {name: getattr(Scene(), name) for name in _LOOKED}
# seconds between updates of the panel while something moves
PACE = 0.06


class LessonPart(Part):
    """Runs at most one lesson, at one of its steps.

    progress: by lesson.
    """

    events: tuple[type, ...] = (LessonChosen, PanelShown)
    messages: tuple[type, ...] = (LessonRead,)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self.lesson: Lesson | None = None
        self.at = 0
        self._opening: ReadLesson | None = None
        self._rereading: ReadLessonAgain | None = None
        self.progress: dict[str, Progress] = {}
        self._keep: Act = lambda: None
        self._admit: Callable[[Act], None] = lambda act: act()
        self._arrived: Callable[[Scene], None] = lambda scene: None
        self._watch: Callable[[str], None] = lambda name: None
        self._problem = ""  # why the changed file of the lesson cannot be read
        self._moving, self._shown_at = False, 0.0
        self._readings: dict[Check, Reading] = {}  # the last ones with a value, of one subject
        self._read_of: object = None  # that subject
        self._answers: dict[type, object] = {}
        self._past = LessonPast()
        self._seen: set[str] = set()  # panels
        self._brought = ""  # a panel opened only by the lesson

    def connect(
        self,
        keep: Act,
        admit: Callable[[Act], None],
        arrived: Callable[[Scene], None],
        progress: Mapping[str, Progress],
        watch: Callable[[str], None] = lambda name: None,
    ) -> None:
        """Restore ``progress``; from now on call ``keep`` when it changes.

        ``admit`` runs an action after asking about unsaved work; ``arrived`` is called with the scene
        that each step entered took the place of; ``watch`` with the name of the lesson shown, or "".
        """
        self._keep, self._admit, self._arrived, self._watch = keep, admit, arrived, watch
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
                if event.visible and event.title == TITLE:
                    self._show()
            case PinMoved() | VectorMoved():
                self._move(not event.done)
            case Held():
                self._move(event.held)

    def _move(self, moving: bool) -> None:
        """Note whether something moves; show what is there when it has come to rest."""
        self._moving = moving
        if not moving and self.lesson is not None:
            self._look()

    def on_scene(self, old: Scene, new: Scene) -> None:
        self._follow(old, new)
        if self.lesson is not None:
            self._look()

    def on_message(self, message: object) -> None:
        if isinstance(message, LessonRead):
            if message.job == self._opening:
                self._opened(message)
            elif message.job is self._rereading:
                self._reread(message)
            return
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
        """Start or continue the lesson of that name or file, once the worker has read it."""
        self._opening = ReadLesson(source)
        self.context.submit(self._opening)
        self.context.window.prepare_panel(TITLE)  # meanwhile

    def _opened(self, answer: LessonRead) -> None:
        """Begin the lesson that was read, or say why it is none."""
        self._opening = None
        lesson, problem = _typeset(answer)
        if lesson is None:
            self.context.window.tell("This file is not a lesson", problem)
            return
        self._admit(partial(self.begin, lesson))

    def reload(self) -> None:
        """Have the worker read the file of the current lesson again and stay at the step; if the file
        is invalid, keep the lesson and show the reason.
        """
        if self.lesson is not None:
            self._rereading = ReadLessonAgain(self.lesson.name)
            self.context.submit(self._rereading)

    def _reread(self, answer: LessonRead) -> None:
        before, step, self._rereading = self.lesson, self.step, None
        if before is None or step is None or before.name != answer.job.source:
            return
        lesson, problem = _typeset(answer)
        self._problem = problem.removeprefix(f"{os.path.dirname(before.name)}{os.sep}")
        if lesson is None:
            self._show()
            return
        steps = lesson.steps
        at = min(self.at, len(steps) - 1)
        at = next((i for i, other in enumerate(steps) if other.title == step.title), at)
        self._adopt(lesson)
        if steps[at].scene == step.scene:
            self.at = at
            self._note(step=at)
            self._look()
        else:
            self._go(at, self.place)

    def _adopt(self, lesson: Lesson) -> None:
        """Put the changed text of a lesson in place of the lesson shown, in its past too."""
        assert self.lesson is not None
        self._past.adopt(self.lesson, lesson)
        self.lesson, self.at = moved(self.place, lesson)
        tasks = {i for i, step in enumerate(lesson.steps) if step.checks}
        kept = self.progress[lesson.name]
        self.progress[lesson.name] = Progress(kept.step, kept.done & tasks, len(tasks))

    def begin(self, lesson: Lesson) -> None:
        """Show a lesson at its last step, or from the start if it was completed."""
        kept = self.progress.get(lesson.name, Progress())
        tasks = {i for i, step in enumerate(lesson.steps) if step.checks}
        left = self.place
        self.lesson, self.at, self._problem = lesson, 0, ""
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
        self._past.note(Turn(left, self.place, before, self.context.store.scene))
        self.bring()
        self._arrived(before)
        self._look()

    def _follow(self, old: Scene, new: Scene) -> None:
        """Follow undo and redo across a change of step, recognised by its scenes."""
        place = self._past.led_to(old, new, self.place)
        if place is not None:
            self._stand(place)

    def _stand(self, place: Place) -> None:
        self.lesson, self.at = place
        if self.lesson is not None:
            self._note(step=self.at)
        self.bring()
        self._show()

    def end(self) -> None:
        """End the lesson, because another scene was opened; show the list again."""
        if self.lesson is not None:
            self._past.clear()
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
            before = self.context.store.scene
            self._put(replace(self.step.answer, title=self.step.scene.title))
            self._arrived(before)

    def _put(self, scene: Scene) -> None:
        self.context.store.settle()
        self.context.store.update(scene)
        self.context.store.settle()

    # --- looking on ---------------------------------------------------------------------------
    def _look(self) -> None:
        """Check whether the task is done."""
        assert self.lesson is not None
        done, step = self.progress[self.lesson.name].done, self.lesson.steps[self.at]
        is_new = bool(step.checks) and self.at not in done and self._is_done(step)
        if is_new:
            self._note(done=done | {self.at})
        if is_new or not self._moving or time.monotonic() - self._shown_at > PACE:
            self._show()

    def _is_done(self, step: Step) -> bool:
        if self._is_elsewhere(step):
            return False
        scene, current = self.context.store.scene, self._current()
        try:
            return all(holds(check, scene, step.scene, current.value) for check in step.checks)
        except ValueError:
            # the requested quantity does not exist in the scene that the user moved to
            return False

    def _current(self) -> Current:
        answers, path = dict(self._answers), self.context.path()
        if path is not None and not isinstance(answers.get(PathJob), JobFailed):
            answers[PathJob] = path  # it may be older than the lesson
        return Current(self.context.subject, answers)

    def _is_elsewhere(self, step: Step) -> bool:
        """Whether the scene is another one than the step's: another family, or an earlier step's."""
        asks_family = any(check.name == "family" for check in step.checks)
        return not asks_family and self.context.store.scene.title != step.scene.title

    def _readings_of(self, step: Step) -> tuple[Reading, ...]:
        """Return a line for each check; what is being computed keeps its last value, as a late one."""
        subject, current = self.context.subject, self._current()
        of = (step, subject.scene.family, subject.scene.alpha)
        if of != self._read_of:
            self._readings, self._read_of = {}, of
        found = []
        for check in step.checks:
            made = reading(check, subject, step.scene, current.find)
            asked = check.quantity
            if made.holds is not None:
                made = replace(made, late=made.late and not self._moving)
                self._readings[check] = made
            elif asked is not None and not current.is_settled(asked):
                made = replace(self._readings.get(check, made), late=True)
            found.append(made)
        return tuple(found)

    def _note(self, **changes: object) -> None:
        assert self.lesson is not None
        kept = self.progress.pop(self.lesson.name)
        self.progress[self.lesson.name] = replace(kept, **changes)  # type: ignore[arg-type]
        self._keep()

    # --- showing ------------------------------------------------------------------------------
    def _show(self) -> None:
        # a lesson observes every change; without one only undo can bring one back
        self.messages = (object,) if self.lesson is not None else LessonPart.messages
        self.events = LessonPart.events
        if self.lesson is not None:
            self.events = (LessonChosen, PanelShown, PinMoved, VectorMoved, Held)
        self.fields = None if self.lesson is not None or not self._past.is_empty else frozenset()
        self._watch(self.lesson.name if self.lesson is not None else "")
        self._shown_at = time.monotonic()
        self.context.window.set_panel(TITLE, self.state())

    def state(self) -> LessonState:
        """Return the panel's state."""
        entries = tuple(self._entry(name, title) for name, title in catalogue.titles().items())
        if self.lesson is None:
            return LessonState(entries)
        steps, step = self.lesson.steps, self.lesson.steps[self.at]
        done = self.progress[self.lesson.name].done
        elsewhere = self._is_elsewhere(step)
        return LessonState(
            entries=entries,
            title=self.lesson.title,
            step=self.at,
            steps=tuple(i in done if s.checks else None for i, s in enumerate(steps)),
            heading=escape(step.title),
            page=page(step.text),
            task=page(step.task),
            can_show=step.answer is not None,
            can_restart=elsewhere or _bare(self.context.store.scene) != _bare(step.scene),
            readings=() if elsewhere else self._readings_of(step),
            elsewhere=elsewhere,
            problem=self._problem,
        )

    def _entry(self, name: str, title: str) -> LessonEntry:
        kept = self.progress.get(name, Progress())
        return LessonEntry(name, title, len(kept.done), kept.count)


def _typeset(answer: LessonRead) -> tuple[Lesson | None, str]:
    """Return the lesson that was read if its texts can be set, or None and what is wrong with it."""
    try:
        return answer.lesson and typeset(answer.lesson), answer.problem
    except NotALesson as problem:
        return None, str(problem)


def _bare(scene: Scene) -> Scene:
    """Return a scene without its view."""
    return replace(scene, **_USUAL)
