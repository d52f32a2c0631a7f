"""The matrix of a head's attention: each query under its own mask, and the queries of the pins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.preparation import ATTENDS
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Pin, Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import head_specification
from app.views.interface.attention_matrix import CellChosen, MatrixState
from app.views.interface.events import Event, PanelShown
from app.views.text.token_names import numbered
from compute.families import parse, write
from compute.heads import attention_rows
from compute.heads.head_selection import OF_FILE, file_of, settings
from compute.heads.logits import LEFT_OUT
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine

# what says which rows a head has
OF_ROWS = (*OF_FILE, "layer", "head", "temperature", "mask")
# rows of a longer text are not drawn: the panel has no pixels for them
MOST_TOKENS = 1024
NONE = np.zeros((0, 0))
NO_HEAD = "Only attention has a matrix: choose a head of a model as the family."
WAITING = "Waiting for the rows of the head …"


@dataclass(frozen=True)
class MatrixTask(Job):
    """All rows of a head."""

    words: ClassVar[str] = "the attention matrix"

    family: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `MatrixAnswer`; a failure says why there is none."""
        c = settings(parse(self.family)[1])
        file, place = file_of(c), (c["layer"], c["head"])
        if max(len(file.tokens), len(file.key_tokens)) > MOST_TOKENS:
            raise ValueError(
                f"{file.name} has more than {MOST_TOKENS} tokens: its matrix is not drawn; "
                "the command rows computes it"
            )
        left_out = whole_numbers("mask", c["mask"])
        rows = attention_rows.rows(file, *place, None, float(c["temperature"]), left_out)
        seen = file.added(*place, np.arange(len(file.tokens))) > LEFT_OUT
        seen[:, list(left_out)] = False
        queries, keys = (
            tuple(map(numbered, range(len(of)), of)) for of in (file.labels, file.key_labels)
        )
        words = (
            f"Layer {file.layer_words(place[0])}, head {place[1]}: each row under its own mask, "
            f"{head_specification.verified(file, *place)}."
        )
        state = MatrixState(rows, seen, queries, keys, (-1, -1), words)
        emit(MatrixAnswer(self, state))


@dataclass(frozen=True, eq=False)
class MatrixAnswer:
    """The state of the panel without the pins."""

    job: MatrixTask
    state: MatrixState


class AttentionMatrixPart(PanelPart):
    """Shows the rows of the scene's head while its panel is visible, with the pins' queries."""

    title = panel_titles.MATRIX
    events = (PanelShown, CellChosen)
    messages = (MatrixAnswer, JobFailed)
    always = frozenset(("family",))
    while_seen = frozenset(("start", "end"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._answer: MatrixAnswer | None = None

    def wanted(self, scene: Scene) -> MatrixTask | None:
        name, stated = parse(scene.family)
        if name != head_specification.NAME:
            self._answer = None
            self.show(_nothing(NO_HEAD))
            return None
        return MatrixTask(write(name, {k: v for k, v in stated.items() if k in OF_ROWS}))

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        match event:
            case PanelShown() if self.seen:
                self._show()
            case CellChosen(query=query, pin=pin) if self._answer is not None:
                self._bring(query, pin)

    def _bring(self, query: int, pin: str) -> None:
        """Bring A onto a query under its own mask, or B onto its place on the plane."""
        marks = self.context.subject.manifold.landmarks
        if pin == "A":
            self.context.edit({ATTENDS: query}, None)
        elif marks is not None and query < len(marks.theta):
            x, y = map(float, marks.theta[query])
            self.context.edit({"end": Pin((x, y), query)}, None)
        self.context.store.settle()

    def on_scene(self, old: Scene, new: Scene) -> None:
        before = self.asked
        super().on_scene(old, new)
        if self.asked != before:
            self._answer = None
        if self.seen:
            self._show()

    def on_waiting(self) -> None:
        """Keep the rows: they are of the same head if only its plane changes."""
        self.asked = None

    def on_message(self, message: object) -> None:
        match message:
            case MatrixAnswer() if message.job == self.asked:
                self._answer = message
                self._show()
            case JobFailed(job=MatrixTask()) if message.job == self.asked:
                self.asked = self._answer = None
                self.show(_nothing(message.problem))

    @property
    def state(self) -> MatrixState | None:
        """The state of the panel, None as long as the rows are not known."""
        scene = self.context.store.scene
        if self._answer is None:
            return None
        assert scene.start and scene.end
        return replace(self._answer.state, pins=(_token(scene.start), _token(scene.end)))

    def _show(self) -> None:
        if self._answer is not None:
            self.show(self.state)
        elif self.asked is not None:
            self.show(_nothing(WAITING))


def _token(pin: Pin) -> int:
    return -1 if pin.token is None else pin.token


def _nothing(note: str) -> MatrixState:
    return MatrixState(NONE, NONE > 0, (), (), (-1, -1), "", note)
