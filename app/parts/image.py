"""A picture and its lattice of patches: settings, the task, and the state of the panel Picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.worker import JobFailed
from app.model import panel_titles
from app.model.file_formats import suffixes
from app.model.photograph import LIMITS, Photograph
from app.model.scene import Scene
from app.parts.panel_part import PanelPart
from app.parts.part import PartContext
from app.views.interface.events import Event, PanelShown
from app.views.interface.flow import Setting
from app.views.interface.photograph import PictureEdited, PictureState
from app.views.interface.views import Choice
from app.views.text.file_patterns import ALL, one_of, pattern
from app.views.text.mathematics import powers
from compute.core.arrays import Floats
from compute.core.opening import modified
from compute.heads import head as heads
from compute.images import vision_head
from compute.images.patch_lattice import GeodesicViT, Lattice, trail
from compute.requests.engine import Engine

PATTERN = one_of(pattern("Pictures and vision heads", suffixes("photograph", "vision heads")), ALL)
# longer side of the photograph in the panel, and share of extreme values beyond the colours
SIDE, BEYOND = 1024, 0.01
SHOWN = {
    "density": "√det g",
    "distance": "Distance from A",
    "attention": "Attention from A",
    "heat": "Heat from A",
    "none": "Nothing",
}
AS = (Choice("rows", "Rows of attention"), Choice("shades", "Normal distributions of intensity"))


@dataclass(frozen=True)
class PictureTask(Job):
    """The lattice of a picture and the shortest path between two places.

    ``modified``: modification time of the file.
    """

    words: ClassVar[str] = "the picture"

    chosen: Photograph
    modified: int = 0

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer, with paths from one patch only."""
        it = self.chosen
        lattice, image = _lattice(
            it.source, self.modified, has_rows(it),
            it.layer, it.head, it.patch, it.alpha, it.beta,
        )  # fmt: skip
        start, end = (_patch(place, lattice.shape) for place in (it.start, it.end))
        distances, before = lattice.reach(start)
        way = np.array(trail(before, start, end))
        if not cancelled():
            shown = _shown(it, lattice, start, distances)
            emit(PictureAnswer(self, lattice, image, shown, way, float(distances[end])))


@dataclass(frozen=True, eq=False)
class PictureAnswer:
    """lattice; image (h, w, 3) bytes for drawing; shown (rows, columns) or None; way (m,): the patches
    of the path.
    """

    job: PictureTask
    lattice: Lattice
    image: np.ndarray
    shown: Floats | None
    way: np.ndarray
    distance: float


def task_of(scene: Scene) -> PictureTask:
    """Return the task that a scene's picture needs."""
    source = scene.photograph.source
    written = 0 if source in vision_head.bundled() else modified(source)
    return PictureTask(replace(scene.photograph, circles=True), written)


def has_rows(chosen: Photograph) -> bool:
    """Whether the patches represent rows of a head."""
    return vision_head.is_head(chosen.source) and chosen.of == "rows"


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
    """Return the lattice and a photograph of at most SIDE pixels, cached while only pins and maps
    change.
    """
    process = GeodesicViT(patch, alpha, beta)
    if rows:
        found = process.lattice_of_head(source, layer, head)
    elif vision_head.is_head(source):
        found = process.lattice_of_image(vision_head.load(source, layer, head).image)
    else:
        found = process.lattice_of_image(source)
    return found, _reduced(found.image)


def _reduced(image: np.ndarray) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((SIDE, SIDE))
    return np.asarray(picture)


def _patch(place: tuple[float, float], shape: tuple[int, int]) -> int:
    """Return the number of the patch at a place, given as fractions of the picture's sides."""
    column, row = (
        min(max(int(share * count), 0), count - 1)
        for share, count in zip(place, shape[::-1], strict=True)
    )
    return row * shape[1] + column


def _shown(chosen: Photograph, lattice: Lattice, start: int, distances: Floats) -> Floats | None:
    match chosen.shown:
        case "density":
            return lattice.density
        case "distance":
            return distances.reshape(lattice.shape)
        case "attention":
            attention = GeodesicViT(temperature=chosen.temperature).attention(distances)
            return attention.reshape(lattice.shape)
        case "heat":
            return lattice.heat(start, chosen.heat)
        case _:
            return None


