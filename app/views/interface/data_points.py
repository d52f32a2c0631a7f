"""Events of points of data on the canvas; each has its number among those that are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DataPointMoved:
    """A point is dragged to x; ``done`` on release."""

    number: int
    xy: tuple[float, ...]
    done: bool


@dataclass(frozen=True)
class DataPointsChosen:
    """Several points are selected; the last one is that of `DataPointChosen`."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DataPointsRemoved:
    """These points are removed."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DataPointsFreed:
    """These points no longer belong to samples, so that they can be moved."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class DataPointNamed:
    """A point has another label."""

    number: int
    label: str
