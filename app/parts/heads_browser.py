"""The heads browser: all heads of a file, layer by layer, while its panel is visible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.scene import Scene
from app.parts.part import Part, PartContext
from app.presenters import head_specification
from app.presenters.head_specification import NAME
from app.views.interface.events import Event, PanelShown
from app.views.interface.heads import HeadCell, HeadsState, Place
from compute.attention import head_summary
from compute.attention.head_summary import Glance
from compute.families import parse, write
from compute.heads import attention_rows, head_selection
from compute.heads.head_selection import file_of, head_of, settings
from compute.heads.query_plane import whole_numbers
from compute.requests.engine import Engine

TITLE = panel_titles.HEADS
# what says which heads there are and which keys they have
OF_FILE = (*head_selection.OF_FILE, "mask")
# a condition number that fills its bar
LARGEST = 1e3


@dataclass(frozen=True)
class BrowseTask(Job):
    """All heads of the file of a specification."""

    words: ClassVar[str] = "the heads of the file"

    family: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer per layer; results are cached."""
        file = file_of(parse(self.family)[1])
        for layer in range(file.layers):
            row, words = [], []
            for head in range(file.heads):
                if cancelled():
                    return
                row.append(_glance(self.family, layer, head))
                words.append(_words(self.family, layer, head))
            emit(BrowseAnswer(self, layer, tuple(row), tuple(words)))


@dataclass(frozen=True, eq=False)
class BrowseAnswer:
    """The heads of one layer, each with the verification of its rows."""

    job: BrowseTask
    layer: int
    row: tuple[Glance, ...]
    words: tuple[str, ...] = ()


@lru_cache(maxsize=2048)
def _glance(family: str, layer: int, head: int) -> Glance:
    stated = {**parse(family)[1], "layer": layer, "head": head}
    file, some = file_of(stated), head_summary.sample(len(file_of(stated).tokens))
    left_out = whole_numbers("mask", settings(stated)["mask"])
    own = attention_rows.entropies(file, layer, head, some, left_out)
    try:
        seen = head_of(stated)
    except ValueError as problem:
        return head_summary.without_plane(own, str(problem))
    mask = None
    if file.masks_by_query:
        mask = attention_rows.holds(file, layer, head, file.query_of(-1))
    return head_summary.glance(seen, own, mask)


@lru_cache(maxsize=2048)
def _words(family: str, layer: int, head: int) -> str:
    file = file_of(parse(family)[1])
    whose = "each row under its own mask, g under the mask of the last query; "
    each = whose if file.masks_by_query else ""
    return each + head_specification.verified(file, layer, head)


class HeadsBrowserPart(Part):
    """Requests the heads of the scene's file while the panel is visible, and shows them as they
    arrive.
    """

    events = (PanelShown,)
    messages = (BrowseAnswer, JobFailed)
    fields = frozenset(("family",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._seen = False
        self._job: BrowseTask | None = None
        self._cells: dict[Place, HeadCell] = {}
        self._problem = ""

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"browse_heads": lambda: self.context.window.raise_panel(TITLE)}

    def on_event(self, event: Event) -> None:
        if isinstance(event, PanelShown) and event.title == TITLE:
            self._seen = event.visible
            self._follow(self.context.store.scene)

    def on_scene(self, old: Scene, new: Scene) -> None:
        if old.family != new.family:
            self._follow(new)

    def on_message(self, message: object) -> None:
        match message:
            case BrowseAnswer() if message.job == self._job:
                file = file_of(parse(message.job.family)[1])
                layer = file.layer_words(message.layer)
                for head, found in enumerate(message.row):
                    words = message.words[head] if message.words else ""
                    self._cells[message.layer, head] = cell(layer, head, found, words)
                self._show(self.context.store.scene)
            case JobFailed(job=BrowseTask()):
                self._problem = message.problem
                self._show(self.context.store.scene)

    def _follow(self, scene: Scene) -> None:
        """Request missing heads of the scene's file, if the panel is visible."""
        if not self._seen:
            return
        wanted = task(scene.family)
        if wanted != self._job:
            self._job, self._cells, self._problem = wanted, {}, ""
            if wanted is not None:
                self.context.submit(wanted)
        self._show(scene)

    def _show(self, scene: Scene) -> None:
        shown = state(scene.family, self._cells, self._problem) if self._job else None
        self.context.window.set_panel(TITLE, shown)


def task(family: str) -> BrowseTask | None:
    """Return the task that computes a family's heads; None for a family without heads."""
    name, stated = parse(family)
    if name != NAME:
        return None
    return BrowseTask(write(NAME, {k: v for k, v in stated.items() if k in OF_FILE}))


def state(family: str, cells: dict[Place, HeadCell], problem: str) -> HeadsState:
    """Return the panel's state for a specification and the heads known so far."""
    chosen = settings(parse(family)[1])
    file = file_of(chosen)
    count = file.layers * file.heads
    progress = f"{len(cells)} of {count} heads …" if len(cells) < count else f"{count} heads"
    refused = sum(not cell.picture.size for cell in cells.values())
    progress += f", {refused} refused" if refused else ""
    return HeadsState(
        name=file.name,
        layers=file.layers,
        heads=file.heads,
        numbers=tuple(map(file.number_of, range(file.layers))),
        cells=dict(cells),
        current=(chosen["layer"], chosen["head"]),
        words=problem or progress,
    )


def cell(layer: str, head: int, found: Glance, words: str = "") -> HeadCell:
    """Describe one head in words, with the verification of its rows, and by normalised quantities."""
    condition = "singular" if np.isinf(found.condition) else f"{found.condition:.3g}"
    rows = f"median entropy {found.entropy:.2f} nats, {found.share:.0%} of log n"
    lines = [
        f"Layer {layer}, head {head}",
        *([rows] if found.share > 0 or not found.problem else []),
        f"refused: {found.problem}"
        if found.problem
        else f"median condition number of g: {condition}",
        *([words] if words else []),
    ]
    full = float(np.clip(np.log10(found.condition) / np.log10(LARGEST), 0.0, 1.0))
    full = full if np.isfinite(full) else 0.0  # unknown for a head without a plane
    return HeadCell(
        "\n".join(lines),
        {"entropy": found.share, "condition": full},
        {"entropy": found.entropy, "condition": found.condition if found.picture.size else np.inf},
        found.picture,
    )
