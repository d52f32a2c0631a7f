"""Tracks of keyframes: plain data over seconds, with conversion to JSON."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from compute.core.refusal import shown

LONGEST = 3600.0  # seconds
# fraction of the way completed after the fraction s of the time
EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda s: s,
    "smooth": lambda s: s * s * (3.0 - 2.0 * s),
    "in": lambda s: s**3,
    "out": lambda s: 1.0 - (1.0 - s) ** 3,
    "hold": lambda s: 0.0,
}

# (name, value) of file entries unknown to this version; they are written back
Unknown = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Key:
    """``value`` is reached at ``at`` seconds; ``easing`` is the transition to the next key."""

    at: float
    value: object
    easing: str = "smooth"
    unknown: Unknown = ()


@dataclass(frozen=True)
class Track:
    """The keys of one field of the scene, ordered by time.

    field: such as "alpha", "start.theta", "layers.map", "view"; "family.temperature" is a parameter of
    the family.  Real numbers and tuples of them are interpolated (loops too, if they have equally many
    vertices); everything else changes at its key.
    """

    field: str
    keys: tuple[Key, ...]
    unknown: Unknown = ()


@dataclass(frozen=True)
class Timeline:
    """Tracks over ``duration`` seconds; then it ends, restarts (loop) or runs back (bounce)."""

    duration: float
    tracks: tuple[Track, ...]
    repeat: str = "once"

    @property
    def period(self) -> float:
        """Seconds until it returns to its start, or ends."""
        return self.duration * (2.0 if self.repeat == "bounce" else 1.0)


def glide(duration: float) -> Timeline:
    """Return the timeline of a scene without one: the moving point from A to B."""
    keys = (Key(0.0, 0.0), Key(duration, 1.0))
    return Timeline(duration, (Track("playhead", keys),))


def position(timeline: Timeline, t: float) -> float:
    """Return the position of a timeline after ``t`` seconds, in [0, duration]."""
    if timeline.repeat == "loop":
        return t % timeline.duration
    if timeline.repeat == "bounce":
        phase = t % (2.0 * timeline.duration)
        return min(phase, 2.0 * timeline.duration - phase)
    return min(max(t, 0.0), timeline.duration)


def value_at(track: Track, t: float, steps: bool = False) -> object:
    """Return the value of a track, constant before the first and after the last key.

    With ``steps`` values are not interpolated.
    """
    after = bisect_right([key.at for key in track.keys], t)
    if after == 0:
        return track.keys[0].value
    before = track.keys[after - 1]
    if after == len(track.keys):
        return before.value
    if steps:
        return before.value
    following = track.keys[after]
    share = EASINGS[before.easing]((t - before.at) / (following.at - before.at))
    return _between(before.value, following.value, share)


def _between(a: object, b: object, share: float) -> object:
    if isinstance(a, float) and isinstance(b, float):
        return a + (b - a) * share
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(_between(u, v, share) for u, v in zip(a, b, strict=True))
    return a


def stated(timeline: Timeline) -> dict[str, object]:
    """Return a timeline as stored in a scene file."""
    return {
        "duration": timeline.duration,
        "repeat": timeline.repeat,
        "tracks": [
            {
                **dict(track.unknown),
                "field": track.field,
                "keys": [
                    {**dict(key.unknown), "at": key.at, "value": key.value, "easing": key.easing}
                    for key in track.keys
                ],
            }
            for track in timeline.tracks
        ],
    }


def read(data: Mapping[str, Any]) -> Timeline:
    """Return the timeline of a schema-checked scene file.  Raises ValueError."""
    duration = float(data["duration"])
    if not 0.0 < duration <= LONGEST:
        raise ValueError(
            f"a timeline's duration must be over 0 and at most {LONGEST:g} s, got {duration}"
        )
    tracks = tuple(_track(entry, duration) for entry in data["tracks"])
    return Timeline(duration, tracks, data.get("repeat", "once"))


def _track(entry: Mapping[str, Any], duration: float) -> Track:
    keys = tuple(
        Key(
            float(key["at"]),
            _value(key["value"]),
            key.get("easing", "smooth"),
            _unknown(key, ("at", "value", "easing")),
        )
        for key in entry["keys"]
    )
    times = [key.at for key in keys]
    if any(b <= a for a, b in pairwise(times)):
        raise ValueError(
            f"the keys of {entry['field']} must be in increasing order of time, got times "
            f"{shown(times)}"
        )
    if not 0.0 <= times[0] <= times[-1] <= duration:
        raise ValueError(
            f"the keys of {entry['field']} must lie in 0 … {duration:g} s, got {shown(times)}"
        )
    return Track(entry["field"], keys, _unknown(entry, ("field", "keys")))


def _unknown(entry: Mapping[str, object], known: tuple[str, ...]) -> Unknown:
    return tuple((name, value) for name, value in entry.items() if name not in known)


def unknown(timeline: Timeline) -> list[tuple[tuple[str, ...], object]]:
    """Return paths and values of unknown entries in a timeline's tracks and keys."""
    found: list[tuple[tuple[str, ...], object]] = []
    for i, track in enumerate(timeline.tracks):
        place = ("timeline", "tracks", str(i))
        found += [((*place, name), value) for name, value in track.unknown]
        for j, key in enumerate(track.keys):
            found += [((*place, "keys", str(j), name), value) for name, value in key.unknown]
    return found


def _value(value: object) -> object:
    """Convert numbers to floats and lists to tuples."""
    if isinstance(value, list):
        return tuple(_value(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a timeline's values must be finite, got {value}")
    return value
