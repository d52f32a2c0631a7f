"""A path that relaxes, shown round by round."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs import relaxation
from app.jobs.relaxation import RelaxAnswer, RelaxJob
from app.jobs.subject import CurrentSubject
from app.model.scene import Scene
from app.presenters.curves import drawn
from app.presenters.shown_answers import Answers
from app.views.interface.views import Canvas, Window

# between two rounds, and how many such pauses the last one stays
ROUND_MS, LAST_STAYS = 120, 12


class Watching:
    """Shows one relaxation at a time, on the window's clock."""

    def __init__(self, subject: CurrentSubject, canvas: Canvas, window: Window) -> None:
        self._subject = subject
        self._canvas = canvas
        self._window = window
        self._stop: Callable[[], None] | None = None

    def begin(self, answer: RelaxAnswer, said: Answers) -> None:
        """Show the rounds one after another; pins or a family that change end it."""
        self.end()
        every = list(zip(answer.history, answer.energies, strict=True))
        rounds = iter([*every, *[every[-1]] * LAST_STAYS])

        def show() -> None:
            found = next(rounds, None)
            if found is None or not _is_of(answer.job, self._subject.now.scene):
                self.end()
                return
            line = relaxation.line(*found)
            self._canvas.set_curve("relaxing", drawn(line, self._subject.now.chart))
            said.say(relaxation.words(*found, said.numbers), True)

        self._stop = self._window.every(ROUND_MS, show)

    def end(self) -> None:
        """Take the relaxing path away."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            self._canvas.set_curve("relaxing", None)


def _is_of(job: RelaxJob, scene: Scene) -> bool:
    """Whether it is the path between the pins of a scene that relaxes."""
    assert scene.start and scene.end
    return (job.family, job.start, job.end) == (scene.family, scene.start.theta, scene.end.theta)
