"""A picture and its lattice of patches: what is chosen, the task, and what the panel shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.controller.parts import Desk
from app.controller.runner import JobFailed
from app.controller.task import Cancelled, Emit, Task
from app.controller.watched import Watched
from app.model.scene import Scene
from app.views.base import Choice, Event
from app.views.flow import Setting
from app.views.photograph import PictureEdited, PictureState
from compute import heads, vision
from compute.engine import Engine
from compute.patches import GeodesicViT, Lattice, trail
from compute.types import Floats

PATTERN = "Pictures and vision heads (*.png *.jpg *.jpeg *.npz);;All files (*)"
# the longer side of the photograph in the panel, and the share of extreme values beyond the colours
SIDE, BEYOND = 1024, 0.01
# the picture that is shown at first; nothing of it is read before the panel is seen
FIRST = "astronaut"
SHOWN = {
    "density": "√det g",
    "distance": "Distance from A",
    "attention": "Attention from A",
    "heat": "Heat from A",
    "none": "Nothing",
}
AS = (Choice("rows", "Rows of attention"), Choice("shades", "Normals of shades"))


@dataclass(frozen=True)
class PictureTask(Task):
    """The lattice of a picture and the way between two places, in shares of its sides.

    ``modified``: when the file was written; of a head its rows, or the shades of its picture.
    """

    source: str
    modified: int = 0
    of: str = "rows"
    layer: int = 0
    head: int = 0
    patch: int = 16
    alpha: float = 0.25
    beta: float = 1.0
    shown: str = "density"
    temperature: float = 1.0
    heat: float = 0.5
    start: tuple[float, float] = (0.2, 0.3)
    end: tuple[float, float] = (0.8, 0.7)

    @property
    def has_rows(self) -> bool:
        """Whether the patches are rows of a head."""
        return vision.is_head(self.source) and self.of == "rows"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answer in one go: the ways from one patch alone."""
        lattice, image = _lattice(
            self.source, self.modified, self.has_rows,
            self.layer, self.head, self.patch, self.alpha, self.beta,
        )  # fmt: skip
        start, end = (_patch(place, lattice.shape) for place in (self.start, self.end))
        distances, before = lattice.reach(start)
        way = np.array(trail(before, start, end))
        if not cancelled():
            shown = _shown(self, lattice, start, distances)
            emit(PictureAnswer(self, lattice, image, shown, way, float(distances[end])))


@dataclass(frozen=True, eq=False)
class PictureAnswer:
    """lattice; image (h, w, 3) bytes to be drawn; shown (rows, columns) or None; way (m,) patches."""

    job: PictureTask
    lattice: Lattice
    image: np.ndarray
    shown: Floats | None
    way: np.ndarray
    distance: float


@lru_cache(maxsize=2)
def _lattice(
    source: str,
    modified: int,
    rows: bool,
    layer: int,
    head: int,
    patch: int,
    alpha: float,
    beta: float,
) -> tuple[Lattice, np.ndarray]:
    """The lattice and a photograph of at most SIDE pixels; kept while only pins and maps change."""
    process = GeodesicViT(patch, alpha, beta)
    if rows:
        found = process.lattice_of_head(source, layer, head)
    elif vision.is_head(source):
        found = process.lattice_of_image(vision.load(source, layer, head).image)
    else:
        found = process.lattice_of_image(source)
    return found, _reduced(found.image)


def _reduced(image: np.ndarray) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((SIDE, SIDE))
    return np.asarray(picture)


def _patch(place: tuple[float, float], shape: tuple[int, int]) -> int:
    """The number of the patch at a place in shares of the picture's sides."""
    column, row = (
        min(max(int(share * count), 0), count - 1)
        for share, count in zip(place, shape[::-1], strict=True)
    )
    return row * shape[1] + column


def _shown(job: PictureTask, lattice: Lattice, start: int, distances: Floats) -> Floats | None:
    match job.shown:
        case "density":
            return lattice.density
        case "distance":
            return distances.reshape(lattice.shape)
        case "attention":
            attention = GeodesicViT(temperature=job.temperature).attention(distances)
            return attention.reshape(lattice.shape)
        case "heat":
            return lattice.heat(start, job.heat)
        case _:
            return None


