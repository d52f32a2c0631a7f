"""Changes that need a family derived or a surface laid out: the worker does it, then they are made.

What was prepared is kept by caches (`families`, `surfaces`), so that making the change costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from app.jobs import scene_chart
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model import colormaps
from app.model.flow import rewritten
from app.model.scene import HEIGHT, Scene, check_height, in_chart, of_family
from compute.families import changed, families, parse
from compute.heads.head_selection import settings
from compute.requests.engine import Engine

Changes = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class PrepareTask(Job):
    """Lay out what ``scene`` is after ``changes``."""

    priority: ClassVar[Priority] = Priority.SUBJECT
    words: ClassVar[str] = "what is to be shown"

    scene: Scene
    changes: Changes

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Answered by one `Prepared`."""
        try:
            scene = edited(self.scene, dict(self.changes))
            chart = scene_chart.chart_drawn(scene)
            if chart.dimension == 3 and scene.view is not None:
                scene_chart.surface(chart, scene.view)
        except ValueError as problem:
            emit(Prepared(self, str(problem)))
        else:
            emit(Prepared(self))


@dataclass(frozen=True)
class Prepared:
    """The changes of ``job`` can be made at once, or why they cannot be made."""

    job: PrepareTask
    problem: str = ""


def prepared(scene: Scene, changes: Mapping[str, object]) -> str:
    """Describe in words what the changes need prepared."""
    known = families()
    if "family" in changes:
        name = parse(str(changes["family"]))[0]
        return f"“{known[name].title}”" if name in known else "another family"
    if "family.layer" in changes or "family.head" in changes:
        c = {**settings(parse(scene.family)[1]), **_within("family.", changes)}
        return f"layer {c['layer']}, head {c['head']}"
    return "the family" if _within("family.", changes) else "the height"


def is_slow(scene: Scene, changes: Mapping[str, object]) -> bool:
    """Whether making the changes may take longer than a frame: another family, or another height."""
    chart = str(changes.get("chart", scene.chart))
    of_height = chart.startswith(HEIGHT) and bool({"chart", "scalar", "token"} & set(changes))
    return any(name.partition(".")[0] == "family" for name in changes) or of_height


def is_mild(changes: Mapping[str, object]) -> bool:
    """Whether only real parameters of the family change: numbers become others, but places stay."""
    return all(name.startswith("family.") and isinstance(v, float) for name, v in changes.items())


def edited(scene: Scene, changes: Mapping[str, object]) -> Scene:
    """``scene`` with fields set, those of its parts as "layers.NAME", "opacity.NAME", "flow.NAME" …

    ValueError where that asks for what does not exist.
    """
    rest = dict(changes)
    if "family" in rest:
        scene = of_family(scene, str(rest.pop("family")))
    parameters = _within("family.", rest)
    if parameters:
        scene = of_family(scene, changed(scene.family, parameters))
    if "chart" in rest:
        scene = in_chart(scene, str(rest.pop("chart")))
    layers, opacity = _within("layers.", rest), _within("opacity.", rest)
    flow = _within("flow.", rest)
    if flow:
        scene = replace(scene, flow=rewritten(scene.flow, flow))
    if rest.get("scalar", scene.scalar) != scene.scalar:
        rest.setdefault("limits", None)  # they were the other one's
    plain: dict[str, Any] = {name: value for name, value in rest.items() if "." not in name}
    scene = replace(
        scene,
        layers=replace(scene.layers, **layers),
        opacity=replace(scene.opacity, **opacity),
        **plain,
    )
    check_height(scene)
    colormaps.check(scene.colormap)
    return scene


def _within(prefix: str, changes: Mapping[str, object]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in changes.items()
        if name.startswith(prefix)
    }
