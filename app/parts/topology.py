"""The topology of the map shown: the task, the panel's state, and the marks on the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs import flow
from app.jobs.flow import FlowAnswer
from app.jobs.job import Cancelled, Emit, Job
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model import panel_titles
from app.model.scene import Scene, chart_of
from app.parts.part import Part, PartContext
from app.presenters import flow_drawables
from app.views.interface.events import Event, PanelShown
from app.views.interface.topology import Critical, PairChosen, TopologyAsked, TopologyState
from app.views.text.mathematics import powers
from app.views.text.scalar_names import words_of
from compute.core.arrays import Floats
from compute.families import manifold as manifold_of
from compute.manifold.charts import Chart
from compute.requests.engine import Engine
from compute.requests.fields import Field
from compute.studies.topology import Diagram, persistence, places

TITLE = panel_titles.TOPOLOGY
# share of the largest value below which a pair is rounding in single precision
NOISE = 2e-5
SHARE = 0.03
# pixels, or share of the map, by which a birth moves from map to map
NEAR, NEAR_SHARE = 4.0, 0.01
# maximum number of pairs shown
MOST = 400
COUNTED = (("connected component", "connected components"), ("loop", "loops"))
HOMOLOGY = ("H₀", "H₁")
DEPENDS = {
    "log_det": "g is taken in the family’s own coordinates: in others det g has another diagram.",
    "log_condition": "g is taken in the family’s own coordinates: in others it has another diagram.",
}
INVARIANT = "For one region the diagram is the same in every chart."
NOTHING = "Switch on the layer Scalar map: the diagram describes the map shown."


@dataclass(frozen=True)
class TopologyTask(Job):
    """The persistent homology of a computed map."""

    words: ClassVar[str] = "the topology of the map"

    family: str
    chart: str
    field: Field
    superlevel: bool

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one answer, or none for a map without values."""
        answer = self.answer()
        if answer is not None:
            emit(answer)

    def answer(self) -> TopologyAnswer | None:
        """Return all pairs above the noise; None for a map without values."""
        values = self.field.values
        known = values[np.isfinite(values)]
        if known.size == 0:
            return None
        diagram = persistence(values, self.superlevel, NOISE * float(np.abs(known).max()))
        low, high = np.quantile(known, [0.01, 0.99])
        chart = chart_of(manifold_of(self.family), self.chart).plane
        ends = (diagram.birth_cell[:MOST], diagram.death_cell[:MOST])
        births, deaths = (places(chart, self.field.extent, values.shape, cells) for cells in ends)
        return TopologyAnswer(self, diagram, births, deaths, float(high - low))


@dataclass(frozen=True, eq=False)
class TopologyAnswer:
    """A diagram, the positions θ (n, 2) of births and deaths, and the range of the middle 98 % of the
    values, to which persistence is relative.
    """

    job: TopologyTask
    diagram: Diagram
    births: Floats
    deaths: Floats
    range: float


