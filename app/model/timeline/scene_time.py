"""The scene at a time, a pure function of its keyframes and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from app.model import colormaps, colour_limits, data_points, ranges
from app.model.keyframe_tracks import Timeline, position, value_at
from app.model.scene import DISTANCE, Scene, chart_of, completed
from compute.core.refusal import shown
from compute.families import changed, families, parse
from compute.families import manifold as manifold_of

# of a scene, independent of time
FIXED = ("timeline", "aside", "unknown", "title", "notes", "angles")
# fields of a completed scene that may be None, with their checks
_OPTIONAL: dict[str, Callable[[Any], None]] = {
    "limits": colour_limits.check,
    "camera": ranges.camera,
}


def scene_at(scene: Scene, t: float, timeline: Timeline | None = None) -> Scene:
    """Return the completed scene ``t`` seconds after the start of a timeline, by default its own.

    Raises ValueError if a key has an invalid value.
    """
    chosen = timeline or scene.timeline
    if chosen is None:
        return scene
    place, made = position(chosen, t), scene
    for track in chosen.tracks:
        path = track.field.split(".")
        made = _with(made, path, value_at(track, place, steps=_is_whole(made, path)))
    tracked = {track.field.split(".")[0] for track in chosen.tracks}
    if made.chart != scene.chart and "view" not in tracked:
        made = replace(made, view=None)
    return completed(made)


def check(scene: Scene) -> None:
    """Raise ValueError if a key of the scene's timeline has an invalid name or value."""
    for track in scene.timeline.tracks if scene.timeline else ():
        for key in track.keys:
            _with(scene, track.field.split("."), key.value)


def check_names(scene: Scene) -> None:
    """Raise ValueError if a key has a chart, a scalar or colours that do not exist."""
    tracks = scene.timeline.tracks if scene.timeline else ()
    if any(track.field == "family" for track in tracks):
        return  # charts and scalars are those of each family
    manifold = manifold_of(scene.family)
    scalars = (*manifold.scalars, DISTANCE)
    checks: dict[str, Callable[[Any], object]] = {
        "chart": lambda name: chart_of(manifold, name),
        "scalar": lambda name: ranges.one_of("a scalar", name, scalars),
        "colormap": colormaps.check,
    }
    for track in tracks:
        for name in {key.value for key in track.keys if track.field in checks}:
            checks[track.field](name)


def _is_whole(holder: object, path: list[str]) -> bool:
    """Whether a field is an integer; a file may contain 3.0."""
    *parents, name = path
    for parent in parents:
        holder = getattr(holder, parent, None)
    return is_dataclass(holder) and _declared(holder, name) == "int"


def _with(holder: Any, path: list[str], value: object) -> Any:
    """Return ``holder`` with the field at ``path`` set.  Raises ValueError if it does not exist."""
    name, *rest = path
    # a layer may have the name of a fixed field: the layer of the notes can be switched
    fixed = FIXED if isinstance(holder, Scene) else ()
    known = [f.name for f in fields(holder) if f.name not in fixed] if is_dataclass(holder) else []
    if name not in known:
        raise ValueError(
            f"a timeline's field must be one of {', '.join(known) or 'none'}, got {shown(name)}"
        )
    current = getattr(holder, name)
    if isinstance(current, int) and "float" in _declared(holder, name):
        current = float(current)
    if name in _OPTIONAL and not rest:
        _OPTIONAL[name](value)
        return replace(holder, **{name: value})
    if name == "loop":
        return replace(holder, loop=_loop(value))
    if name == "family" and not rest and isinstance(holder, Scene):
        return _at_family(holder, str(_as(current, value, name)))
    if not rest:
        return replace(holder, **{name: _as(current, value, name), **_released(holder, name)})
    if name == "family" and isinstance(current, str) and len(rest) == 1:
        return _at_family(holder, changed(current, {rest[0]: _whole(current, rest[0], value)}))
    return replace(holder, **{name: _with(current, rest, value)})


def _at_family(scene: Any, family: str) -> Any:
    """Return a scene at other parameters; points that are fitted stay with their own."""
    points = data_points.carried(scene.points, scene.family, family)
    return replace(scene, family=family, points=points)


def _whole(family: str, key: str, value: object) -> object:
    """Return a value of a parameter between its keys, rounded if it is a whole number."""
    own = families()[parse(family)[0]].numbers
    is_whole = any(number.name == key and number.is_whole for number in own)
    return round(value) if is_whole and isinstance(value, float) else value


def _declared(holder: Any, name: str) -> str:
    """Return the declared type of a field; a file may contain 0 where 0.5 is possible."""
    return next((str(field.type) for field in fields(holder) if field.name == name), "")


def _loop(value: Any) -> tuple[tuple[float, float], ...]:
    """Return the vertices of a loop.  Raises ValueError."""
    pairs = isinstance(value, tuple) and all(
        isinstance(at, tuple) and len(at) == 2 and all(isinstance(v, float) for v in at)
        for at in value
    )
    if not pairs or len(value) in (1, 2):
        raise ValueError(
            f"a timeline's loop must be vertices (x, y), three or more, got {shown(value)}"
        )
    return tuple((x, y) for x, y in value)


def _released(holder: object, name: str) -> dict[str, object]:
    """Release pins that are moved from their tokens."""
    return {"token": None} if name == "theta" and hasattr(holder, "token") else {}


def _as(current: Any, value: object, name: str) -> object:
    """Convert ``value`` to the type of the field.  Raises ValueError if that is impossible."""
    if is_dataclass(current) and not isinstance(current, type) and isinstance(value, tuple):
        entries = [getattr(current, field.name) for field in fields(current)]
        if len(entries) == len(value) and all(isinstance(entry, float) for entry in entries):
            return replace(
                current, **{f.name: v for f, v in zip(fields(current), value, strict=True)}
            )
    whole = isinstance(current, int) and not isinstance(current, bool)
    if whole and isinstance(value, float) and value.is_integer():
        return int(value)
    alike = isinstance(value, type(current)) and (
        not isinstance(current, tuple) or len(current) == len(value)
    )
    if current is not None and not alike:
        raise ValueError(
            f"a timeline's value of {name} must be like {shown(current)}, got {shown(value)}"
        )
    return value
