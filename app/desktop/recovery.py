"""The unsaved work of sessions that were cut off: offered, restored or discarded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.model import autosave
from app.views.interface.choices import Act, Answer
from compute.core.refusal import describe


class Telling(Protocol):
    """The interface of the window for `Recovery`."""

    def ask(self, title: str, text: str, answers: Sequence[Answer]) -> None: ...
    def log(self, words: str) -> None: ...
    def tell(self, title: str, text: str) -> None: ...
    def withdraw(self, title: str) -> None: ...


class Kept(Protocol):
    """The interface of the settings for `Recovery`; ``folder``: of backups, None if there are none."""

    @property
    def folder(self) -> Path | None: ...
    def is_alive(self, session: str) -> bool: ...


class Recovery:
    """Offers what earlier sessions left.

    ``guarded`` runs an action after asking about unsaved work; ``take`` takes over a backup and shows
    its scene, or raises OSError.
    """

    def __init__(
        self,
        window: Telling,
        settings: Kept,
        guarded: Callable[[Act], None],
        take: Callable[[autosave.Lost], None],
    ) -> None:
        self._window, self._settings = window, settings
        self._guarded, self._take = guarded, take

    def offer(self, is_named: bool = False) -> None:
        """Offer unsaved work at the start, in one line if a scene was named, which stays."""
        newest = self._newest()
        if newest is not None and not is_named:
            self._ask(newest)
        elif newest is not None:
            self._window.tell(
                _line(newest),
                "They are kept: File › Restore unsaved work… shows them.",
            )

    def restore(self) -> None:
        """Offer unsaved work in place of the scene, or say that there is none."""
        newest = self._newest()
        if newest is not None:
            self._ask(newest)
        else:
            self._window.log("No earlier session left unsaved work")

    def _newest(self) -> autosave.Lost | autosave.Unread | None:
        folder = self._settings.folder
        return autosave.newest(folder, self._settings.is_alive) if folder else None

    def _ask(self, newest: autosave.Lost | autosave.Unread) -> None:
        if isinstance(newest, autosave.Unread):
            self._window.ask(
                "There is unsaved work that cannot be read",
                f"{newest.reason}\n\nIt is kept until it can be read, or is discarded.",
                [
                    ("Try again", self.restore),
                    ("Discard", lambda: self._throw_away(newest)),
                    ("Later", lambda: None),
                ],
            )
            return
        self._window.ask(
            "There is unsaved work",
            f"An earlier session ended before its changes{_of(newest)} were saved.",
            [
                ("Restore", lambda: self._guarded(lambda: self._restore(newest))),
                ("Discard", lambda: self._throw_away(newest)),
                ("Later", lambda: None),
            ],
        )

    def _throw_away(self, found: autosave.Lost | autosave.Unread) -> None:
        try:
            found.file.unlink(missing_ok=True)
            self._window.withdraw(_line(found))
        except OSError as problem:
            self._window.tell("The unsaved work still exists", describe(problem))

    def _restore(self, found: autosave.Lost) -> None:
        self._window.withdraw(_line(found))
        try:
            self._take(found)
        except FileNotFoundError:
            self._window.tell(
                "The unsaved work no longer exists", "Another window has restored it."
            )
        except OSError as problem:
            self._window.tell("The unsaved work cannot be restored", str(problem))


def _line(found: autosave.Lost | autosave.Unread) -> str:
    return f"Changes{_of(found)} were not saved by an earlier session"


def _of(found: autosave.Lost | autosave.Unread) -> str:
    origin = found.origin if isinstance(found, autosave.Lost) else None
    return f" of {origin.name}" if origin else ""
