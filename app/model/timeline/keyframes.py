"""Keyframes of the whole scene on a timeline: setting, moving and removing.

At each keyframe every track has a key; a field that first changes at a later keyframe keeps its value
at the earlier ones.  A field that no keyframe changes has no track and keeps the scene's value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, fields, replace
from itertools import pairwise

from app.model.keyframe_tracks import LONGEST, Key, Timeline, Track
from app.model.scene import Scene, kind_of
from compute.core.refusal import shown
from compute.families import families, parse
from compute.manifold.extent import Extent

LENGTH = 6.0  # duration of a new timeline in seconds
APART = 0.02  # minimum seconds between keyframes
SMOOTH = "smooth"
# the moving point belongs to every pose, so that a pose without changes is also a pose
ALWAYS = "playhead"
# entries of a scene that a keyframe cannot contain
UNKEYED = ("family", "title", "limits", "notes", "angles", "timeline", "aside", "unknown")
# and those of their subfields
OF = {
    "flow": ("time", "drift"),
    "photograph": ("shown", "alpha", "beta", "temperature", "heat", "start", "end", "circles"),
    "normals": ("a", "b"),
}


def times(timeline: Timeline) -> tuple[float, ...]:
    """Return the times of the keyframes, in seconds."""
    return tuple(sorted({key.at for track in timeline.tracks for key in track.keys}))


def pose(scene: Scene) -> dict[str, object]:
    """Return the animatable values of a completed scene, by ``field`` name."""
    found: dict[str, object] = {}
    for name in (field.name for field in fields(scene) if field.name not in UNKEYED):
        value = getattr(scene, name)
        match name:
            case "start" | "end" | "third":
                found[f"{name}.theta"] = value.theta
            case "layers" | "opacity":
                found |= {f"{name}.{f.name}": getattr(value, f.name) for f in fields(value)}
            case "flow" | "photograph" | "normals":
                found |= {f"{name}.{of}": getattr(value, of) for of in OF[name]}
            case _:
                found[name] = astuple(value) if isinstance(value, Extent) else value
    return found | _parameters(scene.family)


def _parameters(family: str) -> dict[str, float]:
    """Return the numbers among the parameters of a family, as "family.temperature"."""
    name, stated = parse(family)
    own = families()[name]
    numbers = {number.name for number in own.numbers}
    return {
        f"family.{key}": float(stated.get(key, value))
        for key, value in own.parameters.items()
        if isinstance(value, float) or key in numbers
    }


def changed(reference: Scene, scene: Scene) -> dict[str, object]:
    """Return the values in ``reference`` of the fields in which ``scene`` differs from it.

    Raises ValueError if their families differ, since points are not comparable then.
    """
    if kind_of(reference.family) != kind_of(scene.family):
        raise ValueError(
            f"keyframes belong to one family, {shown(reference.family)}; remove them to start "
            f"again with {shown(scene.family)}"
        )
    before, now = pose(reference), pose(scene)
    differs = {name: value for name, value in before.items() if value != now[name]}
    if "chart" in differs:
        differs.pop("view", None)  # a rectangle belongs to one chart only
    return differs


def keyed(scene: Scene, reference: Scene, at: float) -> Timeline:
    """Return the scene's timeline, or a new one, with the current scene as keyframe ``at`` seconds.

    reference: the scene before the changes; fields that differ from it become animated.
    """
    timeline = scene.timeline or Timeline(LENGTH, ())
    others = [t for t in times(timeline) if t != at]
    before, now = changed(reference, scene), pose(scene)
    tracks = {track.field: track for track in timeline.tracks}
    for name, value in {ALWAYS: now[ALWAYS], **before}.items():
        tracks.setdefault(name, Track(name, tuple(Key(t, value) for t in others)))
    if "chart" in tracks:
        tracks.pop("view", None)
    led = easing_at(timeline, at) or SMOOTH
    return replace(
        timeline,
        tracks=tuple(
            replace(track, keys=_put(track.keys, Key(at, now[name], led))) if name in now else track
            for name, track in tracks.items()
        ),
    )


def _put(keys: tuple[Key, ...], key: Key) -> tuple[Key, ...]:
    """Insert a key, which keeps unknown entries of the one it replaces."""
    kept = [other for other in keys if other.at != key.at]
    there = [other.unknown for other in keys if other.at == key.at]
    added = replace(key, unknown=there[0] if there else ())
    return tuple(sorted([*kept, added], key=lambda other: other.at))


def easing_at(timeline: Timeline, at: float) -> str:
    """Return the easing of the keyframe at that time; "" if there is none."""
    found = [key.easing for track in timeline.tracks for key in track.keys if key.at == at]
    return found[0] if found else ""


def eased(timeline: Timeline, at: float, easing: str) -> Timeline:
    """Return the timeline with another easing of the keyframe at that time."""
    return _each(timeline, lambda key: replace(key, easing=easing) if key.at == at else key)


def moved(timeline: Timeline, at: float, to: float) -> tuple[Timeline, float]:
    """Return the timeline with a keyframe moved, limited by its neighbours, and its new time."""
    others = [t for t in times(timeline) if t != at]
    low = max((t + APART for t in others if t < at), default=0.0)
    high = min((t - APART for t in others if t > at), default=timeline.duration)
    place = min(max(to, low), high) if low <= high else at
    return _each(timeline, lambda key: replace(key, at=place) if key.at == at else key), place


def removed(timeline: Timeline, at: float) -> Timeline | None:
    """Return the timeline without the keyframe at that time; None if it was the last."""
    kept = [
        replace(track, keys=tuple(key for key in track.keys if key.at != at))
        for track in timeline.tracks
    ]
    tracks = tuple(track for track in kept if track.keys)
    return replace(timeline, tracks=tracks) if tracks else None


def stretched(timeline: Timeline, duration: float) -> Timeline:
    """Return the timeline with another duration; keyframes keep their relative times.  Raises
    ValueError.
    """
    if not 0.0 < duration <= LONGEST:
        raise ValueError(
            f"a timeline's duration must be over 0 and at most {LONGEST:g} s, got {duration}"
        )
    share = duration / timeline.duration
    longer = _each(timeline, lambda key: replace(key, at=min(key.at * share, duration)))
    if any(b <= a for a, b in pairwise(times(longer))):
        raise ValueError(f"{duration:g} s are too short for {len(times(timeline))} keyframes")
    return replace(longer, duration=duration)


def _each(timeline: Timeline, change: Callable[[Key], Key]) -> Timeline:
    tracks = tuple(
        replace(track, keys=tuple(change(key) for key in track.keys)) for track in timeline.tracks
    )
    return replace(timeline, tracks=tracks)
