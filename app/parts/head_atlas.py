"""The atlas of heads: all heads of one or several files by their scores, and by their distances."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.file_formats import CSV
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import atlas
from app.presenters.head_specification import NAME
from app.views.interface.events import Event, PanelShown
from app.views.interface.head_atlas import AtlasAsked, AtlasHeadChosen, AtlasState
from app.views.text.file_patterns import pattern, pattern_of
from compute.atlas.head_distances import HeadDistances, head_distances
from compute.atlas.head_scores import HeadScores
from compute.atlas.score_store import file_scores, key_of
from compute.core.refusal import describe
from compute.core.replacing import replacing
from compute.engine.reference import ReferenceEngine
from compute.families import parse, write
from compute.heads.head import HeadFile
from compute.heads.head_selection import OF_FILE, beside, file_of, settings
from compute.requests.engine import Engine
from compute.samples.formula_cells import guarded_row

# seconds between two states of a picture that grows
EVERY = 0.3


@dataclass(frozen=True)
class AtlasTask(Job):
    """The scores of all heads of the scene's file and of others, and the distances between them."""

    words: ClassVar[str] = "the atlas of heads"

    family: str
    others: tuple[str, ...] = ()

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit answers that grow, in float64 on any engine; the last one has the distances."""
        stated = parse(self.family)[1]
        found = [(str(settings(stated)["source"]), file_of(stated))]
        found += [(source, beside(stated, source)) for source in self.others]
        files = tuple(file for _, file in found)
        scored: list[tuple[int, HeadScores]] = []
        total, last = sum(file.layers * file.heads for file in files), time.monotonic()

        def on_head(done: int) -> None:
            nonlocal last
            if time.monotonic() > last + EVERY:
                last = time.monotonic()
                emit(AtlasAnswer(self, files, tuple(scored), done=len(scored) + done, total=total))

        for number, (source, file) in enumerate(found):
            key = key_of(source, tuple(settings(stated)[name] for name in OF_FILE[1:]))
            some = file_scores(ReferenceEngine(), file, key, on_head)
            scored += [(number, of) for of in some]
        try:
            apart, problem = head_distances(files), ""
        except ValueError as refused:
            apart, problem = None, str(refused)
        emit(AtlasAnswer(self, files, tuple(scored), total, total, apart, problem))


@dataclass(frozen=True, eq=False)
class AtlasAnswer:
    """The scores so far, ``done`` of ``total``, and the distances, or why there are none."""

    job: AtlasTask
    files: tuple[HeadFile, ...]
    scored: tuple[tuple[int, HeadScores], ...]
    done: int
    total: int
    distances: HeadDistances | None = None
    problem: str = ""


@dataclass(frozen=True)
class WriteAtlasTask(Job):
    """The scores of an atlas as a table."""

    words: ClassVar[str] = "the table of heads"

    answer: AtlasAnswer
    target: Path

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Write beside the target and rename; say why if that cannot be."""
        try:
            if self.target.suffix.lower() != CSV:
                raise ValueError(f"the file must end in {CSV}")
            with (
                replacing(self.target) as temporary,
                temporary.open("w", encoding="utf-8", newline="") as text,
            ):
                entries = [atlas.entry(self.answer.files[i], of) for i, of in self.answer.scored]
                rows = csv.DictWriter(text, list(entries[0]), lineterminator="\n")
                rows.writeheader()
                rows.writerows(guarded_row(atlas.cells(entry)) for entry in entries)
            emit(AtlasWritten(f"{self.target.name} has the scores of {len(entries)} heads"))
        except (ValueError, OSError) as problem:
            emit(AtlasWritten(f"⚠ {self.target.name} was not written: {describe(problem)}"))


@dataclass(frozen=True)
class AtlasWritten:
    """That a table is in its file, or why it is not."""

    words: str


class HeadAtlasPart(PanelPart):
    """Scores the heads of the scene's file while its panel is visible."""

    title = panel_titles.ATLAS
    events = (PanelShown, AtlasHeadChosen, AtlasAsked)
    messages = (AtlasAnswer, AtlasWritten, JobFailed)
    while_seen = frozenset(("family",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._others: tuple[str, ...] = ()
        self._answer: AtlasAnswer | None = None
        self._problem = ""

    def wanted(self, scene: Scene) -> AtlasTask | None:
        name, stated = parse(scene.family)
        if name != NAME:
            return None
        own = settings(stated)["source"]
        others = tuple(source for source in self._others if source != own)
        family = write(NAME, {k: v for k, v in stated.items() if k in OF_FILE})
        return AtlasTask(family, others)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        match event:
            case PanelShown() if self.seen:
                self._show()
            case AtlasHeadChosen():
                self._open(event)
            case AtlasAsked(purpose="add"):
                path = self.context.window.ask_open("Add heads to the atlas", pattern_of("heads"))
                if path is not None and path not in self._others:
                    self._others += (path,)
                    self._ask_again()
            case AtlasAsked(purpose="clear"):
                self._others = ()
                self._ask_again()
            case AtlasAsked(purpose="save") if self._answer is not None and self._answer.scored:
                path = self.context.window.ask_save(
                    "Export the scores", pattern("CSV", (CSV,)), "heads"
                )
                if path is not None:
                    self.context.submit(WriteAtlasTask(self._answer, Path(path)))

    def _ask_again(self) -> None:
        self.ask()
        self._show()

    def _open(self, event: AtlasHeadChosen) -> None:
        """Show a head of the scene's file, or of another."""
        place = {"family.layer": event.layer, "family.head": event.head, "family.tokens": ""}
        if event.file and self._answer is not None:
            source = self._answer.job.others[event.file - 1]
            stated = {"source": source, "layer": event.layer, "head": event.head}
            self.context.edit({"family": write(NAME, stated)}, None)
        else:
            self.context.edit(place, None)
        self.context.store.settle()

    def on_scene(self, old: Scene, new: Scene) -> None:
        super().on_scene(old, new)
        if self.seen:
            self._show()

    def on_waiting(self) -> None:
        """Keep the atlas: the next scene most often is of the same file."""

    def on_message(self, message: object) -> None:
        match message:
            case AtlasAnswer() if message.job == self.asked:
                self._answer, self._problem = message, ""
                self._show()
            case AtlasWritten():
                self.context.window.log(message.words)
            case JobFailed(job=AtlasTask()) if message.job == self.asked:
                self.asked, self._problem = None, message.problem
                self._show()

    def _show(self) -> None:
        scene, answer = self.context.store.scene, self._answer
        if parse(scene.family)[0] != NAME:
            self.show(atlas.nothing(atlas.NO_HEAD))
        elif self._problem:
            self.show(atlas.nothing(self._problem))
        elif answer is None or answer.job != self.asked:
            self.show(atlas.nothing(atlas.WAITING))
        else:
            self.show(self._state(answer, scene))

    def _state(self, answer: AtlasAnswer, scene: Scene) -> AtlasState:
        c = settings(parse(scene.family)[1])
        found = atlas.state(
            answer.files, answer.scored, answer.distances, answer.problem, (c["layer"], c["head"])
        )
        words = (
            f"{answer.total} heads"
            if answer.done == answer.total
            else f"{answer.done} of {answer.total} heads …"
        )
        return replace(found, words=words, files=answer.job.others)
