"""The user's documents in whose place lessons put their scenes; undo brings them back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from app.model.document import Document
from app.model.scene import Scene
from app.model.store import DEEPEST


@dataclass(eq=False)
class _Lending:
    """A change to a lesson's scene, with the documents of both scenes."""

    before: Scene
    own: Document
    after: Scene
    lent: Document


class Lendings:
    """The latest changes to scenes of lessons, recognised when they are undone and redone."""

    def __init__(self) -> None:
        self._past: deque[_Lending] = deque(maxlen=DEEPEST)

    def lend(self, before: Scene, own: Document, after: Scene) -> Document:
        """Return the document of a lesson's scene, which takes the place of another document's."""
        lent = Document(saved=after, lent=True)
        self._past.append(_Lending(before, own, after, lent))
        return lent

    def clear(self) -> None:
        """Forget all changes: another scene was opened, and undo leads to none of them."""
        self._past.clear()

    def led_to(self, old: Scene, new: Scene, at: Document) -> Document:
        """Return the document after a change from ``old`` to ``new`` in the document ``at``: another
        one if undo or redo led into or out of a lesson's scene.

        A lesson's scene that was saved is the user's, and keeps its file on both sides of the change.
        """
        for lending in self._past:
            if old is lending.after and new is lending.before:
                if at is lending.lent:
                    return lending.own
                self._past.remove(lending)
                return at
            if old is lending.before and new is lending.after and at is not lending.lent:
                lending.own = at
                return lending.lent
        return at
