"""A flow as views see it: plain data."""

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
    """Positions (m, n, d) of n particles at m moments of their lives, NaN once they have left."""

    tracks: Array


@dataclass(frozen=True)
class Setting:
    """One row of a form: a field of the scene, its words and what it may be.

    choices: of a picker; or limits and digits of a number.
    """

    field: str
    words: str
    hint: str
    value: str | int | float
    choices: tuple[Choice, ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Life:
    """One zero of the field, which has a line of its own: its index, and of its birth and of its death
    the time, the cause ("record", "pair", "edge", "lost") and the line of the other of a pair, or −1.
    """

    index: int
    times: tuple[float, float]
    causes: tuple[str, str]
    partners: tuple[int, int]


@dataclass(frozen=True, eq=False)
class FlowState:
    """The flow panel's state: its form, where the flow is, what limits it, and its history.

    warning: why the equation is not to be trusted, or ""; times (k,) and at them norm, mass, energy;
    the lives of its zeros, one line each; descends: what the energy's plot is called, and its hint.
    ``longest``: the end of the slider of times.
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
