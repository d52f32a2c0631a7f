"""The steps of lessons that were gone to, along which undo and redo lead."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from app.model.lessons.lesson import Lesson
from app.model.scene import Scene
from app.model.store import DEEPEST

Place = tuple[Lesson | None, int]


@dataclass(frozen=True, eq=False)
class Turn:
    """A change from one step to another, with both scenes."""

    left: Place
    reached: Place
    before: Scene
    after: Scene


class LessonPast:
    """The latest changes of step, recognised by their scenes."""

    def __init__(self) -> None:
        self._turns: deque[Turn] = deque(maxlen=DEEPEST)

    @property
    def is_empty(self) -> bool:
        """Whether no step was changed."""
        return not self._turns

    def note(self, turn: Turn) -> None:
        """Note a change of step."""
        self._turns.append(turn)

    def clear(self) -> None:
        """Forget all changes, so that undo leads to no earlier step."""
        self._turns.clear()

    def led_to(self, old: Scene, new: Scene, at: Place) -> Place | None:
        """Return the step to which undo or redo of a change of step led from the step ``at``; None if
        the change from ``old`` to ``new`` was another one.
        """
        for turn in self._turns:
            if (old is turn.after and new is turn.before) and at == turn.reached:
                return turn.left
            if (old is turn.before and new is turn.after) and at == turn.left:
                return turn.reached
        return None

    def adopt(self, before: Lesson, lesson: Lesson) -> None:
        """Put the changed text of a lesson in place of the one before."""

        def now(place: Place) -> Place:
            return moved(place, lesson) if place[0] is before else place

        changed = [replace(t, left=now(t.left), reached=now(t.reached)) for t in self._turns]
        self._turns = deque(changed, maxlen=DEEPEST)


def moved(place: Place, lesson: Lesson) -> Place:
    """Return the same step of a lesson whose text was changed, or its last one."""
    return lesson, min(place[1], len(lesson.steps) - 1)
