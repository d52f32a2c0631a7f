"""The state of the lesson panel and its events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LessonChosen:
    """A lesson was chosen from the list."""

    name: str


@dataclass(frozen=True)
class LessonEntry:
    """An entry of the list of lessons; done and count: completed tasks, and number of tasks."""

    name: str
    title: str
    done: int
    count: int


@dataclass(frozen=True)
class Reading:
    """A check in words, with its value now and the wanted one.

    holds: None if it is not known; late: the value belongs to an earlier scene.
    """

    words: str
    now: str
    wanted: str
    holds: bool | None
    late: bool = False

    @property
    def text(self) -> str:
        """The line of a check as the box shows it: the quantity, its value now, and what is wanted
        if that is another.
        """
        if self.now == self.wanted:
            return f"{self.words}: {self.now}"
        return f"{self.words}: now {self.now}, wanted {self.wanted}"


@dataclass(frozen=True)
class LessonState:
    """The lesson panel's state: the list, or a step of the lesson ``title``.

    heading, page, task: the step's title, text and task as rich text (task "" if there is none); steps:
    for each step whether its task is done, None without a task; can_show: the step has an answer;
    can_restart: the scene differs from the start of the step; readings: a line for each check of the
    task; elsewhere: the scene is not this step's any more; problem: why the changed file of the lesson
    cannot be read, "" if it can.
    """

    entries: tuple[LessonEntry, ...]
    title: str = ""
    step: int = 0
    steps: tuple[bool | None, ...] = ()
    heading: str = ""
    page: str = ""
    task: str = ""
    can_show: bool = False
    can_restart: bool = False
    readings: tuple[Reading, ...] = ()
    elsewhere: bool = False
    problem: str = ""
