"""Lessons as views see them, and the lesson panel's events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LessonChosen:
    """A lesson was chosen from the list."""

    name: str


@dataclass(frozen=True)
class LessonEntry:
    """One lesson of the list; done and count: steps whose task is done, and how many have one."""

    name: str
    title: str
    done: int
    count: int


@dataclass(frozen=True)
class LessonState:
    """The lesson panel's state: the list, or a step of the lesson ``title``.

    heading, page, task: the step's title, text and task as rich text (task "" if there is none);
    steps: of each step whether its task is done, None if it has none; can_show: the program can do
    the task itself; can_restart: the scene is not as the step began.
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
