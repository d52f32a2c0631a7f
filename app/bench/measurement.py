"""The measurements of a workload, as the command line prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict


class Yardstick(TypedDict):
    """Another program at the same work; no seconds, and a remark, where it could not be run.

    ratio: its seconds over ours; difference: the largest between its numbers and ours.
    """

    name: str
    seconds: float | None
    ratio: NotRequired[float | None]
    difference: NotRequired[float]
    remark: NotRequired[str]


class Measurement(TypedDict):
    """One workload by its letter; milliseconds by name where they are asked for."""

    workload: str
    name: str
    seconds: float | None
    target: NotRequired[str]
    remark: NotRequired[str]
    yardsticks: NotRequired[Sequence[Yardstick]]
    gui_thread_ms: NotRequired[dict[str, float]]
    to_screen_ms: NotRequired[dict[str, float]]
    paths_drawn: NotRequired[int]
    jobs_at_once: NotRequired[int]
