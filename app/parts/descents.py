"""The part of the panel Descents: settings of the race, its course, and playing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from app.jobs.studies.descents import DescentsJob
from app.jobs.studies.study import StudyAnswer
from app.jobs.viewport import Viewport
from app.model import panel_titles
from app.model.layers import is_shown, showing
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.presenters import descents as presented
from app.views.interface.events import Event, PanelShown

TITLE, LAYER = panel_titles.DESCENTS, "descents"
# milliseconds of a frame, and seconds of the whole race
FRAME_MS, LASTS = 40, 6.0
ALWAYS = frozenset(("family", "title"))
SEEN = ALWAYS | {
    "start", "end", "third", "points", "layers", "layers.descents", "descents", "playhead",
}  # fmt: skip


class DescentsPart(Part):
    """Shows the answers of the layer Descents, and moves the playhead over their steps."""

    events = (PanelShown,)
    messages = (StudyAnswer,)
    fields = ALWAYS

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._seen = False
        self._answer: StudyAnswer | None = None
        self._stop: Callable[[], None] | None = None
        self._played: Scene | None = None  # the scene last produced by playing
        self.now: Callable[[], float] = time.monotonic
        self._shown_at = 0.0

    def commands(self) -> dict[str, Callable[[], None]]:
        return {
            "show_descents": lambda: self.context.window.raise_panel(TITLE),
            "descents_play": self.toggle,
        }

    def on_event(self, event: Event) -> None:
        if isinstance(event, PanelShown) and event.title == TITLE:
            self._seen = event.visible
            self.fields = SEEN if event.visible else ALWAYS
            self._show()

    def on_scene(self, old: Scene, new: Scene) -> None:
        if old.family != new.family:
            self._answer = None
        if new is not self._played and (old.family, old.title) != (new.family, new.title):
            self._pause()
        self._show()

    def on_waiting(self) -> None:
        self._pause()
        self._answer = None
        self._show()

    def on_message(self, message: object) -> None:
        if not isinstance(message, StudyAnswer) or not isinstance(message.job, DescentsJob):
            return
        if message.job.family == self.context.store.scene.family:
            self._answer = message
            self._show()

    def close(self) -> None:
        self._pause()

    # --- playing ------------------------------------------------------------------------------
    @property
    def is_running(self) -> bool:
        """Whether the race is played."""
        return self._stop is not None

    def toggle(self) -> None:
        """Play the race from the playhead, from its start if it has ended, or pause."""
        if self._stop is not None:
            self._pause()
        else:
            store = self.context.store
            self._played = replace(store.scene, layers=showing(store.scene.layers, LAYER))
            store.update(self._played)
            self._play(store.scene.playhead if store.scene.playhead < 1.0 else 0.0)
            self._shown_at = self.now()
            self._stop = self.context.every(FRAME_MS, self._advance)
        self._show()

    def _advance(self) -> None:
        now, before = self.now(), self.context.store.scene.playhead
        playhead = min(before + (now - self._shown_at) / LASTS, 1.0)
        self._shown_at = now
        self._play(playhead)
        if playhead >= 1.0:
            self._pause()
            self._show()

    def _play(self, playhead: float) -> None:
        """Go to another moment of the race, which is no step of undo."""
        self._played = replace(self.context.store.scene, playhead=playhead)
        self.context.store.play(self._played)

    def _pause(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    # --- what is shown ------------------------------------------------------------------------
    def _show(self) -> None:
        """Show the race in the panel, if that is visible."""
        if not self._seen:
            return
        subject, answer = self.context.subject, self._answer
        wanted = None
        if is_shown(subject.scene.layers, LAYER):
            wanted = DescentsJob.wanted(subject, Viewport())
        stale = answer is not None and not presented.is_current(wanted, answer)
        self.context.window.set_panel(
            TITLE, presented.state(subject.scene, answer, stale, self.is_running)
        )