class TopologyPart(Part):
    """Computes while its panel is visible; pairs are selected in the panel or on the canvas."""

    events = (PanelShown, TopologyAsked, PairChosen)
    fields = frozenset(("family", "chart", "flow.mode", "layers", "scalar", "token"))

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._choose_messages()
        self._seen = False
        self._superlevel, self._share, self._chosen = False, SHARE, -1
        self._field: Field | None = None
        self._asked: TopologyTask | None = None
        self._answer: TopologyAnswer | None = None

    def on_event(self, event: Event) -> None:
        match event:
            case PanelShown(title=title) if title == TITLE:
                self._seen = event.visible
                self._ask()
                self._show()
            case TopologyAsked():
                self._superlevel, self._share = event.superlevel, event.share
                self._ask()
                self._show()
            case PairChosen():
                self._chosen = -1 if event.number == self._chosen else event.number
                self._show()
            case _:
                pass

    def options(self) -> dict[str, str | int | bool]:
        """Return options for `render` that mark the current points; none while the panel is hidden."""
        if not self._seen or self._answer is None:
            return {}
        told: dict[str, str | int | bool] = {"critical": f"{self._share:g}"}
        if self._superlevel:
            told["superlevel"] = True
        if self._chosen >= 0:
            told["pair"] = ",".join(map(repr, self._answer.births[self._chosen].tolist()))
        return told

    def on_scene(self, old: Scene, new: Scene) -> None:
        self._choose_messages()
        if _of(old) != _of(new):
            self._field = self._answer = self._asked = None
            self._chosen = -1
            self._show()

    def _choose_messages(self) -> None:
        """Subscribe to flow answers only if a mass is the map."""
        covered = flow.covers(self.context.store.scene)
        self.messages = (TopologyAnswer, MapAnswer, *((FlowAnswer,) if covered else ()))

    def on_waiting(self) -> None:
        self._field = self._answer = self._asked = None
        self._chosen = -1
        self._show()

    def on_message(self, message: object) -> None:
        if isinstance(message, TopologyAnswer):
            if message.job == self._asked:
                self._chosen = again(self._answer, message, self._chosen)
                self._answer = message
                self._show()
        elif isinstance(message, MapAnswer | FlowAnswer):
            field = shown(self.context.store.scene, message)
            if field is not None:
                self._field = field
                self._ask()

    def _ask(self) -> None:
        if self._seen and self._field is not None:
            scene = self.context.store.scene
            wanted = TopologyTask(scene.family, scene.chart, self._field, self._superlevel)
            if wanted != self._asked:
                self._asked = wanted
                self.context.submit(wanted)

    def _show(self) -> None:
        scene, answer, marks = self.context.store.scene, self._answer, None
        if self._seen and answer is not None:
            marks = critical(self.context.subject.chart, answer, self._share, self._chosen)
        self.context.canvas.set_critical(marks)
        self.context.window.set_panel(
            TITLE, state(scene, answer, self._superlevel, self._share, self._chosen)
        )


def _of(scene: Scene) -> tuple[object, ...]:
    """Return the identity of a map, and whether one is shown."""
    ground = (scene.family, scene.chart)
    if flow.covers(scene):
        return (*ground, scene.flow.mode)
    return (*ground, scene.scalar, scene.token, scene.layers.map)


def shown(scene: Scene, answer: MapAnswer | FlowAnswer) -> Field | None:
    """Return the map of an answer if the scene shows it: its scalar, or a flowing mass."""
    job, covered = answer.job, flow.covers(scene)
    if isinstance(answer, MapAnswer):
        job = answer.job
        of = (job.family, job.chart, job.scalar, job.token, True)
        return answer.field if answer.complete and not covered and of == _of(scene) else None
    mass = flow_drawables.mass(scene, answer) if covered and answer.values is not None else None
    if mass is None or job.family != scene.family:
        return None
    return Field(mass.values, np.zeros(mass.values.shape, np.int32), mass.extent, "reference")


def again(before: TopologyAnswer | None, now: TopologyAnswer, chosen: int) -> int:
    """Return the index of a selected pair in another diagram: the one born within a few pixels, or
    −1.
    """
    if before is None or chosen < 0 or before.job.superlevel != now.job.superlevel:
        return -1
    return born_at(now, before.births[chosen], int(before.diagram.dimension[chosen]))


def born_at(answer: TopologyAnswer, theta: Floats, dimension: int | None = None) -> int:
    """Return the index of the pair born within a few pixels of θ (2,), or −1."""
    chart = chart_of(manifold_of(answer.job.family), answer.job.chart).plane
    e, shape = answer.job.field.extent, answer.job.field.values.shape
    size = np.array([e.x1 - e.x0, e.y1 - e.y0])
    reach = size * np.maximum(NEAR / np.array(shape[::-1]), NEAR_SHARE)
    gaps = np.abs((chart.forward(answer.births) - chart.forward(theta)) / reach).max(axis=1)
    if dimension is not None:
        gaps[answer.diagram.dimension[: len(gaps)] != dimension] = np.inf
    nearest = int(np.argmin(gaps))
    return nearest if gaps[nearest] < 1.0 else -1


