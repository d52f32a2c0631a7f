"""``lesson list`` and ``lesson check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the two subcommands of ``lesson`` with their options."""
    tasks = parser.add_subparsers(metavar="list|check", required=True)
    words = "list the lessons"
    listed = tasks.add_parser("list", help=words, description=words)
    listed.set_defaults(task=show_list)
    shared_options.as_json(listed)
    words = "check a lesson's scenes, formulas, tasks and numbers"
    checked = tasks.add_parser("check", help=words, description=words)
    checked.set_defaults(task=check)
    shared_options.as_json(checked)
    checked.add_argument("file", metavar="FILE", help="a lesson.md, or the name of a lesson")
    shared_options.engine(checked)


def run(chosen: argparse.Namespace) -> int:
    """Run the chosen subcommand."""
    return int(chosen.task(chosen))


def show_list(chosen: argparse.Namespace) -> int:
    """List the bundled lessons in reading order, and then those of packages."""
    from app.cli.output import show
    from app.model.lessons import catalogue, listing

    packages = {name: found.package for name, found in listing.offered().items()}
    entries = [
        {"name": name, "title": title, "package": packages.get(name, "")}
        for name, title in catalogue.titles().items()
    ]
    lines = [
        f"{e['name']:18} {e['title']}" + (f" (package {e['package']})" if e["package"] else "")
        for e in entries
    ]
    show({"lessons": entries, "failed": listing.problems()}, chosen.json, lines)
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Check that a lesson parses, its formulas typeset, its tasks can be done and its numbers are
    right.
    """
    from app.cli.output import show
    from app.model.lessons import catalogue
    from app.parts.proofreading import Proofreader
    from compute import open_engine

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


COMMAND = Subcommand(
    "lesson", "list the lessons, or check one", declare, run, order=40, answers_json=False
)
