"""Letting a flow run: evolve, pause, step and reset, particles that move, and what the panel says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.jobs import flow as flowing
from app.jobs.flow import FlowAnswer
from app.jobs.subject import CurrentSubject
from app.model import panel_titles
from app.model.flow import MOST_STEPS, FlowSettings
from app.model.scene import Scene
from app.presenters import flow_drawables, zero_lives
from app.presenters.flow_form import settings
from app.views.interface.flow import FlowState, Particles
from app.views.interface.views import Canvas, Window
from compute.core.status import Status

FRAME_MS = 40
# seconds of a particle's life
LIFE = 4.0
WARNINGS = {
    "sharpen": "Backward heat: ill-posed. Short waves are damped, and it stops at ten times its norm.",
    "seed": "Backward heat, ill-posed, and not covariant: another chart gives another answer.",
}
# the slider of times ends after so many steps, or where the flow is
SLIDER = 200
# share of the mass that may leave the grid without a word
OUTSIDE = 5e-4
NONE = np.zeros(0)


# what the third plot is of, and why
ENERGY = (
    "energy",
    "−½⟨A, ∂A/∂t⟩ of the equation; of rough heat ½∫|∇A|²dA: what a heat flow descends",
)
LOSS = (
    "mean KL",
    "KL(B‖θ) of the mass on the grid, in nats: the natural gradient descends it",
)


class Streaming:
    """The flow of one store's scene, on the window's clock."""

    def __init__(self, subject: CurrentSubject, canvas: Canvas, window: Window) -> None:
        self._subject, self._store = subject, subject.store
        self._canvas, self._window = canvas, window
        self._stop: Callable[[], None] | None = None
        self._title = ""  # of the scene whose flow goes on
        self._stop_drifting: Callable[[], None] | None = None
        self._answer: FlowAnswer | None = None
        self._moving: Particles | None = None
        self._phase = 0.0
        # a flow that cannot be, and why
        self._failed: tuple[object, str] | None = None

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return the functions that the command table calls."""
        return {
            "flow_evolve": self.toggle,
            "flow_step": self.step,
            "flow_reset": self.reset,
            "flow_unpaint": self.unpaint,
        }

    @property
    def is_running(self) -> bool:
        """Whether the flow goes on by itself."""
        return self._stop is not None

    def toggle(self) -> None:
        """Evolve, or pause."""
        if self._stop is None and not self._why:
            self._show_layers()
            self._title = self._store.scene.title
            self._stop = self._window.every(FRAME_MS, self._advance)
        else:
            self.end()
            self._store.settle()
        self.show_state()

    def step(self) -> None:
        """One step on."""
        self._show_layers()
        self._go_on()

    def reset(self) -> None:
        """Back to the field that it begins with."""
        self.end()
        self._change(time=0.0)

    def unpaint(self) -> None:
        """Forget all strokes: a step of undo of its own."""
        self.end()
        self._store.settle()
        self._change(strokes=(), time=0.0)
        self._store.settle()

    def end(self) -> None:
        """Go on no longer."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def forget(self) -> None:
        """The scene is another one."""
        self.end()
        self._answer = self._moving = None
        self._failed = None
        self._keep_drifting()

    def fail(self, why: str) -> None:
        """There is no such flow: what was drawn of another one goes, and the panel says why."""
        self.forget()
        self._failed = (_subject(self._store.scene), f"There is no such flow: {why}.")
        flow_drawables.clear(self._canvas)
        if not self._store.scene.layers.map:
            self._canvas.set_map(None)
        self.show_state()

    @property
    def _why(self) -> str:
        """Why the scene's flow cannot be; "" as long as that is not known."""
        subject, words = self._failed or (None, "")
        return words if subject == _subject(self._store.scene) else ""

    def _advance(self) -> None:
        """One step, unless the last one is not answered yet; none of a scene that has begun since."""
        answer = self._answer
        if self._store.scene.title != self._title:
            self.end()
            self.show_state()
            return
        if answer is None or answer.time != self._store.scene.flow.time:
            return
        if answer.status != Status.OK:
            self.end()
            self.show_state()
        else:
            self._go_on()

    def _go_on(self) -> None:
        flow = self._store.scene.flow
        # a whole number of steps, so that what is kept is met again
        steps = round(flow.time / flow.pace) + 1
        if steps <= MOST_STEPS:
            self._change(time=min(steps * flow.pace, MOST_STEPS * flow.pace))
        else:
            self.end()

    def _change(self, **fields: object) -> None:
        scene = self._store.scene
        flow = replace(scene.flow, **fields)  # type: ignore[arg-type]
        self._store.update(replace(scene, flow=flow), merge="flow time")

    def _show_layers(self) -> None:
        """A flow that nothing shows is shown by arrows and particles."""
        scene = self._store.scene
        if not flowing.is_shown(scene):
            layers = replace(scene.layers, flow=True, particles=True)
            self._store.update(replace(scene, layers=layers))

    # --- answers ------------------------------------------------------------------------------
    def take(self, answer: FlowAnswer) -> None:
        """Draw the field, and go on from it."""
        self._answer, self._failed = answer, None
        self.draw()
        self.show_state()

    def draw(self) -> None:
        """Draw the known part of the flow, as the scene shows it now."""
        if self._answer is not None and flowing.is_shown(self._store.scene):
            self._moving = flow_drawables.show(self._canvas, self._subject.now, self._answer)
            self._put()
        else:
            self._moving = None
        self._keep_drifting()

    def _keep_drifting(self) -> None:
        """Particles move while there are any."""
        if self._moving is not None and self._stop_drifting is None:
            self._stop_drifting = self._window.every(FRAME_MS, self._drift)
        elif self._moving is None and self._stop_drifting is not None:
            self._stop_drifting()
            self._stop_drifting = None

    def _drift(self) -> None:
        self._phase = (self._phase + FRAME_MS / 1000 / LIFE) % 1.0
        self._put()

    def _put(self) -> None:
        if self._moving is not None:
            self._canvas.set_particles(
                self._moving, flow_drawables.phase(self._store.scene) + self._phase
            )

    def show_state(self) -> None:
        """Form, time, limiter and history in the panel."""
        scene, answer = self._store.scene, self._answer
        flow, found = scene.flow, None
        if answer is not None and flowing.is_shown(scene):
            # numbers of another field, or of another equation, are not this one's
            found = answer if flowing.alike(answer.job, flowing.wanted(self._subject.now)) else None
        self._window.set_panel(
            panel_titles.FLOW,
            FlowState(
                settings=settings(self._subject.now),
                time=flow.time,
                longest=max(SLIDER * flow.pace, flow.time),
                running=self.is_running,
                warning=WARNINGS.get(flow.mode, ""),
                words=self._why or _words(flow, found),
                times=found.times if found else NONE,
                norm=found.norm if found else NONE,
                mass=found.mass if found else NONE,
                energy=found.energy if found else NONE,
                descends=LOSS if flow.mode == "natural" else ENERGY,
                lives=zero_lives.lives(found.lives) if found else (),
            ),
        )


