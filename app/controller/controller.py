"""The controller: the only module that knows the store, the views and the runner.

view event → store.update → immediate redraw → plan → runner → answer → views
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from app.controller.chart_transition import ChartTransition
from app.controller.editor import Editor
from app.controller.formula_reader import FormulaReader
from app.controller.waiting_screen import WaitingScreen
from app.jobs.derive_family import FamilyAnswer, FamilyRemark, ReadyTask
from app.jobs.ellipses import EllipseAnswer, EllipseJob
from app.jobs.first_picture import FirstPicture
from app.jobs.flow import FlowAnswer
from app.jobs.job import Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import LivePlan, Submits, belongs_to, live_jobs
from app.jobs.preparation import Prepared, PrepareTask
from app.jobs.relaxation import RelaxAnswer
from app.jobs.retry import RetryTask
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.studies.study import Study, StudyAnswer
from app.jobs.subject import CurrentSubject, Subject, changed_fields
from app.jobs.verification import CheckAnswer
from app.jobs.viewport import Viewport
from app.jobs.worker import EngineOpened, JobFailed
from app.model.scene import Scene
from app.model.store import Store
from app.parts.part import Part, PartContext
from app.parts.registry import PARTS
from app.parts.timeline import TimelinePart
from app.presenters import drawing, scene_panels
from app.presenters.shown_answers import AWAITED, ShownAnswers
from app.views.interface.events import (
    CameraMoved,
    CommandInvoked,
    Event,
    FormulaTyped,
    Held,
    Hovered,
    LoopDrawn,
    PinMoved,
    PlotResized,
    SceneEdited,
    VectorMoved,
    ViewChanged,
)
from app.views.interface.flow import StrokeDrawn
from app.views.interface.views import Canvas, Window
from app.views.text.number_format import Numbers

# fields whose change does not alter the panels' texts
MOVED = ("playhead", "view", "camera", "start", "end", "vector", "flow")
# fields whose change needs another path
PATHS = frozenset(("start", "end", "vector", "alpha"))
P = TypeVar("P", bound=Part)
Drawn = PathAnswer | MapAnswer | EllipseAnswer | StudyAnswer | RelaxAnswer | FlowAnswer


class Controller:
    """Connects one store, one canvas, one window and one runner."""

    def __init__(self, store: Store, canvas: Canvas, window: Window, runner: Submits) -> None:
        self.store = store
        self.canvas = canvas
        self.window = window
        self.runner = runner
        self._current = CurrentSubject(store)
        self.transition = ChartTransition(canvas, window)
        self.answers = ShownAnswers(self._current, canvas, window)
        self.waiting = WaitingScreen(store, canvas, window, self.answers, self._clear)
        self.editor = Editor(self._current, window, runner.submit, self.waiting.begin)
        self.formulas = FormulaReader(store, window, self.answers, runner.submit)
        self._deferred: list[Drawn] = []  # messages that arrived during a chart transition
        self.commands: dict[str, Callable[[], None]] = {
            "undo": lambda: self.answers.retell(store.undo),
            "redo": lambda: self.answers.retell(store.redo),
            "check": self.check,
            "reset_view": self.editor.reset_view,
            "fit_curve": lambda: self.editor.fit(self.answers.path, canvas),
            "equal_axes": self.editor.switch_equal,
            "swap": lambda: self.editor.swap(self.answers.path),
            "attend": self.editor.attend,
        }
        context = PartContext(
            store, canvas, window, runner.submit,
            current=self._current, path=lambda: self.answers.path, say=self.answers.say,
            ground=lambda: self.answers.map, edit=self.editor.edit,
            is_behind=lambda: self._planned.is_behind, hold=self._hold,
        )  # fmt: skip
        self.parts = [make(context) for make in PARTS]
        for part in self.parts:
            self.commands |= part.commands()
        self.waiting.parts = self.parts
        self._viewport = Viewport()
        self._is_unplanned = False  # content or resolution of the canvas must be replanned
        self._planned = LivePlan(runner.submit)
        canvas.connect(self.on_event)
        window.connect(self.on_event)
        store.listen(self.on_scene)
        self._shown = self.subject
        self._show_everything(self._shown)

    @property
    def subject(self) -> Subject:
        """The current scene with its manifold and chart."""
        return self._current.now

    # --- events -------------------------------------------------------------------------------
    def on_event(self, event: Event) -> None:
        """Handle one event of a view: update the scene, then the views."""
        with self.store.event():
            self._handle(event)
            for part in self.parts:
                if isinstance(event, part.events):
                    part.on_event(event)
        self._finish()

    def _finish(self) -> None:
        """Complete the remaining display and planning of an event or a message."""
        if self.waiting.is_on and not self.editor.is_waiting:
            self._resume()
        if self._is_unplanned:
            self._plan(self.subject)

    def _handle(self, event: Event) -> None:  # noqa: C901 (one match)
        match event:
            case PinMoved():
                self._drag(not event.done)
                self.editor.move_pin(event)
            case VectorMoved():
                self._drag(not event.done)
                self.editor.move_vector(event)
            case LoopDrawn() | StrokeDrawn():
                self.editor.draw(event)
            case ViewChanged() | PlotResized():
                self._viewport = replace(self._viewport, pixels=event.pixels)
                self._is_unplanned = True
                if isinstance(event, ViewChanged):
                    self.editor.change_view(event)
            case CameraMoved():
                self.editor.move_camera(event)
            case SceneEdited():
                self.editor.edit(dict(event.changes))
            case CommandInvoked() if event.name in self.commands:
                self.commands[event.name]()
            case Held():
                self._drag(event.held)
            case FormulaTyped():
                self.formulas.read(event)
            case Hovered() if not self.waiting.is_blank:
                self.answers.describe(event.xy)

    def prefer(self, numbers: Numbers, steps: tuple[int, int]) -> None:
        """Apply preferences: number format, and steps of paths during a drag and at rest."""
        self.answers.numbers = numbers
        self.answers.show_measures()
        for part in self.parts:
            part.use_numbers(numbers)
        self._viewport = replace(self._viewport, steps=steps)
        self._plan(self.subject)

    def _drag(self, dragging: bool) -> None:
        is_shown_later = self.waiting.is_blank or self.transition.is_running
        if self._viewport.dragging and not (dragging or is_shown_later):
            drawing.show_pins(self.canvas, self._current.now)
        self._viewport = replace(self._viewport, dragging=dragging)
        self._is_unplanned |= not dragging

    def _hold(self, held: bool) -> None:
        self._drag(held)
        self._plan(self.subject, frozenset())

    def check(self) -> None:
        """Recompute the shown path and map in float64."""
        for job in self.answers.to_check():
            self.answers.say("recomputing in float64 …", True)
            self.runner.submit(job)

    # --- the scene changed ----------------------------------------------------------------------
    def on_scene(self, old: Scene, new: Scene) -> None:
        """Show at once what needs no computation, and submit the rest."""
        before, self._shown = self._shown, self.subject.at(new)
        changed = changed_fields(before, self._shown)
        self._follow(before, self._shown, changed)
        for part in self.parts:
            # blanked parts are notified of any later change
            if self.waiting.is_on or part.fields is None or not part.fields.isdisjoint(changed):
                part.on_scene(old, new)

    def _follow(self, before: Subject, subject: Subject, changed: frozenset[str]) -> None:
        old, new = before.scene, subject.scene
        if self.transition.is_running:
            self.transition.end()
        if self.waiting.is_blank and "ground" not in changed:
            return  # it is shown with all the rest
        if changed & {"family", "alpha", "start", "end"}:
            self.answers.remark_on(old, new)
        if "ground" not in changed:
            self._update(subject, changed)
        elif old.family == new.family and old.chart != new.chart:
            self._switch_chart(before, subject)
        else:
            self._clear()
            self._show_everything(subject, is_new=True)

    def _update(self, subject: Subject, changed: frozenset[str]) -> None:
        """Show changes that leave the ground as it is."""
        # what a hand holds is drawn with the path that belongs to it
        is_led = self._viewport.dragging and bool(changed & PATHS)
        if changed & {"start", "end", "third", "vector"} and not is_led:
            drawing.show_pins(self.canvas, subject)
        self._update_look(subject, changed)
        if "layers" in changed:
            drawing.show_layers(self.canvas, subject)
            self.answers.show_opacity()
            self.answers.show_path()
            self._planned.drop(Study)
        if changed & {"playhead", "start", "end"} and not is_led:
            self.answers.show_moving_point()
        if any(name.partition(".")[0] not in MOVED for name in changed):
            self._show_panels(subject)
        self._plan(subject, changed)
        if "layers" in changed:
            self.answers.keep_studies(set(self._planned.jobs))
            self.answers.show_measures()

    def _update_look(self, subject: Subject, changed: frozenset[str]) -> None:
        """Update view, camera and colours."""
        if changed & {"view", "equal"}:
            drawing.show_view(self.canvas, subject, with_axes="equal" in changed)
        if "camera" in changed:
            drawing.show_camera(self.canvas, subject)
        if changed & {"colormap", "map_opacity", "limits", "layers.contours"}:
            self.answers.show_map()
        if "opacity" in changed:
            self.answers.show_opacity()
        if changed & {"notes", "angles", "layers.notes", "layers.loop"}:
            self.answers.show_notes()

    def _switch_chart(self, old: Subject, new: Subject) -> None:
        """Animate the change to another chart while the map is computed."""
        self.answers.clear_map()
        self.answers.keep_common(old.scene, new.scene, set(live_jobs(new, self._viewport, {})))
        self._viewport = replace(self._viewport, dragging=False)
        self._planned.drop(MapJob, EllipseJob)
        self.transition.begin(
            old, new, self.answers.path, self.answers.studies, self._end_transition
        )
        self._show_panels(new)
        self._plan(new)

    def _end_transition(self) -> None:
        """Draw the answers that arrived during the transition, unless the chart has changed again."""
        drawing.show_scene(self.canvas, self.subject)
        self.answers.show_path()
        self.answers.show_studies()
        late, self._deferred = self._deferred, []
        for message in late:
            if belongs_to(message.job, self.store.scene) and not self.waiting.is_blank:
                self._deliver(message)

    def _plan(self, subject: Subject, changed: frozenset[str] | None = None) -> None:
        """Submit the jobs needed now; if only some fields have ``changed``, those that read them."""
        if self.waiting.is_blank:
            return
        changed, self._is_unplanned = None if self._is_unplanned else changed, False
        if self._planned.follow(subject, self._viewport, changed):
            is_hurried = self._viewport.dragging or self.part(TimelinePart).is_playing
            self.answers.mark_stale(self._planned.jobs, is_hurried)

    def _clear(self, words: str = AWAITED) -> None:
        """Clear everything shown."""
        self.transition.end()
        self.answers.clear(words)

    def _resume(self) -> None:
        """Restore the display after a preparation that failed or changed nothing."""
        self.waiting.is_on = False
        if self.waiting.is_blank:
            self._show_everything(self.subject)
            for part in self.parts:
                part.on_scene(self.store.scene, self.store.scene)
        self.answers.mark_unread(False)

    def give_up(self, job: Job) -> None:
        """Clean up after a job that the user cancelled."""
        self._planned.close(job)
        if isinstance(job, PrepareTask):
            self.editor.cancel()
            self._finish()
        self.answers.say(f"cancelled: {job.label}", False)

    def _show_everything(self, subject: Subject, is_new: bool = False) -> None:
        """Show a subject; of one that ``is_new`` with a first picture until its kernels are there."""
        scene = subject.scene
        self._planned.drop(Job)
        self.waiting.is_blank = False
        drawing.show_scene(self.canvas, subject)
        self.window.set_distributions(None)
        self.window.set_playhead(scene.playhead)
        self._show_panels(subject)
        first = FirstPicture.of(live_jobs(subject, self._viewport, {}).values())
        if is_new and first is not None:
            self.runner.submit(first)
        self._plan(subject)
        if scene.family.startswith("custom"):
            self.runner.submit(ReadyTask())

    def _show_panels(self, subject: Subject) -> None:
        self.window.set_title(subject.scene.title or subject.manifold.title)
        self.window.set_panels(scene_panels.state(subject))

    # --- answers --------------------------------------------------------------------------------
    def on_message(self, message: object) -> None:
        """Handle a message of the runner on the GUI thread; drop outdated answers."""
        self._planned.close(getattr(message, "job", None), getattr(message, "complete", True))
        if self.waiting.is_blank and isinstance(message, Drawn | CheckAnswer):
            return  # it is requested again if the scene stays
        if self.transition.is_running and isinstance(message, Drawn):
            self._deferred.append(message)
            return
        with self.store.event():
            self._deliver(message)
        self._finish()

    def _deliver(self, message: object) -> None:
        self._take(message)
        for part in self.parts:
            if isinstance(message, part.messages):
                part.on_message(message)

    def part(self, kind: type[P]) -> P:
        """Return the part of that class."""
        return next(part for part in self.parts if isinstance(part, kind))

    def figure_options(self) -> dict[str, str | int | bool]:
        """Return command-line options for figures that show what is not part of the scene."""
        return {name: value for part in self.parts for name, value in part.options().items()}

    def close(self) -> None:
        """Stop all animations, because the window closes."""
        for part in self.parts:
            part.close()

    def _take(self, message: object) -> None:  # noqa: C901 (one match)
        match message:
            case PathAnswer() if self._planned.is_path(message.job):
                self.answers.take_path(message, self._viewport.dragging)
                if message.may_be_retried:
                    self.answers.say("not converged: trying again in float64 …", False)
                    self.runner.submit(RetryTask(message.job))
            case PathAnswer() if self._is_late(message.job):
                self.answers.take_path(message, dragging=True)
            case MapAnswer() | EllipseAnswer() if self._planned.is_asked(message.job):
                self.answers.take_ground(message)
            case MapAnswer() if self.answers.lacks(message) and self._planned.is_map(message.job):
                self.answers.take_ground(message)  # computed before the canvas had its size
            case StudyAnswer() if self._planned.is_asked(message.job) or self._is_late(message.job):
                self.answers.take_study(message)
            case Prepared():
                self.editor.finish(message)
            case FamilyAnswer():
                self.formulas.show(message)
            case FamilyRemark():
                self.formulas.add(message)
            case CheckAnswer():
                self.answers.take_check(message)
            case EngineOpened():
                self.answers.take_engine(message)
            case JobFailed():
                self._report(message)

    def _is_late(self, job: PathJob | Study) -> bool:
        """Whether the answer is one move of a drag behind, but worth drawing."""
        return self._viewport.dragging and self._planned.is_late(job)

    def _report(self, failed: JobFailed) -> None:
        """Report why a job failed, and end everything that waits for it."""
        if isinstance(failed.job, PrepareTask):
            self.editor.cancel()
        self.answers.say(failed.problem, False)
