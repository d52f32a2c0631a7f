"""The declaration of a subcommand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse

LAST = 1000


class Subcommand(NamedTuple):
    """A command: ``declare`` adds its options to a parser, ``run`` does its work.

    ``run`` returns the exit status.  ``order``: position in the list of commands, ties by name.
    ``answers_json``: it takes ``--json``.  ``described``: its own help begins with ``words``.
    ``refuses``: a ValueError of ``run`` is wrong use, reported in one line.  ``wrong``: words for
    arguments that are wrong use in a way that a parser reports unclearly, "" for others.
    """

    name: str
    words: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    order: int = LAST
    answers_json: bool = True
    described: bool = True
    refuses: bool = True
    wrong: Callable[[Sequence[str]], str] = lambda arguments: ""
