"""The state of the panel Descents, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.flow import Setting

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class DescentLine:
    """One descent: above (k,), its loss above the least; walked (k,), the Fisher length from the start,
    or () while it is not known; words: what became of it; fine: it did not fail.
    """

    method: str
    title: str
    above: Array
    walked: Array
    words: str
    fine: bool = True


@dataclass(frozen=True, eq=False)
class DescentsState:
    """The panel's state: form and lines of the race, and the step that is shown.

    shown: the race is on the canvas; running: it is played; note: why there is none, or what is
    awaited; loss: what descends; stale: it belongs to an earlier scene.
    """

    settings: tuple[Setting, ...]
    shown: bool
    running: bool
    step: int
    steps: int
    loss: str = ""
    note: str = ""
    lines: tuple[DescentLine, ...] = ()
    stale: bool = False
