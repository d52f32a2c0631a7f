"""The state of the timeline and its events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TimelineState:
    """The time and the keyframes of a scene.

    keys: times of keyframes in seconds; () without a timeline.  easing: of the keyframe at ``time``, ""
    if there is none.  changed: the scene differs from the timeline at this time, and a keyframe would
    record that.
    """

    playing: bool = False
    time: float = 0.0
    duration: float = 0.0
    keys: tuple[float, ...] = ()
    easing: str = ""
    repeat: str = "once"
    changed: bool = False


@dataclass(frozen=True)
class TimeChosen:
    """A time was chosen, in seconds."""

    at: float


@dataclass(frozen=True)
class KeyframeMoved:
    """The keyframe ``at`` a time is dragged to another; ``done`` on release."""

    at: float
    to: float
    done: bool


@dataclass(frozen=True)
class TimelineEdited:
    """The "easing" of the current keyframe, the "duration" or the "repeat" mode was changed."""

    field: str
    value: str | float
