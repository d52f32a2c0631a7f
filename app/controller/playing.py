"""What moves by itself: a timeline, the point that glides from A to B, a path that relaxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.controller import relaxing
from app.controller.picture import curve
from app.controller.relaxing import RelaxAnswer
from app.controller.surfaces import chart_drawn
from app.model.store import Store
from app.model.timeline import scene_at
from app.views.base import Canvas, Window

FRAME_MS = 33
# seconds that the moving point takes from A to B
TRAVEL = 4.0
# between two rounds of a relaxation, and how many such pauses the last one stays
ROUND_MS, LAST_STAYS = 120, 12


class Player:
    """Lets one thing of each kind move, on the window's clock."""

    def __init__(self, store: Store, canvas: Canvas, window: Window) -> None:
        self._store = store
        self._canvas = canvas
        self._window = window
        self._clock = 0.0  # seconds since a timeline began
        self._stop_gliding: Callable[[], None] | None = None
        self._stop_relaxing: Callable[[], None] | None = None

    @property
    def is_playing(self) -> bool:
        """Whether the moving point is under way."""
        return self._stop_gliding is not None

    def toggle(self) -> None:
        """Let the scene's timeline run, or else the point glide from A to B; or hold it."""
        if self._stop_gliding is not None:
            self._stop_gliding()
            self._stop_gliding = None
            self._store.settle()
        else:
            self._clock = 0.0
            self._stop_gliding = self._window.every(FRAME_MS, self._advance)
        self._window.set_playhead(self._store.scene.playhead, self.is_playing)

    def _advance(self) -> None:
        timeline = self._store.scene.timeline
        if timeline is None:
            self._glide()
            return
        self._clock += FRAME_MS / 1000
        try:
            self._store.update(scene_at(self._store.scene, self._clock), merge="timeline")
        except ValueError as problem:
            self.toggle()
            self._window.tell("The timeline cannot go on", str(problem))
            return
        if timeline.repeat == "once" and self._clock >= timeline.duration:
            self.toggle()

    def _glide(self) -> None:
        scene = self._store.scene
        t = scene.playhead + FRAME_MS / 1000 / TRAVEL
        self._store.update(replace(scene, playhead=t if t <= 1.0 else 0.0), merge="playhead")

    def relax(self, answer: RelaxAnswer, say: Callable[[str], None]) -> None:
        """Show the rounds of a relaxation one after another; a scene that changes ends it."""
        self.end_relaxing()
        rounds = iter([*answer.history, *[answer.history[-1]] * LAST_STAYS])

        def show() -> None:
            state, scene = next(rounds, None), self._store.scene
            if state is None or scene.family != answer.job.family:
                self.end_relaxing()
                return
            self._canvas.set_curve("relaxing", curve(state.theta, chart_drawn(scene)))
            say(relaxing.words(state))

        self._stop_relaxing = self._window.every(ROUND_MS, show)

    def end_relaxing(self) -> None:
        """Take the relaxing path away."""
        if self._stop_relaxing is not None:
            self._stop_relaxing()
            self._stop_relaxing = None
            self._canvas.set_curve("relaxing", None)
