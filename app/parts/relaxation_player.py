"""Playback of a relaxing path, round by round."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs import relaxation
from app.jobs.relaxation import RelaxAnswer, RelaxJob
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.presenters.drawables import curve
from app.presenters.measures import USUAL
from app.views.text.number_format import Numbers

# seconds between two rounds, and number of such pauses after the last one
ROUND_MS, LAST_STAYS = 120, 12


class RelaxationPlayer(Part):
    """Plays one relaxation at a time, on the window's clock."""

    messages = (RelaxAnswer,)
    fields = frozenset(("ground",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._chart = context.subject.chart
        self._numbers = USUAL
        self._stop: Callable[[], None] | None = None

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"relax": self.ask}

    def on_scene(self, old: Scene, new: Scene) -> None:
        chart = self.context.subject.chart
        if chart is not self._chart:
            self._chart = chart
            self.end()

    def use_numbers(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def on_waiting(self) -> None:
        self.end()

    def on_message(self, message: object) -> None:
        if isinstance(message, RelaxAnswer):
            self._begin(message)

    def close(self) -> None:
        self.end()

    def ask(self) -> None:
        """Request the relaxation of the straight line between the pins."""
        scene = self.context.store.scene
        assert scene.start and scene.end
        self.context.submit(RelaxJob(scene.family, scene.start.theta, scene.end.theta))

    def _begin(self, answer: RelaxAnswer) -> None:
        """Play the rounds; a change of pins or family ends it."""
        self.end()
        every = list(zip(answer.history, answer.energies, strict=True))
        rounds = iter([*every, *[every[-1]] * LAST_STAYS])

        def show() -> None:
            found = next(rounds, None)
            subject = self.context.subject
            if found is None or not _is_of(answer.job, subject.scene):
                self.end()
                return
            line = relaxation.line(*found)
            self.context.canvas.set_curve("relaxing", curve(line, subject.chart))
            self.context.say(relaxation.words(*found, self._numbers), True)

        self._stop = self.context.every(ROUND_MS, show)

    def end(self) -> None:
        """Remove the relaxing path."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            self.context.canvas.set_curve("relaxing", None)


def _is_of(job: RelaxJob, scene: Scene) -> bool:
    """Whether the relaxing path joins the pins of a scene."""
    assert scene.start and scene.end
    return (job.family, job.start, job.end) == (scene.family, scene.start.theta, scene.end.theta)
