"""Edits of the scene: events of views become updates of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.jobs.job import Job
from app.jobs.path import PathAnswer
from app.jobs.preparation import (
    ATTENDS,
    HEADS,
    Prepared,
    PrepareTask,
    edited,
    is_mild,
    is_slow,
    joined,
)
from app.jobs.subject import CurrentSubject, Subject
from app.model import panel_titles, pins
from app.model.flow import rewritten
from app.model.layers import showing
from app.model.scene import Scene, completed, in_chart
from app.presenters import head_specification, picking, scene_panels, sight, steering
from app.views.interface.events import CameraMoved, LoopDrawn, PinMoved, VectorMoved, ViewChanged
from app.views.interface.flow import StrokeDrawn
from app.views.interface.views import Canvas, Window
from app.views.text.file_patterns import pattern_of
from compute.flow.modes import OF_MASS

# fields that a slider changes: one drag is one undo step
SLIDERS = ("alpha", "playhead", "map_opacity", "flow.time", "data.level", "data.times")


class Editor:
    """Changes the scene of a store; invalid values are reported in the window, not raised."""

    def __init__(
        self,
        subject: CurrentSubject,
        window: Window,
        submit: Callable[[Job], None],
        on_preparing: Callable[[Mapping[str, Any]], None] = lambda changes: None,
    ) -> None:
        self._subject, self._store = subject, subject.store
        self._on_preparing = on_preparing  # called with a description of the preparation
        self._window = window
        self._submit = submit
        self.task: PrepareTask | None = None  # the changes in preparation

    def move_pin(self, event: PinMoved) -> None:
        """Move a pin, unless the target is outside the domain."""
        scene, subject = self._store.scene, self._subject.now
        name = pins.FIELDS[event.pin]
        before: pins.Pin | None = getattr(scene, name)
        is_there = (
            event.done and before is not None and picking.is_drawn_at(subject, before, event.xy)
        )
        pin = None if is_there else picking.pin_at(subject, before, event.xy)
        if pin is not None:
            moved: dict[str, Any] = {name: pin}
            if event.pin == "C":
                moved["layers"] = showing(scene.layers, "third")
            self._store.update(replace(scene, **moved), merge=f"pin {event.pin}")
        self._end_step_if(event.done)

    def move_vector(self, event: VectorMoved) -> None:
        """Set the vector at A from the dragged tip."""
        vector = picking.vector_to(self._subject.now, event.tip)
        if vector is not None:
            self._store.update(replace(self._store.scene, vector=vector), merge="vector")
        self._end_step_if(event.done)

    def draw(self, event: LoopDrawn | StrokeDrawn) -> None:
        """Process a line drawn by hand: a loop, or a stroke of a painted field."""
        if event.xy.shape[1] != self._subject.now.chart.dimension:
            # the canvas has just switched between plane and surface
            self._window.log("the chart has changed since you drew this: draw it again")
        elif isinstance(event, StrokeDrawn):
            self.paint(event)
        else:
            self.draw_loop(event)

    def draw_loop(self, event: LoopDrawn) -> None:
        """Set the loop from a line drawn by hand, cut at the domain's boundary, and show its layer."""
        scene = self._store.scene
        loop, is_whole = picking.loop_through(self._subject.now, event.xy)
        if len(set(loop)) < 3:
            self._window.log("a loop needs at least three points in the domain")
            return
        self._store.update(replace(scene, loop=loop, layers=showing(scene.layers, "loop")))
        self._store.settle()
        if not is_whole:
            self._window.log("the loop was cut where it left the domain")

    def paint(self, event: StrokeDrawn) -> None:
        """Add a stroke to the painted field and make it the initial field."""
        scene = self._store.scene
        stroke = picking.stroke_along(self._subject.now, event.xy)
        if stroke is None:
            self._window.log("a stroke needs at least two points in the domain")
            return
        changes: dict[str, Any] = {"strokes": (*scene.flow.strokes, stroke), "initial": "painted"}
        if scene.flow.mode in OF_MASS:
            changes["mode"] = "rough"
        try:
            flow = rewritten(scene.flow, changes)
        except ValueError as problem:
            self._window.log(f"⚠ this stroke cannot be painted: {problem}")
            return
        shown = replace(scene.layers, flow=True)
        self._store.update(replace(scene, flow=flow, layers=shown))
        self._store.settle()

    def _field_file(self, changes: dict[str, Any]) -> bool:
        """Ask for the file of an initial field if required; False if the user cancels."""
        if changes.get("flow.initial") == "file":
            changes["flow.source"] = self._window.ask_open(
                "Open an initial field", pattern_of("arrays")
            )
        return changes.get("flow.source", "") is not None

    def change_view(self, event: ViewChanged) -> None:
        """Set the visible rectangle."""
        self._store.update(replace(self._store.scene, view=event.extent), merge="view")

    def move_camera(self, event: CameraMoved) -> None:
        """Set the camera of a surface."""
        self._store.update(replace(self._store.scene, camera=event.camera), merge="camera")
        self._end_step_if(event.done)

    def edit(self, changes: dict[str, Any], merge: str | None = None) -> None:
        """Set fields of the scene, after preparing what they need; ``merge``: see `Store.update`."""
        scene = self._store.scene
        if not self._field_file(changes):
            self._window.set_panels(scene_panels.state(self._subject.now))
        elif self.task is not None or is_slow(scene, changes):
            waiting = joined(dict(self.task.changes) if self.task else {}, changes)
            self.task = PrepareTask(scene, tuple(waiting.items()), _show_panels)
            self._submit(self.task)
            self._on_preparing(waiting)
        else:
            self._apply(changes, merge)

    @property
    def is_waiting(self) -> bool:
        """Whether changes are being prepared."""
        return self.task is not None

    def finish(self, answer: Prepared) -> None:
        """Apply prepared changes, unless more have come since."""
        if answer.job != self.task:
            return
        changes, self.task = dict(answer.job.changes), None
        if answer.problem:
            self._refuse(answer.problem, changes)
        else:
            self._apply(changes)

    def cancel(self) -> None:
        """Drop the edit in preparation, which failed; its exception is reported elsewhere."""
        self.task = None
        self._window.set_panels(scene_panels.state(self._subject.now))

    def _apply(self, changes: dict[str, Any], merge: str | None = None) -> None:
        try:
            scene = edited(self._store.scene, changes)
        except ValueError as problem:
            self._refuse(str(problem), changes)
        else:
            slid = (name for name in changes if name in SLIDERS or is_mild(changes))
            self._store.update(scene, merge=merge or next(slid, None))
            if ATTENDS in changes:
                self._show_own_row(int(changes[ATTENDS]))

    def attend(self) -> None:
        """Put A on the token nearest to it, under that token's own mask."""
        token = picking.token_nearest_to_start(self._subject.now)
        if token is None:
            self._window.log("only the tokens of an attention head have rows of their own")
        else:
            self.edit({ATTENDS: token})

    def _show_own_row(self, token: int) -> None:
        self._window.raise_panel(panel_titles.DISTRIBUTIONS)
        problem = head_specification.no_plane_of(self._store.scene.family, token)
        if problem:
            self._window.log(problem)

    def _refuse(self, problem: str, changes: Mapping[str, Any]) -> None:
        if HEADS in changes:
            self._window.tell("Cannot show the heads of this file", problem)
        else:
            self._window.log(f"⚠ this cannot be shown: {problem}")
        self._window.set_panels(scene_panels.state(self._subject.now))

    def switch_equal(self) -> None:
        """Draw both axes at one scale, or each at its own."""
        scene, chart = self._store.scene, self._subject.now.chart
        if chart.equal:
            self._window.log("both axes of this chart have one scale by its nature")
            return
        self._store.update(replace(scene, equal=not scene.equal))
        self._store.settle()

    def reset_view(self) -> None:
        """Reset to the chart's default rectangle, or the default camera of a surface."""
        scene = self._store.scene
        self._window.set_coordinates("")  # the point under the pointer changes
        self._store.update(in_chart(replace(scene, view=None), scene.chart))

    def fit(self, answer: PathAnswer | None, canvas: Canvas) -> None:
        """Bring the geodesic, the moving point, the pins and the vector into view: by the camera of a
        surface, or else by the rectangle shown, and all of a height over it.
        """
        scene, subject = self._store.scene, self._subject.now
        assert scene.view is not None
        if subject.is_surface:
            canvas.show_points(sight.points(subject, answer, subject.chart))
            return
        view = sight.extent(sight.points(subject, answer, subject.chart.plane), scene.view)
        camera = None if subject.chart.dimension == 3 else scene.camera
        self._store.update(replace(scene, view=view, camera=camera))
        self._store.settle()

    def swap(self, answer: PathAnswer | None) -> None:
        """Exchange the pins; the vector moves to the new A, transported if that is known."""
        scene, vector = self._store.scene, None
        if answer is not None and answer.paths.reached[0] == 1.0:
            x, y = answer.transport.vectors[0, -1]
            vector = (float(x), float(y))
        swapped = replace(scene, start=scene.end, end=scene.start, vector=vector)
        self._store.update(completed(swapped))

    def _end_step_if(self, done: bool) -> None:
        if done:
            self._store.settle()


def _show_panels(scene: Scene) -> None:
    """Compute what the panels will show of a scene; the results are cached."""
    scene_panels.state(Subject.of(scene))
    steering.lumped_note(scene.family)
