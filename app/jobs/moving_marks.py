"""Marks that move with the playhead along a curve of a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats


@dataclass(frozen=True, eq=False)
class MovingMark:
    """Points θ (k, 2) that are reached at increasing positions t (k,) of the playhead, from 0 to 1.

    leaps: the mark stays at each point until the next one is reached; else it moves between them.
    """

    t: Floats
    theta: Floats
    leaps: bool = False

    def at(self, playhead: float) -> Floats:
        """Return θ (2,) at a position of the playhead; after the last point, that one."""
        if self.leaps:
            found: Floats = self.theta[self.reached(playhead)]
            return found
        return np.array([np.interp(playhead, self.t, self.theta[:, i]) for i in (0, 1)])

    def reached(self, playhead: float) -> int:
        """Return the number of the last point that is reached."""
        # a position that was stored as text, or summed from frames, is rounded
        return max(int(np.searchsorted(self.t, playhead + 1e-9, side="right")) - 1, 0)
