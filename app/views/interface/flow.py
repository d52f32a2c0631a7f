"""The state of a flow, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.views.interface.choices import Choice

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class StrokeDrawn:
    """A field was painted by hand along a line: its vertices xy (k, 2)."""

    xy: Array


@dataclass(frozen=True, eq=False)
class VectorField:
    """Vectors at the nodes of a grid: xy and vectors (rows, columns, d), NaN outside."""

    xy: Array
    vectors: Array


@dataclass(frozen=True, eq=False)
class Particles:
    """Positions (m, n, d) of n particles at m moments of their lives, NaN after they left."""

    tracks: Array


@dataclass(frozen=True)
class Setting:
    """A row of a form: a field of the scene, its texts and allowed values.

    choices: for a picker; or limits and digits for a number.
    """

    field: str
    words: str
    hint: str
    value: str | int | float
    choices: tuple[Choice, ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Life:
    """One zero of the field, shown as a line: its index, and for birth and death the time, the cause
    ("record", "pair", "edge", "lost") and the line of the partner of a pair, or −1.
    """

    index: int
    times: tuple[float, float]
    causes: tuple[str, str]
    partners: tuple[int, int]


@dataclass(frozen=True, eq=False)
class FlowState:
    """The flow panel's state: form, time, limiter, and history.

    warning: a caution about the equation, or ""; times (k,), with norm, mass and energy; the lives of
    its zeros, one line each; descends: title and hint of the energy plot; why: the reason for the size
    of the steps.  ``longest``: the end of the time slider.
    """

    settings: tuple[Setting, ...]
    time: float
    longest: float
    running: bool
    warning: str
    words: str
    times: Array
    norm: Array
    mass: Array
    energy: Array
    lives: tuple[Life, ...] = ()
    descends: tuple[str, str] = ("", "")
    why: str = ""
