"""The console: its state, as plain data, and its events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsoleEntered:
    """Python was entered: one or more statements."""

    source: str


@dataclass(frozen=True)
class ConsoleInterrupted:
    """The user wants to end the code that runs."""


@dataclass(frozen=True)
class CompletionAsked:
    """The user asks which names begin with ``word``, which may contain dots."""

    word: str


@dataclass(frozen=True)
class Completion:
    """All ways to go on with ``word``; each begins with it."""

    word: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class ConsoleState:
    """text: the last characters written, of ``total`` since the beginning; busy: something runs;
    completion: the answer to the question asked last, or None.
    """

    text: str = ""
    total: int = 0
    busy: bool = False
    completion: Completion | None = None