def _subject(scene: Scene) -> object:
    """Return the subject of a flow, whatever its time."""
    return scene.family, scene.chart, replace(scene.flow, time=0.0, drift=0.0)


def _words(flow: FlowSettings, answer: FlowAnswer | None) -> str:
    """Say in a sentence or two what limits the flow, and what was cut off."""
    if answer is None:
        return "Evolve, or switch the layer Flow on."
    words = [answer.limiter or "Not yet begun."]
    if flow.mode == "natural" and answer.mass[-1] < (1.0 - OUTSIDE) * answer.mass[0]:
        words.append(f"{1 - answer.mass[-1] / answer.mass[0]:.1%} of the mass is off the grid now.")
    if answer.status != Status.OK:
        words.append(f"Stopped at t = {answer.stopped:.4g}: the norm would grow ten-fold.")
    if np.isnan(answer.time_error):
        words.append("Its error in time is not estimated: backward heat has none that stays small.")
    elif answer.time_error > 0.0:
        words.append(f"In time the field is off by {answer.time_error:.1g} of its norm at most.")
    if left := flow_drawables.left_out(answer):
        words.append(f"{left}.")
    return " ".join(words)


def changed(old: Scene, new: Scene) -> bool:
    """Whether a change of the scene is one that the flow's drawing or panel shows."""
    return (old.flow, old.layers, old.playhead) != (new.flow, new.layers, new.playhead)
