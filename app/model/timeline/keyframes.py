"""Keyframes: poses of the whole scene on a timeline, set, moved and taken away.

At each keyframe every track has a key: a field that begins to move late stays, at the keyframes before,
what it was there.  What no keyframe changes has no track: it is the scene's own, at all times.
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

LENGTH = 6.0  # seconds of a timeline that is begun
APART = 0.02  # seconds that keyframes keep between them
SMOOTH = "smooth"
# the moving point belongs to every pose, so that one which changes nothing is one too
ALWAYS = "playhead"
# entries of a scene that no key can hold
UNKEYED = ("family", "title", "limits", "timeline", "unknown")
# and of what they hold of its subjects
OF = {
    "flow": ("time", "drift"),
    "photograph": ("shown", "alpha", "beta", "temperature", "heat", "start", "end", "circles"),
    "normals": ("a", "b"),
}


def times(timeline: Timeline) -> tuple[float, ...]:
    """Return when its keyframes are, in seconds."""
    return tuple(sorted({key.at for track in timeline.tracks for key in track.keys}))


def pose(scene: Scene) -> dict[str, object]:
    """Return what keyframes can hold of a complete scene, by the names of a track's ``field``."""
    found: dict[str, object] = {}
    for name in (field.name for field in fields(scene) if field.name not in UNKEYED):
        value = getattr(scene, name)
        match name:
            case "start" | "end":
                found[f"{name}.theta"] = value.theta
            case "layers" | "opacity":
                found |= {f"{name}.{f.name}": getattr(value, f.name) for f in fields(value)}
            case "flow" | "photograph" | "normals":
                found |= {f"{name}.{of}": getattr(value, of) for of in OF[name]}
            case _:
                found[name] = astuple(value) if isinstance(value, Extent) else value
    return found | _parameters(scene.family)


def _parameters(family: str) -> dict[str, float]:
    """Return the real parameters of a family, as "family.temperature"."""
    name, stated = parse(family)
    defaults = families()[name].parameters
    return {
        f"family.{key}": stated.get(key, value)
        for key, value in defaults.items()
        if isinstance(value, float)
    }


def changed(reference: Scene, scene: Scene) -> dict[str, object]:
    """Return the values in ``reference`` of the fields in which ``scene`` differs from it.

    Raises ValueError if they are of different families: points of one are none of another.
    """
    if kind_of(reference.family) != kind_of(scene.family):
        raise ValueError(
            f"keyframes are of one family, {shown(reference.family)}; take them away to begin anew "
            f"with {shown(scene.family)}"
        )
    before, now = pose(reference), pose(scene)
    differs = {name: value for name, value in before.items() if value != now[name]}
    if "chart" in differs:
        differs.pop("view", None)  # a rectangle of one chart is none of another
    return differs


def keyed(scene: Scene, reference: Scene, at: float) -> Timeline:
    """Return the scene's timeline, or a new one, with what the scene shows as its keyframe ``at``
    seconds.

    reference: the scene when nothing had been changed yet; what differs from it moves from now on.
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
    """Return the keys with one more, which takes over what is unknown of the one in its place."""
    kept = [other for other in keys if other.at != key.at]
    there = [other.unknown for other in keys if other.at == key.at]
    added = replace(key, unknown=there[0] if there else ())
    return tuple(sorted([*kept, added], key=lambda other: other.at))


def easing_at(timeline: Timeline, at: float) -> str:
    """Return how the keyframe there leads on; "" where there is none."""
    found = [key.easing for track in timeline.tracks for key in track.keys if key.at == at]
    return found[0] if found else ""


def eased(timeline: Timeline, at: float, easing: str) -> Timeline:
    """Return the keyframe at that time leads on by another easing."""
    return _each(timeline, lambda key: replace(key, easing=easing) if key.at == at else key)


def moved(timeline: Timeline, at: float, to: float) -> tuple[Timeline, float]:
    """Return the keyframe of one time at another, as far as its neighbours let it; and where it is
    then.
    """
    others = [t for t in times(timeline) if t != at]
    low = max((t + APART for t in others if t < at), default=0.0)
    high = min((t - APART for t in others if t > at), default=timeline.duration)
    place = min(max(to, low), high) if low <= high else at
    return _each(timeline, lambda key: replace(key, at=place) if key.at == at else key), place


def removed(timeline: Timeline, at: float) -> Timeline | None:
    """Return the timeline without the keyframe there; None if it was the last."""
    kept = [
        replace(track, keys=tuple(key for key in track.keys if key.at != at))
        for track in timeline.tracks
    ]
    tracks = tuple(track for track in kept if track.keys)
    return replace(timeline, tracks=tracks) if tracks else None


def stretched(timeline: Timeline, duration: float) -> Timeline:
    """Return the same in more or less time: every keyframe keeps its share.  Raises ValueError."""
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
