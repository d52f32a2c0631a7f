"""``scenes``: the scenes and lessons that come with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add nothing: ``scenes`` has no options of its own."""


def run(chosen: argparse.Namespace) -> int:
    """List the bundled scenes, the default one first, and then the lessons."""
    from app.cli.output import show
    from app.model import scene_file
    from app.model.lessons import catalogue

    entries = [
        {"name": n, "title": scene_file.load(n).title, "kind": "scene"} for n in scene_file.names()
    ]
    entries += [
        {"name": name, "title": title, "kind": "lesson"}
        for name, title in catalogue.titles().items()
    ]
    show(
        {"scenes": entries},
        chosen.json,
        [f"{e['name']:18} {e['kind']:7} {e['title']}" for e in entries],
    )
    return 0


COMMAND = Subcommand(
    "scenes", "list the bundled scenes and lessons, the default scene first", declare, run, order=30
)
