"""The state of a panel of an installed package: blocks from top to bottom, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Words:
    """A paragraph of plain text, which wraps."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of texts below a header, which may be ()."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves (k, 2) of x and y by name, NaN between pieces; x and y: the titles of the axes."""

    title: str
    x: str
    y: str
    curves: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)


Block = Words | Table | Plot


@dataclass(frozen=True, eq=False)
class PackagePanelState:
    """blocks: what is shown; problem: why nothing is, or ""."""

    blocks: tuple[Block, ...] = ()
    problem: str = ""
