"""Running a flow: evolve, pause, step and reset, particles, and the panel's state."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.jobs import flow as flowing
from app.jobs.flow import FlowAnswer, FlowJob
from app.jobs.subject import Subject
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.flow import MOST_STEPS, FlowSettings
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.presenters import flow_drawables, zero_lives
from app.presenters.flow_form import settings
from app.views.interface.flow import FlowState, Particles, Setting
from compute.core.status import Status

FRAME_MS = 40
# maximum steps per frame, when frames come late because the computer is under load
MOST_AT_ONCE = 5
# seconds of a particle's life
LIFE = 4.0
WARNINGS = {
    "sharpen": "Backward heat is ill-posed. Short waves are damped; the flow stops when the norm has "
    "grown tenfold.",
    "seed": "Backward heat is ill-posed, and this equation is not covariant: another chart gives "
    "another result.",
}
# the time slider ends after this many steps, or at the time of the flow
SLIDER = 200
# share of the mass that may leave the grid without a remark
OUTSIDE = 5e-4
NONE = np.zeros(0)


# subject of the third plot, and the reason
ENERGY = (
    "energy",
    "−½⟨A, ∂A/∂t⟩, which a heat flow decreases; for rough heat this is ½∫|∇A|²dA",
)
LOSS = (
    "mean KL",
    "mean of KL(B‖θ) over the mass on the grid, in nats; the natural gradient decreases it",
)


# fields of the scene that the panel or the drawing shows, and those for the start of a visible flow
SHOWN = frozenset(
    ("family", "chart", "flow", "layers", "scalar", "token", "colormap", "map_opacity")
)
BEGINS = frozenset(("start", "end", "vector"))


class FlowPart(Part):
    """The scene's flow: evolved on the window's clock, drawn, and described in its panel."""

    messages = (FlowAnswer, JobFailed)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self.answer: FlowAnswer | None = None  # what is drawn
        self._chart = context.subject.chart
        self._asked: FlowJob | None = None
        self._form: tuple[object, tuple[Setting, ...]] = (None, ())
        self._stop: Callable[[], None] | None = None
        self._title = ""  # of the scene with the running flow
        self._stop_drifting: Callable[[], None] | None = None
        self._moving: Particles | None = None
        self._phase = 0.0
        self.now: Callable[[], float] = time.monotonic
        self._stepped_at = self._drifted_at = 0.0  # times of the last step and of the last frame
        # an impossible flow, and the reason
        self._failed: tuple[object, str] | None = None
        self._show_state()
        self._ask()

    def commands(self) -> dict[str, Callable[[], None]]:
        return {
            "flow_evolve": self.toggle,
            "flow_step": self.step,
            "flow_reset": self.reset,
            "flow_unpaint": self.unpaint,
        }

    def on_scene(self, old: Scene, new: Scene) -> None:
        chart = self.context.subject.chart
        if chart is not self._chart:
            self._chart = chart
            self._forget()
            self._show_state()
        elif old is new or any(getattr(old, f) != getattr(new, f) for f in SHOWN):
            if old is new:
                self._asked = None  # answers that arrived while everything was blank are lost
            if (old.layers, old.colormap, old.map_opacity) != (
                new.layers, new.colormap, new.map_opacity,
            ):  # fmt: skip
                self._draw()
            self._show_state()
        self._ask()

    def on_waiting(self) -> None:
        self._forget()

    def on_message(self, message: object) -> None:
        match message:
            case FlowAnswer() if self._asked and flowing.same_evolution(message.job, self._asked):
                self.answer, self._failed = message, None
                self._draw()
                self._show_state()
            case JobFailed(job=FlowJob()):
                self._fail(message.problem.partition(": ")[2])

    def close(self) -> None:
        self._forget()

    # --- the clock ----------------------------------------------------------------------------
    @property
    def is_running(self) -> bool:
        """Whether the flow is running."""
        return self._stop is not None

    def toggle(self) -> None:
        """Start or pause the flow."""
        if self._stop is None and not self._why:
            self._show_layers()
            self._title = self.context.store.scene.title
            self._stepped_at = self.now()
            self._stop = self.context.every(FRAME_MS, self._advance)
        else:
            self._pause()
            self.context.store.settle()
        self._show_state()

    def step(self) -> None:
        """Advance by one step."""
        self._show_layers()
        self._go_on(1, self._change)

    def reset(self) -> None:
        """Return to the initial field."""
        self._pause()
        self._change(time=0.0)

    def unpaint(self) -> None:
        """Delete all strokes, as one undo step."""
        self._pause()
        self.context.store.settle()
        self._change(strokes=(), time=0.0)
        self.context.store.settle()

    def _pause(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    @property
    def _why(self) -> str:
        """Why the scene's flow cannot be computed; "" if that is not known."""
        subject, words = self._failed or (None, "")
        return words if subject == _subject(self.context.store.scene) else ""

    def _advance(self) -> None:
        """Advance by the steps that are due, unless the last ones are still pending or the scene has
        changed.
        """
        answer = self.answer
        if self.context.store.scene.title != self._title:
            self._pause()
            self._show_state()
            return
        if answer is None or answer.time != self.context.store.scene.flow.time:
            return
        if answer.status != Status.OK:
            self._pause()
            self._show_state()
            return
        due = round((self.now() - self._stepped_at) * 1000 / FRAME_MS)
        if due > 0:
            # what is not computed in time is given up, or requests would grow without end
            late = due > MOST_AT_ONCE
            self._stepped_at = self.now() if late else self._stepped_at + due * FRAME_MS / 1000
            self._go_on(min(due, MOST_AT_ONCE), self._play)

    def _go_on(self, more: int, show: Callable[..., None]) -> None:
        flow = self.context.store.scene.flow
        # a whole number of steps, so that stored states can be reused
        steps = round(flow.time / flow.pace)
        if steps < MOST_STEPS:
            show(time=min(steps + more, MOST_STEPS) * flow.pace)
        else:
            self._pause()

    def _play(self, time: float) -> None:
        """Set the time while the flow runs, which is no step of undo."""
        scene = self.context.store.scene
        self.context.store.play(replace(scene, flow=replace(scene.flow, time=time)))

    def _change(self, **fields: object) -> None:
        scene = self.context.store.scene
        flow = replace(scene.flow, **fields)  # type: ignore[arg-type]
        self.context.store.update(replace(scene, flow=flow), merge="flow time")

    def _show_layers(self) -> None:
        """Switch on arrows and particles if no layer shows the flow."""
        scene = self.context.store.scene
        if not flowing.is_shown(scene):
            layers = replace(scene.layers, flow=True, particles=True)
            self.context.store.update(replace(scene, layers=layers))

    # --- jobs and answers ---------------------------------------------------------------------
    def _ask(self) -> None:
        """Submit the scene's flow, unless it was submitted last."""
        shown = flowing.is_shown(self.context.store.scene)
        self.fields = SHOWN | {"ground"} | (BEGINS if shown else frozenset())
        wanted = flowing.wanted(self.context.subject) if shown else None
        if wanted is not None and wanted != self._asked:
            self.context.submit(wanted)
        self._asked = wanted

    def _forget(self) -> None:
        """Stop, and clear the drawing until an answer for the current subject arrives."""
        self._pause()
        self.answer = self._moving = None
        self._failed = self._asked = None
        self._keep_drifting()

    def _fail(self, why: str) -> None:
        """Clear the drawing of a flow that cannot be computed, and show the reason in the panel."""
        asked = self._asked
        self._forget()
        self._asked = asked  # once is enough
        self._failed = (_subject(self.context.store.scene), f"Cannot compute this flow: {why}.")
        flow_drawables.clear(self.context.canvas)
        if not self.context.store.scene.layers.map:
            self.context.canvas.set_map(None)
        self._show_state()

    def _draw(self) -> None:
        """Draw the flow as far as it is computed."""
        subject = self.context.subject
        if self.answer is not None and flowing.is_shown(subject.scene):
            self._moving = flow_drawables.show(self.context.canvas, subject, self.answer)
            self._put()
        else:
            self._moving = None
        self._keep_drifting()

    def _keep_drifting(self) -> None:
        """Animate particles while they are shown."""
        if self._moving is not None and self._stop_drifting is None:
            self._drifted_at = self.now()
            self._stop_drifting = self.context.every(FRAME_MS, self._drift)
        elif self._moving is None and self._stop_drifting is not None:
            self._stop_drifting()
            self._stop_drifting = None

    def _drift(self) -> None:
        now = self.now()
        self._phase = (self._phase + (now - self._drifted_at) / LIFE) % 1.0
        self._drifted_at = now
        self._put()

    def _put(self) -> None:
        if self._moving is not None:
            self.context.canvas.set_particles(
                self._moving, flow_drawables.phase(self.context.store.scene) + self._phase
            )

    def _show_state(self) -> None:
        """Show form, time, limiter and history in the panel."""
        subject, answer = self.context.subject, self.answer
        scene = subject.scene
        flow, found = scene.flow, None
        if answer is not None and flowing.is_shown(scene):
            # numbers of another field or equation do not apply
            found = answer if flowing.same_evolution(answer.job, flowing.wanted(subject)) else None
        self.context.window.set_panel(
            panel_titles.FLOW,
            FlowState(
                settings=self._settings(subject),
                time=flow.time,
                longest=max(SLIDER * flow.pace, flow.time),
                running=self.is_running,
                warning=WARNINGS.get(flow.mode, ""),
                words=self._why or _words(flow, found),
                why=found.why if found else "",
                times=found.times if found else NONE,
                norm=found.norm if found else NONE,
                mass=found.mass if found else NONE,
                energy=found.energy if found else NONE,
                descends=LOSS if flow.mode == "natural" else ENERGY,
                lives=zero_lives.lives(found.lives) if found else (),
            ),
        )

    def _settings(self, subject: Subject) -> tuple[Setting, ...]:
        """Return the form, which does not depend on time."""
        key = (subject.chart, _subject(subject.scene))
        if self._form[0] != key:
            self._form = (key, settings(subject))
        return self._form[1]


def _subject(scene: Scene) -> object:
    """Return the identity of a flow, without its time."""
    return scene.family, scene.chart, replace(scene.flow, time=0.0, drift=0.0)


def _words(flow: FlowSettings, answer: FlowAnswer | None) -> str:
    """Describe in a sentence or two what limits the flow, and what was cut off."""
    if answer is None:
        return "Press Evolve, or switch on the layer Flow."
    words = [answer.limiter or "Not yet started."]
    if flow.mode == "natural" and answer.mass[-1] < (1.0 - OUTSIDE) * answer.mass[0]:
        words.append(f"{1 - answer.mass[-1] / answer.mass[0]:.1%} of the mass has left the grid.")
    if answer.status != Status.OK:
        words.append(f"Stopped at t = {answer.stopped:.4g}: the norm had grown tenfold.")
    if np.isnan(answer.time_error):
        words.append(
            "The error in time is not estimated: for backward heat it does not stay small."
        )
    elif answer.time_error > 0.0:
        words.append(f"The error in time is at most {answer.time_error:.1g} of the norm.")
    if left := flow_drawables.left_out(answer):
        words.append(f"{left}.")
    return " ".join(words)
