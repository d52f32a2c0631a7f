"""The changes of a scene by a lesson's step: lines ``key: value``, as written by the author.

scene: gaussian              a bundled scene, or a file beside the lesson
family: student_t:nu=5       as on the command line
A: (0, 1)                    a pin, in the family's own coordinates; or: token river
layers: +spray -straight     or: only map geodesic
point: series 1 (0, 1)       a point of data by its label
map: curvature
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.model import colormaps, scene_file
from app.model.data_points import DataPoint, check_inside
from app.model.flow import FlowSettings, rewritten
from app.model.layers import Layers, layer_names
from app.model.lessons.wording import number, plain, tuple_of
from app.model.normals import Numbers
from app.model.photograph import Photograph
from app.model.scene import DISTANCE, Pin, Scene, completed, in_chart, of_family
from compute.core.opening import check_name, is_regular
from compute.core.refusal import refusing, shown
from compute.families import manifold as manifold_of
from compute.families import parse, write
from compute.heads.head import bundled
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold

LAYERS = layer_names()
FLOW = {
    f"flow {f.name}": f.name for f in fields(FlowSettings) if f.name not in ("strokes", "source")
}
_CALLED = {"start": "A", "end": "B", "shown": "map"}
PICTURE = {f"picture {_CALLED.get(f.name, f.name)}": f.name for f in fields(Photograph)}
MOST_VERTICES = 64
_POINT = re.compile(r"\(([^()]*)\)")


class NoChange(ValueError):
    """A change that cannot be made; ``key`` names it."""

    def __init__(self, key: str, words: str) -> None:
        self.key = key
        super().__init__(f"{key}: {words}")


def changed(scene: Scene | None, changes: Mapping[str, str], folder: Path) -> Scene:
    """Return ``scene`` with ``changes``, completed; without a scene they must name one or a family.

    Files are searched in ``folder``.  Raises NoChange.
    """
    made, family, used = scene, changes.get("family"), {"scene", "family", "chart"}
    if "scene" in changes:
        made = _try("scene", lambda: _load(changes["scene"], folder))
    if family is not None:
        began = made or Scene()
        made = _try("family", lambda: of_family(began, _located(family, folder)))
    if made is None:
        raise NoChange("scene", "the first step must name a scene or a family")
    for key in (key for key in changes if key not in used | FLOW.keys() | PICTURE.keys()):
        made = _with(made, key, changes[key])
    made = _flowing(made, {key: text for key, text in changes.items() if key in FLOW})
    for key in (key for key in changes if key in PICTURE):
        made = _pictured(made, key, changes[key], folder)
    if "chart" in changes:
        before = made
        made = _try("chart", lambda: in_chart(before, changes["chart"]))
    if made.vector is not None and "vector" not in changes and changes.keys() & {"A", "B"}:
        made = replace(made, vector=None)
    final = made
    return _try(" and ".join(changes) or "scene", lambda: completed(final))


def _try(key: str, make: Callable[[], Scene]) -> Scene:
    try:
        return make()
    except ValueError as problem:
        raise NoChange(key, str(problem)) from None


def _load(name: str, folder: Path) -> Scene:
    """Return a bundled scene, or a file in the lesson's own folder or below it."""
    return scene_file.load(name if name in scene_file.names() else beside(name, folder))


def beside(name: str, folder: Path) -> Path:
    """Return the file of that name in ``folder``.  Raises ValueError if it is elsewhere or missing."""
    check_name(name)
    path = Path(os.path.abspath(folder / name))
    with refusing(f"a lesson's file {shown(name)} cannot be found"):
        lies_inside = path.resolve().is_relative_to(folder.resolve())
    if not lies_inside:
        raise ValueError(f"a lesson's files must be in its own folder, got {shown(name)}")
    if not is_regular(path):
        raise ValueError(f"neither a bundled one nor a file beside the lesson: {shown(name)}")
    return path


def _located(family: str, folder: Path) -> str:
    """Return ``family`` with its file, if any, located beside the lesson."""
    name, stated = parse(family)
    source = str(stated.get("source", ""))
    if not source or source in bundled() or source.startswith("{"):
        return family
    return write(name, {**stated, "source": str(beside(source, folder))})


def _with(scene: Scene, key: str, text: str) -> Scene:
    read = READERS.get(key)
    if read is None:
        known = ", ".join(
            [
                "scene",
                "family",
                "chart",
                *READERS,
                "flow mode, flow time …",
                "picture map …",
                "panel",
            ]
        )
        raise NoChange(key, f"a step can change {known}")
    try:
        return replace(scene, **read(scene, text))
    except ValueError as problem:
        raise NoChange(key, str(problem)) from None


def _flowing(scene: Scene, stated: Mapping[str, str]) -> Scene:
    """Apply all changes of the flow at once, since another equation alone would reset its time."""
    if not stated:
        return scene
    entries: dict[str, object] = {}
    for key, text in stated.items():
        usual = getattr(FlowSettings(), FLOW[key])
        try:
            entries[FLOW[key]] = (
                plain(text) if isinstance(usual, str) else type(usual)(number(text))
            )
        except ValueError as problem:
            raise NoChange(key, str(problem)) from None
    return _try(next(iter(stated)), lambda: replace(scene, flow=rewritten(scene.flow, entries)))


def _pictured(scene: Scene, key: str, text: str, folder: Path) -> Scene:
    """Apply one change of the picture."""

    def put() -> Scene:
        entry = _entry(PICTURE[key], text, folder)
        return replace(scene, photograph=replace(scene.photograph, **{PICTURE[key]: entry}))

    return _try(key, put)


