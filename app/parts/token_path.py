"""The path of a token's attention through layers or heads: the task and the panel's state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.subject import Subject
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.presenters.head_specification import SAME, off_own
from app.views.interface.events import Event, PanelShown
from app.views.interface.token_path import TokenPathChosen, TokenPathState
from compute.attention.row_paths import RowPath, row_path, token_rows
from compute.families import families, parse
from compute.heads.head_selection import file_of, settings
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine

# number of words of a row that are named
NAMED = 3
NONE = np.zeros((0, 2))
# relation of the followed token to A
AT, LAST, FIRST = "at A", "last at A", "first token"
NO_HEAD = "Only attention has layers and heads: choose a model's head as the family."


@dataclass(frozen=True)
class TokenPathTask(Job):
    """The path of one query's own rows over the layers of a head, or the heads of a layer."""

    words: ClassVar[str] = "the token’s path"

    family: str
    token: int
    over: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer; the cost is one softmax per layer."""
        c = settings(parse(self.family)[1])
        file, left_out = file_of(c), whole_numbers("mask", c["mask"])
        place = (c["layer"], c["head"], float(c["temperature"]))
        try:
            path = row_path(token_rows(file, self.token, self.over, *place, left_out))
        except ValueError as problem:
            emit(NoPath(self, str(problem), file.labels))
            return
        known = int(np.flatnonzero(np.isfinite(path.off))[0])
        layer, head = (known, c["head"]) if self.over == "layers" else (c["layer"], known)
        one = file.head(layer, head, self.token).without(left_out)
        keys = (*one.key_labels, "the sink")[: path.rows.shape[1]]
        current = c["layer" if self.over == "layers" else "head"]
        emit(TokenPathAnswer(self, path, one.query_labels, keys, current, self._off()))

    def _off(self) -> str:
        """Describe how the row in the panel Distributions differs from the token's own row."""
        try:
            gap = off_own(self.family, self.token)
        except ValueError:
            return ""  # there is no plane
        if gap < SAME:
            return "Rows of the token’s own query under its own mask, as in Distributions."
        return (
            "Rows of the token’s own query under its own mask. Distributions shows the row at "
            f"its place on the plane, under the plane’s mask: they differ by up to {gap:.2g} "
            "here."
        )


@dataclass(frozen=True, eq=False)
class TokenPathAnswer:
    """The path, the labels of all queries and keys, the layer or head of the scene, and the comparison
    of the token's row with that of the plane.
    """

    job: TokenPathTask
    path: RowPath
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    current: int
    off: str


@dataclass(frozen=True)
class NoPath:
    """The reason why a token has no path."""

    job: TokenPathTask
    words: str
    queries: tuple[str, ...]


class TokenPathPart(PanelPart):
    """Follows the token at A, or the chosen one."""

    title = panel_titles.TOKEN_PATH
    events = (PanelShown, TokenPathChosen)
    messages = (TokenPathAnswer, NoPath, JobFailed)
    always = frozenset(("family",))
    while_seen = frozenset(("start",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._chosen = TokenPathChosen(-1, "layers")
        self._last: int | None = None  # the last token at whose place A was
        self._whose = AT
        self._state: TokenPathState | None = None

    def show(self, state: object) -> None:
        self._state = state if isinstance(state, TokenPathState) else None
        super().show(state)

    def wanted(self, scene: Scene) -> TokenPathTask | None:
        name, _ = parse(scene.family)
        if "layer" not in families()[name].parameters:
            self.show(_nothing(NO_HEAD))
            return None
        at = _token_at(self.context.subject)
        self._last = self._last if at is None else at
        self._whose = AT if at is not None else FIRST if self._last is None else LAST
        token = self._last or 0 if self._chosen.token < 0 else self._chosen.token
        return TokenPathTask(scene.family, token, self._chosen.over)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, TokenPathChosen):
            self._chosen = event
            self.ask()

    def on_scene(self, old: Scene, new: Scene) -> None:
        if parse(old.family)[1].get("source") != parse(new.family)[1].get("source"):
            # tokens of another sentence
            self._chosen, self._last = TokenPathChosen(-1, self._chosen.over), None
        if old.family != new.family:
            self.asked = None
            self.show(_nothing(""))
        before = self._whose
        super().on_scene(old, new)
        if self._whose != before and self._state is not None:
            self.show(replace(self._state, whose=self._whose))

    def on_message(self, message: object) -> None:
        match message:
            case TokenPathAnswer() if message.job == self.asked:
                self.show(state(message, self._chosen, self._whose))
            case NoPath() if message.job == self.asked:
                words = f"{message.words[0].upper()}{message.words[1:]}."
                token, over, followed = self._chosen.token, self._chosen.over, message.job.token
                nothing = _nothing(words)
                self.show(
                    replace(
                        nothing,
                        tokens=message.queries,
                        token=token,
                        over=over,
                        followed=followed,
                        whose=self._whose,
                    )
                )
            case JobFailed(job=TokenPathTask()) if message.job == self.asked:
                self.asked = None
                self.show(_nothing(message.problem))


def _nothing(note: str) -> TokenPathState:
    return TokenPathState((), -1, "layers", 0, NONE, NONE, np.zeros(0), -1, (), "", note)


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
    job, path = answer.job, answer.path
    known = np.flatnonzero(np.isfinite(path.off))
    turning = np.degrees(path.turning[known])
    kind = job.over[:-1]
    tips = tuple(
        _tip(f"{kind} {i}", path.rows[i], answer.keys, float(turn))
        for i, turn in zip(known, turning, strict=True)
    )
    words = (
        f"Length {path.length:.4g}, {path.ratio:.3g} times the chord {path.chord:.4g}. On "
        f"average it turns by {np.nanmean(turning):.0f}° at a {kind}. The drawing shows "
        f"{path.explained:.0%} of the variance."
        if np.isfinite(turning).any()
        else f"Length {path.length:.4g}, chord {path.chord:.4g}."
    )
    refused = [str(i) for i in range(len(path.off)) if i not in known]
    if refused:
        words += f" Omitted: {kind} {', '.join(refused)}, whose mask leaves this token no key."
    at = np.flatnonzero(known == answer.current)
    return TokenPathState(
        answer.queries, chosen.token, chosen.over, job.token, path.xy[known], path.circle, turning,
        int(at[0]) if at.size else -1, tips, f"{words} {answer.off}".rstrip(),
        whose=whose,
    )  # fmt: skip


def _tip(place: str, row: np.ndarray, keys: tuple[str, ...], turn: float) -> str:
    """Return a tooltip such as "layer 3, turns by 79°: river 0.42, bank 0.20, the 0.11"."""
    most = np.argsort(-row, kind="stable")[:NAMED]
    named = ", ".join(f"{keys[j]} {row[j]:.2f}" for j in most)
    return f"{place}, turns by {turn:.0f}°: {named}" if np.isfinite(turn) else f"{place}: {named}"
