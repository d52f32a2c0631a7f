"""The steering bench: paths from one hidden state to another through the output layer of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Pin, Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import steering
from app.presenters.head_specification import NAME
from app.views.interface.events import Event, PanelShown
from app.views.interface.steering import SteeringAsked, SteeringState
from app.views.text.token_names import numbered
from compute.engine.reference import ReferenceEngine
from compute.families import parse, write
from compute.heads import head, output_file
from compute.heads.output_layer import OutputLayer
from compute.requests.engine import Engine
from compute.steering.bench import Steering, steer

NO_HEAD = "Only the output layer of a model steers words: open a file that capture --output wrote."
NO_LAYER = "This file has no output layer. capture MODEL --text TEXT -o FILE --output writes one."
WAITING = "Waiting for the paths …"


@dataclass(frozen=True)
class SteerTask(Job):
    """The paths between two tokens of a file; of equal tokens the names of all alone."""

    words: ClassVar[str] = "steering"

    source: str
    a: int
    b: int

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `SteerAnswer`, in float64."""
        if not output_file.has_output(self.source):
            emit(SteerAnswer(self, None))
            return
        layer = output_file.load(self.source)
        found = None if self.a == self.b else steer(layer, self.a, self.b, ReferenceEngine())
        emit(SteerAnswer(self, layer, found))


@dataclass(frozen=True, eq=False)
class SteerAnswer:
    """The output layer, None if there is none, and the paths, None for equal tokens."""

    job: SteerTask
    layer: OutputLayer | None
    found: Steering | None = None


class SteeringPart(PanelPart):
    """Follows the pair of the scene's output layer, or of the panel for a file that has one."""

    title = panel_titles.STEERING
    events = (PanelShown, SteeringAsked)
    messages = (SteerAnswer, JobFailed)
    while_seen = frozenset(("family",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._source, self._pair, self._path = "", (0, 0), "m"
        self._answer: SteerAnswer | None = None

    def wanted(self, scene: Scene) -> SteerTask | None:
        name, stated = parse(scene.family)
        if name != NAME:
            self.asked, self._source = None, ""
            self.show(SteeringState(note=NO_HEAD))
            return None
        source = str(stated.get("source", head.bundled()[0]))
        if stated.get("output"):
            a, b = stated["output"].split(",")
            self._pair = int(a), int(b)
        elif source != self._source:
            self._pair = _token(scene.start), _token(scene.end)
        self._source = source
        return SteerTask(source, *self._pair)

    def ask(self) -> None:
        """Submit the task if its answer would be new, and say that it is waited for."""
        before = self.asked
        super().ask()
        if self.asked is not None and self.asked != before:
            self.show(SteeringState(self._names(), *self._pair, self._path, note=WAITING))

    def on_event(self, event: Event) -> None:
        if isinstance(event, SteeringAsked):
            self._path = event.path
            self._steer(event)
        super().on_event(event)
        self._show()

    def _steer(self, event: SteeringAsked) -> None:
        """Take another pair, on the canvas too if that shows the output layer or is to show it."""
        scene = self.context.store.scene
        stated = parse(scene.family)[1]
        pair = event.a, event.b
        if event.a != event.b and (event.shown or (stated.get("output") and pair != self._pair)):
            family = write(NAME, {"source": stated["source"], "output": f"{event.a},{event.b}"})
            self.context.edit({"family": family, "layers.dual_paths": True}, None)
            self.context.store.settle()
        elif pair != self._pair:
            self._pair = pair
            self.ask()

    def on_scene(self, old: Scene, new: Scene) -> None:
        super().on_scene(old, new)
        self._show()

    def on_waiting(self) -> None:
        """Keep the paths: the next scene may be of the same pair."""

    def on_message(self, message: object) -> None:
        match message:
            case SteerAnswer() if message.job == self.asked:
                self._answer = message
                self._show()
            case JobFailed(job=SteerTask()) if message.job == self.asked:
                problem = f"{message.problem[0].upper()}{message.problem[1:]}."
                self.show(SteeringState(self._names(), *self._pair, self._path, note=problem))

    def _show(self) -> None:
        answer = self._answer
        if not self.seen or answer is None or answer.job != self.asked:
            return
        if answer.layer is None:
            self.show(SteeringState(note=NO_LAYER))
        elif answer.found is None:
            self.show(SteeringState(self._names(), *self._pair, self._path))
        else:
            stated = parse(self.context.store.scene.family)[1]
            self.show(steering.state(answer.found, self._path, bool(stated.get("output"))))

    @property
    def found(self) -> Steering | None:
        """The paths of the pair in the panel, None where there are none yet."""
        answer = self._answer
        return None if answer is None or answer.job != self.asked else answer.found

    def _names(self) -> tuple[str, ...]:
        """Return the tokens of the last answer of this file; () if there is none."""
        answer = self._answer
        if answer is None or answer.layer is None or answer.job.source != self._source:
            return ()
        labels = answer.layer.labels
        return tuple(map(numbered, range(len(labels)), labels))


def _token(pin: Pin | None) -> int:
    return pin.token if pin is not None and pin.token is not None else 0