def _entry(field: str, text: str, folder: Path) -> Any:
    """Return a value of the picture, parsed as the type of its default."""
    match getattr(Photograph(), field):
        case bool():
            return _switch(text)
        case int():
            return int(number(text))
        case float():
            return number(text)
        case tuple():
            return tuple_of(text, 2)
        case _ if field == "source":
            return text if text in bundled() else str(beside(text, folder))
        case _:
            return plain(text)


def _pin(scene: Scene, text: str) -> Pin:
    """Return a pin at θ, or on a token by its label or number."""
    manifold = manifold_of(scene.family)
    if not plain(text).startswith("token "):
        x, y = tuple_of(text, 2)
        if not manifold.in_domain(np.array([x, y])):
            raise ValueError(f"a pin must lie in {manifold.domain}, got {shown(text.strip())}")
        return Pin((x, y))
    index = token_of(manifold, text.strip()[len("token ") :])
    marks = manifold.landmarks
    assert marks is not None
    x, y = map(float, marks.theta[index])
    return Pin((x, y), index)


def token_of(manifold: Manifold, name: str) -> int:
    """Return the first token with that label or number.  Raises ValueError if there is none."""
    labels = manifold.landmarks.labels if manifold.landmarks is not None else ()
    found = [i for i, label in enumerate(labels) if plain(label) == plain(name)]
    if found:
        return found[0]
    if name.strip().isdigit() and int(name) < len(labels):
        return int(name)
    known = ", ".join(labels[:12]) or "none"
    raise ValueError(f"tokens of this family are {known}, got {shown(name.strip())}")


def _layers(scene: Scene, text: str) -> Layers:
    """Parse layer changes such as ``+spray -map`` or ``only map geodesic``."""
    words = plain(text).replace(",", " ").split()
    only = words[:1] == ["only"]
    layers = Layers(**dict.fromkeys(LAYERS, False)) if only else scene.layers
    for word in words[1:] if only else words:
        sign, name = ("+", word) if only else (word[0], word[1:])
        if name not in LAYERS or sign not in "+-":
            raise ValueError(
                f"expected +NAME or -NAME with a name of {', '.join(LAYERS)}, got {shown(word)}"
            )
        layers = replace(layers, **{name: sign == "+"})
    return layers


def _loop(text: str) -> tuple[tuple[float, float], ...]:
    """Parse vertices ``(x, y) (x, y) …`` in θ."""
    found = _POINT.findall(text)
    if not 3 <= len(found) <= MOST_VERTICES or _POINT.sub("", text).strip():
        raise ValueError(
            f"expected 3 to {MOST_VERTICES} vertices (x, y) (x, y) …, got {shown(text)}"
        )
    points = (tuple_of(point, 2) for point in found)
    return tuple((x, y) for x, y in points)


def _moved_point(scene: Scene, text: str) -> tuple[DataPoint, ...]:
    """Return the points of data with one of them at another θ."""
    label, bracket, place = text.strip().rpartition("(")
    found = [i for i, point in enumerate(scene.points) if plain(point.label) == plain(label)]
    if not (bracket and found):
        known = ", ".join(point.label for point in scene.points[:12]) or "none"
        raise ValueError(f"expected LABEL (x, y) of a point of data: {known}, got {shown(text)}")
    x, y = tuple_of(bracket + place, 2)
    moved = replace(scene.points[found[0]], theta=(x, y), n=0.0)
    check_inside((moved,), manifold_of(scene.family))
    points = list(scene.points)
    points[found[0]] = moved
    return tuple(points)


def _normal(text: str) -> Numbers:
    """Parse mean x and y, then σ_xx, σ_xy, σ_yy."""
    x, y, xx, xy, yy = tuple_of(text, 5)
    return x, y, xx, xy, yy


def _scalar(scene: Scene, name: str) -> str:
    known = (*manifold_of(scene.family).scalars, DISTANCE)
    if name not in known:
        raise ValueError(f"expected one of {', '.join(known)}, got {shown(name)}")
    return name


def _switch(text: str) -> bool:
    if plain(text) not in ("on", "off"):
        raise ValueError(f"expected on or off, got {shown(text)}")
    return plain(text) == "on"


def _colours(name: str) -> str:
    colormaps.check(name)
    return name


def _ranged(text: str, low: float, high: float) -> float:
    found = number(text)
    if not low <= found <= high:
        raise ValueError(f"expected a number from {low:g} to {high:g}, got {shown(text.strip())}")
    return found


READERS: dict[str, Callable[[Scene, str], dict[str, Any]]] = {
    "A": lambda scene, text: {"start": _pin(scene, text)},
    "B": lambda scene, text: {"end": _pin(scene, text)},
    "C": lambda scene, text: {"third": _pin(scene, text)},
    "vector": lambda scene, text: {"vector": tuple_of(text, 2)},
    "alpha": lambda scene, text: {"alpha": _ranged(text, -1.0, 1.0)},
    "map": lambda scene, text: {"scalar": _scalar(scene, text.strip())},
    "key": lambda scene, text: {"token": int(_ranged(text, 0, 1e6))},
    "colours": lambda scene, text: {"colormap": _colours(text.strip())},
    "layers": lambda scene, text: {"layers": _layers(scene, text)},
    "equal axes": lambda scene, text: {"equal": _switch(text)},
    "point": lambda scene, text: {"points": _moved_point(scene, text)},
    "loop": lambda scene, text: {"loop": _loop(text)},
    "normal A": lambda scene, text: {"normals": replace(scene.normals, a=_normal(text))},
    "normal B": lambda scene, text: {"normals": replace(scene.normals, b=_normal(text))},
    "playhead": lambda scene, text: {"playhead": _ranged(text, 0.0, 1.0)},
    "view": lambda scene, text: {"view": Extent(*tuple_of(text, 4))},
    "camera": lambda scene, text: {"camera": tuple_of(text, 5)},
}