class PhotographPart(PanelPart):
    """The picture of the scene in its panel."""

    title = panel_titles.PICTURE
    events = (PanelShown, PictureEdited)
    messages = (PictureAnswer, JobFailed)
    always = frozenset(("photograph",))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._opened: tuple[str, ...] = ()
        self._answer: PictureAnswer | None = None

    @property
    def chosen(self) -> Photograph:
        """Return the scene's settings of the picture."""
        return self.context.store.scene.photograph

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"open_picture": self._ask_open}

    def wanted(self, scene: Scene) -> PictureTask:
        return task_of(scene)

    def on_event(self, event: Event) -> None:
        super().on_event(event)
        if isinstance(event, PictureEdited):
            self._edit(dict(event.changes))

    def on_scene(self, old: Scene, new: Scene) -> None:
        if new.photograph != old.photograph:
            if new.photograph.source != old.photograph.source:
                self._answer = None
            self._show()
            super().on_scene(old, new)

    def on_waiting(self) -> None:
        """Do nothing: the picture does not depend on the family."""

    def on_message(self, message: object) -> None:
        match message:
            case PictureAnswer() if message.job.chosen.source == self.chosen.source:
                self._answer = message
                self._show()
            case JobFailed(job=PictureTask()) if message.job == self.asked:
                self._answer = None
                self.show(PictureState(self._settings(), note=message.problem.partition(": ")[2]))

    def _ask_open(self) -> None:
        chosen = self.context.window.ask_open("Open picture", PATTERN)
        if chosen is not None:
            self._edit({"source": chosen})

    def _edit(self, changes: dict[str, Any]) -> None:
        """Edit, merging successive changes of the same fields into one undo step."""
        if "circles" in changes:
            changes["circles"] = changes["circles"] == "on"
        if "source" in changes:
            # another picture starts with its first layer and head
            changes |= {"layer": 0, "head": 0}
            self.context.window.raise_panel(self.title)
        for name in changes.keys() & {"start", "end"}:
            x, y = changes[name]
            changes[name] = (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        scene, merge = self.context.store.scene, f"picture {sorted(changes)}"
        chosen = replace(scene.photograph, **changes)
        self.context.store.update(replace(scene, photograph=chosen), merge=merge)

    def _show(self) -> None:
        settings = self._settings()
        if self._answer is None:
            self.show(PictureState(settings))
        else:
            self.show(state(self._answer, settings, self.chosen.circles))

    def _settings(self) -> tuple[Setting, ...]:
        source = self.chosen.source
        if source not in (*vision_head.bundled(), *self._opened):
            self._opened = (source, *self._opened)
        sources = tuple(Choice(n, f"{n} (vision head)") for n in vision_head.bundled())
        opened = tuple(Choice(path, Path(path).name) for path in self._opened)
        return settings(self.chosen, (*opened, *sources))


def settings(chosen: Photograph, sources: tuple[Choice, ...]) -> tuple[Setting, ...]:
    """Return the form, with only the rows that apply."""
    rows = [
        Setting(
            "source",
            "Picture",
            "A photograph, or the picture of a vision head.",
            chosen.source,
            sources,
        )
    ]
    if vision_head.is_head(chosen.source):
        rows.append(
            Setting("of", "Patches", "The distribution that represents each patch.", chosen.of, AS)
        )
    maps = tuple(Choice(value, words) for value, words in SHOWN.items())
    rows.append(
        Setting(
            "shown", "Map", "The quantity shown by the colour of the patches.", chosen.shown, maps
        )
    )
    if chosen.shown == "attention":
        hint = "Weights are softmax(−½d²/τ): a larger τ makes them more even."
        rows.append(
            Setting("temperature", "τ", hint, chosen.temperature, limits=LIMITS["temperature"])
        )
    if chosen.shown == "heat":
        hint = "Time for which heat has spread from A over the lattice: e^(−tL)."
        rows.append(Setting("heat", "Time t", hint, chosen.heat, limits=LIMITS["heat"]))
    if has_rows(chosen):
        rows += [
            Setting(
                "layer", "Layer", "Layer of the vision head.", chosen.layer, limits=_last(chosen, 0)
            ),
            Setting("head", "Head", "Head of that layer.", chosen.head, limits=_last(chosen, 1)),
        ]
    else:
        rows.append(
            Setting(
                "patch", "Side", "Pixels per side of a patch.", chosen.patch, limits=LIMITS["patch"]
            )
        )
    rows += [
        Setting(
            "beta",
            "Content β",
            "β: how much a step between two patches costs for their different distributions; its "
            "length is √(β² d² + α² |Δx|²).",
            chosen.beta,
            limits=LIMITS["beta"],
        ),
        Setting(
            "alpha",
            "Place α",
            "α: how much a step between two patches costs for their distance |Δx| in the picture; "
            "its length is √(β² d² + α² |Δx|²).",
            chosen.alpha,
            limits=LIMITS["alpha"],
        ),
    ]
    hint = (
        "Ovals: Fisher circles of the metric g = β² g_FR + α² 1, small across the direction in which "
        "the picture changes quickly."
    )
    switch = (Choice("on", "Shown"), Choice("off", "Hidden"))
    rows.append(Setting("circles", "Ovals", hint, "on" if chosen.circles else "off", switch))
    return tuple(rows)


def _last(chosen: Photograph, axis: int) -> tuple[int, int]:
    """Return the allowed layer or head numbers."""
    try:
        file = heads.load(chosen.source)
    except ValueError:
        return 0, 0
    return 0, (file.layers, file.heads)[axis] - 1


def state(answer: PictureAnswer, settings: tuple[Setting, ...], circles: bool) -> PictureState:
    """Return the panel's state for an answer."""
    lattice, chosen = answer.lattice, answer.job.chosen
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
        f"{rows} × {columns} patches{'; ovals: circles of equal radius under g' if circles else ''}. "
        f"Distance from A to B: {answer.distance:.4g} over {len(answer.way)} patches."
    )
    if shown is not None:
        ends = f"{shown.min():.3g} (dark) to {shown.max():.3g} (bright)"
        words += powers(f" {SHOWN[chosen.shown]}: {ends}.")
    return PictureState(
        settings, answer.image, (columns, rows), shown, (float(low), float(high)), outlines,
        places[answer.way], words,
    )  # fmt: skip
