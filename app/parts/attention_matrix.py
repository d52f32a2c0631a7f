"""The matrix of a head's attention: each query under its own mask, and the queries of the pins."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.preparation import ATTENDS
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.file_formats import CSV, NPZ
from app.model.scene import Pin, Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import head_specification
from app.views.interface.attention_matrix import CellChosen, MatrixAsked, MatrixState
from app.views.interface.events import Event, PanelShown
from app.views.text.file_patterns import one_of, pattern
from app.views.text.token_names import numbered
from compute.core.arrays import Floats
from compute.core.refusal import describe
from compute.core.replacing import replacing
from compute.families import parse, write
from compute.heads import attention_rows
from compute.heads.head_selection import OF_FILE, file_of, settings
from compute.heads.logits import LEFT_OUT
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine
from compute.samples.formula_cells import guarded

# what says which rows a head has
OF_ROWS = (*OF_FILE, "layer", "head", "temperature", "mask")
# rows of a longer text are not drawn: the panel has no pixels for them
MOST_TOKENS = 1024
NONE = np.zeros((0, 0))
NO_HEAD = "Only attention has a matrix: choose a head of a model as the family."
WAITING = "Waiting for the rows of the head …"
WRITTEN = one_of(pattern("CSV", (CSV,)), pattern("NumPy", (NPZ,)))


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


@dataclass(frozen=True)
class WriteMatrixTask(Job):
    """The rows of a head as a file."""

    words: ClassVar[str] = "the file of the attention matrix"

    answer: MatrixAnswer
    target: Path

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Write beside the target and rename; say why if that cannot be."""
        try:
            write_rows(self.answer, self.target)
            emit(MatrixWritten(f"{self.target.name} has the attention matrix"))
        except (ValueError, OSError) as problem:
            emit(MatrixWritten(f"⚠ {self.target.name} was not written: {describe(problem)}"))


@dataclass(frozen=True)
class MatrixWritten:
    """That the rows are in their file, or why they are not."""

    words: str


def write_rows(answer: MatrixAnswer, target: Path) -> None:
    """Write rows and tokens as .csv or .npz.  ValueError for other files."""
    state, suffix = answer.state, target.suffix.lower()
    if suffix not in (CSV, NPZ):
        raise ValueError(f"the file must end in {CSV} or {NPZ}")
    with replacing(target) as temporary:
        if suffix == NPZ:
            with temporary.open("wb") as file:
                np.savez_compressed(
                    file, rows=state.rows, seen=state.seen, queries=np.array(state.queries),
                    keys=np.array(state.keys), family=np.array(answer.job.family),
                    words=np.array(state.words),
                )  # fmt: skip
        else:
            with temporary.open("w", encoding="utf-8", newline="") as text:
                table = csv.writer(text, lineterminator="\n")
                table.writerow(["query", *map(guarded, state.keys)])
                for query, row in zip(state.queries, state.rows, strict=True):
                    table.writerow([guarded(query), *_cells(row)])


def _cells(row: Floats) -> list[str]:
    """Return a row for a table; a query without keys has empty cells."""
    return ["" if np.isnan(x) else repr(float(x)) for x in row]


class AttentionMatrixPart(PanelPart):
    """Shows the rows of the scene's head while its panel is visible, with the pins' queries."""

    title = panel_titles.MATRIX
    events = (PanelShown, CellChosen, MatrixAsked)
    messages = (MatrixAnswer, MatrixWritten, JobFailed)
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
            case MatrixAsked() if self._answer is not None:
                path = self.context.window.ask_save(
                    "Export the attention matrix", WRITTEN, "attention"
                )
                if path is not None:
                    self.context.submit(WriteMatrixTask(self._answer, Path(path)))

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
            case MatrixWritten():
                self.context.window.log(message.words)
            case JobFailed(job=MatrixTask()) if message.job == self.asked:
                self.asked = self._answer = None
                self.show(_nothing(message.problem))

    def _show(self) -> None:
        scene = self.context.store.scene
        if self._answer is not None:
            assert scene.start and scene.end
            pins = (_token(scene.start), _token(scene.end))
            self.show(replace(self._answer.state, pins=pins))
        elif self.asked is not None:
            self.show(_nothing(WAITING))


def _token(pin: Pin) -> int:
    return -1 if pin.token is None else pin.token


def _nothing(note: str) -> MatrixState:
    return MatrixState(NONE, NONE > 0, (), (), (-1, -1), "", note)
