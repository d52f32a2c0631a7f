"""The path of a token's attention through layers, heads or files: a task, and what its panel shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.subject import Subject
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.file_formats import JSON, NPZ
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters.head_specification import SAME, off_own
from app.views.interface.events import Event, PanelShown
from app.views.interface.token_path import TokenPathAsked, TokenPathChosen, TokenPathState
from app.views.text.file_patterns import one_of, pattern, pattern_of
from app.views.text.token_names import isolated
from compute.attention import token_rows
from compute.attention.row_paths import RowPath, row_path
from compute.attention.token_rows import RESIDUAL, TokenRows
from compute.core.refusal import describe
from compute.core.replacing import replacing
from compute.families import families, parse
from compute.heads.head import HeadFile
from compute.heads.head_selection import beside, files_beside, settings
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine

# keys of a row that are named
NAMED = 3
NONE = np.zeros((0, 2))
# how the token that is followed has to do with A
AT_A = TokenPathChosen()
AT, LAST, FIRST = "at A", "last at A", "first token"
WAITING = "Waiting for the rows of the token …"
NO_HEAD = "Only attention has layers and heads: choose a head of a model as the family."
# whose rows are those of heads, and not of several at once
OF_ONE = ("files", "heads", "layers")
WRITTEN = one_of(pattern("NumPy", (NPZ,)), pattern("JSON", (JSON,)))
# rows of the last tokens; a rollout is costly
_rows = lru_cache(maxsize=8)(token_rows.token_rows)


@dataclass(frozen=True)
class TokenPathTask(Job):
    """The path of one query's rows over what `TokenPathChosen` says."""

    words: ClassVar[str] = "the token’s path"

    family: str
    token: int
    over: str
    residual: float = RESIDUAL
    files: tuple[str, ...] = ()
    same: str = "position"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer in one go; a rollout ends in its midst if it is not wanted."""
        c = settings(parse(self.family)[1])
        file, others, unread = self._files(c)
        place = (c["layer"], c["head"]) if self.over in OF_ONE else (0, 0)
        left_out = whole_numbers("mask", c["mask"])
        try:
            found = _rows(
                file, self.token, self.over, *place, float(c["temperature"]), left_out,
                residual=self.residual, others=others, same=self.same,
            )  # fmt: skip
            path = row_path(found.rows)
        except ValueError as problem:
            emit(NoPath(self, " ".join((str(problem), *unread)), file.labels))
            return
        current = 0 if found.kind == "file" else c[found.kind]
        said, vouched = " ".join((*found.said, *unread)), f"{found.vouched} {self._off()}".rstrip()
        emit(TokenPathAnswer(self, found, path, file.labels, current, said, vouched))

    def _files(self, c: dict[str, object]) -> tuple[HeadFile, tuple[HeadFile, ...], list[str]]:
        """Return the file of the scene, those that are compared with it, and which cannot be read."""
        readable, unread = [], []
        for source in self.files if self.over == "files" else ():
            try:
                beside(c, source)
                readable.append(source)
            except (ValueError, OSError) as problem:
                unread.append(f"Not read: {describe(problem)}.")
        file, *others = files_beside(c, readable)
        return file, tuple(others), unread

    def _off(self) -> str:
        """Return how far the row that the panel Distributions has of the token is from its own."""
        if self.over not in OF_ONE:
            return ""
        try:
            gap = off_own(self.family, self.token)
        except ValueError:
            return ""  # there is no plane
        if np.isnan(gap):
            return "Rows of the token’s own query under its own mask, which leaves it no key here."
        if gap < SAME:
            return "Rows of the token’s own query under its own mask, as in Distributions."
        return (
            "Rows of the token’s own query under its own mask. Distributions shows the row at "
            f"its place on the plane, under the plane’s mask: they differ by up to {gap:.2g} "
            "here."
        )


@dataclass(frozen=True, eq=False)
class TokenPathAnswer:
    """The rows, the path through them, the labels of all queries, and which row is the scene's.

    said and vouched: what the rows are, and how far they are known to be the model's, in words.
    """

    job: TokenPathTask
    found: TokenRows
    path: RowPath
    queries: tuple[str, ...]
    current: int
    said: str
    vouched: str


@dataclass(frozen=True)
class NoPath:
    """The reason why a token has no path."""

    job: TokenPathTask
    words: str
    queries: tuple[str, ...]


@dataclass(frozen=True)
class WritePathTask(Job):
    """The rows of an answer, and the distances between them, as a file."""

    words: ClassVar[str] = "the file of the token’s path"

    answer: TokenPathAnswer
    target: Path

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Write beside the target and rename; say why if that cannot be."""
        try:
            write(self.answer, self.target)
            emit(PathWritten(self, f"{self.target.name} has the token’s path"))
        except (ValueError, OSError) as problem:
            emit(PathWritten(self, f"⚠ {self.target.name} was not written: {describe(problem)}"))


