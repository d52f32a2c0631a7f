"""The atlas of heads: all heads of one or several files by their scores, and by their distances."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Scene
from app.parts.head_files import asked_for
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters import atlas
from app.presenters.head_specification import NAME
from app.views.interface.events import Event, PanelShown
from app.views.interface.head_atlas import AtlasAsked, AtlasChosen, AtlasHeadChosen, AtlasState
from compute.atlas.head_distances import HeadDistances, comparable, head_distances
from compute.atlas.head_groups import HeadGroups, head_groups
from compute.atlas.head_scores import HeadScores
from compute.atlas.score_store import file_scores, key_of
from compute.core.refusal import describe
from compute.engine.reference import ReferenceEngine
from compute.families import parse, write
from compute.heads.head import HeadFile
from compute.heads.head_selection import OF_FILE, file_of, settings, stated_beside
from compute.requests.engine import Engine

# seconds between two states of a picture that grows
EVERY = 0.3


@dataclass(frozen=True)
class AtlasTask(Job):
    """The scores of all heads of the scene's file and of others, and the distances between them."""

    words: ClassVar[str] = "the atlas of heads"

    family: str
    others: tuple[str, ...] = ()
    number: int = 4  # of clusters

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit answers that grow, in float64 on any engine; the last one has the distances."""
        stated = parse(self.family)[1]
        sources, files, unread = self._read(stated)
        answer = AtlasAnswer(self, files, sources, sum(file.layers * file.heads for file in files))
        last = time.monotonic()

        def on_head(done: int) -> None:
            nonlocal last
            if time.monotonic() > last + EVERY:
                last = time.monotonic()
                emit(replace(answer, done=len(answer.scored) + done))

        for number, (source, file) in enumerate(zip(sources, files, strict=True)):
            key = key_of(source, tuple(settings(stated)[name] for name in OF_FILE[1:]))
            some = file_scores(ReferenceEngine(), file, key, on_head)
            answer = replace(answer, scored=(*answer.scored, *((number, of) for of in some)))
        emit(_compared(replace(answer, done=answer.total), unread))

    def _read(
        self, stated: dict[str, Any]
    ) -> tuple[tuple[str, ...], tuple[HeadFile, ...], list[str]]:
        """Return the sources and the files that could be read, and why others could not."""
        found, unread = {str(settings(stated)["source"]): file_of(stated)}, []
        for source in self.others:
            try:
                found[source] = file_of(stated_beside(stated, source))
            except (ValueError, OSError) as problem:
                unread.append(f"{Path(source).name} is not read: {describe(problem)}")
        return tuple(found), tuple(found.values()), unread


@dataclass(frozen=True, eq=False)
class AtlasAnswer:
    """The scores so far, of ``done`` heads of ``total``, with the files and their sources.

    distances, groups: None where heads are not compared; compared: what is, in words.
    """

    job: AtlasTask
    files: tuple[HeadFile, ...]
    sources: tuple[str, ...]
    total: int
    scored: tuple[tuple[int, HeadScores], ...] = ()
    done: int = 0
    distances: HeadDistances | None = None
    groups: HeadGroups | None = None
    compared: str = ""

    @property
    def rows(self) -> list[dict[str, object]]:
        """The table of all heads: scores, place on the map, cluster, nearest other head."""
        more = atlas.grouped(self.files, self.scored, self.distances, self.groups)
        entries = [atlas.entry(self.files[i], of) for i, of in self.scored]
        return [atlas.cells({**own, **of}) for own, of in zip(entries, more, strict=True)]


def _compared(answer: AtlasAnswer, unread: Sequence[str]) -> AtlasAnswer:
    """Return an answer with the distances between its heads, or why there are none."""
    apart, groups, files = None, None, answer.files
    try:
        words = comparable(files)
        apart = head_distances(files)
        groups = head_groups(apart, answer.job.number)
    except ValueError as refused:
        words = str(refused)
    said = atlas.compared(answer.scored, files, "; ".join((words, *unread)))
    return replace(answer, distances=apart, groups=groups, compared=said)


class HeadAtlasPart(PanelPart):
    """Scores the heads of the scene's file while its panel is visible."""

    title = panel_titles.ATLAS
    events = (PanelShown, AtlasHeadChosen, AtlasAsked, AtlasChosen)
    messages = (AtlasAnswer, JobFailed)
    while_seen = frozenset(("family",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._others: tuple[str, ...] = ()
        self._answer: AtlasAnswer | None = None
        self._problem, self._chosen = "", AtlasChosen()

    def wanted(self, scene: Scene) -> AtlasTask | None:
        name, stated = parse(scene.family)
        if name != NAME:
            return None
        own = settings(stated)["source"]
        others = tuple(source for source in self._others if source != own)
        family = write(NAME, {k: v for k, v in stated.items() if k in OF_FILE})
        return AtlasTask(family, others, self._chosen.number)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        match event:
            case PanelShown() if self.seen:
                self._show()
            case AtlasHeadChosen():
                self._open(event)
            case AtlasChosen():
                self._chosen = event
                self._ask_again()
            case AtlasAsked(purpose="add" | "folder" as purpose):
                more = asked_for(self.context.window, "Add to the atlas", purpose == "folder")
                self._others = tuple(dict.fromkeys((*self._others, *more)))
                self._ask_again()
            case AtlasAsked(purpose="clear"):
                self._others = ()
                self._ask_again()

    def _ask_again(self) -> None:
        self.ask()
        self._show()

    def _open(self, event: AtlasHeadChosen) -> None:
        """Show a head of the scene's file, or of another, which is read as in the atlas."""
        place = {"layer": event.layer, "head": event.head}
        if event.file and self._answer is not None:
            stated = parse(self._answer.job.family)[1]
            beside = stated_beside(stated, self._answer.sources[event.file])
            self.context.edit({"family": write(NAME, {**beside, **place})}, None)
        else:
            own = {f"family.{name}": number for name, number in place.items()}
            self.context.edit({**own, "family.tokens": ""}, None)
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
            case JobFailed(job=AtlasTask()) if message.job == self.asked:
                self.asked, self._problem = None, message.problem
                self._show()

    def _show(self) -> None:
        scene, answer = self.context.store.scene, self._answer
        if parse(scene.family)[0] != NAME:
            self.show(atlas.nothing(atlas.NO_HEAD))
        elif self._problem:
            self.show(atlas.nothing(self._problem))
        elif answer is None or (answer.job.family, answer.job.others) != self._of_asked:
            self.show(atlas.nothing(atlas.WAITING))
        else:
            self.show(self._state(answer, scene))

    @property
    def _of_asked(self) -> tuple[object, ...]:
        """The files that the answer must be of; another number of clusters follows."""
        asked = self.asked
        return (asked.family, asked.others) if isinstance(asked, AtlasTask) else ()

    @property
    def answer(self) -> AtlasAnswer | None:
        """The whole answer, or None."""
        answer = self._answer
        return answer if answer is not None and answer.done == answer.total else None

    def state(self) -> AtlasState | None:
        """Return the state of the panel, None as long as not all heads are scored."""
        return None if self.answer is None else self._state(self.answer, self.context.store.scene)

    def _state(self, answer: AtlasAnswer, scene: Scene) -> AtlasState:
        c = settings(parse(scene.family)[1])
        place = (c["layer"], c["head"])
        found = atlas.state(
            answer.files, answer.scored, answer.distances, answer.groups, place, self._chosen
        )
        words = (
            f"{answer.total} heads"
            if answer.done == answer.total
            else f"{answer.done} of {answer.total} heads …"
        )
        return replace(found, words=words, files=answer.job.others, compared=answer.compared)