class Photograph(Watched):
    """The picture that the panel shows; what is chosen there stays as long as the window."""

    title = "Picture"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._chosen = PictureTask(FIRST)
        self._circles = True
        self._opened: tuple[str, ...] = ()
        self._answer: PictureAnswer | None = None

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"open_picture": self._ask_open}

    def wanted(self, scene: Scene) -> PictureTask:
        return self._chosen

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, PictureEdited):
            self._edit(dict(event.changes))

    def on_message(self, message: object) -> None:
        match message:
            case PictureAnswer() if message.job.source == self._chosen.source:
                self._answer = message
                self._show()
            case JobFailed(job=PictureTask()) if message.job == self.asked:
                self._answer = None
                self.show(PictureState(self._settings(), note=message.problem.partition(": ")[2]))

    def _ask_open(self) -> None:
        chosen = self.desk.window.ask_open("Open picture", PATTERN)
        if chosen is not None:
            self._edit({"source": chosen})

    def _edit(self, changes: dict[str, Any]) -> None:
        if "circles" in changes:
            self._circles = changes.pop("circles") == "on"
        if "source" in changes:
            self._open(str(changes.pop("source")))
        self._chosen = replace(self._chosen, **changes)
        self._show()
        self.ask()

    def _open(self, source: str) -> None:
        """Another picture, seen from its first layer and head."""
        known = source in vision.bundled()
        path = Path(source)
        modified = 0 if known or not path.is_file() else path.stat().st_mtime_ns
        if not known:
            self._opened = (source, *(other for other in self._opened if other != source))
        self._answer = None
        self._chosen = replace(self._chosen, source=source, modified=modified, layer=0, head=0)
        self.desk.window.raise_panel(self.title)

    def _show(self) -> None:
        settings = self._settings()
        if self._answer is None:
            self.show(PictureState(settings))
        else:
            self.show(state(self._answer, settings, self._circles))

    def _settings(self) -> tuple[Setting, ...]:
        sources = tuple(Choice(n, f"{n} (vision head)") for n in vision.bundled())
        opened = tuple(Choice(path, Path(path).name) for path in self._opened)
        return settings(self._chosen, (*opened, *sources), self._circles)


def settings(
    chosen: PictureTask, sources: tuple[Choice, ...], circles: bool
) -> tuple[Setting, ...]:
    """The form: only what matters for what is chosen."""
    rows = [
        Setting("source", "Picture", "A photograph or a vision head’s own.", chosen.source, sources)
    ]
    if vision.is_head(chosen.source):
        rows.append(Setting("of", "Patches", "What each patch stands for.", chosen.of, AS))
    maps = tuple(Choice(value, words) for value, words in SHOWN.items())
    rows.append(Setting("shown", "Map", "What colours the patches.", chosen.shown, maps))
    if chosen.shown == "attention":
        hint = "Weights are softmax(−½d²/τ): the larger τ, the more even."
        rows.append(Setting("temperature", "τ", hint, chosen.temperature, limits=(1e-6, 1e6)))
    if chosen.shown == "heat":
        hint = "How long heat has spread from A over the lattice: e^(−tL)."
        rows.append(Setting("heat", "Time t", hint, chosen.heat, limits=(1e-6, 1e6)))
    if chosen.has_rows:
        rows += [
            Setting("layer", "Layer", "Of the vision head.", chosen.layer, limits=_last(chosen, 0)),
            Setting("head", "Head", "Of that layer.", chosen.head, limits=_last(chosen, 1)),
        ]
    else:
        rows.append(Setting("patch", "Side", "Pixels a patch.", chosen.patch, limits=(1, 1024)))
    rows += [
        Setting("beta", "β", "Weight of the patches’ distributions.", chosen.beta, limits=(0, 1e3)),
        Setting("alpha", "α", "Weight of their places.", chosen.alpha, limits=(1e-6, 1e3)),
    ]
    hint = "Circles of one Fisher length: short where much changes."
    switch = (Choice("on", "Shown"), Choice("off", "Hidden"))
    rows.append(Setting("circles", "Circles", hint, "on" if circles else "off", switch))
    return tuple(rows)


def _last(chosen: PictureTask, axis: int) -> tuple[int, int]:
    """The numbers that a layer or a head may have."""
    try:
        file = heads.load(chosen.source)
    except ValueError:
        return 0, 0
    return 0, (file.layers, file.heads)[axis] - 1


def state(answer: PictureAnswer, settings: tuple[Setting, ...], circles: bool) -> PictureState:
    """What the panel shows of an answer."""
    lattice, job = answer.lattice, answer.job
    rows, columns = lattice.shape
    places = np.stack(np.divmod(np.arange(rows * columns), columns)[::-1], axis=1) + 0.5
    outlines = None
    if circles:
        closed = places[:, None] + lattice.circles()
        gap = np.full((len(closed), 1, 2), np.nan)
        outlines = np.concatenate([closed, gap], axis=1).reshape(-1, 2)
    shown = answer.shown
    low, high = (0.0, 1.0) if shown is None else np.quantile(shown, [BEYOND, 1 - BEYOND])
    words = (
        f"{rows} × {columns} patches. A to B: {answer.distance:.4g} over {len(answer.way)} patches."
    )
    if shown is not None:
        words += f" {SHOWN[job.shown]}: {shown.min():.3g} (dark) to {shown.max():.3g} (bright)."
    return PictureState(
        settings, answer.image, (columns, rows), shown, (float(low), float(high)), outlines,
        places[answer.way], words,
    )  # fmt: skip
