"""``lesson list`` and ``lesson check``."""

from __future__ import annotations

import argparse

from app.cli.output import show
from app.model.lessons import catalogue
from app.parts.proofreading import Proofreader
from compute import open_engine


def show_list(chosen: argparse.Namespace) -> int:
    """The bundled lessons, in the order in which they are best read."""
    entries = [{"name": name, "title": title} for name, title in catalogue.titles().items()]
    show({"lessons": entries}, chosen.json, [f"{e['name']:18} {e['title']}" for e in entries])
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Whether a lesson can be read, its formulas set, its checks done and its numbers trusted."""
    lesson = catalogue.load(chosen.file)
    found = Proofreader(open_engine(chosen.engine)).problems(lesson)
    steps, numbers = len(lesson.steps), sum(len(step.numbers) for step in lesson.steps)
    lines = [f"{chosen.file}:{line}: {words}" for line, words in found]
    tasks = sum(bool(step.checks) for step in lesson.steps)
    words = f"{lesson.title}: {steps} steps, {tasks} tasks, {numbers} numbers"
    result = {
        "name": lesson.name,
        "title": lesson.title,
        "steps": steps,
        "tasks": tasks,
        "numbers": numbers,
        "problems": [{"line": line, "words": words} for line, words in found],
        "status": "OK" if not found else "WRONG",
    }
    show(result, chosen.json, [*lines, words if found else f"{words}: all right"])
    return 1 if found else 0
