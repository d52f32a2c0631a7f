"""The waiting screen: hides the old subject while another one is prepared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.jobs.preparation import HEADS, is_mild, preparing
from app.model.store import Store
from app.parts.part import Part
from app.presenters import drawing
from app.presenters.shown_answers import ShownAnswers
from app.views.interface.views import Canvas, Window


class WaitingScreen:
    """Blanks the views from the request of a change until it is made or refused.

    ``clear`` drops the answers and shows a message in their place.
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
        self.is_on = False  # a requested change is neither made nor refused yet
        self.is_blank = False  # nothing is shown

    def begin(self, changes: Mapping[str, Any]) -> None:
        """Start waiting for changes in preparation."""
        self.is_on = True
        words = f"{preparing(self._store.scene, changes)} …"
        # a real parameter changes numbers without moving anything: it is greyed, and not taken away
        if is_mild(changes):
            self._answers.mark_unread(True)
            self._answers.say(words, True)
            return
        self.is_blank = True
        self._clear(words)
        words = words[0].upper() + words[1:]
        drawing.blank(self._canvas, words)
        self._window.set_waiting(words, "family" in changes or HEADS in changes)
        self._window.set_title(words)
        for part in self.parts:
            part.on_waiting()
