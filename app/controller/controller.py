"""The controller: the only place that knows the store, the views and the runner.

view event → store.update → what is known changes on screen at once → plan → runner → answer → views
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from app.controller import drawing, formulas, panels, picture, placing
from app.controller.checking import CheckAnswer, CheckJob
from app.controller.formulas import FamilyAnswer, FamilyJob
from app.controller.jobs import EllipseAnswer, Job, MapAnswer, PathAnswer, PathJob
from app.controller.morphing import Morph
from app.controller.plan import Viewport, jobs, plan
from app.controller.playing import Player
from app.controller.relaxing import RelaxAnswer, RelaxJob
from app.controller.runner import EngineOpened, JobFailed, Message
from app.controller.studies import STUDIES, StudyAnswer
from app.controller.surfaces import chart_drawn
from app.model.scene import Scene, check_height, completed, in_chart, of_family
from app.model.store import Store
from app.views.base import (
    CameraMoved,
    Canvas,
    CommandInvoked,
    Event,
    FormulaTyped,
    Hovered,
    LoopDrawn,
    Measure,
    PinMoved,
    SceneEdited,
    VectorMoved,
    ViewChanged,
    Window,
)
from compute.families import family as manifold_of
from compute.types import Status

# what changes of a scene without changing what panels say
MOVED = ("playhead", "view", "camera", "start", "end", "vector")
# answers that are drawn
DRAWN = (PathAnswer, MapAnswer, EllipseAnswer, StudyAnswer, RelaxAnswer)
# seconds between redrawings of the plots while something is dragged: they cost more than the curve
PLOTS = 0.07


class Submits(Protocol):
    """What the controller needs of a runner."""

    def submit(self, job: Job) -> None: ...


class Controller:
    """Joins one store, one canvas, one window and one runner."""

    def __init__(self, store: Store, canvas: Canvas, window: Window, runner: Submits) -> None:
        self.store = store
        self.canvas = canvas
        self.window = window
        self.runner = runner
        self.player = Player(store, canvas, window)
        self.morph = Morph(canvas, window)
        self._late: list[Message] = []  # what came while the chart changed
        self.commands: dict[str, Callable[[], None]] = {
            "undo": store.undo,
            "redo": store.redo,
            "play": self.player.toggle,
            "relax": self.relax,
            "check": self.check,
            "reset_view": self.reset_view,
            "swap": self.swap,
            "to_start": lambda: store.update(replace(store.scene, playhead=0.0)),
        }
        self._viewport = Viewport()
        self._planned: dict[type, Job] = {}
        self._answer: PathAnswer | None = None
        self._studies: dict[type, StudyAnswer] = {}
        self._check: Measure | None = None
        self._engine = EngineOpened("", "starting…")
        self._plotted = 0.0
        self._typed: FamilyJob | None = None
        canvas.connect(self.on_event)
        window.connect(self.on_event)
        store.listen(self.on_scene)
        self._show_everything(store.scene)

    # --- events -------------------------------------------------------------------------------
    def on_event(self, event: Event) -> None:
        """One event of a view."""
        match event:
            case PinMoved():
                self._move_pin(event)
            case VectorMoved():
                self._move_vector(event)
            case LoopDrawn():
                self._draw_loop(event)
            case ViewChanged():
                self._change_view(event)
            case CameraMoved():
                self._move_camera(event)
            case SceneEdited():
                self._edit(dict(event.changes))
            case FormulaTyped():
                self._read_formula(event)
            case Hovered():
                self.window.set_coordinates(placing.described(self.store.scene, event.xy))
            case CommandInvoked() if event.name in self.commands:
                self.commands[event.name]()
            case _:
                pass

    def _move_pin(self, event: PinMoved) -> None:
        scene = self.store.scene
        pin = placing.pin_at(scene, scene.start if event.pin == "A" else scene.end, event.xy)
        self._drag(not event.done)
        if pin is not None:
            moved = replace(scene, start=pin) if event.pin == "A" else replace(scene, end=pin)
            self.store.update(moved, merge=f"pin {event.pin}")
        if event.done:
            self.store.settle()

    def _move_vector(self, event: VectorMoved) -> None:
        vector = placing.vector_to(self.store.scene, event.tip)
        self._drag(not event.done)
        if vector is not None:
            self.store.update(replace(self.store.scene, vector=vector), merge="vector")
        if event.done:
            self.store.settle()

    def _draw_loop(self, event: LoopDrawn) -> None:
        """Keep a loop drawn by hand, if all of it lies in the domain, and show what it does."""
        loop = placing.loop_through(self.store.scene, event.xy)
        if loop is None:
            self.window.tell("That is no loop", "A loop needs three points or more in the domain.")
            return
        scene = self.store.scene
        self.store.update(replace(scene, loop=loop, layers=replace(scene.layers, loop=True)))
        self.store.settle()

    def _drag(self, dragging: bool) -> None:
        self._viewport = replace(self._viewport, dragging=dragging)
        if not dragging:
            self._plan(self.store.scene)

    def _change_view(self, event: ViewChanged) -> None:
        self._viewport = replace(self._viewport, pixels=event.pixels)
        self.store.update(replace(self.store.scene, view=event.extent), merge="view")
        self._plan(self.store.scene)

    def _move_camera(self, event: CameraMoved) -> None:
        self.store.update(replace(self.store.scene, camera=event.camera), merge="camera")
        if event.done:
            self.store.settle()

    def _edit(self, changes: dict[str, Any]) -> None:
        """Panels set fields; a field that does not fit is told, not raised."""
        scene = self.store.scene
        try:
            if "family" in changes:
                scene = of_family(scene, str(changes.pop("family")))
            if "chart" in changes:
                scene = in_chart(scene, str(changes.pop("chart")))
            layers = {
                k.removeprefix("layers."): v for k, v in changes.items() if k.startswith("layers.")
            }
            plain = {k: v for k, v in changes.items() if not k.startswith("layers.")}
            scene = replace(scene, layers=replace(scene.layers, **layers), **plain)
            check_height(scene)
        except ValueError as problem:
            self.window.tell("That cannot be shown", str(problem))
            self._show_panels(self.store.scene)
            return
        merge = next((k for k in plain if k in ("alpha", "playhead")), None)
        self.store.update(scene, merge=merge)

    def _read_formula(self, event: FormulaTyped) -> None:
        """Say at once what is wrong; what can be read is derived by the worker."""
        self._typed, verdict = formulas.read(event.definition)
        self.window.set_verdict(verdict)
        if self._typed is not None:
            self.runner.submit(self._typed)

    def _show_family(self, answer: FamilyAnswer) -> None:
        """Put a family that was typed into the scene, unless more has been typed since."""
        if answer.job != self._typed:
            return
        self.window.set_verdict(answer.verdict)
        if answer.verdict.right:
            scene = formulas.moved(self.store.scene, answer.job.family)
            self.store.update(scene, merge=f"formula {answer.job.kind}")

    def reset_view(self) -> None:
        """Show the chart's own rectangle again, or the surface from where it is seen best."""
        scene = self.store.scene
        self.store.update(in_chart(replace(scene, view=None), scene.chart))

    def swap(self) -> None:
        """Exchange the pins; the vector stays with A, carried to its new place if that is known."""
        scene, answer = self.store.scene, self._answer
        swapped = replace(scene, start=scene.end, end=scene.start, vector=None)
        if answer is not None and answer.paths.reached[0] == 1.0:
            u, v = answer.transport.vectors[0, -1]
            swapped = replace(swapped, vector=(float(u), float(v)))
        self.store.update(completed(swapped))

    def relax(self) -> None:
        """Watch the straight line between the pins become a geodesic."""
        scene = self.store.scene
        assert scene.start and scene.end
        self.runner.submit(RelaxJob(scene.family, scene.start.theta, scene.end.theta))

    def check(self) -> None:
        """Compute the path that is shown again in float64."""
        if self._answer is not None:
            job, theta = self._answer.job, self._answer.paths.theta[0]
            self._say("computing again in float64 …", True)
            self.runner.submit(CheckJob(job.family, job.start, job.end, job.alpha, theta))

    # --- the scene changed ----------------------------------------------------------------------
    def on_scene(self, old: Scene, new: Scene) -> None:
        """Show at once what needs no computing, and have the rest computed."""
        self.morph.end()
        if old.family == new.family and old.chart != new.chart:
            self._switch_chart(old, new)
            return
        if chart_drawn(old) is not chart_drawn(new):
            self._answer, self._check = None, None
            self._studies = {}
            self.player.end_relaxing()
            self._show_everything(new)
            return
        drawing.show_pins(self.canvas, new)
        if old.view != new.view and new.view is not None:
            self.canvas.set_view(new.view)
        if old.camera != new.camera:
            drawing.show_camera(self.canvas, new)
        if old.layers != new.layers:
            drawing.show_layers(self.canvas, new)
            self._show_path()
            self._planned = {k: job for k, job in self._planned.items() if k not in STUDIES}
        if (old.playhead, old.start, old.end) != (new.playhead, new.start, new.end):
            self._show_moving_point()
        if old != replace(new, **{name: getattr(old, name) for name in MOVED}):
            self._show_panels(new)
        self._plan(new)
        if old.layers != new.layers:
            self._show_measures()

    def _switch_chart(self, old: Scene, new: Scene) -> None:
        """The same things elsewhere: they glide there while the map is computed."""
        self.player.end_relaxing()
        self._viewport = replace(self._viewport, dragging=False)
        self._planned = {k: job for k, job in self._planned.items() if k is PathJob}
        self.morph.begin(old, new, self._answer, self._arrive)
        self._show_panels(new)
        self._plan(new)

    def _arrive(self) -> None:
        """Draw what came while the chart changed."""
        drawing.show_scene(self.canvas, self.store.scene)
        self._show_path()
        late, self._late = self._late, []
        for message in late:
            self._take(message)

    def _plan(self, scene: Scene) -> None:
        wanted = jobs(scene, self._viewport)
        for job in plan(self._planned, wanted):
            self.runner.submit(job)
        self._planned = wanted

    def _show_everything(self, scene: Scene) -> None:
        self._planned = {}
        drawing.show_scene(self.canvas, scene)
        self.window.set_distributions(None)
        self.window.set_title(scene.title or manifold_of(scene.family).title)
        self.window.set_playhead(scene.playhead, self.player.is_playing)
        self._show_panels(scene)
        self._plan(scene)

    def _show_panels(self, scene: Scene) -> None:
        self.window.set_panels(panels.state(scene))

    # --- answers --------------------------------------------------------------------------------
    def on_message(self, message: Message) -> None:
        """An answer or a remark of the runner, on the GUI thread; what nobody waits for is dropped."""
        if self.morph.is_running and isinstance(message, DRAWN):
            self._late.append(message)
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        match message:
            case PathAnswer() if self._is_wanted(message):
                self._answer, self._check = message, None
                self._show_path()
                self._show_numbers()
            case MapAnswer() | EllipseAnswer() if message.job == self._planned.get(
                type(message.job)
            ):
                drawing.show_answer(self.canvas, self.store.scene, message)
            case StudyAnswer():
                self._show_study(message)
            case RelaxAnswer():
                self.player.relax(message, lambda words: self._say(words, True))
            case FamilyAnswer():
                self._show_family(message)
            case CheckAnswer():
                self._show_check(message)
            case EngineOpened():
                self._engine = message
                self._say(message.remark or "ready", not message.remark)
            case JobFailed():
                self._say(message.problem, False)
            case PathAnswer():
                self._show_late(message)

    def _is_wanted(self, answer: PathAnswer) -> bool:
        """Whether it is the path that was asked for last, be it in the quality of a drag."""
        wanted = self._planned.get(PathJob)
        return isinstance(wanted, PathJob) and wanted == replace(answer.job, quality=wanted.quality)

    def _show_late(self, answer: PathAnswer) -> None:
        """During a drag the last answer is one move behind: better drawn than nothing."""
        current = self._planned.get(type(answer.job))
        if self._viewport.dragging and getattr(current, "family", None) == answer.job.family:
            self._answer, self._check = answer, None
            self._show_path()
            self._show_numbers()

    def _show_study(self, answer: StudyAnswer) -> None:
        """Draw it if it was asked for last, or one move of a drag before."""
        asked = self._planned.get(type(answer.job))
        late = self._viewport.dragging and getattr(asked, "family", None) == answer.job.family
        if answer.job == asked or late:
            self._studies[type(answer.job)] = answer
            drawing.show_study(self.canvas, self.store.scene, answer)
            self._show_measures()

    def _show_path(self) -> None:
        scene = self.store.scene
        if self._answer is not None and self._answer.job.family == scene.family:
            drawing.show_path(self.canvas, scene, self._answer)
            self._show_moving_point()

    def _show_numbers(self) -> None:
        now = time.monotonic()
        if self._viewport.dragging and now - self._plotted < PLOTS:
            return
        self._plotted = now
        answer, scene = self._answer, self.store.scene
        assert answer is not None
        self.window.set_distributions(
            picture.distributions(scene, answer, manifold_of(scene.family))
        )
        self._show_measures()
        status = Status(int(answer.paths.status[0]))
        self._say(status.words, status == Status.OK, f"{answer.milliseconds:.0f} ms")

    def _show_check(self, answer: CheckAnswer) -> None:
        """The float64 certificate, if it is of the path that is still shown."""
        shown = self._answer
        if shown is None or not np.shares_memory(shown.paths.theta, answer.job.theta):
            return
        self._check = answer.measure
        self._show_measures()
        words = f"{answer.measure.name.lower()} {answer.measure.value}"
        self._say(words, answer.measure.ok, f"{answer.milliseconds:.0f} ms")

    def _show_measures(self) -> None:
        """The numbers of the geodesic and of all studies that are shown."""
        if self._answer is not None:
            shown = [answer for kind, answer in self._studies.items() if kind in self._planned]
            extra = [measure for answer in shown for measure in answer.measures]
            extra += [self._check] if self._check else []
            self.window.set_measures([*picture.measures(self._answer), *extra])

    def _show_moving_point(self) -> None:
        scene = self.store.scene
        self.window.set_playhead(scene.playhead, self.player.is_playing)
        if self._answer is None or self._answer.job.family != scene.family:
            return
        row = drawing.show_moving_point(self.canvas, scene, self._answer)
        self.window.set_moving_row(row)

    def _say(self, words: str, ok: bool, timing: str = "") -> None:
        engine = (
            f"{self._engine.name} · {self._engine.adapter}" if self._engine.name else "starting…"
        )
        remark = self._engine.remark
        self.window.set_status(
            engine, timing, remark if remark and ok else words, ok and not remark
        )
