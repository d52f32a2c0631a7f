"""Progress in each lesson, kept between sessions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from compute.core.json_text import read_json

MOST_LESSONS, MOST_STEPS = 200, 40


@dataclass(frozen=True)
class Progress:
    """step: the last step shown; done: steps whose task is done; count: number of steps with a task."""

    step: int = 0
    done: frozenset[int] = frozenset()
    count: int = 0


def text_of(progress: Mapping[str, Progress]) -> str:
    """Return the progress in all lessons as JSON, newest last."""
    kept = list(progress.items())[-MOST_LESSONS:]
    return json.dumps({name: [p.step, p.count, sorted(p.done)] for name, p in kept})


def read(text: str) -> dict[str, Progress]:
    """Read the output of ``text_of``; ignore invalid entries."""
    try:
        stated = read_json(text or "{}", "the progress in lessons")
        entries = list(stated.items())[-MOST_LESSONS:]
    except (ValueError, AttributeError):
        return {}
    return {name: found for name, entry in entries if (found := _read(entry)) is not None}


def _read(entry: object) -> Progress | None:
    match entry:
        case [int(step), int(count), list(done)]:
            whole = all(isinstance(i, int) and 0 <= i < MOST_STEPS for i in (step, *done))
            if whole and 0 <= count <= MOST_STEPS:
                return Progress(step, frozenset(done), count)
    return None
