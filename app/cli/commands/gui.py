"""``gui``: open the window, with a scene, a lesson or a file if one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``gui``."""
    parser.add_argument(
        "scene", nargs="?", help="a scene file, or the name of a bundled scene or lesson"
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Open the window and stay until it is closed."""
    from app import main

    return main.run(chosen)


COMMAND = Subcommand(
    "gui",
    "open the window (the default)",
    declare,
    run,
    order=10,
    answers_json=False,
    described=False,
    refuses=False,
)
