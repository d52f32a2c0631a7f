"""Steering between two hidden states, as plain data for views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# the three paths, by their keys in results
PATHS = {
    "e": "e-path: Euclidean steering",
    "m": "m-path: dual steering",
    "geodesic": "Fisher–Rao geodesic",
}


@dataclass(frozen=True)
class SteeringAsked:
    """Two tokens were chosen, and the path of the filmstrip; ``shown``: the canvas is to show their
    plane.
    """

    a: int
    b: int
    path: str
    shown: bool = False


@dataclass(frozen=True, eq=False)
class SteeringState:
    """The paths between two tokens.

    tokens: names of all, () without an output layer; a, b, path as in `SteeringAsked`; on_canvas:
    whether the canvas shows the plane of this pair; t (s,), leaks {path: (s,)}; film: a line for
    each point of the chosen path; lumped: the mass of the lumped key in words; lines: measures;
    note: why there is nothing, or "".
    """

    tokens: tuple[str, ...] = ()
    a: int = 0
    b: int = 0
    path: str = "m"
    on_canvas: bool = False
    t: NDArray[np.floating] | None = None
    leaks: dict[str, NDArray[np.floating]] | None = None
    film: tuple[str, ...] = ()
    lumped: str = ""
    lines: tuple[str, ...] = ()
    note: str = ""