@dataclass(frozen=True)
class PathWritten:
    """That a path is in its file, or why it is not."""

    job: WritePathTask
    words: str


def write(answer: TokenPathAnswer, target: Path) -> None:
    """Write rows, distances and the path of an answer as .npz or .json.  ValueError for other files."""
    if target.suffix.lower() not in (NPZ, JSON):
        raise ValueError(f"the file must end in {NPZ} or {JSON}")
    found, path = answer.found, answer.path
    arrays = {
        name: getattr(path, name) for name in ("rows", "distances", "steps", "turning", "off", "xy")
    }
    words = {
        "family": answer.job.family, "token": answer.queries[answer.job.token],
        "places": [f"{found.kind} {place}" for place in found.places], "keys": list(found.keys),
        "said": answer.said, "verified": answer.vouched,
    }  # fmt: skip
    with replacing(target) as temporary:
        if target.suffix.lower() == JSON:
            plain = {name: _plain(each) for name, each in arrays.items()}
            text = json.dumps({**words, **plain}, ensure_ascii=False, allow_nan=False)
            temporary.write_text(text, "utf-8")
        else:
            with temporary.open("wb") as file:
                strings = {name: np.array(word) for name, word in words.items()}
                np.savez_compressed(file, **arrays, **strings)  # type: ignore[arg-type]


def _plain(values: np.ndarray) -> object:
    """Return numbers as JSON has them: None where they are not known."""
    found = values.astype(object)
    found[~np.isfinite(values)] = None
    return found.tolist()


