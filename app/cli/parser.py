"""The command-line parser, with a subcommand for each module of `app.cli.commands` that defines
``COMMAND``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from app import __version__
from app.cli import commands, shared_options
from app.cli.subcommand import Subcommand

PROGRAM = "attention-geodesics"
# the default command
DEFAULT = "gui"
# options that name a file to write: an empty one is most often a variable of a script that is not set
TARGETS = ("output", "table", "distances")


class BadInput(Exception):
    """Wrong use of the command line; the message is one line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(message)


class _ParserOfCommand:
    """The parser of one command, built only when the command is chosen."""

    def __init__(self, command: Subcommand, **options: Any) -> None:
        self._command, self._options = command, options

    def parse_known_args(
        self, arguments: Sequence[str], namespace: argparse.Namespace | None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse the arguments after the command's name."""
        if words := self._command.wrong(arguments):
            raise BadInput(words)
        made = _Parser(**self._options)
        made.set_defaults(command=self._command)
        if self._command.answers_json:
            shared_options.as_json(made)
        self._command.declare(made)
        chosen, rest = made.parse_known_args(arguments, namespace)
        for name in TARGETS:
            if getattr(chosen, name, None) == "":
                raise BadInput(f"--{name} must name a file, got ''")
        return chosen, rest


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command line."""
    top = _Parser(
        prog=PROGRAM,
        description="Geodesics of attention and of families of distributions.",
        epilog="Exit status: 0 done; 1 the status of a result is not OK, or a part of a scene is "
        "missing (what was computed is printed or written); 2 bad input; 130 interrupted.",
    )
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    listed: Any = top.add_subparsers(
        title="commands",
        metavar="COMMAND",
        parser_class=_ParserOfCommand,
    )
    for command in found():
        if command.name == DEFAULT:
            top.set_defaults(command=command, scene=None, engine="auto")
        words = {"description": command.words} if command.described else {}
        listed.add_parser(command.name, help=command.words, command=command, **words)
    return top


def found() -> list[Subcommand]:
    """Return the commands defined in `app.cli.commands`, in the order of the help."""
    # by listing the folders: pkgutil does the same, but takes longer than everything else here
    files = sorted({name for folder in commands.__path__ for name in os.listdir(folder)})
    modules = (
        import_module(f"{commands.__name__}.{name.removesuffix('.py')}")
        for name in files
        if name.endswith(".py") and not name.startswith("_")
    )
    stated = (getattr(module, "COMMAND", None) for module in modules)
    return sorted(
        (command for command in stated if command is not None),
        key=lambda command: (command.order, command.name),
    )
