"""The state of the picture panel, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.interface.flow import Setting

Array = NDArray[np.floating]


@dataclass(frozen=True)
class PictureEdited:
    """A setting was changed: {"alpha": 0.5}, {"start": (x, y)} as fractions of the picture's sides …"""

    changes: tuple[tuple[str, object], ...]


@dataclass(frozen=True, eq=False)
class PictureState:
    """The photograph and its overlays, in units of patches from its upper left corner: x right, y down.

    settings: the form; image (h, w, 3), bytes, over (columns, rows) patches; shown (rows, columns): a
    map with its ``limits``, or None; circles (k, 2), NaN between them, or None; way (m, 2): the centres
    of the patches from A to B; words: a description; note: why nothing is shown, or "".
    """

    settings: tuple[Setting, ...]
    image: NDArray[np.uint8] | None = None
    size: tuple[int, int] = (1, 1)
    shown: Array | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    circles: Array | None = None
    way: Array | None = None
    words: str = ""
    note: str = ""