class TokenPathPart(PanelPart):
    """Follows the token at A, or the chosen one."""

    title = panel_titles.TOKEN_PATH
    events = (PanelShown, TokenPathChosen, TokenPathAsked)
    messages = (TokenPathAnswer, NoPath, PathWritten, JobFailed)
    always = frozenset(("family",))
    while_seen = frozenset(("start",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._chosen = AT_A
        self._last: int | None = None  # the token that A was last on, or at whose place it was
        self._whose = AT
        self._state: TokenPathState | None = None
        self._answer: TokenPathAnswer | None = None

    def show(self, state: object) -> None:
        self._state = state if isinstance(state, TokenPathState) else None
        super().show(state)

    def wanted(self, scene: Scene) -> TokenPathTask | None:
        name, stated = parse(scene.family)
        if "layer" not in families()[name].parameters:
            self.show(_nothing(NO_HEAD))
            return None
        at = _token_at(self.context.subject)
        self._last = self._last if at is None else at
        self._whose = AT if at is not None else FIRST if self._last is None else LAST
        chosen = self._chosen
        token = self._last or 0 if chosen.token < 0 else chosen.token
        files = tuple(each for each in chosen.files if each != stated.get("source"))
        return TokenPathTask(scene.family, token, chosen.over, chosen.residual, files, chosen.same)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if self.seen and self._state is None:
            self.show(_nothing(WAITING))
        match event:
            case TokenPathChosen():
                self._chosen = event
                self.ask()
            case TokenPathAsked(purpose="compare"):
                path = self.context.window.ask_open("Compare with heads", pattern_of("heads"))
                if path is not None and path not in self._chosen.files:
                    self._chosen = replace(self._chosen, files=(*self._chosen.files, path))
                    self.ask()
            case TokenPathAsked() if self._answer is not None:
                path = self.context.window.ask_save(
                    "Export the token’s path", WRITTEN, "token-path"
                )
                if path is not None:
                    self.context.submit(WritePathTask(self._answer, Path(path)))

    def on_scene(self, old: Scene, new: Scene) -> None:
        if parse(old.family)[1].get("source") != parse(new.family)[1].get("source"):
            # tokens of another sentence
            self._chosen, self._last = replace(self._chosen, token=-1), None
        if old.family != new.family:
            self.asked = self._answer = None
            self.show(_nothing(WAITING))
        before = self._whose
        super().on_scene(old, new)
        if self._whose != before and self._state is not None:
            self.show(replace(self._state, whose=self._whose))

    def on_waiting(self) -> None:
        self.asked = None
        self.show(_nothing(WAITING))

    def on_message(self, message: object) -> None:
        match message:
            case TokenPathAnswer() if message.job == self.asked:
                self._answer = message
                self.show(state(message, self._chosen, self._whose))
            case NoPath() if message.job == self.asked:
                self._answer = None
                words = f"{message.words[0].upper()}{message.words[1:]}"
                words = words if words.endswith(".") else f"{words}."
                token = message.job.token
                self.show(_nothing(words, message.queries, self._chosen, token, self._whose))
            case PathWritten():
                self.context.window.log(message.words)
            case JobFailed(job=TokenPathTask()) if message.job == self.asked:
                self.asked = None
                self.show(_nothing(message.problem))


def _nothing(
    note: str,
    tokens: tuple[str, ...] = (),
    chosen: TokenPathChosen = AT_A,
    followed: int = 0,
    whose: str = AT,
) -> TokenPathState:
    """Return the panel's state where there is no path, and why."""
    return TokenPathState(
        tokens, chosen, followed, "layer", NONE, NONE, np.zeros(0), NONE, (), (), -1, (), "", "", "",
        note=note, whose=whose,
    )  # fmt: skip


def _token_at(subject: Subject) -> int | None:
    """Return the token at A; None if A is not at a token's place."""
    start, marks = subject.scene.start, subject.manifold.landmarks
    assert start
    if start.token is not None or marks is None:
        return start.token
    same = np.flatnonzero((marks.theta == np.array(start.theta)).all(axis=1))
    return int(same[0]) if same.size else None


def state(answer: TokenPathAnswer, chosen: TokenPathChosen, whose: str = AT) -> TokenPathState:
    """Return the panel's state for an answer."""
    found, path = answer.found, answer.path
    known = np.flatnonzero(np.isfinite(path.off))
    # heads have no order: there is no path through them
    ordered = found.kind != "head"
    turning = np.degrees(path.turning[known]) if ordered else np.full(len(known), np.nan)
    tips = tuple(
        _tip(f"{found.kind} {found.places[i]}", found.rows[i], found.keys, float(turn))
        for i, turn in zip(known, turning, strict=True)
    )
    if not ordered:
        words = _extremes(path.distances[np.ix_(known, known)], known)
    elif np.isfinite(turning).any():
        words = (
            f"Length {path.length:.4g}, {path.ratio:.3g} times the chord {path.chord:.4g}. "
            f"Turns by {np.nanmean(turning):.0f}° at a {found.kind}, on average."
        )
    else:
        words = f"Length {path.length:.4g}, chord {path.chord:.4g}."
    words += f" The two axes of the drawing hold {path.explained:.0%} of the variance."
    refused = [place for i, place in enumerate(found.places) if i not in known]
    if refused:
        words += (
            f" Omitted: {found.kind} {', '.join(refused)}, whose mask leaves this token no key."
        )
    at = np.flatnonzero(known == answer.current)
    first = 1 if found.kind == "file" else 0
    return TokenPathState(
        answer.queries, chosen, answer.job.token, found.kind, path.xy[known],
        path.circle if ordered else NONE, turning, path.distances[np.ix_(known, known)],
        tuple(str(first + i) for i in known),
        tuple(f"{found.kind} {found.places[i]}" for i in known), int(at[0]) if at.size else -1,
        tips, words, answer.said, answer.vouched, whose=whose,
    )  # fmt: skip


def _extremes(apart: np.ndarray, known: np.ndarray) -> str:
    """Return which heads are farthest from one another, and which are nearest."""
    rows, columns = np.triu_indices(len(apart), 1)
    gaps = apart[rows, columns]
    far, near = (
        f"{known[rows[at]]} and {known[columns[at]]}, {gaps[at]:.3g}"
        for at in (gaps.argmax(), gaps.argmin())
    )
    return f"Farthest apart are heads {far}; nearest {near}."


def _tip(place: str, row: np.ndarray, keys: tuple[str, ...], turn: float) -> str:
    """Return a tooltip such as "layer 3, turns by 79°: river 0.42, bank 0.20, the 0.11"."""
    most = np.argsort(-row, kind="stable")[:NAMED]
    named = ", ".join(f"{isolated(keys[j])} {row[j]:.2f}" for j in most)
    return f"{place}, turns by {turn:.0f}°: {named}" if np.isfinite(turn) else f"{place}: {named}"
