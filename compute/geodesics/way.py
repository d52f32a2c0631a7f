"""The setting of an integration: a manifold, α, and nodes at equal times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics.spray import Acceleration, acceleration_of
from compute.geodesics.step_size import is_typed, square
from compute.manifold.manifold import Manifold

# the share by which a step may change the velocity, without and with an estimate of its error
TURN_LIMIT, ESTIMATED_TURN = 0.2, 0.5
# least number of nodes for the unit of the smallest steps
FEW = 128


@dataclass(frozen=True, eq=False)
class Way:
    """The manifold, α and nodes of an integration, and the share of STEP_ERROR of each curve (n,)."""

    manifold: Manifold
    alpha: float
    steps: int
    share: Floats | float = 1.0

    @cached_property
    def typed(self) -> bool:
        """Whether the metric may have walls and ridges that long steps would pass over."""
        return is_typed(self.manifold)

    @property
    def unit(self) -> float:
        """The time in units of which the smallest steps are given."""
        return 1.0 / max(self.steps, FEW)

    @property
    def turn(self) -> float:
        """The share by which a step may change the velocity."""
        return TURN_LIMIT if self.typed else ESTIMATED_TURN

    @cached_property
    def acceleration(self) -> Acceleration:
        """θ'' of the geodesics."""
        return acceleration_of(self.manifold, self.alpha)

    def margin(self, theta: Floats) -> Floats:
        """Return the distance to the edge (...,) at θ (2, ...)."""
        return self.manifold.margin(theta.transpose(*range(1, theta.ndim), 0))

    def rise(self, v: Floats, a: Floats, metric: Floats, time: Floats, out: Floats) -> Floats:
        """Set ``out`` (d, n) to the changes of states in times (n,), at v and a (2, n); return it."""
        np.multiply(v, time, out=out[:2])
        np.multiply(a, time, out=out[2:4])
        out[4] = time
        if self.alpha != 0.0:
            speed2 = square(metric, v)
            out[5], out[6] = np.sqrt(speed2) * time, speed2 * time
        return out