def marks(
    scene: Scene,
    found: Sequence[object],
    superlevel: bool,
    share: float,
    chosen: tuple[float, float] | None,
) -> Critical:
    """Return the critical points of the map among a figure's answers, of sub- or superlevel sets.

    share: least persistence relative to the map's range; chosen: θ of the birth of the pair to label,
    or None.  Raises ValueError if there is no map, or no such pair.
    """
    maps = (shown(scene, answer) for answer in found if isinstance(answer, MapAnswer | FlowAnswer))
    field = next((field for field in maps if field is not None), None)
    answer = None
    if field is not None:
        answer = TopologyTask(scene.family, scene.chart, field, superlevel).answer()
    if answer is None:
        raise ValueError("critical points need a scalar map, and the scene shows none")
    number = -1 if chosen is None else born_at(answer, np.array(chosen))
    if chosen is not None and number < 0:
        raise ValueError(f"no component or loop of the map is born at {chosen}")
    return critical(Subject.of(scene).chart, answer, share, number)


def marked(answer: TopologyAnswer, share: float) -> int:
    """Return the number of pairs whose persistence reaches a share of the map's range."""
    return int((answer.diagram.persistence[:MOST] >= share * answer.range).sum())


def critical(chart: Chart, answer: TopologyAnswer, share: float, chosen: int) -> Critical:
    """Return the births and deaths of the marked pairs, in drawing coordinates."""
    count, diagram = marked(answer, share), answer.diagram
    number = np.arange(count)
    theta = np.concatenate([answer.births[:count], answer.deaths[:count]])
    dimension = np.tile(diagram.dimension[:count], 2)
    dying = np.repeat([False, True], count)
    pair = np.tile(number, 2)
    known = np.asarray(np.isfinite(theta).all(axis=1))
    names = [
        _name(diagram, int(i), bool(dies)) if i == chosen else ""
        for i, dies in zip(pair[known], dying[known], strict=True)
    ]
    saddle = dying == (dimension == 0)
    return Critical(
        chart.forward(theta[known]),
        saddle[known],
        pair[known],
        dimension[known],
        chosen,
        tuple(names),
    )


def _name(diagram: Diagram, i: int, dies: bool) -> str:
    value = (diagram.death if dies else diagram.birth)[i]
    return f"{'dies' if dies else 'born'} at {powers(f'{value:.4g}')}"


def state(
    scene: Scene, answer: TopologyAnswer | None, superlevel: bool, share: float, chosen: int
) -> TopologyState:
    """Return the panel's state."""
    covered = flow.covers(scene)
    label = flow_drawables.WORDS.capitalize() if covered else words_of(scene.scalar)
    if answer is None:
        none = np.zeros(0)
        words = "Waiting for the map." if covered or scene.layers.map else NOTHING
        return TopologyState(
            label, superlevel, share, none.astype(int), none, none, 0.0, 1.0, -1, "", words
        )
    d, count = answer.diagram, marked(answer, share)
    return TopologyState(
        label,
        superlevel,
        share,
        d.dimension[:count],
        d.birth[:count],
        d.death[:count],
        d.low,
        d.high,
        chosen if chosen < count else -1,
        _story(answer, chosen) if 0 <= chosen < count else "",
        f"{_counted(d.dimension[:count])} above the persistence threshold, of the map as shown, "
        "boundary included. " + (INVARIANT if covered else DEPENDS.get(scene.scalar, INVARIANT)),
    )


def _counted(dimension: np.ndarray) -> str:
    """Count classes in words, as "3 connected components (H₀) and 1 loop (H₁)"."""
    numbers = [int((dimension == k).sum()) for k in (0, 1)]
    return " and ".join(
        f"{n} {words[n != 1]} ({group})"
        for n, words, group in zip(numbers, COUNTED, HOMOLOGY, strict=True)
    )


def _story(answer: TopologyAnswer, i: int) -> str:
    """Describe the birth and death of a pair."""
    d = answer.diagram
    low, high = ("maximum", "minimum") if d.superlevel else ("minimum", "maximum")
    k = int(d.dimension[i])
    born, dies = ((low, "saddle"), ("saddle", high))[k]
    what = f"{COUNTED[k][0].capitalize()} ({HOMOLOGY[k]})"

    def at(value: float, theta: Floats) -> str:
        return f"{value:.4g} in ({', '.join(f'{x:.3g}' for x in theta)})"

    words = f"{what} born at the {born} {at(d.birth[i], answer.births[i])}"
    if np.isfinite(d.death[i]):
        words += (
            f", dies at the {dies} {at(d.death[i], answer.deaths[i])}; persistence "
            f"{d.persistence[i]:.3g}"
        )
    else:
        words += "; an essential class, which never dies"
    return powers(words)
