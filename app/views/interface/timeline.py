"""The timeline's state and its events."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TimelineState:
    """The time and the keyframes of a scene.

    keys: when they are, in seconds; () while the scene has no timeline.  easing: how the one at
    ``time`` leads on, "" if there is none.  changed: the scene is not what it was at this time, and
    a keyframe would keep that.
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
    """Another time, in seconds."""

    at: float


@dataclass(frozen=True)
class KeyframeMoved:
    """The keyframe ``at`` a time is dragged to another; ``done`` on release."""

    at: float
    to: float
    done: bool


@dataclass(frozen=True)
class TimelineEdited:
    """Another "easing" of the keyframe at the time that is shown, "duration" or "repeat"."""

    field: str
    value: str | float
