"""A path that relaxes, shown round by round."""

from __future__ import annotations

from collections.abc import Callable

from app.controller import relaxing
from app.controller.picture import curve
from app.controller.relaxing import RelaxAnswer
from app.controller.surfaces import chart_drawn
from app.model.store import Store
from app.views.base import Canvas, Window

# between two rounds, and how many such pauses the last one stays
ROUND_MS, LAST_STAYS = 120, 12


class Watching:
    """Shows one relaxation at a time, on the window's clock."""

    def __init__(self, store: Store, canvas: Canvas, window: Window) -> None:
        self._store = store
        self._canvas = canvas
        self._window = window
        self._stop: Callable[[], None] | None = None

    def begin(self, answer: RelaxAnswer, say: Callable[[str], None]) -> None:
        """Show the rounds one after another; a scene that changes ends it."""
        self.end()
        rounds = iter([*answer.history, *[answer.history[-1]] * LAST_STAYS])

        def show() -> None:
            state, scene = next(rounds, None), self._store.scene
            if state is None or scene.family != answer.job.family:
                self.end()
                return
            self._canvas.set_curve("relaxing", curve(state.theta, chart_drawn(scene)))
            say(relaxing.words(state))

        self._stop = self._window.every(ROUND_MS, show)

    def end(self) -> None:
        """Take the relaxing path away."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            self._canvas.set_curve("relaxing", None)
