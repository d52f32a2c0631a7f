"""Numbers of the scene that can be typed, stepped, copied and pasted, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ValueEntered:
    """A number of a row was typed, that at ``place``; or all of them as one text (None)."""

    row: str
    place: int | None
    text: str


@dataclass(frozen=True)
class ValueStepped:
    """A request to change a number of a row by this number of steps; 0 discards what was typed."""

    row: str
    place: int
    steps: int


@dataclass(frozen=True)
class ValueRow:
    """A row: its key in events, its words, its numbers as text, and the name of each of them.

    ``is_point``: both numbers can be copied and pasted at once.
    """

    key: str
    words: str
    hint: str
    values: tuple[str, ...]
    names: tuple[str, ...]
    is_point: bool = False


@dataclass(frozen=True)
class ValueGroup:
    """Rows under one title, what it says, and what stands over their columns."""

    title: str
    hint: str
    columns: tuple[str, ...]
    rows: tuple[ValueRow, ...]


@dataclass(frozen=True)
class Refusal:
    """An entry at a place of a row, or for all of it (None), and why it is no such number.

    ``text``: as it was entered, and stays; "" leaves the number as it is.
    """

    row: str
    place: int | None
    text: str
    words: str


@dataclass(frozen=True)
class PointsState:
    """The panel Points: ``snapping`` is its switch; ``visits`` counts how often the keyboard was to go
    to the first field.
    """

    groups: tuple[ValueGroup, ...]
    snapping: bool = False
    refusal: Refusal | None = None
    visits: int = 0
