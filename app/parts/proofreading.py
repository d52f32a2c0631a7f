"""Proofreading of lessons: numbers are recomputed, checks evaluated, formulas typeset."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.model.lessons.checks import Check, Quantity, holds
from app.model.lessons.lesson import Lesson, NotALesson, QuotedNumber, Step
from app.model.lessons.wording import value as written_value
from app.model.scene import Scene
from app.parts.lesson_quantities import Answers, computed, studied, value
from app.views.text.markdown import NotTypeset, page
from compute.requests.engine import Engine


class Proofreader:
    """Proofreads lessons with one engine, computing each scene once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Scene, tuple[Answers, Iterator[Answers]]] = {}

    def problems(self, lesson: Lesson) -> list[tuple[int, str]]:
        """Return (line, words) for everything that is wrong, in the order of the file."""
        found = [problem for step in lesson.steps for problem in self._of_step(step)]
        return sorted(found)

    def value(self, asked: Quantity, scene: Scene) -> float | None:
        """Return a quantity of a scene."""
        known, coming = self._known.setdefault(scene, ({}, computed(self._engine, scene)))
        found = value(asked, scene, known)
        while found is None:
            more = next(coming, None)
            if more is None:
                break
            self._known[scene] = (more, coming)
            found = value(asked, scene, more)
        return found

    def _of_step(self, step: Step) -> Iterator[tuple[int, str]]:
        for text, first in ((step.text, step.text_line), (step.task, step.task_line)):
            yield from unset(text, first)
        for number in step.numbers:
            yield from self._of_number(number)
        try:
            yield from self._of_checks(step)
        except ValueError as problem:
            yield step.line, str(problem)

    def _of_number(self, number: QuotedNumber) -> Iterator[tuple[int, str]]:
        try:
            found = self.value(number.quantity, number.scene)
        except ValueError as problem:
            yield number.line, str(problem)
            return
        wanted, tolerance = written_value(number.written)
        if found is None:
            yield number.line, f"{number.written}: this scene has no measure of that name"
        elif not abs(found - wanted) <= tolerance:
            yield number.line, f"{number.written}: the computed value is {found:.6g}"

    def _of_checks(self, step: Step) -> Iterator[tuple[int, str]]:
        at_first = [self._holds(check, step.scene, step) for check in step.checks]
        if step.checks and all(at_first) and not step.already:
            yield (
                step.line,
                (
                    "the checks already hold at the start of the step: use already: instead of "
                    "check:"
                ),
            )
        shown = studied(step.scene, tuple(c.name for c in step.checks if c.word == "on"))
        scene = step.answer or shown
        for check in step.checks:
            found = self._holds(check, scene, step)
            if found is None:
                yield step.line, f"cannot be decided from what this scene shows: {check.text}"
            elif step.answer is not None and not found:
                yield step.line, f"the step's answer does not satisfy it: {check.text}"

    def _holds(self, check: Check, scene: Scene, step: Step) -> bool | None:
        return holds(check, scene, step.scene, lambda asked: self.value(asked, scene))


def unset(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield typesetting errors in a text that begins at line ``first``, paragraph by paragraph."""
    for found in re.finditer(r"(?:^.*\S.*$\n?)+", text, re.MULTILINE):
        try:
            page(found[0])
        except NotTypeset as problem:
            yield first + text.count("\n", 0, found.start()), str(problem)


def typeset(lesson: Lesson) -> Lesson:
    """Return the lesson.  Raises NotALesson, with the line, if a text cannot be typeset."""
    for step in lesson.steps:
        for text, first in ((step.text, step.text_line), (step.task, step.task_line)):
            for line, words in unset(text, first):
                raise NotALesson(lesson.name, line, words)
    return lesson
