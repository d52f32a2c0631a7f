"""Why the token at A attends to a key: the bars of its logit, or of the metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Scene
from app.parts.attention_matrix import OF_ROWS
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters.head_specification import NAME
from app.views.interface.events import Event, PanelShown
from app.views.interface.why_there import KeyAsked, WhyState
from app.views.text.token_names import numbered
from compute.atlas.logit_parts import LogitParts, logit_parts
from compute.families import parse, write
from compute.heads.head_selection import file_of, settings
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine

# bars of single dimensions, or keys; the rest is one more
MOST = 12
HEAVIEST = KeyAsked(-1, "dimensions")
NO_HEAD = "Only attention looks anywhere: choose a head of a model as the family."
NO_TOKEN = "Put A on a token: this is about the row of a token’s own query."
WAITING = "Waiting for the parts of the row …"


@dataclass(frozen=True)
class WhyTask(Job):
    """The parts of a query's row."""

    words: ClassVar[str] = "why the token attends there"

    family: str
    query: int

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `WhyAnswer`; a failure says why there is none."""
        c = settings(parse(self.family)[1])
        file, left_out = file_of(c), whole_numbers("mask", c["mask"])
        place = (c["layer"], c["head"], self.query, float(c["temperature"]), left_out)
        keys = tuple(map(numbered, range(len(file.key_labels)), file.key_labels))
        name = numbered(self.query, file.labels[self.query])
        emit(WhyAnswer(self, logit_parts(file, *place), name, keys))


@dataclass(frozen=True, eq=False)
class WhyAnswer:
    """The parts, and the names of the query and of all keys."""

    job: WhyTask
    found: LogitParts
    query: str
    keys: tuple[str, ...]


class WhyTherePart(PanelPart):
    """Follows the token at A, and shows the key with most weight or the chosen one."""

    title = panel_titles.WHY
    events = (PanelShown, KeyAsked)
    messages = (WhyAnswer, JobFailed)
    while_seen = frozenset(("family", "start"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._chosen = HEAVIEST
        self._answer: WhyAnswer | None = None

    def wanted(self, scene: Scene) -> WhyTask | None:
        name, stated = parse(scene.family)
        assert scene.start
        self._answer = None
        if name != NAME or scene.start.token is None:
            self.asked = None
            self.show(_nothing(NO_HEAD if name != NAME else NO_TOKEN))
            return None
        family = write(name, {k: v for k, v in stated.items() if k in OF_ROWS})
        return WhyTask(family, scene.start.token)

    def ask(self) -> None:
        """Submit the task if its answer would be new."""
        before, answer = self.asked, self._answer
        super().ask()
        if self.asked is not None and self.asked == before:
            self._answer = answer
        elif self.asked is not None:
            self._chosen = KeyAsked(-1, self._chosen.split)
            self.show(_nothing(WAITING))

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, KeyAsked):
            self._chosen = event
        self._show()

    def on_waiting(self) -> None:
        """Keep the bars: the next scene may be of the same row."""

    def on_message(self, message: object) -> None:
        match message:
            case WhyAnswer() if message.job == self.asked:
                self._answer = message
                self._show()
            case JobFailed(job=WhyTask()) if message.job == self.asked:
                self.asked = None
                problem = message.problem
                self.show(_nothing(f"{problem[0].upper()}{problem[1:]}."))

    @property
    def state(self) -> WhyState | None:
        """The state of the panel, None as long as the parts are not known."""
        return None if self._answer is None else state(self._answer, self._chosen)

    def _show(self) -> None:
        if self.seen and self._answer is not None:
            self.show(self.state)


def state(answer: WhyAnswer, chosen: KeyAsked) -> WhyState:
    """Return the panel's state for an answer."""
    found = answer.found
    order = np.argsort(-np.nan_to_num(found.weights, nan=-1.0), kind="stable")
    order = order[np.isfinite(found.weights[order])]
    key = chosen.key if chosen.key in order else int(order[0])
    numbers = tuple(map(int, order))
    names = tuple(f"{answer.keys[j]}: {found.weights[j]:.3f}" for j in numbers)
    if chosen.split == "metric":
        bars = _largest(np.nan_to_num(found.shares), answer.keys, "other keys")
        words = (
            f"Shares of the trace of g at “{answer.query}”: a key moves the row of this query by its "
            "weight and by how far it is from the mean key."
        )
    else:
        labels = tuple(f"dimension {c}" for c in range(found.parts.shape[1]))
        parts = np.append(found.parts[key], found.bias[key])
        bars = _largest(parts, (*labels, "mask and bias"), "other dimensions")
        words = (
            f"The logit of “{answer.keys[key]}” is {found.totals[key]:.2f} above the mean of the keys "
            f"that “{answer.query}” sees: the sum of these bars, scale · q (k − mean k) by dimension."
        )
    return WhyState(names, numbers, key, chosen.split, *bars, words.replace("-", "−"))


def _largest(
    values: np.ndarray, names: tuple[str, ...], rest: str
) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the largest bars in order of size, and the sum of the others if there are any."""
    order = np.argsort(-np.abs(values), kind="stable")
    first, others = order[:MOST], order[MOST:]
    first = first[values[first] != 0]
    shown = tuple(names[i] for i in first)
    if np.any(values[others] != 0):
        return (*shown, rest), np.append(values[first], values[others].sum())
    return shown, values[first]


def _nothing(note: str) -> WhyState:
    return WhyState((), (), -1, "dimensions", (), np.zeros(0), "", note)
