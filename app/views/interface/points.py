"""Plain data of the panel Points: numbers that users type, step, copy and paste."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueEntered:
    """Text entered for the number at ``place`` of a row, or for the whole row (None)."""

    row: str
    place: int | None
    text: str


@dataclass(frozen=True)
class ValueStepped:
    """A request to change a number by ``steps`` steps; 0 discards typed text."""

    row: str
    place: int
    steps: int


@dataclass(frozen=True)
class ValueRow:
    """A row: its key in events, its label and tooltip, and its numbers as text with their names.

    ``is_point``: both numbers can be copied and pasted together.
    """

    key: str
    words: str
    hint: str
    values: tuple[str, ...]
    names: tuple[str, ...]
    is_point: bool = False


@dataclass(frozen=True)
class ValueGroup:
    """Rows under one title, with its tooltip and the headings of their columns."""

    title: str
    hint: str
    columns: tuple[str, ...]
    rows: tuple[ValueRow, ...]


@dataclass(frozen=True)
class Refusal:
    """An invalid entry for a place of a row, or for the whole row (None), and the reason.

    ``text``: the entry, which the field keeps; "" leaves the number in the field.
    """

    row: str
    place: int | None
    text: str
    words: str


@dataclass(frozen=True)
class PointsState:
    """The state of the panel Points.

    ``snapping``: whether pins snap to the grid; ``visits``: how often the keyboard focus was
    requested for the first field.
    """

    groups: tuple[ValueGroup, ...]
    snapping: bool = False
    refusal: Refusal | None = None
    visits: int = 0
