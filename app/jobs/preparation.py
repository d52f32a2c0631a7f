"""Changes that first need the worker to read heads, derive a family or lay out a surface.

The results are cached (`heads`, `families`, `surfaces`), so the change itself is then immediate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from app.jobs import scene_chart
from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model import colormaps, colour_limits
from app.model.flow import rewritten
from app.model.scene import HEIGHT, Scene, as_attended, check_height, in_chart, of_family, view_of
from compute.core.refusal import describe
from compute.families import changed, families, manifold, parse, write
from compute.heads.head_selection import first_seen, settings
from compute.requests.engine import Engine

# the token whose own row is to be shown
ATTENDS = "attends"
# the file whose first head is to be shown
HEADS = "heads"
# changes that make another subject of those before them
SUBJECTS = ("family", ATTENDS, HEADS)
Changes = tuple[tuple[str, object], ...]


def _ignore(*_: object) -> None:
    """Do nothing; a default callback."""


@dataclass(frozen=True)
class PrepareTask(Job):
    """Prepare ``scene`` with ``changes``.

    ``show``: called with the changed scene, so that what the window will ask for is cached.
    """

    priority: ClassVar[Priority] = Priority.SUBJECT
    words: ClassVar[str] = "the new scene"

    scene: Scene
    changes: Changes
    show: Callable[[Scene], object] = field(default=_ignore, compare=False)

    @property
    def label(self) -> str:
        """The file that is read, or the words of every change."""
        path = dict(self.changes).get(HEADS)
        return self.words if path is None else f"the heads of {Path(str(path)).name}"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `Prepared`."""
        try:
            scene = edited(self.scene, dict(self.changes))
            prepare(scene, self.show)
        except (ValueError, OSError) as problem:
            emit(Prepared(self, describe(problem)))
        else:
            emit(Prepared(self))


def prepare(scene: Scene, show: Callable[[Scene], object]) -> None:
    """Compute what the window will ask for of a scene; the results are cached."""
    chart = scene_chart.chart_drawn(scene)
    view_of(manifold(scene.family), chart.plane)  # as the flow's panel asks
    if chart.dimension == 3 and scene.view is not None:
        scene_chart.surface(chart, scene.view)
    show(scene)


@dataclass(frozen=True)
class Prepared:
    """The changes of ``job`` can be made at once, or the reason why they cannot."""

    job: PrepareTask
    problem: str = ""


def preparing(scene: Scene, changes: Mapping[str, object]) -> str:
    """Say what the changes wait for."""
    if HEADS in changes:
        return f"reading the heads of {Path(str(changes[HEADS])).name}"
    return f"preparing {_prepared(scene, changes)}"


def _prepared(scene: Scene, changes: Mapping[str, object]) -> str:
    known = families()
    if "family" in changes:
        # what cannot be parsed is refused where it is prepared
        name = str(changes["family"]).partition(":")[0]
        return f"“{known[name].title}”" if name in known else "another family"
    if "family.layer" in changes or "family.head" in changes:
        c = {**settings(parse(scene.family)[1]), **_within("family.", changes)}
        return f"layer {c['layer']}, head {c['head']}"
    if ATTENDS in changes:
        return "the token’s own row"
    return "the family" if _within("family.", changes) else "the height"


def is_slow(scene: Scene, changes: Mapping[str, object]) -> bool:
    """Whether the changes may take longer than a frame: another family, or another height.

    Numbers of the family are inputs of formulas that are known already.
    """
    chart = str(changes.get("chart", scene.chart))
    of_height = chart.startswith(HEIGHT) and bool({"chart", "scalar", "token"} & set(changes))
    numbers = {f"family.{number.name}" for number in families()[parse(scene.family)[0]].numbers}
    return any(map(_is_of_subject, changes.keys() - numbers)) or of_height


def joined(waiting: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, Any]:
    """Return changes added to those that wait; another family or head replaces the one that waits."""
    kept = dict(waiting)
    if "family" in changes or HEADS in changes:
        kept = {name: value for name, value in waiting.items() if not _is_of_subject(name)}
    return {**kept, **changes}


def _is_of_subject(name: str) -> bool:
    return name.partition(".")[0] in SUBJECTS


def is_mild(changes: Mapping[str, object]) -> bool:
    """Whether only numbers of the family change, as floats: curves become others, but places stay."""
    return all(name.startswith("family.") and isinstance(v, float) for name, v in changes.items())


def edited(scene: Scene, changes: Mapping[str, object]) -> Scene:
    """Return ``scene`` with fields set; nested ones are "layers.NAME", "opacity.NAME", "flow.NAME" …

    Raises ValueError for values that do not exist.
    """
    rest = dict(changes)
    if ATTENDS in rest:
        scene = as_attended(scene, int(str(rest.pop(ATTENDS))))
    if HEADS in rest:
        scene = of_family(scene, _first_head(str(rest.pop(HEADS))))
    if "family" in rest:
        scene = of_family(scene, str(rest.pop("family")))
    parameters = _within("family.", rest)
    if parameters:
        scene = of_family(scene, changed(scene.family, parameters))
    if "chart" in rest:
        scene = in_chart(scene, str(rest.pop("chart")))
    for name in ("data", "descents"):
        if own := _within(f"{name}.", rest):
            scene = replace(scene, **{name: replace(getattr(scene, name), **own)})
    layers, opacity = _within("layers.", rest), _within("opacity.", rest)
    flow = _within("flow.", rest)
    if flow:
        scene = replace(scene, flow=rewritten(scene.flow, flow))
    if rest.get("scalar", scene.scalar) != scene.scalar and isinstance(scene.limits, tuple):
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
    colour_limits.check(scene.limits)
    return scene


def _first_head(path: str) -> str:
    """Return the specification of a file's first head.  Raises ValueError or OSError."""
    stated = {"source": path}
    return write("attention", {**stated, **first_seen(stated)})


def _within(prefix: str, changes: Mapping[str, object]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in changes.items()
        if name.startswith(prefix)
    }
