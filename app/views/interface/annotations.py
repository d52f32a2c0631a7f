"""Notes and marks of angles on the canvas, and what is done to them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

XY = tuple[float, ...]


@dataclass(frozen=True)
class Annotation:
    """A note: its letters, the middle of the words or the arrow's foot, and the arrow's tip, or None.

    number: of the note in the scene; written: its text as it was typed.
    """

    letters: str
    at: XY
    to: XY | None
    number: int
    written: str


@dataclass(frozen=True, eq=False)
class AngleArc:
    """A mark of an angle at ``foot``: ``arc`` (k, d), vectors of one Fisher length from side to side.

    words: its value; dashed: its value is not certain; is_turn: it is a rotation and has a sense.
    """

    foot: XY
    arc: NDArray[np.floating]
    words: str
    dashed: bool = False
    is_turn: bool = False


@dataclass(frozen=True)
class NoteWritten:
    """A note was typed; ``number``: of the note that had another text, None for a new one."""

    number: int | None
    text: str
    at: XY
    to: XY | None


@dataclass(frozen=True)
class NoteMoved:
    """The words of a note, or the ``tip`` of its arrow, are dragged to x; ``done`` on release."""

    number: int
    tip: bool
    xy: XY
    done: bool


@dataclass(frozen=True)
class NoteRemoved:
    """A note was deleted."""

    number: int
