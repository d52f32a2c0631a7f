"""Edits of the scene: events of views become updates of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.jobs.job import Job
from app.jobs.preparation import Prepared, PrepareTask, edited, is_slow
from app.jobs.subject import CurrentSubject
from app.model.flow import rewritten
from app.model.layers import showing
from app.model.scene import completed, in_chart
from app.presenters import picking, scene_panels
from app.views.interface.events import CameraMoved, LoopDrawn, PinMoved, VectorMoved, ViewChanged
from app.views.interface.flow import StrokeDrawn
from app.views.interface.views import Window
from app.views.text.file_patterns import pattern_of
from compute.core.arrays import Floats
from compute.flow.modes import OF_MASS

# fields that a slider changes: what it passes over is one step of undo
SLIDERS = ("alpha", "playhead", "map_opacity", "flow.time", "family.temperature")


class Editor:
    """Changes one store's scene; what does not fit is told in the window, not raised."""

    def __init__(
        self,
        subject: CurrentSubject,
        window: Window,
        submit: Callable[[Job], None],
        on_preparing: Callable[[Mapping[str, Any]], None] = lambda changes: None,
    ) -> None:
        self._subject, self._store = subject, subject.store
        self._on_preparing = on_preparing  # told what is being prepared
        self._window = window
        self._submit = submit
        self._waiting: dict[str, Any] = {}  # changes that are being prepared

    def move_pin(self, event: PinMoved) -> None:
        """Put a pin where it was dragged, unless that is outside the domain."""
        scene = self._store.scene
        pin = picking.pin_at(
            self._subject.now, scene.start if event.pin == "A" else scene.end, event.xy
        )
        if pin is not None:
            moved = replace(scene, start=pin) if event.pin == "A" else replace(scene, end=pin)
            self._store.update(moved, merge=f"pin {event.pin}")
        self._end_step_if(event.done)

    def move_vector(self, event: VectorMoved) -> None:
        """Let the vector at A end where its tip was dragged."""
        vector = picking.vector_to(self._subject.now, event.tip)
        if vector is not None:
            self._store.update(replace(self._store.scene, vector=vector), merge="vector")
        self._end_step_if(event.done)

    def draw(self, event: LoopDrawn | StrokeDrawn) -> None:
        """Keep a line drawn by hand: a loop, or a stroke that paints a field."""
        if event.xy.shape[1] != self._subject.now.chart.dimension:
            # a surface is not on the canvas yet, or not any longer
            self._window.log("the chart has changed since that was drawn: draw it again")
        elif isinstance(event, StrokeDrawn):
            self.paint(event)
        else:
            self.draw_loop(event)

    def draw_loop(self, event: LoopDrawn) -> None:
        """Keep what lies in the domain of a loop drawn by hand, and show what it does."""
        scene = self._store.scene
        loop, is_whole = picking.loop_through(self._subject.now, event.xy)
        if len(set(loop)) < 3:
            self._window.log("a loop needs three points or more in the domain")
            return
        self._store.update(replace(scene, loop=loop, layers=showing(scene.layers, "loop")))
        self._store.settle()
        if not is_whole:
            self._window.log("the loop was cut where it left the domain")

    def paint(self, event: StrokeDrawn) -> None:
        """Add a stroke to the painted field, which the flow then begins with."""
        scene = self._store.scene
        stroke = picking.stroke_along(self._subject.now, event.xy)
        if stroke is None:
            self._window.log("a stroke needs two points or more in the domain")
            return
        changes: dict[str, Any] = {"strokes": (*scene.flow.strokes, stroke), "initial": "painted"}
        if scene.flow.mode in OF_MASS:
            changes["mode"] = "rough"
        try:
            flow = rewritten(scene.flow, changes)
        except ValueError as problem:
            self._window.tell("That cannot be painted", str(problem))
            return
        shown = replace(scene.layers, flow=True)
        self._store.update(replace(scene, flow=flow, layers=shown))
        self._store.settle()

    def _field_file(self, changes: dict[str, Any]) -> bool:
        """Ask for the file of a field where one is chosen; False if none is named."""
        if changes.get("flow.initial") == "file":
            changes["flow.source"] = self._window.ask_open(
                "Begin with a field", pattern_of("arrays")
            )
        return changes.get("flow.source", "") is not None

    def change_view(self, event: ViewChanged) -> None:
        """Show another rectangle."""
        self._store.update(replace(self._store.scene, view=event.extent), merge="view")

    def move_camera(self, event: CameraMoved) -> None:
        """Look at a surface from elsewhere."""
        self._store.update(replace(self._store.scene, camera=event.camera), merge="camera")
        self._end_step_if(event.done)

    def edit(self, changes: dict[str, Any]) -> None:
        """Set fields of the scene, once what they need is prepared."""
        scene = self._store.scene
        if not self._field_file(changes):
            self._window.set_panels(scene_panels.state(self._subject.now))
        elif self._waiting or is_slow(scene, changes):
            self._waiting = {**self._waiting, **changes}
            self._submit(PrepareTask(scene, tuple(self._waiting.items())))
            self._on_preparing(self._waiting)
        else:
            self._apply(changes)

    @property
    def is_waiting(self) -> bool:
        """Whether changes are being prepared."""
        return bool(self._waiting)

    def finish(self, answer: Prepared) -> None:
        """Make the changes that were prepared, unless more have come since."""
        if answer.job.changes != tuple(self._waiting.items()):
            return
        changes, self._waiting = self._waiting, {}
        if answer.problem:
            self._refuse(answer.problem)
        else:
            self._apply(changes)

    def cancel(self) -> None:
        """Forget the edit in preparation, which failed; its exception is reported elsewhere."""
        self._waiting = {}
        self._window.set_panels(scene_panels.state(self._subject.now))

    def _apply(self, changes: dict[str, Any]) -> None:
        try:
            scene = edited(self._store.scene, changes)
        except ValueError as problem:
            self._refuse(str(problem))
        else:
            self._store.update(scene, merge=next((k for k in changes if k in SLIDERS), None))

    def _refuse(self, problem: str) -> None:
        self._window.tell("That cannot be shown", problem)
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
        """Show the chart's own rectangle again, or the surface from where it is seen best."""
        scene = self._store.scene
        self._window.set_coordinates("")  # another place comes to be under the pointer
        self._store.update(in_chart(replace(scene, view=None), scene.chart))

    def swap(self, carried: Floats | None) -> None:
        """Exchange the pins; the vector stays with A: ``carried`` there, if that is known."""
        scene = self._store.scene
        vector = None if carried is None else (float(carried[0]), float(carried[1]))
        swapped = replace(scene, start=scene.end, end=scene.start, vector=vector)
        self._store.update(completed(swapped))

    def _end_step_if(self, done: bool) -> None:
        if done:
            self._store.settle()
