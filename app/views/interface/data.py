"""The state of the panel Data and its events, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.choices import Choice

Array = NDArray[np.floating]


@dataclass(frozen=True)
class DataEdited:
    """Another layout or another column was chosen: settings of the scene's data, by name."""

    changes: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class DataPointChosen:
    """A point of data was selected by its number among those that are drawn; −1 for none."""

    number: int


@dataclass(frozen=True)
class FitRow:
    """A row of the table of fits: texts of its cells, or one for all columns; number: of its point on
    the canvas, or −1 if there is none; problem: why.
    """

    cells: tuple[str, ...]
    number: int
    problem: str = ""


@dataclass(frozen=True)
class DataForm:
    """The choices of a table: layouts, columns of values, of groups and of weights, each with the one
    in use.
    """

    layouts: Sequence[Choice]
    layout: str
    columns: Sequence[Choice]
    column: str
    groups: Sequence[Choice]
    by: str
    weights: Sequence[Choice]
    weight: str


@dataclass(frozen=True, eq=False)
class FitPlots:
    """The goodness of the selected fit.

    Of densities a histogram (edges (b+1,), heights (b,)) beside p (k,) at x (k,); of counts and
    outcomes relative frequencies ``heights`` (k,) beside probabilities p (k,); labels: of outcomes.
    theoretical, observed, low, high (q,): quantiles, with a pointwise band; empty for outcomes.
    """

    x: Array
    p: Array
    heights: Array
    edges: Array
    labels: tuple[str, ...]
    theoretical: Array
    observed: Array
    low: Array
    high: Array


@dataclass(frozen=True, eq=False)
class DataState:
    """The panel's state.

    title: the file; words: what was recognised; warning: what is wrong, or ""; heads: of the columns of
    the table of fits; chosen: the number of the selected point, or −1; story: of the selected fit and
    its goodness; level, times: of the regions; regions, bootstrap, resampled, mean: what is switched
    on; means, kind: of the mean; csv: the table as text.
    """

    title: str
    words: str
    warning: str
    form: DataForm | None
    heads: tuple[str, ...]
    rows: tuple[FitRow, ...]
    chosen: int
    story: str
    plots: FitPlots | None
    level: float
    times: float
    regions: bool
    bootstrap: bool
    resampled: bool
    mean: bool
    means: Sequence[Choice]
    kind: str
    csv: str
