"""While another subject is prepared nothing of the old one stands under the new one's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.jobs.preparation import is_mild, prepared
from app.model.store import Store
from app.parts.part import Part
from app.presenters import drawing
from app.presenters.shown_answers import ShownAnswers
from app.views.interface.views import Canvas, Window


class WaitingScreen:
    """Blanks the views from the moment a change is asked for until it is made, or cannot be.

    ``clear`` drops the answers, given what is to be said in their place.
    """

    def __init__(
        self,
        store: Store,
        canvas: Canvas,
        window: Window,
        answers: ShownAnswers,
        clear: Callable[[str], None],
    ) -> None:
        self._store, self._canvas, self._window = store, canvas, window
        self._answers, self._clear = answers, clear
        self.parts: Sequence[Part] = ()
        self.is_on = False  # a change was asked for that is not yet made, nor refused
        self.is_blank = False  # nothing is shown

    def begin(self, changes: Mapping[str, Any]) -> None:
        """These changes of the scene are being prepared."""
        self.is_on = True
        words = f"preparing {prepared(self._store.scene, changes)} …"
        # a real parameter changes numbers without moving anything: it is greyed, and not taken away
        if is_mild(changes):
            self._answers.mark_unread(True)
            self._answers.say(words, True)
            return
        self.is_blank = True
        self._clear(words)
        words = words[0].upper() + words[1:]
        drawing.blank(self._canvas, words)
        self._window.set_waiting(words, "family" in changes)
        self._window.set_title(words)
        for part in self.parts:
            part.on_waiting()
