"""The state of the panel Compare, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.choices import Choice
from app.views.interface.comparison_events import ComparisonChosen
from app.views.interface.picture import Picture


@dataclass(frozen=True, eq=False)
class Pane:
    """A pane: its name, the length of its geodesic, and the picture, None as long as there is none.

    ok: whether the words are no warning.
    """

    name: str
    words: str
    ok: bool
    picture: Picture | None


@dataclass(frozen=True, eq=False)
class MeasurePlot:
    """A measure (n,) over places (n,), NaN where it is unknown; fine (n,): whether its status is OK.

    names: of the values; ticks: whether they stand along the axis, in place of numbers.
    """

    title: str
    across: str
    places: NDArray[np.floating]
    values: NDArray[np.floating]
    fine: NDArray[np.bool_]
    names: tuple[str, ...]
    ticks: bool

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each value is a number (n,)."""
        return np.asarray(~np.isnan(self.values))


@dataclass(frozen=True, eq=False)
class ComparisonState:
    """chosen: as in the event; kinds, shows: what can be chosen; panes, or a plot; stale: whether they
    belong to an earlier place of the pins; words: what is said below; note: why there is nothing.
    """

    chosen: ComparisonChosen
    kinds: tuple[Choice, ...]
    shows: tuple[Choice, ...]
    panes: tuple[Pane, ...] = ()
    plot: MeasurePlot | None = None
    stale: bool = False
    words: str = ""
    note: str = ""
