"""The measurements of a workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict


class Yardstick(TypedDict):
    """Another program doing the same work; a remark in place of seconds if it could not be run.

    ratio: its seconds over ours; difference: the largest difference between its numbers and ours.
    """

    name: str
    seconds: float | None
    ratio: NotRequired[float | None]
    difference: NotRequired[float]
    remark: NotRequired[str]


class Measurement(TypedDict):
    """One workload by its letter; milliseconds by name, if any."""

    workload: str
    name: str
    seconds: float | None
    target: NotRequired[str]
    remark: NotRequired[str]
    yardsticks: NotRequired[Sequence[Yardstick]]
    gui_thread_ms: NotRequired[dict[str, float]]
    to_screen_ms: NotRequired[dict[str, float]]
    families_ms: NotRequired[dict[str, float]]
    paths_drawn: NotRequired[int]
    jobs_at_once: NotRequired[int]
